//! The objects that properties are, with their members.

use super::Effect::{InPlace, Replaces, Rolls};
use super::{
    COUNT, DEFAULT_DISK, DISK, Exclusive, Object, PERCENTAGE, Property, PropertyType, SECURITY_GROUP_IDS, TEXT,
};
use crate::properties::device_plugin::DEFAULT_VERSION;
use crate::properties::validate::kubernetes::MAX_NAME;

pub const REMOTE_ACCESS: Object = Object {
    members: &[
        Property::new("Ec2SshKey", TEXT, "The name of a key pair that exists.").examples(&["my-key"]),
        Property::new(
            "PublicKey",
            TEXT,
            "A public key in OpenSSH's format, from which a key pair is made and removed again.",
        )
        .examples(&[
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEBw+RbqdAvUJnK2+8mpQwT3ZfEHFqzX8OGAEMVw9j9r nodes@example.com",
        ]),
        Property::new(
            "SourceSecurityGroups",
            SECURITY_GROUP_IDS,
            "Whose instances may connect. Without one SSH is open to the world, and a warning says so.",
        )
        .examples(&[r#"["sg-0123456789abcdef0"]"#])
        .changes(&[(InPlace, "")]),
    ],
    exclusive: Exclusive::OneOf(&["Ec2SshKey", "PublicKey"]),
    documentation: "",
};

pub const LAUNCH_TEMPLATE: Object = Object {
    members: &[
        Property::new(
            "Id",
            PropertyType::Text {
                longest: None,
                pattern: Some("^lt-"),
            },
            "The id of the launch template.",
        )
        .examples(&["lt-0123456789abcdef0"])
        .changes(&[(Replaces, "")]),
        Property::new("Name", TEXT, "The name of the launch template.")
            .examples(&["mine"])
            .changes(&[(Replaces, "")]),
        Property::new("Version", TEXT, "A number, `$Latest` or `$Default`.")
            .default("`$Default`")
            .examples(&["3", "$Latest"])
            .changes(&[(Rolls, "")]),
    ],
    exclusive: Exclusive::OneOf(&["Id", "Name"]),
    documentation: "",
};

pub const SCALING_CONFIG: Object = Object {
    members: &[
        Property::new("MinSize", PropertyType::Whole(0..=i32::MAX), "The fewest nodes.").examples(&["2"]),
        Property::new("MaxSize", COUNT, "The most nodes.").examples(&["4"]),
        Property::new(
            "DesiredSize",
            PropertyType::Whole(0..=i32::MAX),
            "How many nodes to begin with. An autoscaler may change it: as long as this stays the same, that is left alone.",
        )
        .examples(&["3"]),
    ],
    exclusive: Exclusive::None,
    documentation: "",
};

pub const TAINT: Object = Object {
    members: &[
        Property::new("Key", TEXT, "As of a label.")
            .required()
            .examples(&["dedicated", "example.com/gpu"]),
        Property::new(
            "Value",
            PropertyType::Text {
                longest: Some(MAX_NAME),
                pattern: None,
            },
            "As of a label.",
        )
        .default("empty")
        .examples(&["batch"]),
        Property::new(
            "Effect",
            PropertyType::Word(&[
                "NoSchedule",
                "NoExecute",
                "PreferNoSchedule",
                "NO_SCHEDULE",
                "NO_EXECUTE",
                "PREFER_NO_SCHEDULE",
            ]),
            "What becomes of pods that don't tolerate it, in Kubernetes' spelling or in EKS's.",
        )
        .required(),
    ],
    exclusive: Exclusive::None,
    documentation: "Key and Effect together make a taint; each pair may be there once.",
};

pub const UPDATE_CONFIG: Object = Object {
    members: &[
        Property::new("MaxUnavailable", PERCENTAGE, "How many nodes at a time.")
            .default("1")
            .examples(&["1"]),
        Property::new(
            "MaxUnavailablePercentage",
            PERCENTAGE,
            "How many nodes of a hundred at a time.",
        )
        .examples(&["33"]),
        Property::new(
            "UpdateStrategy",
            PropertyType::Word(&["DEFAULT", "MINIMAL"]),
            "Whether new nodes are there before old ones go (`DEFAULT`), or old ones go first (`MINIMAL`).",
        )
        .default("`DEFAULT`"),
    ],
    exclusive: Exclusive::Pairs(&[["MaxUnavailable", "MaxUnavailablePercentage"]]),
    documentation: "",
};

pub const NODE_REPAIR_CONFIG: Object = Object {
    members: &[
        Property::new("Enabled", PropertyType::Boolean, "Whether EKS repairs nodes.").default("`false`"),
        Property::new(
            "MaxUnhealthyNodeThresholdCount",
            COUNT,
            "With more unhealthy nodes than so many, nothing is repaired.",
        )
        .examples(&["5"]),
        Property::new(
            "MaxUnhealthyNodeThresholdPercentage",
            PERCENTAGE,
            "With more unhealthy nodes of a hundred than so many, nothing is repaired.",
        )
        .examples(&["20"]),
        Property::new(
            "MaxParallelNodesRepairedCount",
            COUNT,
            "How many nodes are repaired at a time.",
        )
        .examples(&["1"]),
        Property::new(
            "MaxParallelNodesRepairedPercentage",
            PERCENTAGE,
            "How many of a hundred unhealthy nodes are repaired at a time.",
        )
        .examples(&["10"]),
        Property::new(
            "NodeRepairConfigOverrides",
            PropertyType::Objects {
                of: &REPAIR_OVERRIDE,
                most: None,
            },
            "Other actions for certain causes, in any order. Each pair of condition and reason may be there once. Removed ones \
             are taken back.",
        ),
    ],
    exclusive: Exclusive::Pairs(&[
        ["MaxUnhealthyNodeThresholdCount", "MaxUnhealthyNodeThresholdPercentage"],
        ["MaxParallelNodesRepairedCount", "MaxParallelNodesRepairedPercentage"],
    ]),
    documentation: "",
};

const REPAIR_OVERRIDE: Object = Object {
    members: &[
        Property::new("NodeMonitoringCondition", TEXT, "The condition of the node.")
            .required()
            .examples(&["AcceleratedHardwareReady"]),
        Property::new("NodeUnhealthyReason", TEXT, "Why the node has that condition.")
            .required()
            .examples(&["NvidiaXID64Error"]),
        Property::new(
            "MinRepairWaitTimeMins",
            COUNT,
            "How many minutes the node must have been like that.",
        )
        .required()
        .examples(&["10"]),
        Property::new(
            "RepairAction",
            PropertyType::Word(&["Replace", "Reboot", "NoAction"]),
            "What is done with the node.",
        )
        .required(),
    ],
    exclusive: Exclusive::None,
    documentation: "",
};

pub const WARM_POOL_CONFIG: Object = Object {
    members: &[
        Property::new("Enabled", PropertyType::Boolean, "Whether there is a warm pool.").default("`false`"),
        Property::new(
            "MinSize",
            PropertyType::Whole(0..=i32::MAX),
            "The fewest instances in it.",
        )
        .default("0")
        .examples(&["1"]),
        Property::new(
            "MaxGroupPreparedCapacity",
            PropertyType::Whole(-1..=i32::MAX),
            "The most instances in group and pool together; -1 takes a limit back.",
        )
        .examples(&["5"]),
        Property::new(
            "PoolState",
            PropertyType::Word(&["STOPPED", "RUNNING", "HIBERNATED"]),
            "How the instances wait.",
        )
        .default("`STOPPED`"),
        Property::new(
            "ReuseOnScaleIn",
            PropertyType::Boolean,
            "Whether nodes return into the pool when the group shrinks.",
        )
        .default("`false`"),
    ],
    exclusive: Exclusive::None,
    documentation: "",
};

pub const NETWORKING: Object = Object {
    members: &[
        Property::new(
            "PrefixDelegation",
            PropertyType::Boolean,
            "Whether the VPC CNI takes prefixes in place of single addresses (`ENABLE_PREFIX_DELEGATION`).",
        )
        .default("`false`"),
        Property::new(
            "CustomNetworking",
            PropertyType::Boolean,
            "Whether pods have subnets of their own (`AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG`).",
        )
        .default("`false`"),
    ],
    exclusive: Exclusive::None,
    documentation: "Computed over the instance types, by EKS's recommended calculation.",
};

pub const VOLUME: Object = Object {
    members: &[
        Property::new("Size", DISK, "In GiB.")
            .default(DEFAULT_DISK)
            .examples(&["50"]),
        Property::new(
            "Type",
            PropertyType::Word(&["gp3", "gp2", "io2", "io1", "standard"]),
            "The kind of EBS volume.",
        )
        .default("`gp3`"),
        Property::new(
            "Iops",
            PropertyType::Whole(100..=256_000),
            "Needed with io1 and io2, at least 3000 with gp3, and not to be had with the others.",
        )
        .examples(&["4000"]),
        Property::new(
            "Throughput",
            PropertyType::Whole(125..=2_000),
            "In MiB a second, with gp3 alone.",
        )
        .examples(&["200"]),
        Property::new("Encrypted", PropertyType::Boolean, "Whether it is encrypted.").default("the account's setting"),
        Property::new("KmsKeyId", TEXT, "Which key it is encrypted with.")
            .default("the account's default key")
            .examples(&["arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1234-5678-9abc-0a1b2c3d4e5f"]),
    ],
    exclusive: Exclusive::None,
    documentation: "",
};

pub const CLUSTER_AUTOSCALER: Object = Object {
    members: &[
        Property::new(
            "Resources",
            PropertyType::Quantities,
            "What a node has, over what the autoscaler knows of the instance type.",
        )
        .examples(&[r#"{"ephemeral-storage": "100Gi", "nvidia.com/gpu": 4}"#]),
        Property::new(
            "Options",
            PropertyType::Object(&AUTOSCALER_OPTIONS),
            "Settings of the autoscaler for this group alone.",
        ),
    ],
    exclusive: Exclusive::None,
    documentation: "",
};

/// What the Cluster Autoscaler takes for one group, in its own spelling (its AWS provider, `GetAsgOptions`). Any other it
/// leaves out without a word.
pub const AUTOSCALER_OPTIONS: Object = Object {
    members: &[
        Property::new(
            "scaledownutilizationthreshold",
            PropertyType::Fraction,
            "A node that is used less than this share of it may go.",
        )
        .examples(&["0.5"]),
        Property::new(
            "scaledowngpuutilizationthreshold",
            PropertyType::Fraction,
            "The same of a node's GPUs.",
        )
        .examples(&["0.5"]),
        Property::new(
            "scaledownunneededtime",
            PropertyType::Duration,
            "How long a node must have been used too little before it goes.",
        )
        .examples(&["10m"]),
        Property::new(
            "scaledownunreadytime",
            PropertyType::Duration,
            "How long a node must have been unready before it goes.",
        )
        .examples(&["1h30m"]),
        Property::new(
            "ignoredaemonsetsutilization",
            PropertyType::LowerCaseBoolean,
            "Whether the pods of DaemonSets count for nothing in how much a node is used.",
        ),
    ],
    exclusive: Exclusive::None,
    documentation: "",
};

pub const NVIDIA_DEVICE_PLUGIN: Object = Object {
    members: &[
        Property::new("Version", TEXT, "Of NVIDIA's own image.")
            .default(DEFAULT_VERSION)
            .examples(&["v0.20.0"]),
        Property::new(
            "Image",
            TEXT,
            "The whole reference of an image, as in a registry of your own.",
        )
        .examples(&["111122223333.dkr.ecr.eu-central-1.amazonaws.com/k8s-device-plugin:v0.20.0"]),
    ],
    exclusive: Exclusive::Pairs(&[["Version", "Image"]]),
    documentation: "",
};
