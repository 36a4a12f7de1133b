//! The fields that are mapped.

use super::FieldType::{Boolean, Document, Integer, Text, Texts};
use super::{Field, FieldMapping, FieldType};

/// In the order of their names.
pub const MAPPED: &[Field] = &[
    to(
        "amiFamily",
        Text,
        "`AmiType`, by the architecture and accelerator of the instance types. Ubuntu isn't mapped: EKS has no such AMI type",
    ),
    to("asgSuspendProcesses[]", Text, "`SuspendProcesses`"),
    to(
        "availabilityZones[]",
        Text,
        "`Subnets`: those of `vpc.subnets` in the zones if each has one, or else a parameter that says so",
    ),
    to(
        "bottlerocket.enableAdminContainer",
        Boolean,
        "`UserData`: `settings.host-containers.admin.enabled`",
    ),
    to(
        "bottlerocket.settings",
        Document,
        "`UserData`, in TOML, with numbers and truths as YAML 1.1 has them, which eksctl reads",
    ),
    to(
        "desiredCapacity",
        Integer,
        "`ScalingConfig.DesiredSize`; not given, as `minSize`",
    ),
    to("disablePodIMDS", Boolean, "`BlockPodImds`"),
    to("iam.attachPolicy", Document, "`Policies` of the node role"),
    to(
        "iam.attachPolicyARNs[]",
        Text,
        "`ManagedPolicyArns` of the node role, in place of the usual ones",
    ),
    to("iam.instanceRoleARN", Text, "`NodeRole`"),
    to(
        "iam.instanceRolePermissionsBoundary",
        Text,
        "`PermissionsBoundary` of the node role",
    ),
    to(
        "iam.withAddonPolicies.autoScaler",
        Boolean,
        "a statement in the node role",
    ),
    to(
        "iam.withAddonPolicies.certManager",
        Boolean,
        "statements in the node role",
    ),
    to(
        "iam.withAddonPolicies.cloudWatch",
        Boolean,
        "`CloudWatchAgentServerPolicy` on the node role",
    ),
    to(
        "iam.withAddonPolicies.ebs",
        Boolean,
        "`AmazonEBSCSIDriverPolicy` on the node role",
    ),
    to("iam.withAddonPolicies.efs", Boolean, "statements in the node role"),
    to(
        "iam.withAddonPolicies.externalDNS",
        Boolean,
        "statements in the node role",
    ),
    to("iam.withAddonPolicies.fsx", Boolean, "statements in the node role"),
    to(
        "iam.withAddonPolicies.imageBuilder",
        Boolean,
        "`AmazonEC2ContainerRegistryPowerUser` on the node role",
    ),
    to(
        "iam.withAddonPolicies.xRay",
        Boolean,
        "`AWSXRayDaemonWriteAccess` on the node role",
    ),
    to(
        "instanceName",
        Text,
        "`Tags.Name`, handed to the instances by `PropagateTags`",
    ),
    to("instancePrefix", Text, "`Tags.Name`, before the name"),
    to("instanceType", Text, "`InstanceTypes`, of one; a change of it rolls"),
    to("instanceTypes[]", Text, "`InstanceTypes`"),
    to("labels", Texts, "`Labels`"),
    to(
        "launchTemplate.id",
        Text,
        "`LaunchTemplate.Id`. If it names an image, `AmiType` has to be taken out: a note says so",
    ),
    to("launchTemplate.version", Text, "`LaunchTemplate.Version`"),
    to("maxPodsPerNode", Integer, "`MaxPods`"),
    to(
        "maxSize",
        Integer,
        "`ScalingConfig.MaxSize`; not given, as `desiredCapacity` or `minSize`, at least 1",
    ),
    to(
        "minSize",
        Integer,
        "`ScalingConfig.MinSize`; not given, as `desiredCapacity`, or 2",
    ),
    to(
        "name",
        Text,
        "`NodegroupNamePrefix` and the logical id. Not `NodegroupName`: the group that eksctl made has the name, and a group with a name of its own can't be replaced",
    ),
    to("nodeRepairConfig.enabled", Boolean, "`NodeRepairConfig.Enabled`"),
    to(
        "nodeRepairConfig.maxParallelNodesRepairedCount",
        Integer,
        "`NodeRepairConfig.MaxParallelNodesRepairedCount`",
    ),
    to(
        "nodeRepairConfig.maxParallelNodesRepairedPercentage",
        Integer,
        "`NodeRepairConfig.MaxParallelNodesRepairedPercentage`",
    ),
    to(
        "nodeRepairConfig.maxUnhealthyNodeThresholdCount",
        Integer,
        "`NodeRepairConfig.MaxUnhealthyNodeThresholdCount`",
    ),
    to(
        "nodeRepairConfig.maxUnhealthyNodeThresholdPercentage",
        Integer,
        "`NodeRepairConfig.MaxUnhealthyNodeThresholdPercentage`",
    ),
    to(
        "nodeRepairConfig.nodeRepairConfigOverrides[].minRepairWaitTimeMins",
        Integer,
        "`NodeRepairConfig.NodeRepairConfigOverrides[].MinRepairWaitTimeMins`",
    ),
    to(
        "nodeRepairConfig.nodeRepairConfigOverrides[].nodeMonitoringCondition",
        Text,
        "`NodeRepairConfig.NodeRepairConfigOverrides[].NodeMonitoringCondition`",
    ),
    to(
        "nodeRepairConfig.nodeRepairConfigOverrides[].nodeUnhealthyReason",
        Text,
        "`NodeRepairConfig.NodeRepairConfigOverrides[].NodeUnhealthyReason`",
    ),
    to(
        "nodeRepairConfig.nodeRepairConfigOverrides[].repairAction",
        Text,
        "`NodeRepairConfig.NodeRepairConfigOverrides[].RepairAction`",
    ),
    to(
        "overrideBootstrapCommand",
        Text,
        "`UserData`: on AL2023 a `NodeConfig`. With others it needs an image of your own, and isn't mapped",
    ),
    to(
        "preBootstrapCommands[]",
        Text,
        "`UserData`: a script for each, on Windows for all. On AL2 one that begins with `#!` keeps its interpreter; eksctl puts none before the others, this bash",
    ),
    to(
        "privateNetworking",
        Boolean,
        "`Subnets`: the private ones of `vpc.subnets`, or else a parameter that says so",
    ),
    to(
        "propagateASGTags",
        Boolean,
        "`ClusterAutoscaler`; `PropagateTags` is on anyway",
    ),
    to("releaseVersion", Text, "`ReleaseVersion`"),
    to("securityGroups.attachIDs[]", Text, "`SecurityGroups`"),
    to("spot", Boolean, "`CapacityType: SPOT`"),
    to(
        "ssh.allow",
        Boolean,
        "`RemoteAccess`, if it isn't `false` and there is a key",
    ),
    to("ssh.publicKey", Text, "`RemoteAccess.PublicKey`"),
    to("ssh.publicKeyName", Text, "`RemoteAccess.Ec2SshKey`"),
    to(
        "ssh.sourceSecurityGroupIds[]",
        Text,
        "`RemoteAccess.SourceSecurityGroups`",
    ),
    to("subnets[]", Text, "`Subnets`; names are looked up in `vpc.subnets`"),
    to(
        "tags",
        Texts,
        "`Tags`, with those of `metadata.tags`, handed on by `PropagateTags`",
    ),
    to("taints[].effect", Text, "`Taints[].Effect`"),
    to("taints[].key", Text, "`Taints[].Key`"),
    to("taints[].value", Text, "`Taints[].Value`"),
    to("updateConfig.maxUnavailable", Integer, "`UpdateConfig.MaxUnavailable`"),
    to(
        "updateConfig.maxUnavailablePercentage",
        Integer,
        "`UpdateConfig.MaxUnavailablePercentage`",
    ),
    to("volumeEncrypted", Boolean, "`Volume.Encrypted`"),
    to("volumeIOPS", Integer, "`Volume.Iops`"),
    to("volumeKmsKeyID", Text, "`Volume.KmsKeyId`"),
    to("volumeSize", Integer, "`Volume.Size`"),
    to("volumeThroughput", Integer, "`Volume.Throughput`"),
    to(
        "volumeType",
        Text,
        "`Volume.Type`; `sc1` and `st1` aren't mapped: no instance boots from them",
    ),
];

const fn to(path: &'static str, kind: FieldType, to: &'static str) -> Field {
    let verdict = FieldMapping::Mapped(to);
    Field { path, kind, verdict }
}
