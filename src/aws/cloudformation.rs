//! CloudFormation: what the stack is doing, and its tags.

use super::Aws;
use super::errors::call_error;
use crate::ports::{CallError, Fault, Stack};

impl Aws {
    pub(super) async fn describe_stack(&self, stack_id: &str) -> Result<Stack, CallError> {
        const ACTION: &str = "cloudformation:DescribeStacks";
        let answer = self
            .cloudformation()
            .describe_stacks()
            .stack_name(stack_id)
            .send()
            .await;
        let answer = answer.map_err(|error| call_error(ACTION, stack_id, &error))?;
        let Some(stack) = answer.stacks().first() else {
            let (code, message) = ("no stack".to_owned(), "the answer names no stack".to_owned());
            return Err(CallError {
                action: ACTION,
                resource: stack_id.to_owned(),
                fault: Fault::NotFound,
                code,
                message,
            });
        };
        let tags = stack
            .tags()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
            .collect();
        let status = stack
            .stack_status()
            .map_or_else(String::new, |status| status.as_str().to_owned());
        Ok(Stack { status, tags })
    }
}
