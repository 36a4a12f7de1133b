//! Where waiting is hosted: in the invocation and then in another of oneself, or in a state machine. Same engine, same
//! progress.

mod invocation_budget;
pub mod room;
pub mod schedule;
pub mod self_invoke;
pub mod step_functions;
pub mod throttle_backoff;

use std::future::Future;

use serde_json::Value;

use mng_core::call_error::CallError;

pub use invocation_budget::Stay;

/// The two ways on.
pub trait Onward: Send + Sync {
    /// Invokes the function asynchronously.
    fn invoke(&self, function: &str, payload: &Value) -> impl Future<Output = Result<(), CallError>> + Send;

    /// Starts an execution. One of the same name that runs already is as good.
    fn start_execution(
        &self,
        state_machine: &str,
        name: &str,
        input: &Value,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
