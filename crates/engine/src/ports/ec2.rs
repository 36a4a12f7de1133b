//! Calls to EC2, and the reads of several services for the checks and for the explanation of a failure.

use std::collections::BTreeSet;

use mng_core::call_error::CallError;
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::UsersTemplate;
use mng_core::launch_template::ec2_resources::{Belongings, Place};
use mng_core::launch_template::steps::{LaunchStep, Made};
use mng_core::node::image::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::Owner;
use mng_core::preflight::facts::Facts;
use mng_core::properties::spec::{LaunchTemplate, Spec};

use super::{Request, access, api_of};

/// Reads the facts of instance types, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeInstanceTypes {
    pub names: Vec<String>,
}

impl Request for DescribeInstanceTypes {
    type Answer = Result<Vec<InstanceTypeFacts>, CallError>;

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

impl Request for DescribeLaunchTemplate {
    type Answer = Result<UsersTemplate, CallError>;

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

impl Request for ReadFacts {
    type Answer = Facts;

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

impl Request for ReadEvidence {
    type Answer = Evidence;

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
    pub place: Place,
}

impl Request for DescribeEc2Resources {
    type Answer = Result<Belongings, CallError>;

    fn action(&self) -> &'static str {
        "the reads in EC2"
    }

    fn resource(&self) -> String {
        format!("{}/{}", self.place.cluster, self.place.name)
    }
}

/// Finds the physical IDs of all node groups for which a resource has something in EC2, by the tags there. The node
/// groups need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindIdsInEc2 {
    pub owner: Owner,
}

impl Request for FindIdsInEc2 {
    type Answer = Result<BTreeSet<String>, CallError>;

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

impl Request for ChangeEc2 {
    type Answer = Result<Made, CallError>;

    fn action(&self) -> &'static str {
        self.step.action()
    }

    fn resource(&self) -> String {
        self.step.resource().to_owned()
    }
}
