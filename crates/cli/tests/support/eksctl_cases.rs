//! A value for each field of eksctl that the conversion maps.

use cli::eksctl::fields::{FieldMapping, fields};
use serde_json::{Value, json};

pub const SECURITY_GROUP: &str = "sg-0123456789abcdef0";
const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V first";

/// A value of each mapped field that isn't eksctl's default, and what has to stand beside it.
pub fn cases() -> Vec<(&'static str, Value, Value)> {
    let bottlerocket = json!({"amiFamily": "Bottlerocket"});
    let repairs = json!({"nodeRepairConfig": {"enabled": true}});
    let action = json!({"nodeMonitoringCondition": "NetworkingNotReady", "nodeUnhealthyReason": "InterfaceNotUp",
                        "minRepairWaitTimeMins": 10, "repairAction": "Replace"});
    let overrides = json!({"nodeRepairConfig": {"enabled": true, "nodeRepairConfigOverrides": [action]}});
    let taint = json!({"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]});
    let statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let node_config = "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {kubelet: {flags: [--v=2]}}\n";
    let none = json!({});
    let plain: Vec<(&str, Value)> = vec![
        ("amiFamily", json!("AmazonLinux2023")),
        ("asgSuspendProcesses[]", json!("AZRebalance")),
        ("availabilityZones[]", json!("us-east-1a")),
        ("desiredCapacity", json!(7)),
        ("disablePodIMDS", json!(true)),
        (
            "iam.attachPolicy",
            json!({"Version": "2012-10-17", "Statement": [statement]}),
        ),
        (
            "iam.attachPolicyARNs[]",
            json!("arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
        ),
        ("iam.instanceRoleARN", json!("arn:aws:iam::111122223333:role/eks-node")),
        (
            "iam.instanceRolePermissionsBoundary",
            json!("arn:aws:iam::111122223333:policy/bound"),
        ),
        ("instanceName", json!("node")),
        ("instancePrefix", json!("prod")),
        ("instanceType", json!("m6i.xlarge")),
        ("instanceTypes[]", json!("c5.large")),
        ("labels", json!({"team": "blue"})),
        ("launchTemplate.id", json!("lt-0123456789abcdef0")),
        ("maxPodsPerNode", json!(58)),
        ("maxSize", json!(11)),
        ("minSize", json!(4)),
        ("name", json!("other")),
        ("nodeRepairConfig.enabled", json!(true)),
        ("overrideBootstrapCommand", json!(node_config)),
        ("preBootstrapCommands[]", json!("echo one")),
        ("privateNetworking", json!(true)),
        ("propagateASGTags", json!(true)),
        ("releaseVersion", json!("1.34.1-20260304")),
        ("securityGroups.attachIDs[]", json!(SECURITY_GROUP)),
        ("spot", json!(true)),
        ("ssh.publicKey", json!(KEY)),
        ("ssh.publicKeyName", json!("my-key")),
        ("subnets[]", json!("subnet-0a1b2c3d4e5f60718")),
        ("tags", json!({"team": "blue"})),
        ("updateConfig.maxUnavailable", json!(2)),
        ("updateConfig.maxUnavailablePercentage", json!(33)),
        ("volumeEncrypted", json!(true)),
        ("volumeIOPS", json!(4000)),
        ("volumeKmsKeyID", json!("my-key")),
        ("volumeSize", json!(50)),
        ("volumeThroughput", json!(200)),
        ("volumeType", json!("gp2")),
    ];
    let mut cases: Vec<_> = plain
        .into_iter()
        .map(|(path, value)| (path, none.clone(), value))
        .collect();
    let beside = [
        ("bottlerocket.enableAdminContainer", bottlerocket.clone(), json!(false)),
        ("bottlerocket.settings", bottlerocket, json!({"motd": "hello"})),
        (
            "launchTemplate.version",
            json!({"launchTemplate": {"id": "lt-0123456789abcdef0"}}),
            json!("3"),
        ),
        ("ssh.allow", json!({"ssh": {"publicKeyName": "my-key"}}), json!(false)),
        (
            "ssh.sourceSecurityGroupIds[]",
            json!({"ssh": {"publicKeyName": "my-key"}}),
            json!(SECURITY_GROUP),
        ),
        ("taints[].effect", taint.clone(), json!("NoExecute")),
        ("taints[].key", taint.clone(), json!("c")),
        ("taints[].value", taint, json!("d")),
    ];
    cases.extend(beside);
    for (path, value) in [
        (
            "nodeRepairConfig.nodeRepairConfigOverrides[].minRepairWaitTimeMins",
            json!(20),
        ),
        (
            "nodeRepairConfig.nodeRepairConfigOverrides[].nodeMonitoringCondition",
            json!("KernelNotReady"),
        ),
        (
            "nodeRepairConfig.nodeRepairConfigOverrides[].nodeUnhealthyReason",
            json!("Other"),
        ),
        (
            "nodeRepairConfig.nodeRepairConfigOverrides[].repairAction",
            json!("Reboot"),
        ),
    ] {
        cases.push((path, overrides.clone(), value));
    }
    for path in [
        "nodeRepairConfig.maxParallelNodesRepairedCount",
        "nodeRepairConfig.maxParallelNodesRepairedPercentage",
        "nodeRepairConfig.maxUnhealthyNodeThresholdCount",
        "nodeRepairConfig.maxUnhealthyNodeThresholdPercentage",
    ] {
        cases.push((path, repairs.clone(), json!(3)));
    }
    let addons = fields()
        .filter(|field| matches!(field.verdict, FieldMapping::Mapped(_)) && field.path.contains("withAddonPolicies"));
    cases.extend(addons.map(|field| (field.path, none.clone(), json!(true))));
    cases
}

pub fn base(beside: &Value) -> Value {
    let mut group = json!({"name": "ng-1"});
    for (key, value) in beside.as_object().expect("a map") {
        group[key] = value.clone();
    }
    group
}
