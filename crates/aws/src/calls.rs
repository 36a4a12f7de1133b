//! One log line for each call to AWS: the action, and how the call ended. The log shows which actions a role has to
//! allow. The recorder also counts throttled attempts, which a successful second attempt would hide.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_runtime::client::retries::classifiers::run_classifiers_on_ctx;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::classifiers::RetryAction;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::retry_policy::is_throttle;

/// Writes the log line, at level DEBUG. It never logs a request or a response, since they contain response URLs. All
/// clones share one count.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    throttles: Arc<AtomicU32>,
}

impl Recorder {
    pub fn throttled(&self) {
        self.throttles.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of throttled attempts since the last call of this function.
    pub fn take_throttles(&self) -> u32 {
        self.throttles.swap(0, Ordering::Relaxed)
    }
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let verdict = run_classifiers_on_ctx(components.retry_classifiers(), context.inner());
        let status = context.response().map(|response| response.status().as_u16());
        // The classifiers forbid a retry only after a throttle.
        if is_throttle(&verdict) || verdict == RetryAction::RetryForbidden || status == Some(429) {
            self.throttled();
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = cfg.load::<Metadata>() {
            let status = context.response().map(|response| response.status().as_u16());
            let action = action(metadata.service(), metadata.name());
            tracing::debug!(action, status, "aws call");
        }
        Ok(())
    }
}

/// The action as IAM names it. IAM's prefix of a service has no blanks, and `SFN` and `EventBridge` have other
/// prefixes. `Invoke` is the only operation whose IAM action has another name.
fn action(service: &str, operation: &str) -> String {
    let operation = if operation == "Invoke" {
        "InvokeFunction"
    } else {
        operation
    };
    let prefix = match service {
        "SFN" => "states".to_owned(),
        "EventBridge" => "events".to_owned(),
        service => service.to_lowercase().replace(' ', ""),
    };
    format!("{prefix}:{operation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_named_as_a_role_allows_them() {
        for (service, operation, expected) in [
            ("EKS", "CreateNodegroup", "eks:CreateNodegroup"),
            ("Lambda", "Invoke", "lambda:InvokeFunction"),
            ("SFN", "StartExecution", "states:StartExecution"),
            ("CloudFormation", "DescribeStacks", "cloudformation:DescribeStacks"),
            ("EventBridge", "PutEvents", "events:PutEvents"),
            ("IAM", "GetRole", "iam:GetRole"),
            ("KMS", "ListGrants", "kms:ListGrants"),
            ("Service Quotas", "GetServiceQuota", "servicequotas:GetServiceQuota"),
            (
                "Auto Scaling",
                "DescribeScalingActivities",
                "autoscaling:DescribeScalingActivities",
            ),
        ] {
            assert_eq!(action(service, operation), expected);
        }
    }
}
