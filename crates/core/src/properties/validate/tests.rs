use serde_json::{Value, json};

use super::*;
use crate::properties::settings::{Amount, UpdateSettings, UpdateStrategy};
use crate::properties::spec::{LaunchTemplate, LaunchTemplateIdentity, LaunchTemplateVersion, Naming};

mod bounds;
mod defaults;
mod gaps;
mod nodes;
mod outside_eks;
mod template;

/// A spec from properties that are known to be good.
pub fn spec_of(properties: &Value) -> Spec {
    validate(properties.as_object().expect("an object"), "Nodes").expect("good properties")
}

/// The least that a resource needs, with some of it changed.
pub fn properties(changes: &Value) -> Value {
    let mut properties =
        json!({"ServiceToken": "arn", "ClusterName": "c", "NodeRole": "arn:aws:iam::1:role/n", "Subnets": ["s"]});
    for (key, value) in changes.as_object().expect("an object") {
        properties[key] = value.clone();
    }
    properties
}

#[track_caller]
fn check(changes: &Value, expected: &[&str]) {
    let properties = properties(changes);
    let properties = properties.as_object().unwrap();
    let problems = validate(properties, "Nodes").err().unwrap_or_default();
    let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{changes}");
    assert_eq!(
        inspect_template(properties, "Nodes"),
        problems,
        "as a template: {changes}"
    );
}

#[test]
fn every_property_of_the_native_resource_is_taken() {
    let spec = spec_of(&properties(&json!({
        "NodegroupName": "my-mng", "AmiType": "BOTTLEROCKET_ARM_64", "CapacityType": "ON_DEMAND", "InstanceTypes": ["m6g.large", "m7g.large"],
        "DiskSize": "30", "RemoteAccess": {"Ec2SshKey": "my-key", "SourceSecurityGroups": ["sg-2", "sg-1"]}, "Version": "1.34",
        "ReleaseVersion": "1.19.2-29cc92cc", "ForceUpdateEnabled": "true",
        "ScalingConfig": {"MinSize": "2", "MaxSize": "4", "DesiredSize": "3"}, "Labels": {"a": "true"},
        "Taints": [{"Key": "k", "Value": "v", "Effect": "NoSchedule"}, {"Key": "k", "Effect": "NO_EXECUTE"}], "Tags": {"t": "1"},
        "UpdateConfig": {"MaxUnavailablePercentage": "50", "UpdateStrategy": "MINIMAL"},
        "NodeRepairConfig": {"Enabled": "true", "MaxParallelNodesRepairedCount": "1", "NodeRepairConfigOverrides": [
            {"NodeMonitoringCondition": "c", "NodeUnhealthyReason": "r", "MinRepairWaitTimeMins": "5", "RepairAction": "Reboot"}]},
        "WarmPoolConfig": {"Enabled": "true", "MinSize": "1", "MaxGroupPreparedCapacity": "2", "PoolState": "STOPPED", "ReuseOnScaleIn": "false"},
        "WaitFor": "Submitted", "ServiceTimeout": "60",
    })));
    assert_eq!(spec.naming, Naming::Explicit("my-mng".to_owned()));
    assert_eq!(spec.labels["a"], "true");
    assert_eq!(spec.taints.len(), 2);
    assert_eq!(
        spec.update_settings,
        UpdateSettings {
            unavailable: Amount::Percentage(50),
            strategy: UpdateStrategy::Minimal
        }
    );
    assert_eq!(spec.force, ForceUpdate::Yes);
    assert_eq!((spec.service_timeout, spec.wait_for), (60, WaitFor::Submitted));
    let template = json!({"LaunchTemplate": {"Id": "lt-id", "Version": "1"}});
    let expected = LaunchTemplate {
        identity: LaunchTemplateIdentity::Id("lt-id".to_owned()),
        version: LaunchTemplateVersion::Number(1),
    };
    assert_eq!(spec_of(&properties(&template)).launch_template, Some(expected));
}

