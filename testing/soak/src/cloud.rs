//! The function's cloud: the real adapters where the SDKs lead to something here, and the ports themselves where they don't,
//! which is EC2, Auto Scaling and what is in the cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use mng_aws::https::Https;
use mng_aws::{Aws, in_lambda};
use mng_core::call_error::{CallError, Fault, NO_ANSWER};
use mng_core::decide::change::ConfigChange;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::history::UpdateState;
use mng_core::decide::plan::VersionChange;
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::UsersTemplate;
use mng_core::launch_template::ec2_resources::{Belongings, Place};
use mng_core::launch_template::steps::{Cluster, LaunchStep, Made};
use mng_core::node::image::{Accelerator, Architecture, InstanceTypeFacts};
use mng_core::node::max_pods::{NetworkFacts, Prefixes};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::Owner;
use mng_core::preflight::facts::Facts;
use mng_core::properties::spec::{LaunchTemplate, Spec};
use mng_core::protocol::eventbridge::outcome::Announcement;
use mng_engine::polling::Onward;
use mng_engine::ports::{Cloud, EventBus, Record, Stack, UpdateBegun};
use serde_json::Value;

use crate::faults::{DENIED, Kind};
use crate::fiction::Fiction;
use crate::process::{Called, Process};
use crate::time::MachineClock;
use crate::wire::Wire;
use crate::world::SECRET;

/// The function's own role, by which it knows that a stack is of another account.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/nodes-provider";

/// As long as the SDKs ask for one call (`aws/mod.rs`).
const PATIENCE: Duration = Duration::from_secs(25);

pub struct Soaked {
    aws: Aws,
    pub process: Arc<Process>,
}

/// One way out for the SDKs and the responder.
pub fn https(process: &Arc<Process>) -> Https {
    Https::through(SharedHttpConnector::new(Wire(Arc::clone(process))))
}

impl Soaked {
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

fn error(kind: Kind, action: &'static str, resource: &str) -> CallError {
    let (fault, code) = match kind {
        Kind::Throttle => (Fault::Throttled, "RequestLimitExceeded"),
        Kind::Hang | Kind::Reset => (Fault::Unknown, NO_ANSWER),
        Kind::ServerError | Kind::Garbage => (Fault::Unknown, "InternalFailure"),
        Kind::Denied => (Fault::Denied, "UnauthorizedOperation"),
    };
    let message = match kind {
        Kind::Denied => DENIED,
        Kind::Throttle | Kind::Hang | Kind::Reset | Kind::ServerError | Kind::Garbage => "chosen by the seed",
    };
    CallError {
        action,
        resource: resource.to_owned(),
        fault,
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

impl Cloud for Soaked {
    fn throttles(&self) -> u32 {
        self.aws.throttles()
    }

    async fn stack(&self, stack_id: &str) -> Result<Stack, CallError> {
        self.aws.stack(stack_id).await
    }

    async fn operation_began(&self, stack_id: &str) -> Result<Option<u64>, CallError> {
        self.aws.operation_began(stack_id).await
    }

    async fn record(&self, stack_id: &str, logical_id: &str) -> Result<Option<Record>, CallError> {
        self.aws.record(stack_id, logical_id).await
    }

    async fn ids_in_ec2(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        let look = async { Ok(self.process.world.ec2.ids_of(owner)) };
        self.ported("ec2:DescribeLaunchTemplates", &owner.logical_id, look)
            .await
    }

    async fn node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        self.aws.node_groups(cluster).await
    }

    async fn updates_since(&self, cluster: &str, name: &str, since: u64) -> Result<Vec<UpdateBegun>, CallError> {
        self.aws.updates_since(cluster, name, since).await
    }

    async fn node_group(&self, cluster: &str, name: &str) -> Result<NodeGroup, CallError> {
        self.aws.node_group(cluster, name).await
    }

    async fn update(&self, cluster: &str, name: &str, id: &str) -> Result<UpdateState, CallError> {
        self.aws.update(cluster, name, id).await
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, token: &str) -> Result<(), CallError> {
        self.aws.create(desired, group, token).await
    }

    async fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        token: &str,
    ) -> Result<String, CallError> {
        self.aws.update_version(group, change, token).await
    }

    async fn update_config(&self, group: &NodeGroup, change: &ConfigChange, token: &str) -> Result<String, CallError> {
        self.aws.update_config(group, change, token).await
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.aws.tag(arn, tags).await
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        self.aws.untag(arn, keys).await
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<(), CallError> {
        self.aws.delete(cluster, name).await
    }

    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, CallError> {
        self.aws.cluster(name).await
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let facts: Vec<InstanceTypeFacts> = names.iter().map(|name| facts(name)).collect();
        self.ported("ec2:DescribeInstanceTypes", &names.join(","), async { Ok(facts) })
            .await
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        self.aws.users_template(template).await
    }

    /// With nothing read nothing is refused: EKS itself has the last word.
    async fn facts(&self, spec: &Spec, name: &str) -> Facts {
        if self.process.world.reads_facts {
            self.aws.facts(spec, name).await
        } else {
            Facts::default()
        }
    }

    async fn evidence(&self, _: &NodeGroup) -> Evidence {
        Evidence::default()
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        let look = async { self.process.world.ec2.belongings(place) };
        self.ported("ec2:DescribeLaunchTemplates", &place.resource_name(), look)
            .await
    }

    async fn launch(&self, step: &LaunchStep, token: &str) -> Result<Made, CallError> {
        let world = &self.process.world;
        let change = async {
            match world.fiction == Fiction::DeafEc2 && step.removes() {
                true => Ok(Made::Nothing),
                false => world.ec2.launch(step, token),
            }
        };
        self.ported(step.action(), step.resource(), change).await
    }
}

/// m5.large, but for Graviton's names.
fn facts(name: &str) -> InstanceTypeFacts {
    InstanceTypeFacts {
        architecture: if name.contains("g.") {
            Architecture::Arm
        } else {
            Architecture::X86
        },
        accelerator: Accelerator::None,
        network: Some(NetworkFacts {
            interfaces: 3,
            addresses: 10,
            vcpus: 2,
            prefixes: Prefixes::Supported,
        }),
    }
}

impl Onward for Soaked {
    async fn invoke(&self, function: &str, payload: &Value) -> Result<(), CallError> {
        self.aws.invoke(function, payload).await
    }

    async fn start_execution(&self, state_machine: &str, name: &str, input: &Value) -> Result<(), CallError> {
        self.aws.start_execution(state_machine, name, input).await
    }
}

impl EventBus for Soaked {
    async fn put_event(&self, bus: &str, event: &Announcement) -> Result<(), CallError> {
        self.aws.put_event(bus, event).await
    }
}
