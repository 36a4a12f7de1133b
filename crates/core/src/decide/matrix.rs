//! What a change of each property does: one row each, and the README's table made of them.
//!
//! The rows claim, [`fits`](crate::nodegroup::replacement_reasons), [`plan`](super::plan::plan) and the launch template's recipe decide. That both
//! agree is what the end-to-end tests show, with at least one change for each claim.

use Effect::{InPlace, Nothing, Replaces, Rolls};

/// What becomes of a group when a property of its is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// No node is touched.
    InPlace,
    /// The group stays, and EKS replaces its nodes one after another.
    Rolls,
    /// Another group is made, and the old one is deleted when it is there.
    Replaces,
    /// The change alone changes nothing.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// A property of the resource.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    pub name: &'static str,
    pub need: Need,
    /// A value as a template has it, and what else there is to know of it, in Markdown.
    pub example: &'static str,
    /// What a change does, and in which case. The words go on behind the effect's own.
    pub changes: &'static [(Effect, &'static str)],
}

/// Every property, those of the native resource first.
pub const PROPERTIES: &[Property] = &[
    required("ClusterName", "`my-cluster`", &[(Replaces, "")]),
    optional(
        "NodegroupName",
        "`my-mng`: letters, digits and hyphens, a letter first, at most 63",
        &[(Replaces, ""), (Nothing, "removed, the name stays")],
    ),
    required(
        "NodeRole",
        "`arn:aws:iam::111122223333:role/eks-node`",
        &[(Replaces, "")],
    ),
    required(
        "Subnets",
        "`[subnet-a, subnet-b]`, compared as a set",
        &[(Replaces, "")],
    ),
    optional(
        "AmiType",
        "`BOTTLEROCKET_ARM_64`; not given: AL2023 for the instance types' architecture and accelerator",
        &[(Replaces, ""), (Nothing, "removed, what runs stays")],
    ),
    optional(
        "CapacityType",
        "`ON_DEMAND` (default), `SPOT`, `CAPACITY_BLOCK`",
        &[(Replaces, "")],
    ),
    optional(
        "InstanceTypes",
        "`[m5.large, m5a.large]`, the order counts; default `t3.medium`",
        &[
            (
                Rolls,
                "while there is exactly one before and after, and it boots the same AMI",
            ),
            (Replaces, "otherwise"),
        ],
    ),
    optional(
        "DiskSize",
        "`50` (GiB); default 20, on Windows 50; the same as `Volume.Size`",
        &[(Rolls, "")],
    ),
    optional(
        "RemoteAccess",
        "`{Ec2SshKey: my-key, SourceSecurityGroups: [sg-1]}`, or `PublicKey: ssh-ed25519 AAAA…` to have a key pair made and \
         removed; without groups SSH is open to the world, and a warning says so",
        &[(Rolls, ""), (InPlace, "if only `SourceSecurityGroups` differs")],
    ),
    optional(
        "LaunchTemplate",
        "`{Id: lt-0123, Version: \"3\"}` or `{Name: mine, Version: $Latest}`; no version: the default one; not given: the \
         resource makes its own",
        &[
            (Rolls, "to another version"),
            (
                Replaces,
                "for another id or name, and between yours and the resource's own",
            ),
        ],
    ),
    optional(
        "Version",
        "`\"1.34\"`",
        &[
            (Rolls, "to a later one, never down"),
            (Nothing, "removed, what runs stays"),
        ],
    ),
    optional(
        "ReleaseVersion",
        "`1.34.1-20260901`, or `latest`: the newest at each update of the resource",
        &[
            (Rolls, "to a later one, never down"),
            (Nothing, "removed, what runs stays"),
        ],
    ),
    optional(
        "ForceUpdateEnabled",
        "`true`: a roll goes on where a pod disruption budget blocks it",
        &[(Nothing, "read when nodes are rolled")],
    ),
    optional(
        "ScalingConfig",
        "`{MinSize: 2, MaxSize: 4, DesiredSize: 3}`; what is left out is filled in when the group is made",
        &[(InPlace, "")],
    ),
    optional(
        "Labels",
        "`{team: blue}`; AL2023 and AL2 nodes themselves set those without a value and those with a key over 63 characters",
        &[(InPlace, ""), (Rolls, "for those that the nodes set")],
    ),
    optional(
        "Taints",
        "`[{Key: gpu, Value: \"true\", Effect: NoSchedule}]`",
        &[(InPlace, "")],
    ),
    optional(
        "Tags",
        "`{env: prod}`; the stack's tags are inherited, these win",
        &[(InPlace, ""), (Rolls, "with `PropagateTags`")],
    ),
    optional(
        "UpdateConfig",
        "`{MaxUnavailable: 1}` or `{MaxUnavailablePercentage: 33}`, `UpdateStrategy: DEFAULT` or `MINIMAL`; before a roll of the \
         same update where it makes the roll faster or changes the strategy, after it otherwise",
        &[(InPlace, "")],
    ),
    optional(
        "NodeRepairConfig",
        "`{Enabled: true, MaxParallelNodesRepairedCount: 1}`; removed, it is switched off; overrides have no order, and \
         removed ones are taken back",
        &[(InPlace, "")],
    ),
    optional(
        "WarmPoolConfig",
        "`{Enabled: true, MinSize: 1, PoolState: STOPPED}`; removed, it is switched off; a removed setting goes back to EKS's \
         own value",
        &[(InPlace, "")],
    ),
    optional(
        "NodegroupNamePrefix",
        "`web`: generated names begin with it, else with the logical id",
        &[(Nothing, "read when a name is generated")],
    ),
    optional(
        "BlockPodImds",
        "`true`: the hop limit of the instance metadata is 1, else 2; tokens are required in both cases",
        &[(Rolls, "")],
    ),
    optional(
        "MaxPods",
        "`58`, or `{PrefixDelegation: true, CustomNetworking: true}` to have it computed over the instance types",
        &[(Rolls, "")],
    ),
    optional(
        "Volume",
        "`{Size: 50, Type: gp3, Iops: 4000, Throughput: 200, Encrypted: true, KmsKeyId: my-key}`: the root volume, on \
         Bottlerocket the one for data",
        &[(Rolls, "")],
    ),
    optional(
        "SecurityGroups",
        "`[sg-1]`: beside the cluster security group",
        &[(Rolls, "")],
    ),
    optional(
        "UserData",
        "commands to run before a node joins, or settings, by the AMI's system; plain text, merged with EKS's own",
        &[(Rolls, "")],
    ),
    optional(
        "PropagateTags",
        "`true`: the group's tags reach instances, volumes, network interfaces and the Auto Scaling group",
        &[(Rolls, "")],
    ),
    optional(
        "ClusterAutoscaler",
        "`true`, or `{Resources: {ephemeral-storage: 100Gi}, Options: {scaledownunneededtime: 10m}}`: tags by which the Cluster \
         Autoscaler finds the group and knows its nodes before there are any",
        &[(InPlace, "")],
    ),
    optional(
        "SuspendProcesses",
        "`[AZRebalance]`: processes of the Auto Scaling group that don't run",
        &[(InPlace, "")],
    ),
    optional(
        "NvidiaDevicePlugin",
        "`true`, `{Version: v0.20.0}` or `{Image: …}`: NVIDIA's device plugin for GPU types whose AMI doesn't bring it, removed \
         with the last group that asks for it",
        &[(InPlace, "")],
    ),
    optional(
        "WindowsSupport",
        "`true`: the cluster's network plugin gives addresses to Windows pods; never switched off again",
        &[(InPlace, "")],
    ),
    optional(
        "Stateful",
        "`true`: a warning where the subnets are in several zones, since volumes are in one each",
        &[(Nothing, "read at each request")],
    ),
    optional(
        "WaitFor",
        "`Active` (default); `Submitted` ends as soon as EKS has taken the last step, so it can't stand beside what is done after \
         that: `PropagateTags`, `ClusterAutoscaler`, `SuspendProcesses`, `NvidiaDevicePlugin`, `WindowsSupport`; `NodesReady` ends \
         when as many nodes are Ready as the group wants",
        &[(Nothing, "read at each request")],
    ),
    optional(
        "Preflight",
        "`Strict` (default): what can't work is refused before anything is made; `Warn`: it is told with the answer; `Off`",
        &[(Nothing, "read at each request")],
    ),
    optional(
        "ServiceTimeout",
        "`1800` (seconds, at most 3600): CloudFormation's own, and the function ends before it",
        &[(Nothing, "read at each request")],
    ),
];

