//! Where what is taken ends: the last that is good, and the first that isn't.

use super::*;

/// The least properties with these changes, of which only this problem is told; an empty one: they are good.
#[track_caller]
fn assert_problem(changes: &Value, expected: &str) {
    let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
    check(changes, &expected);
}

#[test]
fn names_are_as_long_as_eks_takes_them() {
    let cluster = |length: usize| json!({"ClusterName": "c".repeat(length)});
    assert_problem(&cluster(100), "");
    assert_problem(
        &cluster(101),
        "ClusterName: expected at most 100 characters, EKS's limit, got 101",
    );
    assert_problem(&json!({"ClusterName": "1_c-"}), "");
    assert_problem(&json!({"NodegroupNamePrefix": "p".repeat(50)}), "");
    for (name, good) in [("c ", false), ("_c", false), ("-c", false), ("9", true)] {
        let expected = format!(
            "ClusterName: expected letters, digits, hyphens and underscores, the first a letter or digit, got \"{name}\""
        );
        assert_problem(&json!({"ClusterName": name}), if good { "" } else { &expected });
    }
}

#[test]
fn labels_are_as_long_as_eks_takes_them() {
    let key = "k".repeat(63);
    assert_problem(&json!({"Labels": {&key: "v".repeat(63)}}), "");
    assert_problem(
        &json!({"Labels": {&key: "v".repeat(64)}}),
        &format!("Labels.{key}: expected a value of 1 to 63 characters, EKS's limit"),
    );
    let long = "k".repeat(64);
    check(
        &json!({"Labels": {&long: "v"}}),
        &[
            &format!("Labels.{long}: expected a key of 1 to 63 characters, EKS's limit"),
            &format!(
                "Labels.{long}: expected a key of 1 to 63 letters, digits, '-', '_' and '.', a letter or digit at both ends, perhaps after \
                 a DNS name and one slash, got \"{long}\""
            ),
        ],
    );
    assert_problem(
        &json!({"Labels": {"": "v"}}),
        "Labels.: expected a key of 1 to 63 characters, EKS's limit",
    );
}

/// By their length, as the service's API and Kubernetes take them.
#[test]
fn a_label_is_set_by_whoever_can() {
    let (prefix, name) = ("p".repeat(253), "n".repeat(63));
    for (key, value, own) in [
        ("k".repeat(63), "v", false),
        ("k".repeat(63), "", true),
        (format!("p/{}", "n".repeat(61)), "v", false),
        (format!("p/{}", "n".repeat(62)), "v", true),
        (format!("{prefix}/{name}"), "v", true),
        (format!("{prefix}p/{name}"), "v", false),
        (format!("p/{name}n"), "v", false),
        (format!("{prefix}/"), "v", false),
        ("k".repeat(64), "", false),
        (String::new(), "", false),
    ] {
        assert_eq!(node::is_the_nodes_own(&key, value), own, "{key} {value}");
    }
}

#[test]
fn tags_are_as_many_and_as_long_as_eks_takes_them() {
    let tags = |count: usize| -> Value { (0..count).map(|index| (format!("t{index}"), json!("v"))).collect() };
    assert_problem(&json!({"Tags": tags(46)}), "");
    assert_problem(&json!({"Tags": tags(47)}), "Tags: expected at most 46 tags, got 47");
    let limits = "expected a key of 1 to 128 characters and a value of at most 256";
    for (key, value, good) in [
        ("é".repeat(128), "é".repeat(256), true),
        ("k".repeat(129), String::new(), false),
        ("k".to_owned(), "v".repeat(257), false),
        (String::new(), "v".to_owned(), false),
    ] {
        let expected = format!("Tags.{key}: {limits}");
        assert_problem(&json!({"Tags": {&key: value}}), if good { "" } else { &expected });
    }
    assert_problem(
        &json!({"Tags": {"AWS:x": "v"}}),
        "Tags.AWS:x: expected a key outside aws:, which AWS keeps for itself",
    );
    assert_problem(&json!({"Tags": {"awsx": "v"}}), "");
}

