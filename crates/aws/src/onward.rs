//! Hands progress over: to another invocation of the function, or to the state machine.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::Value;

use super::Aws;
use super::errors::call_error;
use mng_core::call_error::{CallError, Fault, NO_ANSWER};
use mng_engine::polling::Onward;

const INVOKE: &str = "lambda:InvokeFunction";

/// Lambda's status for an event that it has queued (API reference, Invoke). The response has no body, so only the
/// status distinguishes Lambda's answer from the answer of a proxy.
const TAKEN: i32 = 202;

impl Onward for Aws {
    async fn invoke(&self, function: &str, payload: &Value) -> Result<(), CallError> {
        let call = self
            .lambda()
            .invoke()
            .function_name(function)
            .invocation_type(InvocationType::Event);
        let answer = call.payload(Blob::new(payload.to_string())).send().await;
        let answer = answer.map_err(|error| call_error(INVOKE, function, &error))?;
        match answer.status_code() {
            TAKEN => Ok(()),
            status => Err(CallError {
                action: INVOKE,
                resource: function.to_owned(),
                fault: Fault::Unknown,
                code: NO_ANSWER.to_owned(),
                message: format!("the status is {status}, not {TAKEN}, so whether the event was taken isn't known"),
            }),
        }
    }

    async fn start_execution(&self, state_machine: &str, name: &str, input: &Value) -> Result<(), CallError> {
        let call = self
            .sfn()
            .start_execution()
            .state_machine_arn(state_machine)
            .name(name)
            .input(input.to_string());
        match call.send().await {
            Ok(_) => Ok(()),
            // The name is a hash of the request, and of an event's delivery. So this error means that an earlier
            // delivery has started the execution.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_execution_already_exists()) =>
            {
                Ok(())
            }
            Err(error) => Err(call_error("states:StartExecution", state_machine, &error)),
        }
    }
}