/// The table in Markdown.
pub fn table() -> String {
    let head = "| property | example | when changed |\n|---|---|---|\n";
    PROPERTIES
        .iter()
        .fold(head.to_owned(), |table, property| table + &property.row())
}

impl Effect {
    /// How the table says it. Of a change that does nothing, the case says why or what comes later.
    fn words(self) -> &'static str {
        match self {
            Self::InPlace => "in place",
            Self::Rolls => "rolls in place",
            Self::Replaces => "replaces",
            Self::Nothing => "",
        }
    }
}

impl Property {
    fn row(&self) -> String {
        let need = match self.need {
            Need::Required => " (required)",
            Need::Optional => "",
        };
        let change = |(effect, case): &(Effect, &str)| format!("{} {case}", effect.words()).trim().to_owned();
        let changes: Vec<String> = self.changes.iter().map(change).collect();
        format!(
            "| `{}`{need} | {} | {} |\n",
            self.name,
            self.example,
            changes.join("; ")
        )
    }
}

const fn required(name: &'static str, example: &'static str, changes: &'static [(Effect, &'static str)]) -> Property {
    Property {
        name,
        need: Need::Required,
        example,
        changes,
    }
}

const fn optional(name: &'static str, example: &'static str, changes: &'static [(Effect, &'static str)]) -> Property {
    Property {
        name,
        need: Need::Optional,
        example,
        changes,
    }
}

#[cfg(test)]
mod tests;
