//! Calls to EKS. Node groups are named by the physical ID `cluster/name`.

use std::collections::{BTreeMap, BTreeSet};

use mng_core::call_error::CallError;
use mng_core::decide::change::ConfigChange;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::history::UpdateState;
use mng_core::decide::plan::VersionChange;
use mng_core::launch_template::steps::ClusterNetwork;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::physical_id::PhysicalId;

use super::ApiRequest;

/// Lists the names of all node groups of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListNodegroups {
    pub cluster: String,
}

impl ApiRequest for ListNodegroups {
    type Response = Result<Vec<String>, CallError>;

    fn action(&self) -> &'static str {
        "eks:ListNodegroups"
    }

    fn resource(&self) -> String {
        self.cluster.clone()
    }
}

/// Lists the updates of a node group that EKS began at `since` or later, in seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListUpdates {
    pub group: PhysicalId,
    pub since: u64,
}

impl ApiRequest for ListUpdates {
    type Response = Result<Vec<UpdateBegun>, CallError>;

    fn action(&self) -> &'static str {
        "eks:ListUpdates"
    }

    fn resource(&self) -> String {
        self.group.to_string()
    }
}

/// An update of a node group that EKS has begun.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UpdateBegun {
    pub id: String,
    /// In seconds since the epoch.
    pub at: u64,
    /// The desired size that the update sets; `None` if the update sets no desired size.
    pub desired_size: Option<i32>,
}

/// Reads a node group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeNodegroup {
    pub group: PhysicalId,
}

impl ApiRequest for DescribeNodegroup {
    type Response = Result<NodeGroup, CallError>;

    fn action(&self) -> &'static str {
        "eks:DescribeNodegroup"
    }

    fn resource(&self) -> String {
        self.group.to_string()
    }
}

/// Reads an update of a node group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeUpdate {
    pub group: PhysicalId,
    pub update_id: String,
}

impl ApiRequest for DescribeUpdate {
    type Response = Result<UpdateState, CallError>;

    fn action(&self) -> &'static str {
        "eks:DescribeUpdate"
    }

    fn resource(&self) -> String {
        format!("{} of {}", self.update_id, self.group)
    }
}

/// Creates a node group. EKS takes the same token with the same content for the same request.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateNodegroup {
    pub desired: Box<Desired>,
    pub group: NewGroup,
    pub token: String,
}

impl ApiRequest for CreateNodegroup {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "eks:CreateNodegroup"
    }

    fn resource(&self) -> String {
        format!("{}/{}", self.desired.spec.cluster, self.desired.name)
    }
}

/// Rolls a node group to another version or launch template. The answer is the ID of the update.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateNodegroupVersion {
    pub group: PhysicalId,
    pub change: Box<VersionChange>,
    pub token: String,
}

impl ApiRequest for UpdateNodegroupVersion {
    type Response = Result<String, CallError>;

    fn action(&self) -> &'static str {
        "eks:UpdateNodegroupVersion"
    }

    fn resource(&self) -> String {
        self.group.to_string()
    }
}

/// Changes the configuration of a node group. The answer is the ID of the update.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateNodegroupConfig {
    pub group: PhysicalId,
    pub change: Box<ConfigChange>,
    pub token: String,
}

impl ApiRequest for UpdateNodegroupConfig {
    type Response = Result<String, CallError>;

    fn action(&self) -> &'static str {
        "eks:UpdateNodegroupConfig"
    }

    fn resource(&self) -> String {
        self.group.to_string()
    }
}

/// Sets tags on the node group of an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagResource {
    pub arn: String,
    pub tags: BTreeMap<String, String>,
}

impl ApiRequest for TagResource {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "eks:TagResource"
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }
}

/// Removes tags from the node group of an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UntagResource {
    pub arn: String,
    pub keys: BTreeSet<String>,
}

impl ApiRequest for UntagResource {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "eks:UntagResource"
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }
}

/// Deletes a node group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteNodegroup {
    pub group: PhysicalId,
}

impl ApiRequest for DeleteNodegroup {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "eks:DeleteNodegroup"
    }

    fn resource(&self) -> String {
        self.group.to_string()
    }
}

/// Reads the network of a cluster. The answer is `None` while the cluster has no VPC or no security group yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeCluster {
    pub cluster: String,
}

impl ApiRequest for DescribeCluster {
    type Response = Result<Option<ClusterNetwork>, CallError>;

    fn action(&self) -> &'static str {
        "eks:DescribeCluster"
    }

    fn resource(&self) -> String {
        self.cluster.clone()
    }
}
