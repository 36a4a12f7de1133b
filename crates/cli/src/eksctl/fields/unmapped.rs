//! The fields that are not mapped.

use super::FieldType::{Boolean, Integer, Text};
use super::{Field, FieldMapping, FieldType};

const OWN_TEMPLATE: &str = "name an `AWS::EC2::LaunchTemplate` of your own, which has it, in `LaunchTemplate`";

const NOT_IN_TEMPLATE: &str = "the resource's own launch template doesn't have it";

const SELECTED: &str = "eksctl asks EC2 for the types that it stands for";

const DRY_RUN: &str = "run `eksctl create nodegroup --dry-run -f FILE`, which writes them into `instanceTypes`, and convert what it prints";

const LONG_POLICY: &str = "its policy is long, and is published with each release of the controller";

const POD_IDENTITY: &str =
    "attach that policy by `iam.attachPolicyARNs`, or better give the controller a role by EKS Pod Identity";

const APP_MESH: &str = "AWS App Mesh ends on 30 September 2026";

/// In the order of their names.
pub const UNMAPPED: &[Field] = &[
    not(
        "additionalVolumes[].snapshotID",
        Text,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeEncrypted",
        Boolean,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeIOPS",
        Integer,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeKmsKeyID",
        Text,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeName",
        Text,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeSize",
        Integer,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeThroughput",
        Integer,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "additionalVolumes[].volumeType",
        Text,
        "the resource's own launch template has one volume, on Bottlerocket two",
        OWN_TEMPLATE,
    ),
    not(
        "ami",
        Text,
        "the resource's own launch template names no image, and EKS chooses it by `AmiType`",
        "name an `AWS::EC2::LaunchTemplate` of your own, with `ImageId` and user data that joins the node, in `LaunchTemplate`",
    ),
    idle_at(
        "open",
        "capacityReservation.capacityReservationPreference",
        Text,
        NOT_IN_TEMPLATE,
        OWN_TEMPLATE,
    ),
    not(
        "capacityReservation.capacityReservationTarget.capacityReservationID",
        Text,
        NOT_IN_TEMPLATE,
        OWN_TEMPLATE,
    ),
    not(
        "capacityReservation.capacityReservationTarget.capacityReservationResourceGroupARN",
        Text,
        NOT_IN_TEMPLATE,
        OWN_TEMPLATE,
    ),
    idle_at(
        "true",
        "disableIMDSv1",
        Boolean,
        "the resource's own launch template requires IMDSv2 tokens",
        OWN_TEMPLATE,
    ),
    not(
        "ebsOptimized",
        Boolean,
        "the resource's own launch template doesn't have it, and current instance types are EBS-optimised by default",
        OWN_TEMPLATE,
    ),
    not(
        "efaEnabled",
        Boolean,
        "the resource's own launch template doesn't have it: an EFA is a network interface of the template",
        OWN_TEMPLATE,
    ),
    not("enableDetailedMonitoring", Boolean, NOT_IN_TEMPLATE, OWN_TEMPLATE),
    not(
        "iam.instanceProfileARN",
        Text,
        "EKS makes the instance profile of a managed group",
        "remove it, and give `iam.instanceRoleARN`",
    ),
    not(
        "iam.instanceRoleName",
        Text,
        "the role that eksctl made has the name until its group is gone, and the new role gets a generated one",
        "change what names the role, or make one yourself and give `iam.instanceRoleARN`",
    ),
    not("iam.withAddonPolicies.albIngress", Boolean, LONG_POLICY, POD_IDENTITY),
    not("iam.withAddonPolicies.appMesh", Boolean, APP_MESH, "remove it"),
    not("iam.withAddonPolicies.appMeshPreview", Boolean, APP_MESH, "remove it"),
    not(
        "iam.withAddonPolicies.awsLoadBalancerController",
        Boolean,
        LONG_POLICY,
        POD_IDENTITY,
    ),
    not(
        "instanceMarketOptions.marketType",
        Text,
        "a capacity block needs a launch template of your own",
        "name an `AWS::EC2::LaunchTemplate` with the market type, the reservation and the instance type in `LaunchTemplate`, and set `CapacityType: CAPACITY_BLOCK`",
    ),
    not("instanceSelector.allow", Text, SELECTED, DRY_RUN),
    not("instanceSelector.cpuArchitecture", Text, SELECTED, DRY_RUN),
    not("instanceSelector.deny", Text, SELECTED, DRY_RUN),
    not("instanceSelector.gpus", Integer, SELECTED, DRY_RUN),
    not("instanceSelector.memory", Text, SELECTED, DRY_RUN),
    not("instanceSelector.neuron_devices", Integer, SELECTED, DRY_RUN),
    not("instanceSelector.vCPUs", Integer, SELECTED, DRY_RUN),
    not(
        "outpostARN",
        Text,
        "EKS has no managed groups on Outposts, and eksctl refuses it too",
        "remove it",
    ),
    not("placement.groupName", Text, NOT_IN_TEMPLATE, OWN_TEMPLATE),
    not("placement.spreadLevel", Text, NOT_IN_TEMPLATE, OWN_TEMPLATE),
    not(
        "securityGroups.withLocal",
        Boolean,
        "eksctl refuses it for managed groups",
        "remove it: the cluster security group is on the nodes",
    ),
    not(
        "securityGroups.withShared",
        Boolean,
        "eksctl refuses it for managed groups",
        "remove it: the cluster security group is on the nodes",
    ),
    idle_at(
        "true",
        "ssh.enableSsm",
        Boolean,
        "EKS's images have the SSM agent, and it can't be left out",
        "remove it",
    ),
    not(
        "ssh.publicKeyPath",
        Text,
        "a template holds the key itself",
        "put what the file holds into `ssh.publicKey`",
    ),
    not(
        "volumeName",
        Text,
        "the device follows from the image's system: `/dev/xvda`, on Bottlerocket `/dev/xvdb`, on Windows `/dev/sda1`",
        "remove it if it is that one; name an `AWS::EC2::LaunchTemplate` of your own, which has it, in `LaunchTemplate`",
    ),
];

const fn not(path: &'static str, kind: FieldType, why: &'static str, instead: &'static str) -> Field {
    let verdict = FieldMapping::Unmapped {
        idle: None,
        why,
        instead,
    };
    Field { path, kind, verdict }
}

const fn idle_at(
    value: &'static str,
    path: &'static str,
    kind: FieldType,
    why: &'static str,
    instead: &'static str,
) -> Field {
    let verdict = FieldMapping::Unmapped {
        idle: Some(value),
        why,
        instead,
    };
    Field { path, kind, verdict }
}
