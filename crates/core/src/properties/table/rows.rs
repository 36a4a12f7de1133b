//! The properties of the resource: CloudFormation's own first, then those of the native resource, then the others.

use super::Effect::{InPlace, Nothing, Replaces, Rolls};
use super::{
    DEFAULT_DISK, DISK, MOST_INSTANCE_TYPES, MOST_TAINTS, Property, PropertyType, SECURITY_GROUP_IDS, TEXT, objects,
};
use crate::node::ami_type::AMI_TYPES;
use crate::properties::tags::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_USER_TAGS};
use crate::properties::validate::kubernetes::{MAX_NAME, MAX_PREFIX};
use crate::properties::validate::name::{MAX_CLUSTER_LENGTH, MAX_LENGTH, MAX_PREFIX_LENGTH};
use crate::properties::validate::{MAX_PODS, MAX_SERVICE_TIMEOUT};

const GROUP_NAME: Option<&str> = Some("^[A-Za-z][A-Za-z0-9-]*$");

/// Auto Scaling's processes (its user guide, "Suspend-resume processes"). `Launch` and `Terminate` are left out: without them
/// a node group neither grows nor takes an update.
const PROCESSES: &[&str] = &[
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

/// Every property.
pub const PROPERTIES: &[Property] = &[
    Property::new(
        "ServiceToken",
        TEXT,
        "The ARN of the function that backs the resource, as the provider's stack exports it: `!ImportValue \
         ManagedNodeGroupServiceToken`.",
    )
    .examples(&["arn:aws:lambda:eu-central-1:111122223333:function:managed-node-group"]),
    Property::new(
        "ClusterName",
        PropertyType::Text {
            longest: Some(MAX_CLUSTER_LENGTH),
            pattern: None,
        },
        "The name of the cluster.",
    )
    .required()
    .examples(&["my-cluster"])
    .changes(&[(Replaces, "")]),
    Property::new(
        "NodegroupName",
        PropertyType::Text {
            longest: Some(MAX_LENGTH),
            pattern: GROUP_NAME,
        },
        "The name of the group, if it must be a certain one: letters, digits and hyphens, a letter first. With it, nothing can \
         be changed that needs a replacement.",
    )
    .default("a generated name")
    .examples(&["my-mng"])
    .changes(&[(Replaces, ""), (Nothing, "removed, the name stays")]),
    Property::new("NodeRole", TEXT, "The ARN of the role that the nodes have.")
        .required()
        .examples(&["arn:aws:iam::111122223333:role/eks-node"])
        .changes(&[(Replaces, "")]),
    Property::new(
        "Subnets",
        PropertyType::Texts {
            least: 1,
            most: None,
            pattern: None,
            unique: false,
        },
        "Where the nodes run: subnets of the cluster's VPC, in any order.",
    )
    .required()
    .examples(&[r#"["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"]"#])
    .changes(&[(Replaces, "")]),
    Property::new("AmiType", PropertyType::Word(&AMI_TYPES), "What the nodes run.")
        .default("Amazon Linux 2023 for the instance types' architecture and accelerator")
        .examples(&["BOTTLEROCKET_ARM_64"])
        .changes(&[(Replaces, ""), (Nothing, "removed, what runs stays")]),
    Property::new(
        "CapacityType",
        PropertyType::Word(&["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]),
        "How the instances are bought. `CAPACITY_BLOCK` needs a `LaunchTemplate`.",
    )
    .default("`ON_DEMAND`")
    .examples(&["SPOT"])
    .changes(&[(Replaces, "")]),
    Property::new(
        "InstanceTypes",
        PropertyType::Texts {
            least: 0,
            most: Some(MOST_INSTANCE_TYPES),
            pattern: None,
            unique: true,
        },
        "The instance types by priority: the order counts.",
    )
    .default("`t3.medium`")
    .examples(&[r#"["m5.large"]"#, r#"["m5.large", "m5a.large"]"#])
    .changes(&[
        (
            Rolls,
            "while there is exactly one before and after, and it boots the same AMI",
        ),
        (Replaces, "otherwise"),
    ]),
    Property::new(
        "DiskSize",
        DISK,
        "The size of the root volume in GiB. The same as `Volume.Size`.",
    )
    .default(DEFAULT_DISK)
    .examples(&["50"])
    .changes(&[(Rolls, "")]),
    Property::new(
        "RemoteAccess",
        PropertyType::Object(&objects::REMOTE_ACCESS),
        "SSH, or on Windows RDP, into the nodes, by one of the two keys. Leave it out for none.",
    )
    .examples(&[r#"{"Ec2SshKey": "my-key", "SourceSecurityGroups": ["sg-1"]}"#])
    .changes(&[(Rolls, ""), (InPlace, "if only `SourceSecurityGroups` differs")]),
    Property::new(
        "LaunchTemplate",
        PropertyType::Object(&objects::LAUNCH_TEMPLATE),
        "A launch template of your own, by id or by name. Without it the resource makes one, from the properties that can't \
         stand beside this: `DiskSize`, `Volume`, `RemoteAccess`, `SecurityGroups`, `MaxPods`, `UserData`, `PropagateTags`.",
    )
    .default("one that the resource makes")
    .examples(&[r#"{"Id": "lt-0123", "Version": "3"}"#])
    .changes(&[
        (Rolls, "to another version"),
        (
            Replaces,
            "for another id or name, and between yours and the resource's own",
        ),
    ]),
    Property::new(
        "Version",
        PropertyType::KubernetesVersion,
        "The nodes' Kubernetes version, not newer than the cluster's.",
    )
    .default("the cluster's")
    .examples(&["1.34"])
    .changes(&[
        (Rolls, "to a later one, never down"),
        (Nothing, "removed, what runs stays"),
    ]),
    Property::new(
        "ReleaseVersion",
        TEXT,
        "A release of the AMI, or `latest`: the newest at each update of the resource.",
    )
    .default("the newest when the group is made")
    .examples(&["latest", "1.34.1-20260304"])
    .changes(&[
        (Rolls, "to a later one, never down"),
        (Nothing, "removed, what runs stays"),
    ]),
    Property::new(
        "ForceUpdateEnabled",
        PropertyType::Boolean,
        "Whether a roll goes on where a pod disruption budget holds it up.",
    )
    .default("`false`")
    .changes(&[(Nothing, "read when nodes are rolled")]),
    Property::new(
        "ScalingConfig",
        PropertyType::Object(&objects::SCALING_CONFIG),
        "How many nodes there are. What is left out is filled in when the group is made.",
    )
    .examples(&[r#"{"MinSize": 2, "MaxSize": 4, "DesiredSize": 3}"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "Labels",
        PropertyType::Map {
            longest_key: MAX_PREFIX + 1 + MAX_NAME,
            longest_value: MAX_NAME,
            most: None,
        },
        "Kubernetes labels of the nodes. AL2023 and AL2 nodes themselves set those without a value and those with a key over 63 \
         characters.",
    )
    .examples(&[r#"{"team": "blue", "example.com/tier": "web"}"#])
    .changes(&[(InPlace, ""), (Rolls, "for those that the nodes set")]),
    Property::new(
        "Taints",
        PropertyType::Objects {
            of: &objects::TAINT,
            most: Some(MOST_TAINTS),
        },
        "Kubernetes taints of the nodes.",
    )
    .examples(&[r#"[{"Key": "gpu", "Value": "true", "Effect": "NoSchedule"}]"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "Tags",
        PropertyType::Map {
            longest_key: LONGEST_TAG_KEY,
            longest_value: LONGEST_TAG_VALUE,
            most: Some(MOST_USER_TAGS),
        },
        "Tags of the group and of what is made for it. The stack's are inherited; these win.",
    )
    .examples(&[r#"{"env": "prod"}"#])
    .changes(&[(InPlace, ""), (Rolls, "with `PropagateTags`")]),
    Property::new(
        "UpdateConfig",
        PropertyType::Object(&objects::UPDATE_CONFIG),
        "How many nodes a roll takes at a time, by number or by share. A change comes before a roll of the same update where it \
         makes the roll faster or changes the strategy, and after it otherwise.",
    )
    .examples(&[r#"{"MaxUnavailable": 1}"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "NodeRepairConfig",
        PropertyType::Object(&objects::NODE_REPAIR_CONFIG),
        "Whether EKS repairs nodes that it finds unhealthy. Nothing is repaired without `Enabled: true`. Removed, it is switched \
         off.",
    )
    .examples(&[r#"{"Enabled": true, "MaxParallelNodesRepairedCount": 1}"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "WarmPoolConfig",
        PropertyType::Object(&objects::WARM_POOL_CONFIG),
        "Instances that wait, booted before, to become nodes. There is no warm pool without `Enabled: true`. Removed, it is \
         switched off; a removed setting goes back to EKS's own value.",
    )
    .examples(&[r#"{"Enabled": true, "MinSize": 1, "PoolState": "STOPPED"}"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "NodegroupNamePrefix",
        PropertyType::Text {
            longest: Some(MAX_PREFIX_LENGTH),
            pattern: GROUP_NAME,
        },
        "What a generated name begins with.",
    )
    .default("the logical id")
    .examples(&["web"])
    .changes(&[(Nothing, "read when a name is generated")]),
    Property::new(
        "BlockPodImds",
        PropertyType::Boolean,
        "Whether pods are kept from the instance metadata, and so from the node's role: then the hop limit is 1, else 2. Tokens \
         are required in both cases.",
    )
    .default("`false`")
    .changes(&[(Rolls, "")]),
    Property::new(
        "MaxPods",
        PropertyType::WholeOrObject(1..=MAX_PODS, &objects::NETWORKING),
        "How many pods a node takes: a number, or how the cluster's network works, to have it computed.",
    )
    .default("EKS's own number")
    .examples(&["58", r#"{"PrefixDelegation": true, "CustomNetworking": true}"#])
    .changes(&[(Rolls, "")]),
    Property::new(
        "Volume",
        PropertyType::Object(&objects::VOLUME),
        "The root volume, or on Bottlerocket the one for data.",
    )
    .examples(&[
        r#"{"Size": 50, "Type": "gp3", "Iops": 4000, "Throughput": 200, "Encrypted": true, "KmsKeyId": "my-key"}"#,
    ])
    .changes(&[(Rolls, "")]),
    Property::new(
        "SecurityGroups",
        SECURITY_GROUP_IDS,
        "The nodes' security groups, beside the cluster's own.",
    )
    .examples(&[r#"["sg-0123456789abcdef0"]"#])
    .changes(&[(Rolls, "")]),
    Property::new(
        "UserData",
        TEXT,
        "What runs before a node joins, or settings, by the AMI's system, in plain text. EKS adds what joins the node.",
    )
    .examples(&["#!/bin/bash\nsysctl -w vm.max_map_count=262144\n"])
    .changes(&[(Rolls, "")]),
    Property::new(
        "PropagateTags",
        PropertyType::Boolean,
        "Whether the group's tags reach instances, volumes, network interfaces and the Auto Scaling group too.",
    )
    .default("`false`")
    .changes(&[(Rolls, "")]),
    Property::new(
        "ClusterAutoscaler",
        PropertyType::BooleanOrObject(&objects::CLUSTER_AUTOSCALER),
        "Whether the Auto Scaling group gets the tags by which the Cluster Autoscaler finds it and knows its nodes before there \
         are any. An object says more about them.",
    )
    .default("`false`")
    .examples(&[
        "true",
        r#"{"Resources": {"ephemeral-storage": "100Gi"}, "Options": {"scaledownunneededtime": "10m"}}"#,
    ])
    .changes(&[(InPlace, "")]),
    Property::new(
        "SuspendProcesses",
        PropertyType::Words(PROCESSES),
        "Processes of the Auto Scaling group that don't run, of those that a node group can do without. Left out, those that \
         were suspended by this run again.",
    )
    .examples(&[r#"["AZRebalance"]"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "NvidiaDevicePlugin",
        PropertyType::BooleanOrObject(&objects::NVIDIA_DEVICE_PLUGIN),
        "Whether NVIDIA's device plugin runs on the nodes, where they have GPUs and their AMI doesn't bring it. It is removed \
         with the last group that asks for it.",
    )
    .default("`false`")
    .examples(&["true", r#"{"Version": "v0.20.0"}"#])
    .changes(&[(InPlace, "")]),
    Property::new(
        "WindowsSupport",
        PropertyType::Boolean,
        "Whether the cluster's network plugin gives addresses to Windows pods. It isn't switched off again.",
    )
    .default("`false`")
    .changes(&[(InPlace, "")]),
    Property::new(
        "Stateful",
        PropertyType::Boolean,
        "Whether pods on the nodes keep data on volumes, which are in one zone each: subnets in several zones are then warned \
         of.",
    )
    .default("`false`")
    .changes(&[(Nothing, "read at each request")]),
    Property::new(
        "WaitFor",
        PropertyType::Word(&["Submitted", "Active", "NodesReady"]),
        "When the stack goes on. `Active`: the group is there. `Submitted`: EKS has taken the last step, so it can't stand \
         beside what is done after that: `PropagateTags`, `ClusterAutoscaler`, `SuspendProcesses`, `NvidiaDevicePlugin`, \
         `WindowsSupport`. `NodesReady`: as many nodes are Ready as the group wants.",
    )
    .default("`Active`")
    .changes(&[(Nothing, "read at each request")]),
    Property::new(
        "Preflight",
        PropertyType::Word(&["Strict", "Warn", "Off"]),
        "What becomes of a request that can't work. `Strict`: it is refused before anything is made. `Warn`: the answer says \
         what can't work. `Off`: nothing is looked for.",
    )
    .default("`Strict`")
    .changes(&[(Nothing, "read at each request")]),
    Property::new(
        "ServiceTimeout",
        PropertyType::Whole(1..=MAX_SERVICE_TIMEOUT),
        "How many seconds CloudFormation waits for an answer. The function ends before it.",
    )
    .default("3600")
    .examples(&["1800"])
    .changes(&[(Nothing, "read at each request")]),
];
