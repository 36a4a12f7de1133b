//! Mistakes that the services would tell late, or not at all.

use super::*;
use crate::properties::scaling::Scaling;

#[test]
fn names_and_ids_are_of_the_kind_that_is_wanted() {
    let cluster = "ClusterName: expected letters, digits, hyphens and underscores, the first a letter or digit, got \"my cluster\"";
    check(&json!({"ClusterName": "my cluster"}), &[cluster]);
    let arn = "arn:aws:eks:eu-west-1:111122223333:cluster/prod";
    let expected = format!("ClusterName: expected the cluster's name, got an ARN, {arn}; take what follows its slash");
    check(&json!({"ClusterName": arn}), &[&expected]);
    let role = "NodeRole: expected the ARN of a role, such as arn:aws:iam::111122223333:role/eks-node, got";
    let profile = "arn:aws:iam::111122223333:instance-profile/eks-node";
    check(
        &json!({"NodeRole": "eks-node"}),
        &[&format!("{role} a name, \"eks-node\"")],
    );
    check(
        &json!({"NodeRole": profile}),
        &[&format!("{role} the ARN of an instance profile, \"{profile}\"")],
    );
    check(
        &json!({"NodeRole": "arn:aws:iam::1:user/u"}),
        &[&format!("{role} the ARN of something else, \"arn:aws:iam::1:user/u\"")],
    );
    check(
        &json!({"NodeRole": "arn:aws-cn:iam::111122223333:role/path/eks-node"}),
        &[],
    );
    check(
        &json!({"Subnets": ["subnet-1", "sg-1", "subnet-2,subnet-3"]}),
        &[
            "Subnets: expected ids such as subnet-0123456789abcdef0, got the id of a security group, \"sg-1\"",
            "Subnets: expected ids such as subnet-0123456789abcdef0, got several in one text, \"subnet-2,subnet-3\"; make them a \
             list, by Fn::Split for example",
        ],
    );
    check(
        &json!({"RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": ["web"]}}),
        &["RemoteAccess.SourceSecurityGroups: expected ids such as sg-0123456789abcdef0, got \"web\""],
    );
    check(
        &json!({"LaunchTemplate": {"Id": "my-template"}}),
        &[
            "LaunchTemplate.Id: expected an id such as lt-0123456789abcdef0, got \"my-template\"; a name belongs into Name",
        ],
    );
}

#[test]
fn labels_and_taints_are_what_kubernetes_takes() {
    let key = |path: &str, got: &str| {
        format!(
            "{path}: expected a key of 1 to 63 letters, digits, '-', '_' and '.', a letter or digit at both ends, perhaps after a DNS \
             name and one slash, got \"{got}\""
        )
    };
    check(
        &json!({"Labels": {"my team": "v"}}),
        &[&key("Labels.my team", "my team")],
    );
    check(
        &json!({"Labels": {"my team": ""}}),
        &[&key("Labels.my team", "my team")],
    );
    check(
        &json!({"Labels": {"example.com/team": "v", "node.kubernetes.io/pool": "blue"}}),
        &[],
    );
    let kept = "expected a key that a node may give itself: the kubelet doesn't start with one under kubernetes.io or k8s.io; use a \
                domain of your own, or node.kubernetes.io";
    for value in ["", "true"] {
        let path = "Labels.node-role.kubernetes.io/worker";
        check(
            &json!({"Labels": {"node-role.kubernetes.io/worker": value}}),
            &[&format!("{path}: {kept}")],
        );
    }
    let taint = |key: &str, value: &str| json!({"Taints": [{"Key": key, "Value": value, "Effect": "NO_EXECUTE"}]});
    let long = format!("{}.io/gpu", "a".repeat(100));
    check(&taint(&long, ""), &[]);
    check(&taint("node-role.kubernetes.io/infra", "v"), &[]);
    check(&taint("gpu ", "v"), &[&key("Taints[0].Key", "gpu ")]);
    check(&taint(" ", "v"), &["Taints[0].Key: must not be empty"]);
    check(&taint("a/b/c", "v"), &[&key("Taints[0].Key", "a/b/c")]);
    check(
        &taint("k", &"v".repeat(64)),
        &["Taints[0].Value: expected at most 63 characters"],
    );
    let dns = "Taints[0].Key: expected a DNS name of lower-case letters, digits, '-' and '.' before the slash, at most 253 characters, \
               got \"Example/k\"";
    check(&taint("Example/k", "v"), &[dns]);
    let taints: Vec<Value> = (0..51)
        .map(|index| json!({"Key": format!("k{index}"), "Effect": "NoSchedule"}))
        .collect();
    check(
        &json!({"Taints": taints}),
        &["Taints: expected at most 50 taints, EKS's limit, got 51"],
    );
}

