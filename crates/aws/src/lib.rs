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
mod hand_over;
pub mod https;
mod ids_in_ec2;
mod in_lambda;
pub mod kubernetes;
mod kubernetes_calls;
mod launch;
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

use mng_engine::ports::Throttles;

use crate::kubernetes::Watches;

/// Calls to AWS, with one configuration.
pub struct Aws {
    config: SdkConfig,
    clients: Clients,
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
            clients: Clients::default(),
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

    /// EKS has a retry classifier of its own, see [`retry_policy`].
    fn eks(&self) -> &aws_sdk_eks::Client {
        self.clients.eks.get_or_init(|| {
            let config = aws_sdk_eks::config::Builder::from(&self.config)
                .interceptor(self.recorder.clone())
                .retry_classifier(retry_policy::RetryPolicy)
                .build();
            aws_sdk_eks::Client::from_conf(config)
        })
    }
}

impl Throttles for Aws {
    fn take_throttles(&self) -> u32 {
        self.recorder.take_throttles()
    }
}

/// One client for each service, made when it is first used: most requests need two or three clients.
macro_rules! clients {
    ($($(#[$doc:meta])* $service:ident: $sdk:ident,)+) => {
        #[derive(Default)]
        struct Clients {
            eks: OnceLock<aws_sdk_eks::Client>,
            $($service: OnceLock<$sdk::Client>,)+
        }

        impl Aws {
            $(
                $(#[$doc])*
                fn $service(&self) -> &$sdk::Client {
                    self.clients.$service.get_or_init(|| {
                        let config = $sdk::config::Builder::from(&self.config);
                        $sdk::Client::from_conf(config.interceptor(self.recorder.clone()).build())
                    })
                }
            )+
        }
    };
}

clients! {
    ec2: aws_sdk_ec2,
    cloudformation: aws_sdk_cloudformation,
    /// For the hand-over to another invocation.
    lambda: aws_sdk_lambda,
    /// For the hand-over to the state machine.
    sfn: aws_sdk_sfn,
    /// For outcome events.
    eventbridge: aws_sdk_eventbridge,
    /// For the node role, and the role with which EKS acts.
    iam: aws_sdk_iam,
    /// For the Auto Scaling group that EKS makes, and for the evidence of a failure.
    autoscaling: aws_sdk_autoscaling,
    /// For the KMS key of the volumes.
    kms: aws_sdk_kms,
    servicequotas: aws_sdk_servicequotas,
}
