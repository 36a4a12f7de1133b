//! A pass of the engine, stopped at its next call.
//!
//! A future can't be copied, and exploring needs a copy at each call. So a pass is told anew what it was told before, and runs
//! as far as it knows: the engine is deterministic but for what it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::CallError;
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
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::Node;
use mng_core::workload::windows::WindowsState;
use mng_engine::ports::{AutoScaling, Cloud, Kubernetes, Record, Stack, UpdateBegun};
use mng_engine::{Operation, Outcome};
use serde_json::Value;

use crate::call::{Call, Ended, Said, error};

/// Where a pass stands.
#[derive(Debug, Clone)]
pub enum Turn {
    Calls(Box<Call>),
    Ends(Outcome),
}

/// Runs a pass from `start` as far as what it was told carries it, and gives what has become of the progress by then.
pub fn play(start: &Operation, now: u64, said: &[Said]) -> (Turn, Operation) {
    let mut operation = start.clone();
    let Operation { case, progress } = &mut operation;
    let told = Told {
        said,
        heard: AtomicUsize::new(0),
        next: Mutex::new(None),
    };
    let ended = mng_engine::pass(&told, case, progress, now).now_or_never();
    let turn = ended.map_or_else(|| Turn::Calls(Box::new(told.asked())), Turn::Ends);
    (turn, operation)
}

struct Told<'a> {
    said: &'a [Said],
    heard: AtomicUsize,
    next: Mutex<Option<Call>>,
}

impl Told<'_> {
    fn asked(self) -> Call {
        let next = self.next.into_inner().expect("nobody panics with it");
        next.expect("a pass that doesn't end has made a call")
    }

    /// What was said to this call; where nothing was yet the pass stops here.
    async fn hear(&self, call: impl FnOnce() -> Call + Send) -> Said {
        let number = self.heard.fetch_add(1, Ordering::Relaxed);
        if let Some(said) = self.said.get(number) {
            return said.clone();
        }
        *self.next.lock().expect("nobody panics with it") = Some(call());
        std::future::pending().await
    }

    async fn done(&self, call: impl FnOnce() -> Call + Send) -> Result<(), CallError> {
        match self.hear(call).await {
            Said::Wrong(wrong, message) => Err(error(wrong, &message)),
            _ => Ok(()),
        }
    }

    async fn update_id(&self, call: impl FnOnce() -> Call + Send) -> Result<String, CallError> {
        match self.hear(call).await {
            Said::UpdateId(id) => Ok(id),
            said => Err(unfit(said)),
        }
    }
}

/// The error that was said.
fn unfit(said: Said) -> CallError {
    match said {
        Said::Wrong(wrong, message) => error(wrong, &message),
        said => unreachable!("{said:?} is no answer to this call"),
    }
}