/// What isn't stated is filled in to fit, so that only what is stated can contradict itself.
#[test]
fn sizes_that_pass_are_in_order_with_those_filled_in() {
    let sizes = || [None, Some(0), Some(1), Some(2), Some(3)];
    for (min, max, desired) in sizes().into_iter().flat_map(|min| {
        sizes()
            .into_iter()
            .flat_map(move |max| sizes().into_iter().map(move |desired| (min, max, desired)))
    }) {
        let mut config = json!({});
        for (key, size) in [("MinSize", min), ("MaxSize", max), ("DesiredSize", desired)] {
            if let Some(size) = size {
                config[key] = json!(size);
            }
        }
        let passes = validate(
            properties(&json!({"ScalingConfig": config})).as_object().unwrap(),
            "Nodes",
        )
        .is_ok();
        let filled = Scaling { min, max, desired }.for_create();
        let ordered = filled.is_none_or(|sizes| sizes.min <= sizes.desired && sizes.desired <= sizes.max);
        assert_eq!(passes, ordered && max != Some(0), "{config} {filled:?}");
    }
}

#[test]
fn updates_stay_within_the_size() {
    check(
        &json!({"ScalingConfig": {"MaxSize": 3}, "UpdateConfig": {"MaxUnavailable": 3}}),
        &[],
    );
    check(
        &json!({"ScalingConfig": {"MinSize": 1}, "UpdateConfig": {"MaxUnavailable": 9}}),
        &[],
    );
    check(
        &json!({"ScalingConfig": {"MaxSize": 3}, "UpdateConfig": {"MaxUnavailable": "4"}}),
        &[
            "UpdateConfig.MaxUnavailable: expected at most ScalingConfig.MaxSize, 3, got 4: the group never has as many nodes",
        ],
    );
    check(
        &json!({"UpdateConfig": {"MaxUnavailable": "101"}, "ScalingConfig": {"MaxSize": 3}}),
        &["UpdateConfig.MaxUnavailable: expected a whole number from 1 to 100, got \"101\""],
    );
}

#[test]
fn repair_does_what_is_set_up() {
    let one = json!({"NodeMonitoringCondition": "c", "NodeUnhealthyReason": "r", "MinRepairWaitTimeMins": 5, "RepairAction": "Reboot"});
    check(
        &json!({"NodeRepairConfig": {"Enabled": false, "MaxParallelNodesRepairedCount": 1}}),
        &[],
    );
    check(&json!({"NodeRepairConfig": {}}), &[]);
    check(
        &json!({"NodeRepairConfig": {"Enabled": true, "NodeRepairConfigOverrides": [one, one]}}),
        &[
            "NodeRepairConfig.NodeRepairConfigOverrides: expected each pair of NodeMonitoringCondition and NodeUnhealthyReason once; keep \
           one action for each",
        ],
    );
    check(
        &json!({"NodeRepairConfig": {"NodeRepairConfigOverrides": [{"NodeUnhealthyReason": "r", "RepairAction": "reboot"}]}}),
        &[
            "NodeRepairConfig.Enabled: expected Enabled: true, since NodeRepairConfigOverrides is set; without it nothing is switched on",
            "NodeRepairConfig.NodeRepairConfigOverrides[0].MinRepairWaitTimeMins: is required",
            "NodeRepairConfig.NodeRepairConfigOverrides[0].NodeMonitoringCondition: is required",
            "NodeRepairConfig.NodeRepairConfigOverrides[0].RepairAction: expected one of Replace, Reboot, NoAction, got \"reboot\"; did \
             you mean Reboot?",
        ],
    );
    check(
        &json!({"NodeRepairConfig": {"Enabled": true, "MaxUnhealthyNodeThresholdPercentage": 101, "MaxParallelNodesRepairedCount": 1,
                "MaxParallelNodesRepairedPercentage": 5}}),
        &[
            "NodeRepairConfig.MaxUnhealthyNodeThresholdPercentage: expected a whole number from 1 to 100, got \"101\"",
            "NodeRepairConfig.MaxParallelNodesRepairedCount: expected either MaxParallelNodesRepairedCount or \
             MaxParallelNodesRepairedPercentage, got both",
        ],
    );
}

