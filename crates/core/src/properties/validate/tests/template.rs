//! Templates, in which not every value is known yet.

use super::*;

#[track_caller]
fn check_template(changes: &Value, expected: &[&str]) {
    let found = inspect_template(properties(changes).as_object().unwrap(), "Nodes");
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{changes}");
}

/// Together they use each property, and each rule that compares several.
fn good() -> Vec<Value> {
    let repair = json!({"NodeMonitoringCondition": "c", "NodeUnhealthyReason": "r", "MinRepairWaitTimeMins": "5", "RepairAction": "Reboot"});
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBNPOgZEmJxIPRJmqHgXlTwd+0CQaLGJNQDCEaNjX/+5 me@example.com";
    [
        json!({"NodegroupName": "my-mng", "AmiType": "BOTTLEROCKET_ARM_64", "CapacityType": "SPOT", "InstanceTypes": ["m6g.large", "m7g.large"],
            "DiskSize": "30", "RemoteAccess": {"Ec2SshKey": "my-key", "SourceSecurityGroups": ["sg-2", "sg-1"]}, "Version": "1.34",
            "ReleaseVersion": "1.19.2-29cc92cc", "ForceUpdateEnabled": "true",
            "ScalingConfig": {"MinSize": "2", "MaxSize": "4", "DesiredSize": "3"}, "Labels": {"a": "true"},
            "Taints": [{"Key": "k", "Value": "v", "Effect": "NoSchedule"}, {"Key": "k", "Effect": "NO_EXECUTE"}], "Tags": {"t": "1"},
            "UpdateConfig": {"MaxUnavailable": "4", "UpdateStrategy": "MINIMAL"},
            "NodeRepairConfig": {"Enabled": "true", "MaxParallelNodesRepairedCount": "1", "MaxUnhealthyNodeThresholdPercentage": 20,
                "NodeRepairConfigOverrides": [repair]},
            "WaitFor": "Submitted", "Preflight": "Warn", "ServiceTimeout": "60"}),
        json!({"NodegroupNamePrefix": "web", "InstanceTypes": ["m5.large"], "BlockPodImds": true, "MaxPods": {"PrefixDelegation": true},
            "Volume": {"Size": 50, "Type": "io2", "Iops": 4000, "Encrypted": true, "KmsKeyId": "k"}, "PropagateTags": true,
            "RemoteAccess": {"PublicKey": key, "SourceSecurityGroups": ["sg-1"]}, "SecurityGroups": ["sg-3"],
            "Labels": {"spare": "", "team": "web"}, "UserData": "echo hello", "UpdateConfig": {"MaxUnavailablePercentage": 50},
            "WarmPoolConfig": {"Enabled": true, "MinSize": 1, "MaxGroupPreparedCapacity": 2, "PoolState": "HIBERNATED", "ReuseOnScaleIn": true}}),
        json!({"Volume": {"Type": "gp3", "Iops": 3000, "Throughput": 125}, "MaxPods": 110, "AmiType": "AL2_x86_64", "Version": "1.32",
            "ReleaseVersion": "1.32.1-20250304", "UserData": "echo hello"}),
        json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "Version": "1.34", "ReleaseVersion": "1.34-2026.03.10", "UserData": "Get-Date"}),
        json!({"LaunchTemplate": {"Id": "lt-1", "Version": "$Latest"}, "CapacityType": "CAPACITY_BLOCK", "BlockPodImds": true}),
        json!({"LaunchTemplate": {"Name": "n", "Version": 3}, "AmiType": "CUSTOM", "PropagateTags": false}),
    ]
    .iter()
    .map(properties)
    .collect()
}

/// Where there are values: scalars, lists and their elements, maps, whole objects.
fn pointers(value: &Value, at: &str, pointers_so_far: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => vec![],
    };
    for (key, child) in children {
        let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        pointers(child, &pointer, pointers_so_far);
        pointers_so_far.push(pointer);
    }
}

/// Puts an intrinsic function where a value is, if there still is one.
fn put(mut properties: Value, pointer: &str, intrinsic: &Value) -> Value {
    if let Some(value) = properties.pointer_mut(pointer) {
        *value = intrinsic.clone();
    }
    properties
}

