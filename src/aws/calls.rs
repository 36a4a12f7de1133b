//! One log line for each call to AWS: which action, and how it ended. What a role has to allow can be read from it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Writes the line, at level DEBUG. Never a request or an answer: they hold response URLs.
#[derive(Debug)]
pub struct Recorder;

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = cfg.load::<Metadata>() {
            let status = context.response().map(|response| response.status().as_u16());
            let action = format!("{}:{}", prefix(metadata.service()), metadata.name());
            tracing::debug!(action, status, "aws call");
        }
        Ok(())
    }
}

/// IAM's prefix of a service. `lambda:Invoke` is allowed as `lambda:InvokeFunction`; the rest are called as they are allowed.
fn prefix(service: &str) -> &'static str {
    match service {
        "EKS" => "eks",
        "EC2" => "ec2",
        "CloudFormation" => "cloudformation",
        "Lambda" => "lambda",
        "SFN" => "states",
        _ => "unknown",
    }
}
