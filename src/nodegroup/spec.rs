//! What the template asks for, valid by construction: made by `validate` alone, at the edge.

use std::collections::{BTreeMap, BTreeSet};

use super::scaling::Scaling;
use super::settings::{NodeRepair, Taint, UpdateSettings, WarmPool};
use super::version::KubernetesVersion;

/// A node group as its template wants it. `None` means that the template says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    pub cluster: String,
    pub naming: Naming,
    pub node_role: String,
    pub subnets: BTreeSet<String>,
    pub ami_type: Option<String>,
    pub capacity_type: CapacityType,
    pub instance_types: Vec<String>,
    pub disk_size: Option<i32>,
    pub remote_access: Option<RemoteAccess>,
    pub launch_template: Option<LaunchTemplate>,
    pub version: Option<KubernetesVersion>,
    pub release: Release,
    pub force: ForceUpdate,
    pub scaling: Scaling,
    pub labels: BTreeMap<String, String>,
    pub taints: BTreeSet<Taint>,
    pub tags: BTreeMap<String, String>,
    pub update_settings: UpdateSettings,
    pub node_repair: NodeRepair,
    pub warm_pool: WarmPool,
    pub block_pod_imds: BlockPodImds,
    pub wait_for: WaitFor,
    /// Seconds, 1 to 3600.
    pub service_timeout: u64,
}

/// Who names the group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    Explicit(String),
    Generated { prefix: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CapacityType {
    #[default]
    OnDemand,
    Spot,
    CapacityBlock,
}

/// `RemoteAccess`, as the service takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteAccess {
    pub ssh_key: Option<String>,
    pub source_security_groups: BTreeSet<String>,
}

/// A launch template of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchTemplate {
    pub identity: LaunchTemplateIdentity,
    pub version: LaunchTemplateVersion,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchTemplateIdentity {
    Id(String),
    Name(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchTemplateVersion {
    Number(u64),
    Latest,
    Default,
}

/// Which AMI release the nodes run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Release {
    /// The template says nothing: the newest at creation, and no change after it.
    Unstated,
    /// `latest`: the recommended one, followed at each update of the resource.
    Latest,
    Exact(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForceUpdate {
    Yes,
    #[default]
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BlockPodImds {
    Yes,
    #[default]
    No,
}

/// How far to go before the stack is told that the resource is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaitFor {
    Submitted,
    #[default]
    Active,
}

impl CapacityType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "ON_DEMAND",
            Self::Spot => "SPOT",
            Self::CapacityBlock => "CAPACITY_BLOCK",
        }
    }
}

impl LaunchTemplateIdentity {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Id(text) | Self::Name(text) => text,
        }
    }
}
