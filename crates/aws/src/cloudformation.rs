//! CloudFormation: the stack's status, the beginning of its operation, and its tags.

use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::{StackEvent, StackResourceDetail};

use super::Aws;
use super::errors::failed;
use mng_core::call_error::{CallError, Fault};
use mng_engine::ports::{
    ApiRequest, Calls, DescribeStack, DescribeStackResource, Fate, FindOperationStart, Record, Stack,
};

/// How many pages of a hundred events the function reads, the newest first. The function asks for the beginning of a
/// rollback shortly after it, and a stack has at most 500 resources with a few events each.
const EVENT_PAGES: usize = 10;

impl Calls<DescribeStack> for Aws {
    async fn call(&self, request: &DescribeStack) -> Result<Stack, CallError> {
        self.is_here(request, &request.stack_id)?;
        let call = self.cloudformation().describe_stacks().stack_name(&request.stack_id);
        let answer = call.send().await.map_err(failed(request))?;
        let stack = answer.stacks().first().ok_or_else(|| no_stack(request))?;
        let tags = stack.tags().iter();
        let status = stack.stack_status();
        Ok(Stack {
            status: status.map_or_else(String::new, |status| status.as_str().to_owned()),
            tags: tags
                .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
                .collect(),
            created: stack.creation_time().and_then(seconds),
            updated: stack.last_updated_time().and_then(seconds),
        })
    }
}

impl Calls<DescribeStackResource> for Aws {
    async fn call(&self, request: &DescribeStackResource) -> Result<Option<Record>, CallError> {
        self.is_here(request, &request.stack_id)?;
        let call = self.cloudformation().describe_stack_resource();
        let call = call
            .stack_name(&request.stack_id)
            .logical_resource_id(&request.logical_id);
        match call.send().await.map_err(failed(request)) {
            Ok(answer) => Ok(answer.stack_resource_detail().and_then(record)),
            Err(error) if error.fault == Fault::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Calls<FindOperationStart> for Aws {
    async fn call(&self, request: &FindOperationStart) -> Result<Option<u64>, CallError> {
        let (mut began, mut next) = (None, None);
        for _ in 0..EVENT_PAGES {
            let call = self.cloudformation().describe_stack_events();
            let page = call.stack_name(&request.stack_id).set_next_token(next).send().await;
            let page = page.map_err(failed(request))?;
            for event in page.stack_events().iter().filter(|event| is_of_the_stack(event)) {
                match event.resource_status().map(|status| status.as_str()) {
                    // A failed rollback can be continued, and then begins once more.
                    Some("UPDATE_ROLLBACK_IN_PROGRESS") => began = event.timestamp().and_then(seconds),
                    Some("UPDATE_IN_PROGRESS") => return Ok(began.or(event.timestamp().and_then(seconds))),
                    _ => {}
                }
            }
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        Ok(began)
    }
}

impl Aws {
    /// Refuses a request about a stack that this function cannot ask about.
    fn is_here<R: ApiRequest>(&self, request: &R, stack_id: &str) -> Result<(), CallError> {
        match self.elsewhere(stack_id) {
            Some(place) => Err(not_asked(request, place)),
            None => Ok(()),
        }
    }

    /// Says which part of a stack's ARN differs from the function's own: the Region of the configuration, or the
    /// account of the function's role, if that is known. A request through the SNS topic may come from elsewhere.
    fn elsewhere(&self, stack_id: &str) -> Option<&'static str> {
        let mut parts = stack_id.split(':');
        let (region, account) = (parts.nth(3)?, parts.next()?);
        let own_region = self.config.region().map(AsRef::as_ref);
        let own_account = self.role.as_deref().and_then(|role| role.split(':').nth(4));
        match (own_region, own_account) {
            (Some(own), _) if own != region => Some("Region"),
            (_, Some(own)) if own != account => Some("account"),
            _ => None,
        }
    }
}

fn record(detail: &StackResourceDetail) -> Option<Record> {
    let id = detail.physical_resource_id().filter(|id| !id.is_empty())?;
    let status = detail.resource_status().map(|status| status.as_str());
    let is_deleted = status.is_some_and(|status| status.starts_with("DELETE_"));
    Some(Record {
        physical_id: id.to_owned(),
        fate: if is_deleted { Fate::Deleted } else { Fate::Kept },
    })
}

fn no_stack(request: &DescribeStack) -> CallError {
    CallError {
        action: request.action(),
        resource: request.resource(),
        fault: Fault::NotFound,
        code: "no stack".to_owned(),
        message: "the answer names no stack".to_owned(),
    }
}

fn not_asked<R: ApiRequest>(request: &R, place: &str) -> CallError {
    CallError {
        action: request.action(),
        resource: request.resource(),
        fault: Fault::Refused,
        code: "not asked".to_owned(),
        message: format!("the stack is in another {place}, where this function can't ask"),
    }
}

fn is_of_the_stack(event: &StackEvent) -> bool {
    event.physical_resource_id() == event.stack_id()
}

fn seconds(time: &DateTime) -> Option<u64> {
    u64::try_from(time.secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_config::{Region, SdkConfig};

    #[test]
    fn a_stack_that_is_elsewhere_is_known_by_its_arn() {
        let config = || SdkConfig::builder().region(Region::new("eu-west-1")).build();
        let known = Aws::new(config()).with_role(Some("arn:aws:iam::111122223333:role/function".to_owned()));
        let unknown = Aws::new(config());
        let stack = |region: &str, account: &str| format!("arn:aws:cloudformation:{region}:{account}:stack/nodes/1");
        for (aws, region, account, expected) in [
            (&known, "eu-west-1", "111122223333", None),
            (&known, "eu-west-1", "999999999999", Some("account")),
            (&known, "us-east-1", "111122223333", Some("Region")),
            (&unknown, "eu-west-1", "999999999999", None),
        ] {
            assert_eq!(aws.elsewhere(&stack(region, account)), expected, "{region} {account}");
        }
        assert_eq!(known.elsewhere("a stack to be made"), None);
    }

    /// The function makes no call here: the test gives it neither credentials nor an endpoint.
    #[tokio::test]
    async fn a_stack_that_is_elsewhere_is_not_asked_about() {
        let config = SdkConfig::builder().region(Region::new("eu-west-1")).build();
        let request = DescribeStack {
            stack_id: "arn:aws:cloudformation:us-east-1:111122223333:stack/nodes/1".to_owned(),
        };
        let error = Aws::new(config).call(&request).await.expect_err("it is elsewhere");
        assert_eq!((error.fault, error.code.as_str()), (Fault::Refused, "not asked"));
    }
}