#[test]
fn any_one_or_two_values_of_good_properties_may_be_unknown() {
    let (reference, choice) = (
        json!({"Ref": "X"}),
        json!({"Fn::If": ["c", "a", {"Ref": "AWS::NoValue"}]}),
    );
    let problems = |changed: &Value| inspect_template(changed.as_object().unwrap(), "Nodes");
    for good in good() {
        assert_eq!(problems(&good), [], "{good}");
        let mut places = vec![];
        pointers(&good, "", &mut places);
        for (index, first) in places.iter().enumerate() {
            let once = put(good.clone(), first, &reference);
            assert_eq!(problems(&once), [], "{first}");
            for second in &places[index..] {
                assert_eq!(
                    problems(&put(once.clone(), second, &choice)),
                    [],
                    "{first} and {second}"
                );
            }
        }
    }
}

#[test]
fn in_a_request_an_intrinsic_function_is_an_object() {
    check(&json!({"WaitFor": "Active"}), &[]);
    let found = validate(
        properties(&json!({"DiskSize": {"Ref": "X"}})).as_object().unwrap(),
        "Nodes",
    );
    assert_eq!(
        found.unwrap_err()[0].to_string(),
        "DiskSize: expected text, got an object"
    );
}

#[test]
fn no_value_is_nothing() {
    let none = json!({"Ref": "AWS::NoValue"});
    check_template(
        &json!({"ClusterName": none, "Subnets": [none], "DiskSize": none, "LaunchTemplate": {"Id": none, "Name": "n"}}),
        &["ClusterName: is required", "Subnets: expected at least one subnet id"],
    );
    check_template(&json!({"DiskSize": {"Fn::Select": none}}), &[]);
    check_template(
        &json!({"RemoteAccess": {"Ec2SshKey": none}}),
        &[
            "RemoteAccess.Ec2SshKey: expected either Ec2SshKey, the name of a key pair, or PublicKey, a key in OpenSSH's format, got neither",
        ],
    );
}

#[test]
fn what_is_known_is_judged_all_the_same() {
    let x = json!({"Ref": "X"});
    check_template(
        &json!({"ClusterName": x, "Subnets": [x, "vpc-1"], "ScalingConfig": {"MinSize": 5, "MaxSize": 2, "DesiredSize": x, "Sise": x},
                "Labels": {"a": x, "b": "-"}, "Taints": [x, {"Key": x, "Effect": "Never"}], "DiskSize": 20, "LaunchTemplate": {"Id": x}}),
        &[
            "Subnets: expected ids such as subnet-0123456789abcdef0, got the id of a VPC, \"vpc-1\"",
            "DiskSize: can't stand beside LaunchTemplate: set it in the launch template",
            "ScalingConfig.Sise: unknown property; known are DesiredSize, MaxSize, MinSize",
            "Taints[1].Effect: expected NoSchedule, NoExecute or PreferNoSchedule, got \"Never\"",
            "ScalingConfig.MinSize: expected at most MaxSize",
            "Labels.b: expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"-\"",
        ],
    );
    let whole = json!({"Fn::Transform": {"Name": "AWS::Include"}});
    assert_eq!(inspect_template(whole.as_object().unwrap(), "Nodes"), []);
}

/// Each of the two may be gone once the condition is known.
#[test]
fn properties_that_exclude_each_other_may_hang_on_one_condition() {
    let either = |set: Value| json!({"Fn::If": ["HasTemplate", set, {"Ref": "AWS::NoValue"}]});
    check_template(
        &json!({"LaunchTemplate": either(json!({"Id": "lt-1"})), "DiskSize": either(json!(20))}),
        &[],
    );
    check_template(
        &json!({"LaunchTemplate": either(json!({"Id": "lt-1"})), "Volume": {"Size": 20}}),
        &[],
    );
    check_template(
        &json!({"LaunchTemplate": {"Id": either(json!("lt-1")), "Name": either(json!("n"))}}),
        &[],
    );
    check_template(
        &json!({"UpdateConfig": {"MaxUnavailable": either(json!(1)), "MaxUnavailablePercentage": 1}}),
        &[],
    );
}
