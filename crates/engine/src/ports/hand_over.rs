//! Calls that leave an invocation: the hand-over to the next invocation or to the state machine, and outcome events.

use serde_json::Value;

use mng_core::call_error::CallError;
use mng_core::protocol::eventbridge::outcome::Announcement;

use super::{ApiRequest, Calls};

/// Makes the calls of both hosts of waiting.
pub trait HandOver: Calls<InvokeFunction> + Calls<StartExecution> {}
impl<C: Calls<InvokeFunction> + Calls<StartExecution>> HandOver for C {}

/// Invokes the function asynchronously.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeFunction {
    pub function: String,
    pub payload: Value,
}

impl ApiRequest for InvokeFunction {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "lambda:InvokeFunction"
    }

    fn resource(&self) -> String {
        self.function.clone()
    }
}

/// Starts an execution of the state machine. An execution of the same name that runs already is a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartExecution {
    pub state_machine: String,
    pub name: String,
    pub input: Value,
}

impl ApiRequest for StartExecution {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "states:StartExecution"
    }

    fn resource(&self) -> String {
        self.state_machine.clone()
    }
}

/// Puts one event on a bus. An entry that EventBridge does not take is an error, though EventBridge answers the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutEvent {
    pub bus: String,
    pub event: Announcement,
}

impl ApiRequest for PutEvent {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "events:PutEvents"
    }

    fn resource(&self) -> String {
        self.bus.clone()
    }
}
