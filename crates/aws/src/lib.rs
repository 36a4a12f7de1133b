//! The adapters behind the engine's ports: the only crate that uses the AWS SDKs, kube and HTTP to a cluster.
//!
//! [`Aws`] implements the ports. One module for each service makes the calls, `to_sdk` and `from_sdk` convert types,
//! [`errors`] classifies failures, and `preflight` and `diagnosis` read facts and evidence for core.

mod calls;
pub mod clock;
mod cloudformation;
mod diagnosis;
mod ec2;
mod ec2_resources;
mod eks;
mod eks_lists;
pub mod errors;
mod eventbridge;
mod from_sdk;
pub mod https;
mod ids_in_ec2;
mod in_lambda;
pub mod kubernetes;
mod kubernetes_calls;
mod launch;
mod onward;
mod preflight;
mod retry_policy;
mod scaling;
mod template_data;
mod to_sdk;

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::{TimeoutConfig, TimeoutConfigBuilder};

pub use calls::Recorder;
pub use in_lambda::in_lambda;

use crate::kubernetes::Watches;

/// Calls to AWS, with one configuration. A client is made when it is first used: most requests need two or three
/// clients.
pub struct Aws {
    config: SdkConfig,
    eks: OnceLock<aws_sdk_eks::Client>,
    eventbridge: OnceLock<aws_sdk_eventbridge::Client>,
    ec2: OnceLock<aws_sdk_ec2::Client>,
    cloudformation: OnceLock<aws_sdk_cloudformation::Client>,
    lambda: OnceLock<aws_sdk_lambda::Client>,
    sfn: OnceLock<aws_sdk_sfn::Client>,
    iam: OnceLock<aws_sdk_iam::Client>,
    autoscaling: OnceLock<aws_sdk_autoscaling::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
    servicequotas: OnceLock<aws_sdk_servicequotas::Client>,
    connections: kubernetes_calls::Connections,
    watches: Watches,
    recorder: Recorder,
    /// The function's own role, for the text that says who needs access.
    role: Option<String>,
}

/// The timeout of one attempt of a call. EKS takes at most a few seconds to answer. A connection that hangs longer is
/// dead, and the next attempt gets a new one.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// The timeout of all attempts of a call. It is shorter than the time that an invocation keeps in reserve for its end.
const CALL_TIMEOUT: Duration = Duration::from_secs(25);

/// Reads Region, credentials and endpoints from the places that the SDKs search on a person's machine.
pub async fn sdk_config() -> SdkConfig {
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .timeout_config(timeouts().build())
        .retry_config(retries())
        .load()
        .await
}

fn timeouts() -> TimeoutConfigBuilder {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
}

/// The engine polls again by itself, and backs off for longer than an SDK would.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(2)
}

impl Aws {
    pub fn new(config: SdkConfig) -> Self {
        Self {
            config,
            eks: OnceLock::new(),
            eventbridge: OnceLock::new(),
            ec2: OnceLock::new(),
            cloudformation: OnceLock::new(),
            lambda: OnceLock::new(),
            sfn: OnceLock::new(),
            iam: OnceLock::new(),
            autoscaling: OnceLock::new(),
            kms: OnceLock::new(),
            servicequotas: OnceLock::new(),
            connections: kubernetes_calls::Connections::default(),
            watches: Watches::default(),
            recorder: Recorder::default(),
            role: None,
        }
    }

    /// Sets the function's role, so that errors can say which role lacks access.
    pub fn with_role(self, role: Option<String>) -> Self {
        Self { role, ..self }
    }

    /// Makes the clients that every request needs at once. During its start a function has a whole processor, and
    /// afterwards a seventh of one at 256 MB (Lambda developer guide, "Configure Lambda function memory").
    pub fn ready(self) -> Self {
        self.eks();
        self.cloudformation();
        self
    }

    fn eks(&self) -> &aws_sdk_eks::Client {
        self.eks.get_or_init(|| {
            let config = aws_sdk_eks::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .retry_classifier(retry_policy::Patience)
                .build();
            aws_sdk_eks::Client::from_conf(config)
        })
    }

    fn ec2(&self) -> &aws_sdk_ec2::Client {
        self.ec2.get_or_init(|| {
            let config = aws_sdk_ec2::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_ec2::Client::from_conf(config)
        })
    }

    fn cloudformation(&self) -> &aws_sdk_cloudformation::Client {
        self.cloudformation.get_or_init(|| {
            let config = aws_sdk_cloudformation::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_cloudformation::Client::from_conf(config)
        })
    }

    /// For the hand-over to another invocation.
    fn lambda(&self) -> &aws_sdk_lambda::Client {
        self.lambda.get_or_init(|| {
            let config = aws_sdk_lambda::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_lambda::Client::from_conf(config)
        })
    }

    /// For the hand-over to the state machine.
    fn sfn(&self) -> &aws_sdk_sfn::Client {
        self.sfn.get_or_init(|| {
            let config = aws_sdk_sfn::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_sfn::Client::from_conf(config)
        })
    }

    /// For outcome events.
    fn eventbridge(&self) -> &aws_sdk_eventbridge::Client {
        self.eventbridge.get_or_init(|| {
            let config = aws_sdk_eventbridge::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_eventbridge::Client::from_conf(config)
        })
    }

    /// For the node role, and the role with which EKS acts.
    fn iam(&self) -> &aws_sdk_iam::Client {
        self.iam.get_or_init(|| {
            let config = aws_sdk_iam::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_iam::Client::from_conf(config)
        })
    }

    /// For the Auto Scaling group that EKS makes, and for the evidence of a failure.
    fn autoscaling(&self) -> &aws_sdk_autoscaling::Client {
        self.autoscaling.get_or_init(|| {
            let config = aws_sdk_autoscaling::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_autoscaling::Client::from_conf(config)
        })
    }

    /// For the KMS key of the volumes.
    fn kms(&self) -> &aws_sdk_kms::Client {
        self.kms.get_or_init(|| {
            let config = aws_sdk_kms::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_kms::Client::from_conf(config)
        })
    }

    fn servicequotas(&self) -> &aws_sdk_servicequotas::Client {
        self.servicequotas.get_or_init(|| {
            let config = aws_sdk_servicequotas::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .build();
            aws_sdk_servicequotas::Client::from_conf(config)
        })
    }
}