#[test]
fn warm_pools_go_with_what_auto_scaling_can_keep_warm() {
    let pool = |settings: Value, changes: Value| {
        let mut changes = changes;
        changes["WarmPoolConfig"] = settings;
        changes
    };
    let hibernated = || json!({"Enabled": true, "PoolState": "HIBERNATED", "ReuseOnScaleIn": true});
    check(
        &pool(
            hibernated(),
            json!({"Volume": {"Encrypted": true}, "InstanceTypes": ["m5.large", "m5a.large"]}),
        ),
        &[],
    );
    check(&pool(hibernated(), json!({})), &[]);
    check(
        &pool(
            json!({"Enabled": false, "PoolState": "HIBERNATED"}),
            json!({"CapacityType": "SPOT"}),
        ),
        &[],
    );
    check(
        &pool(
            json!({"Enabled": true, "MinSize": 3, "MaxGroupPreparedCapacity": -1}),
            json!({}),
        ),
        &[],
    );
    check(
        &pool(hibernated(), json!({"Volume": {"Encrypted": false}})),
        &["Volume.Encrypted: expected true with PoolState HIBERNATED: the memory is saved on the root volume"],
    );
    check(
        &pool(
            hibernated(),
            json!({"CapacityType": "SPOT", "AmiType": "BOTTLEROCKET_ARM_64"}),
        ),
        &[
            "WarmPoolConfig.Enabled: expected false with SPOT: Auto Scaling keeps no Spot instances in a warm pool",
            "WarmPoolConfig.PoolState: expected STOPPED or RUNNING: Bottlerocket doesn't hibernate",
            "WarmPoolConfig.ReuseOnScaleIn: expected false: Bottlerocket's nodes don't return to a warm pool",
        ],
    );
    check(
        &pool(
            json!({"Enabled": true}),
            json!({"AmiType": "CUSTOM", "LaunchTemplate": {"Id": "lt-1"}}),
        ),
        &["WarmPoolConfig.Enabled: expected false with a custom AMI: EKS keeps only its own images in a warm pool"],
    );
    check(
        &pool(json!({"MinSize": 4, "MaxGroupPreparedCapacity": 3}), json!({})),
        &[
            "WarmPoolConfig.Enabled: expected Enabled: true, since MinSize is set; without it nothing is switched on",
            "WarmPoolConfig.MaxGroupPreparedCapacity: expected at least MinSize, 4, got 3; it counts the group and the pool together",
        ],
    );
}