#[test]
fn lists_are_as_long_as_eks_takes_them() {
    let types = |count: usize| -> Vec<String> { (0..count).map(|index| format!("m{index}.large")).collect() };
    assert_problem(&json!({"InstanceTypes": types(20)}), "");
    assert_problem(
        &json!({"InstanceTypes": types(21)}),
        "InstanceTypes: expected at most 20 types, got 21",
    );
    let taints = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|index| json!({"Key": format!("k{index}"), "Effect": "NoSchedule"}))
            .collect()
    };
    assert_problem(&json!({"Taints": taints(50)}), "");
    let value = |length: usize| json!({"Taints": [{"Key": "k", "Value": "v".repeat(length), "Effect": "NoSchedule"}]});
    assert_problem(&value(63), "");
    assert_problem(&value(64), "Taints[0].Value: expected at most 63 characters");
    assert_problem(
        &json!({"Taints": [{"Key": "k", "Value": "-v", "Effect": "NoSchedule"}]}),
        "Taints[0].Value: expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"-v\"",
    );
    check(&json!({"Taints": [{"Key": "k"}]}), &["Taints[0].Effect: is required"]);
}

#[test]
fn volumes_perform_as_ec2_lets_them() {
    for (volume, expected) in [
        (json!({"Iops": 3000}), ""),
        (
            json!({"Iops": 2999}),
            "Volume.Iops: expected at least 3000 with Type gp3, got 2999",
        ),
        (json!({"Type": "io1", "Iops": 100}), ""),
        (json!({"Type": "io1"}), "Volume.Iops: is required with Type io1"),
        (json!({"Type": "gp2"}), ""),
        (
            json!({"Type": "standard", "Iops": 100}),
            "Volume.Iops: can't be set with Type standard",
        ),
        (json!({"Throughput": 125}), ""),
        (
            json!({"Type": "gp2", "Throughput": 125}),
            "Volume.Throughput: can't be set with Type gp2, only with gp3",
        ),
        (json!({"Size": 16384}), ""),
        (
            json!({"Size": 16385}),
            "Volume.Size: expected a whole number from 1 to 16384, got \"16385\"",
        ),
    ] {
        assert_problem(&json!({"Volume": volume}), expected);
    }
}

#[test]
fn sizes_may_be_equal() {
    assert_problem(
        &json!({"ScalingConfig": {"MinSize": 2, "MaxSize": 2, "DesiredSize": 2}}),
        "",
    );
    let pool = |min: i32, most: i32| json!({"WarmPoolConfig": {"Enabled": true, "MinSize": min, "MaxGroupPreparedCapacity": most}});
    assert_problem(&pool(3, 3), "");
    assert_problem(
        &pool(3, 2),
        "WarmPoolConfig.MaxGroupPreparedCapacity: expected at least MinSize, 3, got 2; it counts the group and the pool together",
    );
    assert_problem(
        &pool(3, -2),
        "WarmPoolConfig.MaxGroupPreparedCapacity: expected a whole number at least -1, got \"-2\"",
    );
}

#[test]
fn a_repair_is_one_for_each_pair_of_condition_and_reason() {
    let one = |condition: &str, reason: &str| {
        json!({"NodeMonitoringCondition": condition, "NodeUnhealthyReason": reason, "MinRepairWaitTimeMins": 5,
               "RepairAction": "Reboot"})
    };
    let repairs =
        |overrides: &[Value]| json!({"NodeRepairConfig": {"Enabled": true, "NodeRepairConfigOverrides": overrides}});
    assert_problem(&repairs(&[one("c", "r"), one("c", "s"), one("d", "r")]), "");
    let empty = "NodeRepairConfig.NodeRepairConfigOverrides";
    check(
        &repairs(&[one("", "r"), one("", "r")]),
        &[
            &format!("{empty}[0].NodeMonitoringCondition: must not be empty"),
            &format!("{empty}[1].NodeMonitoringCondition: must not be empty"),
        ],
    );
}

