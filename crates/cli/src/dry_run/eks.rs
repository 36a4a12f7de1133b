//! The stack, EKS and EC2 in a dry run.

use std::collections::BTreeMap;

use mng_core::call_error::CallError;
use mng_core::decide::history::UpdateState;
use mng_core::launch_template::ec2_resources::Ec2Resources;
use mng_core::launch_template::steps::LaunchStepResult;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::preflight::facts::Facts;
use mng_engine::ports::{
    ChangeEc2, CreateNodegroup, DeleteNodegroup, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes,
    DescribeLaunchTemplate, DescribeNodegroup, DescribeStack, DescribeStackResource, DescribeUpdate, FindIdsInEc2,
    FindOperationStart, ListNodegroups, ListUpdates, ReadEvidence, ReadFacts, Record, Stack, TagResource,
    UntagResource, UpdateBegun, UpdateNodegroupConfig, UpdateNodegroupVersion,
};

use super::Planned;
use super::state::DryRunState;
use crate::request_arguments::without_advice;

/// The ID of every update that a dry run does not begin.
const UPDATE: &str = "not begun";

type Result<T> = std::result::Result<T, CallError>;

/// The dry run assumes that the stack does what the request is for, whatever the stack does today: somebody may plan an
/// event before its deployment or long after it. Only the tags are those of the real stack.
impl Planned for DescribeStack {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<Stack>> {
        if state.stack.is_none() && !state.reads_stack_tags() {
            state.stack = Some(state.stack_with(BTreeMap::new()));
        }
        state.stack.clone().map(Ok)
    }

    fn kept(&self, state: &mut DryRunState, answer: Result<Stack>) -> Result<Stack> {
        let tags = answer.map(|stack| stack.tags).unwrap_or_else(|error| {
            let error = without_advice(&error.to_string());
            state.notes.push(format!("the stack's tags are left out: {error}"));
            BTreeMap::new()
        });
        let stack = state.stack_with(tags);
        state.stack = Some(stack.clone());
        Ok(stack)
    }
}

/// The stack is in the midst of what the request is for.
impl Planned for FindOperationStart {
    fn answered(&self, _: &mut DryRunState) -> Option<Result<Option<u64>>> {
        Some(Ok(None))
    }
}

/// A plan removes no unfinished replacement, so the plan needs no record of CloudFormation.
impl Planned for DescribeStackResource {
    fn answered(&self, _: &mut DryRunState) -> Option<Result<Option<Record>>> {
        Some(Ok(None))
    }
}

/// EKS has begun no update for a request that is only planned.
impl Planned for ListUpdates {
    fn answered(&self, _: &mut DryRunState) -> Option<Result<Vec<UpdateBegun>>> {
        Some(Ok(vec![]))
    }
}

impl Planned for DescribeNodegroup {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<NodeGroup>> {
        state.group(&self.group)
    }

    fn kept(&self, state: &mut DryRunState, answer: Result<NodeGroup>) -> Result<NodeGroup> {
        if let Ok(group) = &answer {
            state.becomes(group.clone());
        }
        answer
    }
}

impl Planned for DescribeUpdate {
    fn answered(&self, _: &mut DryRunState) -> Option<Result<UpdateState>> {
        (self.update_id == UPDATE).then_some(Ok(UpdateState::Successful))
    }
}

impl Planned for CreateNodegroup {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        state.create(&self.desired, &self.group);
        Some(Ok(()))
    }
}

impl Planned for UpdateNodegroupVersion {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<String>> {
        state.update_version(&self.group, &self.change);
        Some(Ok(UPDATE.to_owned()))
    }
}

impl Planned for UpdateNodegroupConfig {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<String>> {
        state.update_config(&self.group, &self.change);
        Some(Ok(UPDATE.to_owned()))
    }
}

impl Planned for TagResource {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        state.tag(&self.arn, &self.tags);
        Some(Ok(()))
    }
}

impl Planned for UntagResource {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        state.untag(&self.arn, &self.keys);
        Some(Ok(()))
    }
}

impl Planned for DeleteNodegroup {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        state.delete(&self.group);
        Some(Ok(()))
    }
}

impl Planned for DescribeInstanceTypes {
    fn kept(&self, state: &mut DryRunState, answer: Result<Vec<InstanceTypeFacts>>) -> Result<Vec<InstanceTypeFacts>> {
        if let Ok(types) = &answer {
            state.types.clone_from(types);
        }
        answer
    }
}

/// The engine uses the answer of DescribeNodegroup in these facts too.
impl Planned for ReadFacts {
    fn kept(&self, state: &mut DryRunState, facts: Facts) -> Facts {
        if let Some(Ok(types)) = &facts.types {
            state.types = types.iter().map(|kind| kind.facts).collect();
        }
        if let Some(Ok(Some(group))) = &facts.name {
            state.becomes(group.clone());
        }
        facts
    }
}

impl Planned for DescribeEc2Resources {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<Ec2Resources>> {
        state.belongings(&self.group_ref).map(Ok)
    }

    fn kept(&self, state: &mut DryRunState, answer: Result<Ec2Resources>) -> Result<Ec2Resources> {
        if let Ok(found) = &answer {
            state.around.push((self.group_ref.clone(), found.clone()));
        }
        answer
    }
}

impl Planned for ChangeEc2 {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<LaunchStepResult>> {
        Some(Ok(state.launch(&self.step)))
    }
}

impl Planned for DescribeCluster {}
impl Planned for DescribeLaunchTemplate {}
impl Planned for FindIdsInEc2 {}
impl Planned for ListNodegroups {}
impl Planned for ReadEvidence {}
