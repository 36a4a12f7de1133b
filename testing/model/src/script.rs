//! Each request of the engine as the model plays it.

use std::collections::BTreeSet;

use mng_core::call_error::CallError;
use mng_core::decide::history::UpdateState;
use mng_core::decide::plan::VersionChange;
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::CustomTemplate;
use mng_core::launch_template::ec2_resources::Ec2Resources;
use mng_core::launch_template::steps::{ClusterNetwork, LaunchStepResult};
use mng_core::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use mng_core::node::max_pods::{NetworkFacts, Prefixes};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::preflight::facts::Facts;
use mng_core::workload::drain::Drain;
use mng_engine::ports::{
    ApiRequest, ApplyObject, AwaitNodeChange, ChangeEc2, ChangeScalingGroup, CreateDaemonSet, CreateNodegroup,
    DeleteDaemonSet, DeleteNodegroup, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes,
    DescribeLaunchTemplate, DescribeNodegroup, DescribeScalingGroup, DescribeStack, DescribeStackResource,
    DescribeUpdate, FindIdsInEc2, FindOperationStart, ListDaemonSets, ListNodegroups, ListNodes, ListUpdates,
    ReadDrain, ReadEvidence, ReadFacts, ReadWindowsState, Record, Stack, TagResource, UntagResource, UpdateBegun,
    UpdateNodegroupConfig, UpdateNodegroupVersion,
};

use crate::call::{Ended, EngineCall, Said, error};

/// A request that the model can play. The model answers a request at once, or the world answers the request.
pub trait Scriptable: ApiRequest {
    /// An answer that needs no world. `None`: the world answers, so the pass stops at this call.
    fn at_once(&self) -> Option<Self::Response> {
        None
    }

    /// The call, with all that the world needs to answer the call.
    fn as_call(&self) -> EngineCall {
        unreachable!("the model answers {} at once", self.action())
    }

    /// The answer that the world gave.
    fn answer(&self, said: Said) -> Self::Response {
        unreachable!("{said:?} is no answer to {}", self.action())
    }
}

type Result<T> = std::result::Result<T, CallError>;

/// The error that was said.
fn unfit(said: Said) -> CallError {
    match said {
        Said::Wrong(wrong, message) => error(wrong, &message),
        said => unreachable!("{said:?} is no answer to this call"),
    }
}

fn done(said: Said) -> Result<()> {
    match said {
        Said::Wrong(wrong, message) => Err(error(wrong, &message)),
        _ => Ok(()),
    }
}

fn update_id(said: Said) -> Result<String> {
    match said {
        Said::UpdateId(id) => Ok(id),
        said => Err(unfit(said)),
    }
}

impl Scriptable for DescribeStack {
    fn as_call(&self) -> EngineCall {
        EngineCall::Stack
    }

