//! The resource's properties.

use schemars::JsonSchema;
use serde_json::json;

use super::node::{LaunchTemplate, MaxPods, RemoteAccess, Volume};
use super::scalars::{Boolean, KubernetesVersion, List, Text, Texts, Whole};
use super::settings::{NodeRepairConfig, ScalingConfig, Taint, UpdateConfig, WarmPoolConfig};
use super::words::{AmiType, CapacityType, Preflight, WaitFor};
use super::workload::{ClusterAutoscaler, DevicePlugin, Process};

/// The properties of Custom::ManagedNodeGroup, an Amazon EKS managed node group as a CloudFormation custom resource.
#[derive(JsonSchema)]
#[schemars(title = "Custom::ManagedNodeGroup", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Properties {
    /// The ARN of the function that backs the resource, as the provider's stack exports it: !ImportValue
    /// ManagedNodeGroupServiceToken.
    #[schemars(example = &"arn:aws:lambda:eu-central-1:111122223333:function:managed-node-group")]
    service_token: Option<Text>,
    /// The name of the cluster. Another one replaces the group.
    #[schemars(example = &"my-cluster", extend("maxLength" = 100))]
    cluster_name: Text,
    /// The name of the group, if it must be a certain one: letters, digits and hyphens, a letter first. With it, nothing
    /// can be changed that needs a replacement.
    #[schemars(example = &"my-mng", extend("maxLength" = 63, "pattern" = "^[A-Za-z][A-Za-z0-9-]*$"))]
    nodegroup_name: Option<Text>,
    /// What a generated name begins with; not given, the logical id. Read when a name is generated.
    #[schemars(example = &"web", extend("maxLength" = 50, "pattern" = "^[A-Za-z][A-Za-z0-9-]*$"))]
    nodegroup_name_prefix: Option<Text>,
    /// The ARN of the role that the nodes have. Another one replaces the group.
    #[schemars(example = &"arn:aws:iam::111122223333:role/eks-node")]
    node_role: Text,
    /// Where the nodes run: subnets of the cluster's VPC, in any order. Other ones replace the group.
    #[schemars(example = json!(["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"]))]
    subnets: List<1>,
    /// What the nodes run. Not given: Amazon Linux 2023 for the instance types' architecture and accelerator. Another one
    /// replaces the group.
    ami_type: Option<AmiType>,
    /// How the instances are bought; ON_DEMAND unless given. CAPACITY_BLOCK needs a LaunchTemplate. Another one replaces
    /// the group.
    capacity_type: Option<CapacityType>,
    /// By priority. A single type can be changed by a roll, several only by a replacement. t3.medium unless given.
    #[schemars(
        example = json!(["m5.large"]),
        example = json!(["m5.large", "m5a.large"]),
        length(max = 20),
        extend("uniqueItems" = true),
    )]
    instance_types: Option<List<0>>,
    /// The size of the root volume in GiB: 20 unless given, on Windows 50. The same as Volume.Size.
    #[schemars(example = 50)]
    disk_size: Option<Whole<1, 16_384>>,
    /// SSH, or on Windows RDP, into the nodes. Leave it out for none.
    remote_access: Option<RemoteAccess>,
    /// A launch template of your own. Without it the resource makes one, from the properties that can't stand beside this:
    /// DiskSize, Volume, RemoteAccess, SecurityGroups, MaxPods, UserData, PropagateTags.
    launch_template: Option<LaunchTemplate>,
    /// The nodes' Kubernetes version, not newer than the cluster's. A later one rolls; it never goes down.
    #[schemars(example = &"1.34")]
    version: Option<KubernetesVersion>,
    /// A release of the AMI, or latest: the newest at each update of the resource.
    #[schemars(example = &"latest", example = &"1.34.1-20260304")]
    release_version: Option<Text>,
    /// Whether a roll goes on where a pod disruption budget holds it up.
    force_update_enabled: Option<Boolean>,
    /// How many nodes there are. What is left out is filled in.
    scaling_config: Option<ScalingConfig>,
    /// Kubernetes labels of the nodes.
    #[schemars(example = json!({"team": "blue", "example.com/tier": "web"}))]
    labels: Option<Texts<317, 63>>,
    /// Kubernetes taints of the nodes.
    #[schemars(length(max = 50))]
    taints: Option<Vec<Taint>>,
    /// Tags of the group and of what is made for it. The stack's are inherited; these win.
    #[schemars(example = json!({"env": "prod"}), extend("maxProperties" = 46))]
    tags: Option<Texts<128, 256>>,
    /// How many nodes a roll takes at a time.
    update_config: Option<UpdateConfig>,
    /// Whether EKS repairs nodes that it finds unhealthy. Removed, it is switched off.
    node_repair_config: Option<NodeRepairConfig>,
    /// Instances that wait, booted before, to become nodes. Removed, it is switched off.
    warm_pool_config: Option<WarmPoolConfig>,
    /// Whether pods are kept from the instance metadata, and so from the node's role: then the hop limit is 1, else 2.
    block_pod_imds: Option<Boolean>,
    /// How many pods a node takes: a number, or how the cluster's network works, to have it computed.
    max_pods: Option<MaxPods>,
    /// The root volume, or on Bottlerocket the one for data.
    volume: Option<Volume>,
    /// The nodes' security groups, beside the cluster's own.
    #[schemars(example = json!(["sg-0123456789abcdef0"]), inner(pattern("^sg-")))]
    security_groups: Option<List<0>>,
    /// What runs before a node joins, or settings, by the AMI's system, in plain text. EKS adds what joins the node.
    #[schemars(example = &"#!/bin/bash\nsysctl -w vm.max_map_count=262144\n")]
    user_data: Option<Text>,
    /// Whether the group's tags reach instances, volumes, network interfaces and the Auto Scaling group too.
    propagate_tags: Option<Boolean>,
    /// Whether the Auto Scaling group gets the tags by which the Cluster Autoscaler finds it and knows its nodes before
    /// there are any. An object says more about them.
    cluster_autoscaler: Option<ClusterAutoscaler>,
    /// Processes of the Auto Scaling group that don't run. Left out, those that were suspended by this run again.
    suspend_processes: Option<Vec<Process>>,
    /// Whether NVIDIA's device plugin runs on the nodes, where they have GPUs and their AMI doesn't bring it. It is
    /// removed with the last group that asks for it.
    nvidia_device_plugin: Option<DevicePlugin>,
    /// Whether the cluster's network plugin gives addresses to Windows pods. It isn't switched off again.
    windows_support: Option<Boolean>,
    /// Whether pods on the nodes keep data on volumes, which are in one zone each: subnets in several zones are then
    /// warned of.
    stateful: Option<Boolean>,
    /// When the stack goes on: when the group is there, as soon as EKS has taken the last step, or when as many nodes
    /// are Ready as the group wants. Active unless given.
    wait_for: Option<WaitFor>,
    /// What becomes of a request that can't work: refused before anything is made, told with the answer, or not looked for.
    /// Strict unless given.
    preflight: Option<Preflight>,
    /// How many seconds CloudFormation waits for an answer; 3600 unless given.
    #[schemars(example = 1800)]
    service_timeout: Option<Whole<1, 3600>>,
}
