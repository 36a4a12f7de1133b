//! The stack, EKS and EC2 in a dry run.

use std::collections::BTreeMap;

use mng_core::call_error::CallError;
use mng_core::decide::history::UpdateState;
use mng_core::launch_template::ec2_resources::Belongings;
use mng_core::launch_template::steps::Made;
use mng_core::node::image::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::preflight::facts::Facts;
use mng_engine::ports::{
    ChangeEc2, CreateNodegroup, DeleteNodegroup, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes,
    DescribeLaunchTemplate, DescribeNodegroup, DescribeStack, DescribeStackResource, DescribeUpdate, FindIdsInEc2,
    FindOperationStart, ListNodegroups, ListUpdates, ReadEvidence, ReadFacts, Record, Stack, TagResource,
    UntagResource, UpdateBegun, UpdateNodegroupConfig, UpdateNodegroupVersion,
};

use super::Planned;
use super::scene::Scene;
use crate::asked::without_advice;

/// The ID of every update that a dry run does not begin.
const UPDATE: &str = "not begun";

type Result<T> = std::result::Result<T, CallError>;

/// The dry run assumes that the stack does what the request is for, whatever the stack does today: somebody may plan an
/// event before its deployment or long after it. Only the tags are those of the real stack.
impl Planned for DescribeStack {
    fn answered(&self, scene: &mut Scene) -> Option<Result<Stack>> {
        if scene.stack.is_none() && !scene.reads_stack_tags() {
            scene.stack = Some(scene.stack_with(BTreeMap::new()));
        }
        scene.stack.clone().map(Ok)
    }

    fn kept(&self, scene: &mut Scene, answer: Result<Stack>) -> Result<Stack> {
        let tags = answer.map(|stack| stack.tags).unwrap_or_else(|error| {
            let error = without_advice(&error.to_string());
            scene.notes.push(format!("the stack's tags are left out: {error}"));
            BTreeMap::new()
        });
        let stack = scene.stack_with(tags);
        scene.stack = Some(stack.clone());
        Ok(stack)
    }
}

/// The stack is in the midst of what the request is for.
impl Planned for FindOperationStart {
    fn answered(&self, _: &mut Scene) -> Option<Result<Option<u64>>> {
        Some(Ok(None))
    }
}

/// A plan removes no unfinished replacement, so the plan needs no record of CloudFormation.
impl Planned for DescribeStackResource {
    fn answered(&self, _: &mut Scene) -> Option<Result<Option<Record>>> {
        Some(Ok(None))
    }
}

/// EKS has begun no update for a request that is only planned.
impl Planned for ListUpdates {
    fn answered(&self, _: &mut Scene) -> Option<Result<Vec<UpdateBegun>>> {
        Some(Ok(vec![]))
    }
}

impl Planned for DescribeNodegroup {
    fn answered(&self, scene: &mut Scene) -> Option<Result<NodeGroup>> {
        scene.group(&self.group)
    }

    fn kept(&self, scene: &mut Scene, answer: Result<NodeGroup>) -> Result<NodeGroup> {
        if let Ok(group) = &answer {
            scene.becomes(group.clone());
        }
        answer
    }
}

impl Planned for DescribeUpdate {
    fn answered(&self, _: &mut Scene) -> Option<Result<UpdateState>> {
        (self.update_id == UPDATE).then_some(Ok(UpdateState::Successful))
    }
}

impl Planned for CreateNodegroup {
    fn answered(&self, scene: &mut Scene) -> Option<Result<()>> {
        scene.create(&self.desired, &self.group);
        Some(Ok(()))
    }
}

impl Planned for UpdateNodegroupVersion {
    fn answered(&self, scene: &mut Scene) -> Option<Result<String>> {
        scene.update_version(&self.group, &self.change);
        Some(Ok(UPDATE.to_owned()))
    }
}

impl Planned for UpdateNodegroupConfig {
    fn answered(&self, scene: &mut Scene) -> Option<Result<String>> {
        scene.update_config(&self.group, &self.change);
        Some(Ok(UPDATE.to_owned()))
    }
}

impl Planned for TagResource {
    fn answered(&self, scene: &mut Scene) -> Option<Result<()>> {
        scene.tag(&self.arn, &self.tags);
        Some(Ok(()))
    }
}

impl Planned for UntagResource {
    fn answered(&self, scene: &mut Scene) -> Option<Result<()>> {
        scene.untag(&self.arn, &self.keys);
        Some(Ok(()))
    }
}

impl Planned for DeleteNodegroup {
    fn answered(&self, scene: &mut Scene) -> Option<Result<()>> {
        scene.delete(&self.group);
        Some(Ok(()))
    }
}

impl Planned for DescribeInstanceTypes {
    fn kept(&self, scene: &mut Scene, answer: Result<Vec<InstanceTypeFacts>>) -> Result<Vec<InstanceTypeFacts>> {
        if let Ok(types) = &answer {
            scene.types.clone_from(types);
        }
        answer
    }
}

/// The engine uses the answer of DescribeNodegroup in these facts too.
impl Planned for ReadFacts {
    fn kept(&self, scene: &mut Scene, facts: Facts) -> Facts {
        if let Some(Ok(types)) = &facts.types {
            scene.types = types.iter().map(|kind| kind.facts).collect();
        }
        if let Some(Ok(Some(group))) = &facts.name {
            scene.becomes(group.clone());
        }
        facts
    }
}

impl Planned for DescribeEc2Resources {
    fn answered(&self, scene: &mut Scene) -> Option<Result<Belongings>> {
        scene.belongings(&self.place).map(Ok)
    }

    fn kept(&self, scene: &mut Scene, answer: Result<Belongings>) -> Result<Belongings> {
        if let Ok(found) = &answer {
            scene.around.push((self.place.clone(), found.clone()));
        }
        answer
    }
}

impl Planned for ChangeEc2 {
    fn answered(&self, scene: &mut Scene) -> Option<Result<Made>> {
        Some(Ok(scene.launch(&self.step)))
    }
}

impl Planned for DescribeCluster {}
impl Planned for DescribeLaunchTemplate {}
impl Planned for FindIdsInEc2 {}
impl Planned for ListNodegroups {}
impl Planned for ReadEvidence {}