impl Cloud for Told<'_> {
    async fn stack(&self, _: &str) -> Result<Stack, CallError> {
        match self.hear(|| Call::Stack).await {
            Said::Stack(status, tag, created, updated) => Ok(Stack {
                status: status.to_owned(),
                tags: [("team".to_owned(), tag.to_string())].into(),
                created: Some(created),
                updated,
            }),
            said => Err(unfit(said)),
        }
    }

    async fn record(&self, _: &str, _: &str) -> Result<Option<Record>, CallError> {
        match self.hear(|| Call::RecordedId).await {
            Said::Record(record) => Ok(record),
            said => Err(unfit(said)),
        }
    }

    async fn ids_in_ec2(&self, _: &Owner) -> Result<BTreeSet<String>, CallError> {
        match self.hear(|| Call::IdsInEc2).await {
            Said::Names(ids) => Ok(ids.into_iter().collect()),
            said => Err(unfit(said)),
        }
    }

    async fn node_groups(&self, _: &str) -> Result<Vec<String>, CallError> {
        match self.hear(|| Call::Groups).await {
            Said::Names(names) => Ok(names),
            said => Err(unfit(said)),
        }
    }

    async fn updates_since(&self, _: &str, name: &str, since: u64) -> Result<Vec<UpdateBegun>, CallError> {
        match self.hear(|| Call::UpdatesSince(name.to_owned(), since)).await {
            Said::Updates(updates) => Ok(updates),
            said => Err(unfit(said)),
        }
    }

    async fn operation_began(&self, _: &str) -> Result<Option<u64>, CallError> {
        match self.hear(|| Call::Operation).await {
            Said::Operation(began) => Ok(began),
            said => Err(unfit(said)),
        }
    }

    async fn node_group(&self, _: &str, name: &str) -> Result<NodeGroup, CallError> {
        match self.hear(|| Call::Group(name.to_owned())).await {
            Said::Group(group) => Ok(NodeGroup::clone(&group)),
            said => Err(unfit(said)),
        }
    }

    async fn update(&self, _: &str, _: &str, id: &str) -> Result<UpdateState, CallError> {
        match self.hear(|| Call::Update(id.to_owned())).await {
            Said::Update(Ended::NotYet) => Ok(UpdateState::InProgress),
            Said::Update(Ended::Well) => Ok(UpdateState::Successful),
            Said::Update(Ended::Badly) => Ok(UpdateState::Failed(vec![])),
            said => Err(unfit(said)),
        }
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, token: &str) -> Result<(), CallError> {
        self.done(|| Call::Create(Box::new(desired.clone()), group.clone(), token.to_owned()))
            .await
    }

    async fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        token: &str,
    ) -> Result<String, CallError> {
        self.update_id(|| Call::UpdateVersion(group.name.clone(), change.clone(), token.to_owned()))
            .await
    }

    async fn update_config(&self, group: &NodeGroup, change: &ConfigChange, token: &str) -> Result<String, CallError> {
        self.update_id(|| Call::UpdateConfig(group.name.clone(), Box::new(change.clone()), token.to_owned()))
            .await
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.done(|| Call::Tag(arn.to_owned(), tags.clone())).await
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        self.done(|| Call::Untag(arn.to_owned(), keys.clone())).await
    }

    async fn delete(&self, _: &str, name: &str) -> Result<(), CallError> {
        self.done(|| Call::Delete(name.to_owned())).await
    }

    async fn cluster(&self, _: &str) -> Result<Option<Cluster>, CallError> {
        Ok(Some(Cluster {
            vpc: "vpc-1".to_owned(),
            security_group: "sg-1".to_owned(),
        }))
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        Ok(names.iter().map(|_| PLAIN).collect())
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        Ok(UsersTemplate {
            id: template.identity.as_str().to_owned(),
            version: 1,
            ..UsersTemplate::default()
        })
    }

    async fn facts(&self, _: &Spec, name: &str) -> Facts {
        let name = match self.hear(|| Call::Facts(name.to_owned())).await {
            Said::Facts(group) => Ok(group.map(|group| NodeGroup::clone(&group))),
            said => Err(unfit(said)),
        };
        Facts {
            name: Some(name),
            ..Facts::default()
        }
    }

    async fn evidence(&self, _: &NodeGroup) -> Evidence {
        Evidence::default()
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        match self.hear(|| Call::Belongings(place.clone())).await {
            Said::Belongings(found) => Ok(Belongings::clone(&found)),
            said => Err(unfit(said)),
        }
    }

    async fn launch(&self, step: &LaunchStep, token: &str) -> Result<Made, CallError> {
        match self.hear(|| Call::Launch(step.clone(), token.to_owned())).await {
            Said::Made(made) => Ok(Made::clone(&made)),
            said => Err(unfit(said)),
        }
    }
}

const PLAIN: InstanceTypeFacts = InstanceTypeFacts {
    architecture: Architecture::X86,
    accelerator: Accelerator::None,
    network: Some(NetworkFacts {
        interfaces: 3,
        addresses: 10,
        vcpus: 2,
        prefixes: Prefixes::Supported,
    }),
};

/// None of the configurations asks for anything in the cluster.
impl Kubernetes for Told<'_> {
    async fn nodes(&self, _: &str, _: &str, _: &str) -> Result<Vec<Node>, CallError> {
        unreachable!("no configuration waits for nodes")
    }

    async fn node_change(&self, _: &str, _: &str, _: Duration) {}

    async fn daemon_sets(&self, _: &str) -> Result<Vec<DaemonSet>, CallError> {
        unreachable!("no configuration has the device plugin")
    }

    async fn windows(&self, _: &str) -> Result<WindowsState, CallError> {
        unreachable!("no configuration has Windows")
    }

    async fn drain(&self, _: &str, _: &str, _: Vec<String>) -> Result<Drain, CallError> {
        Ok(Drain::default())
    }

    async fn apply(&self, _: &str, _: &Value) -> Result<(), CallError> {
        unreachable!("no configuration has the device plugin")
    }

    async fn create_plugin(&self, _: &str, _: &Value) -> Result<(), CallError> {
        unreachable!("no configuration has the device plugin")
    }

    async fn delete_plugin(&self, _: &str, _: &str, _: &str) -> Result<(), CallError> {
        unreachable!("no configuration has the device plugin")
    }
}

/// Groups here have no Auto Scaling group to be seen.
impl AutoScaling for Told<'_> {
    async fn scaling_group(&self, _: &str) -> Result<ScalingGroup, CallError> {
        unreachable!("no group shows an Auto Scaling group")
    }

    async fn change_scaling_group(&self, _: &str, _: &ScalingStep) -> Result<(), CallError> {
        unreachable!("no group shows an Auto Scaling group")
    }
}