#[test]
fn seven_mistakes_are_told_in_one_answer() {
    check(
        &json!({"ClusterName": null, "Subnets": [], "SclaingConfig": {}, "AmiType": "AL2023", "DiskSize": "0", "Version": "latest",
                "ScalingConfig": {"MinSize": "5", "MaxSize": "2"}}),
        &[
            "ClusterName: is required",
            "Subnets: expected at least one subnet id",
            &format!(
                "AmiType: expected one of {}, got \"AL2023\"",
                crate::node::ami_type::AMI_TYPES.join(", ")
            ),
            "DiskSize: expected a whole number from 1 to 16384, got \"0\"",
            "Version: expected a Kubernetes version such as 1.34, got \"latest\"",
            "SclaingConfig: unknown property; did you mean ScalingConfig?",
            "ScalingConfig.MinSize: expected at most MaxSize",
        ],
    );
}

#[test]
fn names_follow_eks() {
    let shape =
        |name: &str| format!("NodegroupName: expected letters, digits and hyphens, the first a letter, got \"{name}\"");
    check(&json!({"NodegroupName": "my_mng"}), &[&shape("my_mng")]);
    check(&json!({"NodegroupName": "1"}), &[&shape("1")]);
    check(
        &json!({"NodegroupName": "n".repeat(64)}),
        &["NodegroupName: expected at most 63 characters, EKS's limit, got 64"],
    );
    check(&json!({"NodegroupName": "n".repeat(63)}), &[]);
    check(
        &json!({"NodegroupNamePrefix": "p".repeat(51)}),
        &["NodegroupNamePrefix: expected at most 50 characters, EKS's limit, got 51"],
    );
}

#[test]
fn what_excludes_each_other_is_told() {
    check(
        &json!({"LaunchTemplate": {"Id": "lt-1"}, "DiskSize": 20, "RemoteAccess": {"Ec2SshKey": "k"}, "BlockPodImds": true}),
        &[
            "DiskSize: can't stand beside LaunchTemplate: set it in the launch template",
            "RemoteAccess: can't stand beside LaunchTemplate: set it in the launch template",
        ],
    );
    check(
        &json!({"LaunchTemplate": {"Id": "lt-1", "Name": "n"}}),
        &["LaunchTemplate.Id: expected either Id or Name of the launch template, got both"],
    );
    check(
        &json!({"LaunchTemplate": {"Version": "x"}}),
        &[
            "LaunchTemplate.Version: expected a number, $Latest or $Default, got \"x\"",
            "LaunchTemplate.Id: expected either Id or Name of the launch template, got neither",
        ],
    );
    check(
        &json!({"UpdateConfig": {"MaxUnavailable": 1, "MaxUnavailablePercentage": 1}}),
        &["UpdateConfig.MaxUnavailable: expected either MaxUnavailable or MaxUnavailablePercentage, got both"],
    );
    check(
        &json!({"Version": "1.34", "ReleaseVersion": "1.33.1-20260101"}),
        &["ReleaseVersion: expected a release of Version 1.34, got \"1.33.1-20260101\""],
    );
    check(&json!({"BlockPodImds": "true"}), &[]);
}

#[test]
fn labels_taints_and_tags_follow_their_owners() {
    check(
        &json!({"Labels": {"eks.amazonaws.com/x": "v"}}),
        &["Labels.eks.amazonaws.com/x: expected a key outside eks.amazonaws.com/, which EKS keeps for itself"],
    );
    check(
        &json!({"Labels": {"a": "-v"}}),
        &["Labels.a: expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"-v\""],
    );
    check(
        &json!({"Taints": [{"Key": "k", "Effect": "Never"}]}),
        &["Taints[0].Effect: expected NoSchedule, NoExecute or PreferNoSchedule, got \"Never\""],
    );
    check(
        &json!({"Taints": [{"Key": "k", "Effect": "NoSchedule", "Value": "a"}, {"Key": "k", "Effect": "NO_SCHEDULE"}]}),
        &["Taints: expected each pair of Key and Effect once: they are a taint's identity"],
    );
    check(
        &json!({"Tags": {"aws:x": "v"}}),
        &["Tags.aws:x: expected a key outside aws:, which AWS keeps for itself"],
    );
    check(
        &json!({"Tags": {"managed-node-group:device-plugin": "nvidia"}}),
        &[
            "Tags.managed-node-group:device-plugin: expected a key outside managed-node-group:, by which the resource knows what is \
           its own",
        ],
    );
}

