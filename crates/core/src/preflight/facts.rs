//! What the adapters read before the function changes anything. The facts are not judged here.

use std::collections::{BTreeMap, BTreeSet};

use crate::call_error::CallError;
use crate::launch_template::custom_template::CustomTemplate;
use crate::node::instance_type::{Architecture, InstanceTypeFacts};
use crate::nodegroup::group::NodeGroup;
use crate::workload::windows::WindowsState;

/// The result of one read. A failed read never refuses a request: the function reports the check as not made.
pub type Read<T> = Result<T, CallError>;

/// All facts for the checks. `None` if the properties gave no reason to read the fact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    pub cluster: Option<Read<Cluster>>,
    /// The node group that has the wanted name. `Ok(None)` if the name is free.
    pub name: Option<Read<Option<NodeGroup>>>,
    /// How many node groups the cluster has.
    pub node_groups: Option<Read<usize>>,
    pub role: Option<Read<Role>>,
    /// ARNs of the managed policies of the role.
    pub role_policies: Option<Read<BTreeSet<String>>>,
    /// Names of the role's inline policies. They may allow what a missing managed policy would allow.
    pub role_inline_policies: Option<Read<BTreeSet<String>>>,
    /// IDs of running instances that have the role and belong to no managed node group.
    pub other_instances: Option<Read<Vec<String>>>,
    /// The role `AWSServiceRoleForAmazonEKSNodegroup`.
    pub service_linked_role: Option<Read<()>>,
    /// The wanted subnets that exist.
    pub subnets: Option<Read<Vec<Subnet>>>,
    /// The route tables of the subnets' VPC.
    pub route_tables: Option<Read<Vec<RouteTable>>>,
    pub endpoints: Option<Read<Vec<VpcEndpoint>>>,
    pub dns: Option<Read<VpcDns>>,
    pub dhcp: Option<Read<VpcDhcp>>,
    /// The wanted instance types that exist.
    pub types: Option<Read<Vec<InstanceType>>>,
    /// Instance type and availability zone of each offer.
    pub offers: Option<Read<BTreeSet<(String, String)>>>,
    /// By quota code, such as `L-1216C47A`. A quota that the account does not show is left out.
    pub quotas: Option<Read<BTreeMap<String, f64>>>,
    /// Names of the wanted key pairs that exist.
    pub key_pairs: Option<Read<BTreeSet<String>>>,
    /// VPC by ID, for each wanted security group that exists: the group of the cluster, `SecurityGroups` and
    /// `SourceSecurityGroups`.
    pub security_groups: Option<Read<BTreeMap<String, String>>>,
    pub template: Option<Read<CustomTemplate>>,
    /// The AMI of the user's launch template. `Ok(None)` if the account may use no such image.
    pub image: Option<Read<Option<MachineImage>>>,
    pub key: Option<Read<KmsKey>>,
    /// The principals that have a grant on the key.
    pub grantees: Option<Read<BTreeSet<String>>>,
    /// The key's policy, as JSON.
    pub key_policy: Option<Read<String>>,
    /// Whether the function may list the cluster's nodes.
    pub nodes: Option<Read<()>>,
    /// Whether the function may list the cluster's DaemonSets.
    pub daemon_sets: Option<Read<()>>,
    /// What Windows nodes need of the cluster.
    pub windows: Option<Read<WindowsState>>,
    /// The type of the node role's access entry. `Ok(None)` if the role has no entry yet.
    pub node_access_entry: Option<Read<Option<String>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cluster {
    pub name: String,
    pub arn: String,
    /// As EKS names it: `ACTIVE`, `CREATING`, `UPDATING`, `DELETING`, `FAILED`, `PENDING`.
    pub status: String,
    pub version: String,
    pub role: String,
    pub vpc: String,
    pub security_group: String,
    /// `CONFIG_MAP`, `API`, `API_AND_CONFIG_MAP`.
    pub authentication: String,
    pub public_access: bool,
    pub private_access: bool,
    pub public_cidrs: Vec<String>,
    pub ip_family: IpFamily,
    pub location: Location,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IpFamily {
    #[default]
    V4,
    V6,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Location {
    #[default]
    Region,
    /// A local cluster.
    Outpost,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Role {
    pub arn: String,
    /// The trust policy as JSON, decoded.
    pub trust: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subnet {
    pub id: String,
    pub vpc: String,
    pub zone: String,
    pub outpost: Option<String>,
    pub free_addresses: i32,
    /// `MapPublicIpOnLaunch`.
    pub assigns_public_addresses: bool,
    /// `AssignIpv6AddressOnCreation`.
    pub assigns_ipv6_addresses: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouteTable {
    pub id: String,
    pub vpc: String,
    /// Whether the table serves the subnets that have no table of their own.
    pub main: bool,
    pub subnets: BTreeSet<String>,
    pub routes: Vec<Route>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Route {
    /// `0.0.0.0/0`, `::/0`, another range, or a prefix list.
    pub destination: String,
    /// `igw-…`, `nat-…`, `tgw-…`, `eni-…`, `local`.
    pub target: String,
    /// The target of the route does not exist any more.
    pub blackhole: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VpcEndpoint {
    /// Such as `com.amazonaws.us-east-1.ecr.api`.
    pub service: String,
    pub state: String,
}

/// The DNS attributes of a VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VpcDns {
    pub support: bool,
    pub hostnames: bool,
}

/// The DHCP options of a VPC: the values of `domain-name` and `domain-name-servers`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VpcDhcp {
    pub id: String,
    pub domain_names: Vec<String>,
    pub servers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct InstanceType {
    pub name: String,
    pub facts: InstanceTypeFacts,
    pub vcpus: u32,
    pub memory_mib: u64,
    /// Built on Nitro. Bare metal types count too.
    pub nitro: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineImage {
    pub id: String,
    pub architecture: Architecture,
    /// As EC2 names it. Only `available` can be launched.
    pub state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KmsKey {
    pub arn: String,
    /// As KMS names it. Only `Enabled` can be used.
    pub state: String,
    pub maker: KeyMaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyMaker {
    #[default]
    Customer,
    /// An AWS managed key, which needs no grant.
    Aws,
}
