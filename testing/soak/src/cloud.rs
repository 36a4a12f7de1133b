//! The function's cloud: the real adapters where the SDKs lead to something here, and the ports themselves for EC2, Auto
//! Scaling and what is in the cluster.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use fakes::{forward_calls, instance_type};
use mng_aws::https::Https;
use mng_aws::{Aws, in_lambda};
use mng_core::call_error::{CallError, Fault, NO_ANSWER};
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::ec2_resources::Ec2Resources;
use mng_core::launch_template::steps::LaunchStepResult;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::preflight::facts::Facts;
use mng_engine::ports::{
    Calls, ChangeEc2, CreateNodegroup, DeleteNodegroup, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes,
    DescribeLaunchTemplate, DescribeNodegroup, DescribeStack, DescribeStackResource, DescribeUpdate, FindIdsInEc2,
    FindOperationStart, InvokeFunction, ListNodegroups, ListUpdates, PutEvent, ReadEvidence, ReadFacts, StartExecution,
    TagResource, Throttles, UntagResource, UpdateNodegroupConfig, UpdateNodegroupVersion,
};

use crate::faults::{CallFailureKind, DENIED};
use crate::fiction::Fiction;
use crate::process::{Called, Process};
use crate::time::MachineClock;
use crate::wire::Wire;
use crate::world::SECRET;

/// The function's own role, by which it knows that a stack is of another account.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/nodes-provider";

/// As long as the SDKs ask for one call (`aws/mod.rs`).
const PATIENCE: Duration = Duration::from_secs(25);

pub struct Faulty {
    aws: Aws,
    pub process: Arc<Process>,
}

/// One way out for the SDKs and the responder.
pub fn https(process: &Arc<Process>) -> Https {
    Https::through(SharedHttpConnector::new(Wire(Arc::clone(process))))
}

impl Faulty {
    pub fn of(process: Arc<Process>) -> Self {
        let config = config(&process);
        Self {
            aws: Aws::new(config).with_role(Some(ROLE.to_owned())),
            process,
        }
    }

    /// A call of a port that no SDK is behind here.
    pub async fn ported<T>(
        &self,
        action: &'static str,
        resource: &str,
        effect: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let what = format!("{action} {resource}");
        let called = Called {
            service: action.split([':', ' ']).next().unwrap_or_default(),
            what: &what,
            patience: PATIENCE,
        };
        match self.process.call(called, effect).await {
            Ok(result) => result,
            Err(kind) => Err(error(kind, action, resource)),
        }
    }
}

/// That of Lambda. The SDKs share the tokens of their retries by Region, so each life has a Region of its own.
fn config(process: &Arc<Process>) -> SdkConfig {
    fn environment(name: &str) -> Option<String> {
        match name {
            "AWS_ACCESS_KEY_ID" => Some("AKIDSOAK".to_owned()),
            "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN" => Some(format!("{SECRET}-of-the-role")),
            _ => None,
        }
    }
    let world = &process.world;
    in_lambda(environment, https(process))
        .into_builder()
        .region(aws_config::Region::new(world.region.clone()))
        .time_source(MachineClock(Arc::clone(&world.time)))
        .build()
}

fn error(kind: CallFailureKind, action: &'static str, resource: &str) -> CallError {
    let (fault, code) = match kind {
        CallFailureKind::Throttle => (Fault::Throttled, "RequestLimitExceeded"),
        CallFailureKind::Hang | CallFailureKind::Reset => (Fault::Unknown, NO_ANSWER),
        CallFailureKind::ServerError | CallFailureKind::Garbage => (Fault::Unknown, "InternalFailure"),
        CallFailureKind::Denied => (Fault::Denied, "UnauthorizedOperation"),
    };
    let message = match kind {
        CallFailureKind::Denied => DENIED,
        CallFailureKind::Throttle
        | CallFailureKind::Hang
        | CallFailureKind::Reset
        | CallFailureKind::ServerError
        | CallFailureKind::Garbage => "chosen by the seed",
    };
    CallError {
        action,
        resource: resource.to_owned(),
        fault,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

forward_calls!(Faulty => aws:
    DescribeStack, FindOperationStart, DescribeStackResource,
    ListNodegroups, ListUpdates, DescribeNodegroup, DescribeUpdate, CreateNodegroup, UpdateNodegroupVersion,
    UpdateNodegroupConfig, TagResource, UntagResource, DeleteNodegroup, DescribeCluster, DescribeLaunchTemplate,
    InvokeFunction, StartExecution, PutEvent,
);

impl Throttles for Faulty {
    fn take_throttles(&self) -> u32 {
        self.aws.take_throttles()
    }
}

impl Calls<FindIdsInEc2> for Faulty {
    async fn call(&self, request: &FindIdsInEc2) -> Result<BTreeSet<String>, CallError> {
        let read = async { Ok(self.process.world.ec2.ids_of(&request.owner)) };
        self.ported(fakes::FIRST_READ, &request.owner.logical_id, read).await
    }
}

impl Calls<DescribeInstanceTypes> for Faulty {
    async fn call(&self, request: &DescribeInstanceTypes) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let types = request.names.iter().map(|name| instance_type(name)).collect();
        self.ported("ec2:DescribeInstanceTypes", &request.names.join(","), async {
            Ok(types)
        })
        .await
    }
}

/// With nothing read nothing is refused: EKS itself has the last word.
impl Calls<ReadFacts> for Faulty {
    async fn call(&self, request: &ReadFacts) -> Facts {
        if self.process.world.reads_facts {
            self.aws.call(request).await
        } else {
            Facts::default()
        }
    }
}

impl Calls<ReadEvidence> for Faulty {
    async fn call(&self, _: &ReadEvidence) -> Evidence {
        Evidence::default()
    }
}

impl Calls<DescribeEc2Resources> for Faulty {
    async fn call(&self, request: &DescribeEc2Resources) -> Result<Ec2Resources, CallError> {
        let group_ref = &request.group_ref;
        let read = async { self.process.world.ec2.resources(group_ref) };
        self.ported(fakes::FIRST_READ, &group_ref.resource_name(), read).await
    }
}

impl Calls<ChangeEc2> for Faulty {
    async fn call(&self, ChangeEc2 { step, token }: &ChangeEc2) -> Result<LaunchStepResult, CallError> {
        let world = &self.process.world;
        let change = async {
            match world.fiction == Fiction::DeafEc2 && step.removes() {
                true => Ok(LaunchStepResult::Nothing),
                false => world.ec2.change(step, token),
            }
        };
        self.ported(step.action(), step.resource(), change).await
    }
}
