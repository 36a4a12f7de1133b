//! Where waiting is hosted: in the invocation and then in another of oneself, or in a state machine. Same engine, same
//! progress.

mod invocation_budget;
pub mod payload_limit;
pub mod schedule;
pub mod self_invoke;
pub mod step_functions;
pub mod throttle_backoff;

pub use invocation_budget::InvocationBudget;