#[test]
fn a_template_has_no_version_before_the_first() {
    for (version, good) in [
        ("1", true),
        ("$Latest", true),
        ("$Default", true),
        ("0", false),
        ("-1", false),
        ("", false),
    ] {
        let expected = format!("LaunchTemplate.Version: expected a number, $Latest or $Default, got \"{version}\"");
        let changes = json!({"LaunchTemplate": {"Id": "lt-1", "Version": version}});
        assert_problem(&changes, if good { "" } else { &expected });
    }
}

/// A release's build is a date, and no commit that has as many digits.
#[test]
fn dates_are_of_the_calendar() {
    for (build, good) in [
        ("20260101", true),
        ("20261231", true),
        ("20260001", false),
        ("20261301", false),
        ("20260100", false),
        ("20260132", false),
        ("19260101", false),
        ("2026010", false),
        ("202601011", false),
        ("2026010a", false),
    ] {
        let release = format!("1.34.1-{build}");
        let form = format!(
            "ReleaseVersion: expected a release of AL2023_x86_64_STANDARD, such as 1.34.1-20260304, got \"{release}\""
        );
        let properties = json!({"AmiType": "AL2023_x86_64_STANDARD", "ReleaseVersion": release});
        assert_problem(&properties, if good { "" } else { &form });
    }
}

#[test]
fn releases_have_the_form_of_their_image() {
    for (ami_type, release, good) in [
        ("AL2023_x86_64_STANDARD", "1.34-20260304", false),
        ("AL2023_x86_64_STANDARD", "1.34.1.1-20260304", false),
        ("AL2023_x86_64_STANDARD", "1.34.-20260304", false),
        ("AL2023_x86_64_STANDARD", "1.34.a-20260304", false),
        ("WINDOWS_CORE_2022_x86_64", "1.34-2026.0310", false),
        ("WINDOWS_CORE_2022_x86_64", "1.34-2026.03.1a", false),
        ("BOTTLEROCKET_x86_64", "1.19.2-", false),
        ("BOTTLEROCKET_x86_64", "1.19.2-29cc92cg", false),
        ("BOTTLEROCKET_x86_64", "1.19.2-20260304", false),
        ("BOTTLEROCKET_x86_64", "1.19.2-29cc92cc", true),
    ] {
        let found = validate(
            properties(&json!({"AmiType": ami_type, "ReleaseVersion": release}))
                .as_object()
                .unwrap(),
            "Nodes",
        );
        let rules: Vec<Rule> = found
            .err()
            .unwrap_or_default()
            .iter()
            .map(|problem| problem.rule)
            .collect();
        assert_eq!(
            rules,
            vec![Rule::ReleaseForm; usize::from(!good)],
            "{ami_type} {release}"
        );
    }
    assert_problem(
        &json!({"Version": "1.3", "ReleaseVersion": "1.34.1-20260304"}),
        "ReleaseVersion: expected a release of Version 1.3, got \"1.34.1-20260304\"",
    );
    assert_problem(&json!({"Version": "1.34", "ReleaseVersion": "1.34.1-20260304"}), "");
}

#[test]
fn what_runs_no_version_takes_none() {
    assert_problem(&json!({"AmiType": "CUSTOM", "LaunchTemplate": {"Id": "lt-1"}}), "");
    let custom = "Version: can't be set with a custom AMI: the AMI decides, and so for ReleaseVersion";
    for property in [json!({"Version": "1.34"}), json!({"ReleaseVersion": "latest"})] {
        let mut changes = json!({"AmiType": "CUSTOM", "LaunchTemplate": {"Id": "lt-1"}});
        changes
            .as_object_mut()
            .unwrap()
            .extend(property.as_object().unwrap().clone());
        assert_problem(&changes, custom);
    }
    assert_problem(
        &json!({"AmiType": "AL2_x86_64", "Version": "1.33"}),
        "AmiType: expected AL2023_x86_64_STANDARD or Bottlerocket with Version 1.33, got AL2_x86_64: EKS has no AL2 image from Version \
         1.33 on",
    );
    assert_problem(&json!({"AmiType": "BOTTLEROCKET_x86_64", "Version": "1.33"}), "");
}