    fn answer(&self, said: Said) -> Result<Stack> {
        match said {
            Said::Stack(status, tag, created, updated) => Ok(Stack {
                status: status.to_owned(),
                tags: [("team".to_owned(), tag.to_string())].into(),
                created: Some(created),
                updated,
            }),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for DescribeStackResource {
    fn as_call(&self) -> EngineCall {
        EngineCall::RecordedId
    }

    fn answer(&self, said: Said) -> Result<Option<Record>> {
        match said {
            Said::Record(record) => Ok(record),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for FindOperationStart {
    fn as_call(&self) -> EngineCall {
        EngineCall::Operation
    }

    fn answer(&self, said: Said) -> Result<Option<u64>> {
        match said {
            Said::Operation(began) => Ok(began),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for FindIdsInEc2 {
    fn as_call(&self) -> EngineCall {
        EngineCall::IdsInEc2
    }

    fn answer(&self, said: Said) -> Result<BTreeSet<String>> {
        match said {
            Said::Names(ids) => Ok(ids.into_iter().collect()),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for ListNodegroups {
    fn as_call(&self) -> EngineCall {
        EngineCall::Groups
    }

    fn answer(&self, said: Said) -> Result<Vec<String>> {
        match said {
            Said::Names(names) => Ok(names),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for ListUpdates {
    fn as_call(&self) -> EngineCall {
        EngineCall::UpdatesSince(self.group.name.clone(), self.since)
    }

    fn answer(&self, said: Said) -> Result<Vec<UpdateBegun>> {
        match said {
            Said::Updates(updates) => Ok(updates),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for DescribeNodegroup {
    fn as_call(&self) -> EngineCall {
        EngineCall::Group(self.group.name.clone())
    }

    fn answer(&self, said: Said) -> Result<NodeGroup> {
        match said {
            Said::Group(group) => Ok(NodeGroup::clone(&group)),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for DescribeUpdate {
    fn as_call(&self) -> EngineCall {
        EngineCall::Update(self.update_id.clone())
    }

    fn answer(&self, said: Said) -> Result<UpdateState> {
        match said {
            Said::Update(Ended::NotYet) => Ok(UpdateState::InProgress),
            Said::Update(Ended::Well) => Ok(UpdateState::Successful),
            Said::Update(Ended::Badly) => Ok(UpdateState::Failed(vec![])),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for CreateNodegroup {
    fn as_call(&self) -> EngineCall {
        EngineCall::Create(self.desired.clone(), self.group.clone(), self.token.clone())
    }

    fn answer(&self, said: Said) -> Result<()> {
        done(said)
    }
}

impl Scriptable for UpdateNodegroupVersion {
    fn as_call(&self) -> EngineCall {
        EngineCall::UpdateVersion(
            self.group.name.clone(),
            VersionChange::clone(&self.change),
            self.token.clone(),
        )
    }

    fn answer(&self, said: Said) -> Result<String> {
        update_id(said)
    }
}

impl Scriptable for UpdateNodegroupConfig {
    fn as_call(&self) -> EngineCall {
        EngineCall::UpdateConfig(self.group.name.clone(), self.change.clone(), self.token.clone())
    }

    fn answer(&self, said: Said) -> Result<String> {
        update_id(said)
    }
}

impl Scriptable for TagResource {
    fn as_call(&self) -> EngineCall {
        EngineCall::Tag(self.arn.clone(), self.tags.clone())
    }

    fn answer(&self, said: Said) -> Result<()> {
        done(said)
    }
}

impl Scriptable for UntagResource {
    fn as_call(&self) -> EngineCall {
        EngineCall::Untag(self.arn.clone(), self.keys.clone())
    }

    fn answer(&self, said: Said) -> Result<()> {
        done(said)
    }
}

impl Scriptable for DeleteNodegroup {
    fn as_call(&self) -> EngineCall {
        EngineCall::Delete(self.group.name.clone())
    }

    fn answer(&self, said: Said) -> Result<()> {
        done(said)
    }
}

impl Scriptable for DescribeCluster {
    fn at_once(&self) -> Option<Result<Option<ClusterNetwork>>> {
        Some(Ok(Some(ClusterNetwork {
            vpc: "vpc-1".to_owned(),
            security_group: "sg-1".to_owned(),
        })))
    }
}

impl Scriptable for DescribeInstanceTypes {
    fn at_once(&self) -> Option<Result<Vec<InstanceTypeFacts>>> {
        Some(Ok(self.names.iter().map(|_| PLAIN).collect()))
    }
}

impl Scriptable for DescribeLaunchTemplate {
    fn at_once(&self) -> Option<Result<CustomTemplate>> {
        Some(Ok(CustomTemplate {
            id: self.template.identity.as_str().to_owned(),
            version: 1,
            ..CustomTemplate::default()
        }))
    }
}

impl Scriptable for ReadFacts {
    fn as_call(&self) -> EngineCall {
        EngineCall::Facts(self.name.clone())
    }

    fn answer(&self, said: Said) -> Facts {
        let name = match said {
            Said::Facts(group) => Ok(group.map(|group| NodeGroup::clone(&group))),
            said => Err(unfit(said)),
        };
        Facts {
            name: Some(name),
            ..Facts::default()
        }
    }
}

impl Scriptable for ReadEvidence {
    fn at_once(&self) -> Option<Evidence> {
        Some(Evidence::default())
    }
}

impl Scriptable for DescribeEc2Resources {
    fn as_call(&self) -> EngineCall {
        EngineCall::Ec2Resources(self.group_ref.clone())
    }

    fn answer(&self, said: Said) -> Result<Ec2Resources> {
        match said {
            Said::Ec2Resources(found) => Ok(Ec2Resources::clone(&found)),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for ChangeEc2 {
    fn as_call(&self) -> EngineCall {
        EngineCall::Launch(self.step.clone(), self.token.clone())
    }

    fn answer(&self, said: Said) -> Result<LaunchStepResult> {
        match said {
            Said::Made(made) => Ok(LaunchStepResult::clone(&made)),
            said => Err(unfit(said)),
        }
    }
}

impl Scriptable for ReadDrain {
    fn at_once(&self) -> Option<Result<Drain>> {
        Some(Ok(Drain::default()))
    }
}

impl Scriptable for AwaitNodeChange {
    fn at_once(&self) -> Option<()> {
        Some(())
    }
}

/// Says why no configuration makes these requests.
macro_rules! never_made {
    ($why:literal: $($request:ty),+ $(,)?) => {
        $(impl Scriptable for $request {
            fn as_call(&self) -> EngineCall {
                unreachable!($why)
            }
        })+
    };
}

never_made!("no configuration waits for nodes": ListNodes);
never_made!("no configuration has Windows": ReadWindowsState);
never_made!(
    "no configuration has the device plugin": ListDaemonSets, ApplyObject, CreateDaemonSet, DeleteDaemonSet,
);
never_made!("no group shows an Auto Scaling group": DescribeScalingGroup, ChangeScalingGroup);

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