#[test]
fn images_versions_and_releases_fit() {
    let image = |ami_type: &str, version: &str, release: &str| json!({"AmiType": ami_type, "Version": version, "ReleaseVersion": release});
    for (ami_type, release) in [
        ("AL2023_x86_64_STANDARD", "1.34.1-20260304"),
        ("WINDOWS_CORE_2022_x86_64", "1.34-2026.03.10"),
        ("BOTTLEROCKET_x86_64", "1.19.2-29cc92cc"),
        ("BOTTLEROCKET_x86_64", "1.19.2-12345678"),
        ("BOTTLEROCKET_x86_64", "latest"),
    ] {
        check(&image(ami_type, "1.34", release), &[]);
    }
    for (ami_type, release, example) in [
        ("AL2023_x86_64_STANDARD", "1.19.2-29cc92cc", "1.34.1-20260304"),
        ("AL2023_x86_64_STANDARD", "1.34", "1.34.1-20260304"),
        ("AL2023_x86_64_STANDARD", "ami-0123456789abcdef0", "1.34.1-20260304"),
        ("BOTTLEROCKET_x86_64", "1.34-2026.03.10", "1.19.2-29cc92cc"),
        ("WINDOWS_CORE_2022_x86_64", "1.34.1-20260304", "1.34-2026.03.10"),
    ] {
        let expected =
            format!("ReleaseVersion: expected a release of {ami_type}, such as {example}, got \"{release}\"");
        check(&image(ami_type, "1.34", release), &[&expected]);
    }
    check(
        &json!({"ReleaseVersion": "1.19.2-29cc92cc"}),
        &[
            "ReleaseVersion: expected a release of the default AMI type, such as 1.34.1-20260304, got \"1.19.2-29cc92cc\"",
        ],
    );
    check(
        &image("WINDOWS_CORE_2022_x86_64", "1.34", "1.33-2026.03.10"),
        &["ReleaseVersion: expected a release of Version 1.34, got \"1.33-2026.03.10\""],
    );
    check(&json!({"AmiType": "AL2_ARM_64", "Version": "1.32"}), &[]);
    for (ami_type, instead) in [
        ("AL2_ARM_64", "AL2023_ARM_64_STANDARD"),
        ("AL2_x86_64_GPU", "AL2023_x86_64_NVIDIA"),
    ] {
        let expected = format!(
            "AmiType: expected {instead} or Bottlerocket with Version 1.33, got {ami_type}: EKS has no AL2 image from Version 1.33 on"
        );
        check(&json!({"AmiType": ami_type, "Version": "1.33"}), &[&expected]);
    }
    check(
        &json!({"AmiType": "CUSTOM", "Version": "1.34", "ReleaseVersion": "1.34.1-20260304"}),
        &[
            "AmiType: CUSTOM needs a LaunchTemplate that names the AMI",
            "Version: can't be set with a custom AMI: the AMI decides, and so for ReleaseVersion",
        ],
    );
}

#[test]
fn what_was_refused_is_told_once() {
    check(
        &json!({"CapacityType": "CAPACITY_BLOCK", "LaunchTemplate": {"Id": "lt-1", "Name": "n"}}),
        &["LaunchTemplate.Id: expected either Id or Name of the launch template, got both"],
    );
    check(
        &json!({"Subnets": "subnet-1,subnet-2"}),
        &["Subnets: expected a list, got text"],
    );
    check(&json!({"ClusterName": []}), &["ClusterName: expected text, got a list"]);
    check(
        &json!({"Volume": {"Type": "gp9", "Iops": 100}}),
        &["Volume.Type: expected one of gp3, gp2, io2, io1, standard, got \"gp9\"; did you mean gp2?"],
    );
    check(
        &json!({"InstanceTypes": ["a.large", "b.large", "a.large", "a.large", "b.large"]}),
        &[
            "InstanceTypes: expected each type once, got a.large again; remove it",
            "InstanceTypes: expected each type once, got b.large again; remove it",
        ],
    );
}

/// It would never be done: the request ends before there is anything to do it to.
#[test]
fn what_comes_after_the_last_step_needs_to_be_waited_for() {
    let (group, nodes) = ("the Auto Scaling group", "a group that is there");
    for (path, asked, unasked, what) in [
        ("PropagateTags", json!(true), json!(false), group),
        ("ClusterAutoscaler", json!(true), json!(false), group),
        ("SuspendProcesses", json!(["AZRebalance"]), json!([]), group),
        ("NvidiaDevicePlugin", json!({"Version": "v0.20.0"}), json!(false), nodes),
        ("WindowsSupport", json!(true), json!(false), nodes),
    ] {
        let expected =
            format!("{path}: needs {what}, which isn't there yet when WaitFor: Submitted ends; set WaitFor: Active");
        check(&json!({path: asked, "WaitFor": "Submitted"}), &[&expected]);
        check(&json!({path: unasked, "WaitFor": "Submitted"}), &[]);
        check(&json!({path: asked, "WaitFor": "Active"}), &[]);
        check(&json!({path: asked, "WaitFor": "NodesReady"}), &[]);
    }
}
