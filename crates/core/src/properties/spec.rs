//! What the template asks for, valid by construction: made by `validate` alone, at the edge.

use std::collections::{BTreeMap, BTreeSet};

use super::scaling::Scaling;
use super::settings::{NodeRepair, Taint, UpdateSettings, WarmPool};
use super::version::KubernetesVersion;
use crate::node::ami_type::{AmiType, OperatingSystem};
use crate::node::max_pods::Networking;
use crate::node::public_key::PublicKey;

/// A node group as its template wants it. `None` means that the template says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    pub cluster: String,
    pub naming: Naming,
    pub node_role: String,
    pub subnets: BTreeSet<String>,
    pub ami_type: Option<AmiType>,
    pub capacity_type: CapacityType,
    pub instance_types: Vec<String>,
    /// The user's own; without one the resource makes its own, which holds `node`.
    pub launch_template: Option<LaunchTemplate>,
    pub node: NodeSettings,
    pub version: Option<KubernetesVersion>,
    pub release: Release,
    pub force: ForceUpdate,
    pub scaling: Scaling,
    /// Those that the service sets; what its API can't take is among the node's own.
    pub labels: BTreeMap<String, String>,
    pub taints: BTreeSet<Taint>,
    pub tags: BTreeMap<String, String>,
    pub update_settings: UpdateSettings,
    pub node_repair: NodeRepair,
    pub warm_pool: WarmPool,
    pub scaling_group: ScalingGroupSettings,
    pub device_plugin: DevicePlugin,
    pub windows_support: WindowsSupport,
    pub stateful: Stateful,
    pub wait_for: WaitFor,
    pub preflight: Preflight,
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

/// What the resource's own launch template holds beside the instance type.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeSettings {
    pub volume: Volume,
    pub remote_access: Option<RemoteAccess>,
    /// Beside the cluster security group.
    pub security_groups: BTreeSet<String>,
    pub block_pod_imds: BlockPodImds,
    pub max_pods: Option<MaxPods>,
    /// Labels that the service's API can't take: without a value, or with a key of over 63 characters.
    pub labels: BTreeMap<String, String>,
    pub user_data: Option<String>,
    pub propagate_tags: PropagateTags,
}

/// The root volume, on Bottlerocket the data volume. `None` leaves the default.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Volume {
    /// GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// MiB a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<i32>,
    pub encryption: Encryption,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub enum Encryption {
    /// What the account has by default.
    #[default]
    Unstated,
    Off,
    On {
        kms_key: Option<String>,
    },
}

/// `RemoteAccess`: the key pair of the nodes, and who may reach port 22, on Windows 3389.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteAccess {
    pub key: SshKey,
    pub source_security_groups: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SshKey {
    /// The name of a key pair of the user's.
    Named(String),
    /// Imported as a key pair of the resource's own.
    Imported(PublicKey),
}

/// How many pods a node takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxPods {
    Number(u32),
    /// By EKS's recommended calculation over the instance types.
    Computed(Networking),
}

/// Whether the group's tags reach its instances, volumes and network interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PropagateTags {
    Yes,
    #[default]
    No,
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

/// Whether pods that have their own network are kept from the instance metadata service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
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
    /// As many nodes as the group wants are Ready in Kubernetes.
    NodesReady,
}

/// What the Auto Scaling group behind the node group is given. The service makes it and has no API for any of this.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScalingGroupSettings {
    pub autoscaler: Autoscaler,
    /// Auto Scaling processes that don't run, such as `AZRebalance`.
    pub suspended: BTreeSet<String>,
}

/// Whether the Cluster Autoscaler finds the group and knows its nodes before there are any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Autoscaler {
    #[default]
    Unasked,
    Tagged {
        /// What a node has, by resource, such as `ephemeral-storage`; over what is known of the instance types.
        resources: BTreeMap<String, String>,
        /// Settings of the autoscaler for this group, such as `scaledownunneededtime`.
        options: BTreeMap<String, String>,
    },
}

/// `NvidiaDevicePlugin`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DevicePlugin {
    #[default]
    Unasked,
    Nvidia {
        image: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WindowsSupport {
    Enabled,
    #[default]
    Unasked,
}

/// Whether pods on the nodes keep data on volumes, which are in one zone each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stateful {
    Yes,
    #[default]
    No,
}

/// What becomes of what speaks against a change before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preflight {
    /// Errors refuse the change.
    #[default]
    Strict,
    /// Everything found is told with the answer, and nothing refuses.
    Warn,
    /// Nothing is looked at.
    Off,
}

/// What EKS runs when nobody names an instance type (API reference of `CreateNodegroup`).
const DEFAULT_INSTANCE_TYPE: &str = "t3.medium";

/// Where a group's instance types are stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceTypes<'a> {
    /// The one type, in the resource's own launch template: changing it rolls the nodes.
    InTemplate(&'a str),
    /// On the node group, which can't change them.
    OnGroup(&'a [String]),
}

impl Spec {
    /// What the nodes boot, as far as the template says it.
    pub fn operating_system(&self) -> OperatingSystem {
        OperatingSystem::of(self.ami_type.as_ref())
    }

    /// Whether the template says that the launch template names an image of the user's own.
    pub fn has_custom_ami(&self) -> bool {
        self.ami_type.as_ref().is_some_and(AmiType::is_custom)
    }

    /// Where the instance types are stated: exactly one lives in the resource's own launch template.
    pub fn types(&self) -> InstanceTypes<'_> {
        match (&self.launch_template, self.instance_types.as_slice()) {
            (None, []) => InstanceTypes::InTemplate(DEFAULT_INSTANCE_TYPE),
            (None, [one]) => InstanceTypes::InTemplate(one),
            (_, types) => InstanceTypes::OnGroup(types),
        }
    }

    /// The instance types as a list, wherever they are stated. Empty: the user's launch template names the type.
    pub fn type_names(&self) -> Vec<String> {
        match self.types() {
            InstanceTypes::InTemplate(one) => vec![one.to_owned()],
            InstanceTypes::OnGroup(types) => types.to_vec(),
        }
    }
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