#[test]
fn labels_that_the_service_does_not_take_are_the_nodes_own() {
    let long = format!("{}/name", "a".repeat(70));
    let spec = spec_of(&properties(&json!({"Labels": {"a": "", "b": "c", &long: "v"}})));
    assert_eq!(spec.labels.keys().collect::<Vec<_>>(), ["b"]);
    assert_eq!(spec.node.labels.keys().collect::<Vec<_>>(), ["a", &long]);
    let limit = "Labels.a: expected a key of 1 to 63 characters and a value, EKS's limit; only AL2023 and AL2 nodes of the resource's \
                 own launch template can set others by themselves";
    check(
        &json!({"Labels": {"a": ""}, "AmiType": "BOTTLEROCKET_ARM_64"}),
        &[limit],
    );
    check(
        &json!({"Labels": {"a": ""}, "LaunchTemplate": {"Id": "lt-1"}}),
        &[limit],
    );
    let found = validate(
        properties(&json!({"Labels": {"node-role.kubernetes.io/worker": ""}}))
            .as_object()
            .unwrap(),
        "Nodes",
    );
    assert!(found.unwrap_err()[0].message.contains("the kubelet doesn't start"));
}

#[test]
fn the_nodes_settings_follow_ec2() {
    check(
        &json!({"Volume": {"Size": "80", "Type": "io2", "Iops": "4000", "KmsKeyId": "k"}}),
        &[],
    );
    check(
        &json!({"DiskSize": 20, "Volume": {"Size": 80, "Type": "io1", "Throughput": 125, "Encrypted": false, "KmsKeyId": "k"}}),
        &[
            "Volume.KmsKeyId: expected Encrypted: true beside it, got false",
            "Volume.Iops: is required with Type io1",
            "Volume.Throughput: can't be set with Type io1, only with gp3",
            "DiskSize: expected either DiskSize or Volume.Size, got both",
        ],
    );
    check(
        &json!({"Volume": {"Type": "gp2", "Iops": 3000}}),
        &["Volume.Iops: can't be set with Type gp2"],
    );
    check(
        &json!({"RemoteAccess": {"SourceSecurityGroups": ["sg-1"]}, "SecurityGroups": ["default"]}),
        &[
            "RemoteAccess.Ec2SshKey: expected either Ec2SshKey, the name of a key pair, or PublicKey, a key in OpenSSH's format, got neither",
            "SecurityGroups: expected ids such as sg-0123456789abcdef0, got \"default\"",
        ],
    );
    check(&json!({"MaxPods": "110"}), &[]);
    check(&json!({"MaxPods": {"PrefixDelegation": "true"}}), &[]);
    check(
        &json!({"MaxPods": {"PrefixDelegate": "true"}}),
        &["MaxPods.PrefixDelegate: unknown property; did you mean PrefixDelegation?"],
    );
    check(
        &json!({"CapacityType": "CAPACITY_BLOCK"}),
        &[
            "CapacityType: CAPACITY_BLOCK needs a LaunchTemplate whose MarketType is capacity-block, with the reservation's id and the \
           instance type",
        ],
    );
    for property in ["Volume", "MaxPods", "RemoteAccess"] {
        let found = validate(
            properties(&json!({ property: {}, "LaunchTemplate": {"Id": "lt-1"} }))
                .as_object()
                .unwrap(),
            "Nodes",
        );
        let told: Vec<String> = found.unwrap_err().iter().map(ToString::to_string).collect();
        assert!(
            told.contains(&format!(
                "{property}: can't stand beside LaunchTemplate: set it in the launch template"
            )),
            "{told:?}"
        );
    }
}
