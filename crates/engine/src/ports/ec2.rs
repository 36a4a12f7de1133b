//! Calls to EC2, and the reads of several services for the checks and for the explanation of a failure.

use std::collections::BTreeSet;

use mng_core::call_error::CallError;
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::CustomTemplate;
use mng_core::launch_template::ec2_resources::{Ec2Resources, GroupRef};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::Owner;
use mng_core::preflight::facts::Facts;
use mng_core::properties::spec::{LaunchTemplate, Spec};

use super::{ApiRequest, access, api_of};

/// Reads the facts of instance types, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeInstanceTypes {
    pub names: Vec<String>,
}

impl ApiRequest for DescribeInstanceTypes {
    type Response = Result<Vec<InstanceTypeFacts>, CallError>;

    fn action(&self) -> &'static str {
        "ec2:DescribeInstanceTypes"
    }

    fn resource(&self) -> String {
        self.names.join(",")
    }
}

/// Reads a version of the user's own launch template. The answer holds the number of the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeLaunchTemplate {
    pub template: LaunchTemplate,
}

impl ApiRequest for DescribeLaunchTemplate {
    type Response = Result<CustomTemplate, CallError>;

    fn action(&self) -> &'static str {
        "ec2:DescribeLaunchTemplateVersions"
    }

    fn resource(&self) -> String {
        self.template.identity.as_str().to_owned()
    }
}

/// Reads at once what the checks before a change use.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadFacts {
    pub spec: Box<Spec>,
    /// The name that the node group would have.
    pub name: String,
}

impl ApiRequest for ReadFacts {
    type Response = Facts;

    fn action(&self) -> &'static str {
        "the reads of the checks before a change"
    }

    fn resource(&self) -> String {
        format!("{}/{}", self.spec.cluster, self.name)
    }

    fn allowed_by(&self, facts: &Facts) -> Vec<String> {
        let read = [
            (matches!(facts.nodes, Some(Ok(()))), "list nodes"),
            (matches!(facts.daemon_sets, Some(Ok(()))), "list daemonsets"),
            (matches!(facts.windows, Some(Ok(_))), "list nodes"),
            (matches!(facts.windows, Some(Ok(_))), "get configmaps"),
        ];
        let api = api_of(&self.spec.cluster);
        let read = read.into_iter().filter(|(was_read, _)| *was_read);
        read.map(|(_, action)| access(action, &api)).collect()
    }
}

/// Reads what explains why a node group failed: the activities of its Auto Scaling group, and the console of one
/// instance.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadEvidence {
    pub group: Box<NodeGroup>,
}

impl ApiRequest for ReadEvidence {
    type Response = Evidence;

    fn action(&self) -> &'static str {
        "the reads that explain a failure"
    }

    fn resource(&self) -> String {
        format!("{}/{}", self.group.cluster, self.group.name)
    }
}

/// Reads the launch template, security group and key pairs of one node group, by their names and tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeEc2Resources {
    pub group_ref: GroupRef,
}

impl ApiRequest for DescribeEc2Resources {
    type Response = Result<Ec2Resources, CallError>;

    fn action(&self) -> &'static str {
        "the reads in EC2"
    }

    fn resource(&self) -> String {
        format!("{}/{}", self.group_ref.cluster, self.group_ref.name)
    }
}

/// Finds the physical IDs of all node groups for which a resource has something in EC2, by the tags there. The node
/// groups need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindIdsInEc2 {
    pub owner: Owner,
}

impl ApiRequest for FindIdsInEc2 {
    type Response = Result<BTreeSet<String>, CallError>;

    fn action(&self) -> &'static str {
        "the reads in EC2"
    }

    fn resource(&self) -> String {
        self.owner.logical_id.clone()
    }
}

/// Makes the one call of a step in EC2.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeEc2 {
    pub step: LaunchStep,
    pub token: String,
}

impl ApiRequest for ChangeEc2 {
    type Response = Result<LaunchStepResult, CallError>;

    fn action(&self) -> &'static str {
        self.step.action()
    }

    fn resource(&self) -> String {
        self.step.resource().to_owned()
    }
}
