//! Where waiting is hosted: in the invocation and then in another of oneself, or in a state machine. Same engine, same
//! progress.

pub mod pace;
pub mod room;
pub mod schedule;
pub mod self_invoke;
mod stay;
pub mod step_functions;

use std::future::Future;

use serde_json::Value;

use crate::ports::CallError;

pub use stay::Stay;

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
