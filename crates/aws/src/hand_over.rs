//! Hands progress over: to another invocation of the function, or to the state machine.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;

use super::Aws;
use super::errors::failed;
use mng_core::call_error::{CallError, Fault, NO_ANSWER};
use mng_engine::ports::{ApiRequest, Calls, InvokeFunction, StartExecution};

/// Lambda's status for an event that it has queued (API reference, Invoke). The response has no body, so only the
/// status distinguishes Lambda's answer from the answer of a proxy.
const TAKEN: i32 = 202;

impl Calls<InvokeFunction> for Aws {
    async fn call(&self, request: &InvokeFunction) -> Result<(), CallError> {
        let call = self.lambda().invoke().function_name(&request.function);
        let call = call.invocation_type(InvocationType::Event);
        let answer = call.payload(Blob::new(request.payload.to_string())).send().await;
        match answer.map_err(failed(request))?.status_code() {
            TAKEN => Ok(()),
            status => Err(CallError {
                action: request.action(),
                resource: request.resource(),
                fault: Fault::Unknown,
                code: NO_ANSWER.to_owned(),
                message: format!("the status is {status}, not {TAKEN}, so whether the event was taken isn't known"),
            }),
        }
    }
}

/// The name is a hash of the request, and of an event's delivery. So if the execution exists, an earlier delivery has
/// started the execution.
impl Calls<StartExecution> for Aws {
    async fn call(&self, request: &StartExecution) -> Result<(), CallError> {
        let call = self.sfn().start_execution().state_machine_arn(&request.state_machine);
        let started = call.name(&request.name).input(request.input.to_string()).send().await;
        match started {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_execution_already_exists()) =>
            {
                Ok(())
            }
            Err(error) => Err(failed(request)(error)),
        }
    }
}
