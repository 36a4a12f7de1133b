//! The exact request of each EKS call, as the simulator gets it from the real adapters.

mod support;

use serde_json::{Value, json};
use support::world::{STACK_ID, World};

fn whole() -> Value {
    json!({
        "ServiceToken": "arn", "ClusterName": "my-cluster", "NodegroupName": "my-mng", "NodeRole": "arn:aws:iam::1:role/n",
        "Subnets": ["subnet-2", "subnet-1"], "AmiType": "AL2023_x86_64_STANDARD", "CapacityType": "ON_DEMAND",
        "InstanceTypes": ["m5.large", "m5a.large"], "DiskSize": "30", "Version": "1.34", "ReleaseVersion": "1.34.1-20260801",
        "RemoteAccess": {"Ec2SshKey": "my-key", "SourceSecurityGroups": ["sg-1"]},
        "ScalingConfig": {"MinSize": "2", "MaxSize": "4", "DesiredSize": "3"},
        "Labels": {"a": "true"}, "Taints": [{"Key": "k", "Effect": "NoSchedule"}], "Tags": {"t": "1"},
        "UpdateConfig": {"MaxUnavailablePercentage": "50", "UpdateStrategy": "MINIMAL"},
        "NodeRepairConfig": {"Enabled": "true", "MaxParallelNodesRepairedCount": "1", "MaxUnhealthyNodeThresholdPercentage": "20",
            "NodeRepairConfigOverrides": [{"NodeMonitoringCondition": "c", "NodeUnhealthyReason": "r", "MinRepairWaitTimeMins": "5", "RepairAction": "Reboot"}]},
        "WarmPoolConfig": {"Enabled": "true", "MinSize": "1", "MaxGroupPreparedCapacity": "3", "PoolState": "STOPPED", "ReuseOnScaleIn": "true"},
    })
}

/// The body of the first call of an operation, its token checked and taken out.
fn sent(world: &World, operation: &str) -> Value {
    let requests = world.simulator.requests();
    let mut body = requests
        .iter()
        .find(|request| request.operation == operation)
        .expect(operation)
        .body
        .clone();
    if let Some(token) = body.as_object_mut().unwrap().remove("clientRequestToken") {
        assert!((33..=126).contains(&token.as_str().unwrap().len()), "{token}");
    }
    body
}

#[tokio::test]
async fn create_says_everything_the_template_says() {
    let world = World::start(false).await;
    let answer = world.answer(&world.request("Create", None, &whole(), None)).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    let expected = json!({
        "nodegroupName": "my-mng", "nodeRole": "arn:aws:iam::1:role/n", "subnets": ["subnet-1", "subnet-2"],
        "amiType": "AL2023_x86_64_STANDARD", "capacityType": "ON_DEMAND", "instanceTypes": ["m5.large", "m5a.large"],
        "version": "1.34", "releaseVersion": "1.34.1-20260801",
        "launchTemplate": {"id": answer["Data"]["LaunchTemplateId"], "version": "1"},
        "scalingConfig": {"minSize": 2, "maxSize": 4, "desiredSize": 3},
        "labels": {"a": "true"}, "taints": [{"key": "k", "value": "", "effect": "NO_SCHEDULE"}],
        "tags": {"t": "1", "managed-node-group:stack-id": STACK_ID, "managed-node-group:logical-id": "Nodes"},
        "updateConfig": {"maxUnavailablePercentage": 50, "updateStrategy": "MINIMAL"},
        "nodeRepairConfig": {"enabled": true, "maxParallelNodesRepairedCount": 1, "maxUnhealthyNodeThresholdPercentage": 20,
            "nodeRepairConfigOverrides": [{"nodeMonitoringCondition": "c", "nodeUnhealthyReason": "r", "minRepairWaitTimeMins": 5, "repairAction": "Reboot"}]},
        "warmPoolConfig": {"enabled": true, "minSize": 1, "maxGroupPreparedCapacity": 3, "poolState": "STOPPED", "reuseOnScaleIn": true},
    });
    assert_eq!(sorted(sent(&world, "CreateNodegroup")), sorted(expected));
}

#[tokio::test]
async fn a_bare_create_says_no_more_than_it_must() {
    let world = World::start(false).await;
    let bare = json!({"ServiceToken": "arn", "ClusterName": "my-cluster", "NodegroupName": "n", "NodeRole": "arn:aws:iam::1:role/n",
        "Subnets": ["subnet-1"], "LaunchTemplate": {"Id": "lt-id", "Version": "1"}});
    world.answer(&world.request("Create", None, &bare, None)).await;
    let expected = json!({
        "nodegroupName": "n", "nodeRole": "arn:aws:iam::1:role/n", "subnets": ["subnet-1"], "capacityType": "ON_DEMAND",
        "launchTemplate": {"id": "lt-id", "version": "1"}, "updateConfig": {"maxUnavailable": 1, "updateStrategy": "DEFAULT"},
        "tags": {"managed-node-group:stack-id": STACK_ID, "managed-node-group:logical-id": "Nodes"},
    });
    assert_eq!(sorted(sent(&world, "CreateNodegroup")), sorted(expected));
}

#[tokio::test]
async fn updates_say_only_what_changes() {
    let world = World::start(false).await;
    let old = json!({"ServiceToken": "arn", "ClusterName": "my-cluster", "NodegroupName": "n", "NodeRole": "arn:aws:iam::1:role/n",
        "Subnets": ["subnet-1"], "Labels": {"a": "1", "b": "2"}, "Tags": {"t": "1"}, "Taints": [{"Key": "k", "Value": "v", "Effect": "NO_EXECUTE"}],
        "LaunchTemplate": {"Name": "template", "Version": "1"}, "NodeRepairConfig": {"Enabled": "true"}});
    let answer = world.answer(&world.request("Create", None, &old, None)).await;
    let id = answer["PhysicalResourceId"].as_str().unwrap();
    world.stack_is("UPDATE_IN_PROGRESS");
    let mut new = old.clone();
    new["Labels"] = json!({"a": "2", "c": "3"});
    new["Tags"] = json!({"u": "2"});
    new["Taints"] = json!([]);
    new["LaunchTemplate"]["Version"] = json!("$Latest");
    new["ForceUpdateEnabled"] = json!("true");
    new["NodeRepairConfig"] = Value::Null;
    let updated = world.answer(&world.request("Update", Some(id), &new, Some(&old))).await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    assert_eq!(
        world.changes()[1..],
        [
            "TagResource",
            "UpdateNodegroupVersion",
            "UpdateNodegroupConfig",
            "UntagResource"
        ]
    );
    assert_eq!(sent(&world, "TagResource"), json!({"tags": {"u": "2"}}));
    let version = json!({"version": "1.34", "force": true, "launchTemplate": {"name": "template", "version": "3"}});
    assert_eq!(sorted(sent(&world, "UpdateNodegroupVersion")), sorted(version));
    let config = json!({
        "labels": {"addOrUpdateLabels": {"a": "2", "c": "3"}, "removeLabels": ["b"]},
        "taints": {"removeTaints": [{"key": "k", "value": "v", "effect": "NO_EXECUTE"}]},
        "nodeRepairConfig": {"enabled": false},
    });
    assert_eq!(sorted(sent(&world, "UpdateNodegroupConfig")), sorted(config));
    assert_eq!(world.group(id)["tags"].get("t"), None);
}

/// Maps in the order of their keys: the SDK keeps labels and tags in a hash map.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: std::collections::BTreeMap<String, Value> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            ordered.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
