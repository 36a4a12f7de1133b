//! What the service refuses before it does anything.

mod support;

use serde_json::{Value, json};
use support::{CONFIG, GROUPS, STANDS_STILL, SimulatorClient, VERSION, group};

/// Each body is refused with InvalidParameterException and these words, and changes nothing.
async fn refused(eks: &SimulatorClient, path: &str, body: Value, words: &str) {
    let before = eks.simulator.node_groups();
    let answer = eks.post(path, &body).await;
    assert_eq!(
        (answer.status, answer.code.as_str()),
        (400, "InvalidParameterException"),
        "{body}"
    );
    assert!(answer.message().contains(words), "{body}: {}", answer.message());
    assert_eq!(eks.simulator.node_groups(), before, "{body}");
}

fn many(count: usize, one: impl Fn(usize) -> Value) -> Value {
    (0..count).map(one).collect()
}

#[tokio::test]
async fn a_create_is_held_to_the_model() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    let long = "x".repeat(64);
    for (changes, words) in [
        (
            json!({"nodegroupName": null}),
            "Missing required parameter in input: \"nodegroupName\"",
        ),
        (json!({"subnets": null}), "\"subnets\""),
        (json!({"nodeRole": null}), "\"nodeRole\""),
        (json!({"colour": "red"}), "Unknown parameter in input: \"colour\""),
        (json!({"clusterName": "my-cluster"}), "Unknown parameter"),
        (
            json!({"scalingConfig": {"min": 1}}),
            "Unknown parameter in scalingConfig: \"min\"",
        ),
        (
            json!({"diskSize": "20"}),
            "Invalid type for parameter diskSize, expected integer",
        ),
        (json!({"diskSize": 1.5}), "expected integer"),
        (json!({"subnets": "subnet-1"}), "expected list"),
        (json!({"subnets": [1]}), "subnets[0], expected string"),
        (json!({"labels": [["a", "b"]]}), "expected map"),
        (json!({"nodeRepairConfig": {"enabled": "true"}}), "expected boolean"),
        (json!({"remoteAccess": "key"}), "expected structure"),
        (json!({"amiType": "AL3"}), "enum value set"),
        (json!({"capacityType": "on_demand"}), "enum value set"),
        (
            json!({"taints": [{"key": "k", "effect": "NoSchedule"}]}),
            "taints[0].effect",
        ),
        (
            json!({"taints": [{"key": "", "effect": "NO_SCHEDULE"}]}),
            "taints[0].key",
        ),
        (json!({"labels": {"a": ""}}), "labels.a"),
        (json!({"labels": {"a": long}}), "out of bounds"),
        (json!({"tags": {}}), "out of bounds"),
        (json!({"tags": {"t": "x".repeat(257)}}), "out of bounds"),
        (
            json!({"scalingConfig": {"minSize": -1, "maxSize": 1, "desiredSize": 1}}),
            "minSize",
        ),
        (
            json!({"scalingConfig": {"minSize": 0, "maxSize": 0, "desiredSize": 0}}),
            "maxSize",
        ),
        (
            json!({"updateConfig": {"maxUnavailablePercentage": 101}}),
            "out of bounds",
        ),
    ] {
        refused(&eks, GROUPS, group(changes), words).await;
    }
    refused(&eks, GROUPS, json!([]), "not a JSON object").await;
}

#[tokio::test]
async fn a_create_is_held_to_the_rules_between_members() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    let template = json!({"id": "lt-1"});
    for (changes, words) in [
        (json!({"nodegroupName": "-nodes"}), "must begin with a letter or digit"),
        (json!({"nodegroupName": "n".repeat(64)}), "at most 63"),
        (json!({"subnets": []}), "At least one subnet"),
        (json!({"instanceTypes": many(21, |_| json!("m5.large"))}), "At most 20"),
        (
            json!({"taints": many(51, |i| json!({"key": i.to_string(), "effect": "NO_EXECUTE"}))}),
            "at most 50 taints",
        ),
        (json!({"tags": {"AWS:x": "1"}}), "aws:"),
        (json!({"amiType": "CUSTOM"}), "CUSTOM"),
        (
            json!({"scalingConfig": {"minSize": 1}}),
            "minSize, maxSize and desiredSize",
        ),
        (
            json!({"scalingConfig": {"minSize": 3, "maxSize": 4, "desiredSize": 2}}),
            "Minimum capacity 3 can't be greater than desired size 2",
        ),
        (
            json!({"scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 3}}),
            "desired capacity 3 can't be greater than max size 2",
        ),
        (
            json!({"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 10}}),
            "Specify either",
        ),
        (json!({"updateConfig": {"maxUnavailable": 101}}), "at most 100"),
        (
            json!({"nodeRepairConfig": {"maxParallelNodesRepairedCount": 1, "maxParallelNodesRepairedPercentage": 1}}),
            "Specify either",
        ),
        (
            json!({"nodeRepairConfig": {"nodeRepairConfigOverrides": [{"repairAction": "Reboot"}]}}),
            "must have nodeMonitoringCondition",
        ),
        (
            json!({"launchTemplate": {"version": "1"}}),
            "Either provide launch template ID or launch template name",
        ),
        (json!({"launchTemplate": {"id": "lt-1", "name": "t"}}), "Either provide"),
        (
            json!({"launchTemplate": template, "diskSize": 20}),
            "diskSize can't be specified",
        ),
        (
            json!({"launchTemplate": template, "remoteAccess": {}}),
            "remoteAccess can't be specified",
        ),
        (json!({"version": "1.33"}), "not the cluster's version 1.34"),
        (
            json!({"releaseVersion": "1.33.1-20260901"}),
            "Allowed release version is 1.34.1-20260901",
        ),
        (json!({"clientRequestToken": "short"}), "between 33 and 126"),
    ] {
        refused(&eks, GROUPS, group(changes), words).await;
    }
}

#[tokio::test]
async fn updates_are_held_to_the_model_and_the_rules() {
    let eks = SimulatorClient::with_group(STANDS_STILL).await;
    let taint = json!({"key": "k", "effect": "NO_SCHEDULE"});
    for (path, body, words) in [
        (CONFIG, json!({}), "No changes"),
        (CONFIG, json!({"scalingConfig": {"maxSize": 2}}), "No changes"),
        (CONFIG, json!({"labels": {"removeLabels": ["absent"]}}), "No changes"),
        (CONFIG, json!({"labels": {"a": "b"}}), "Unknown parameter in labels"),
        (
            CONFIG,
            json!({"labels": {"addOrUpdateLabels": {"a": "b"}, "removeLabels": ["a"]}}),
            "both updated and removed",
        ),
        (
            CONFIG,
            json!({"scalingConfig": {"minSize": 3, "maxSize": 4}}),
            "Minimum capacity 3 can't be greater than desired size 2",
        ),
        (
            CONFIG,
            json!({"scalingConfig": {"maxSize": 1}}),
            "desired capacity 2 can't be greater than max size 1",
        ),
        (CONFIG, json!({"taints": {"addOrUpdateTaints": taint}}), "expected list"),
        (
            CONFIG,
            json!({"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 1}}),
            "Specify either",
        ),
        (VERSION, json!({"force": "true"}), "expected boolean"),
        (
            VERSION,
            json!({"version": "1.33"}),
            "older than the nodegroup's version 1.34",
        ),
        (
            VERSION,
            json!({"version": "1.35"}),
            "newer than the cluster's version 1.34",
        ),
        (
            VERSION,
            json!({"releaseVersion": "1.34.1-20260101"}),
            "older than the nodegroup's release version",
        ),
        (
            VERSION,
            json!({"releaseVersion": "1.35.1-20260901"}),
            "Allowed release version is",
        ),
        (
            VERSION,
            json!({"launchTemplate": {"id": "lt-1"}}),
            "created without a launch template",
        ),
    ] {
        refused(&eks, path, body, words).await;
    }
}

#[tokio::test]
async fn an_update_keeps_to_the_groups_own_template_and_image() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    let template = json!({"id": "lt-1", "name": "mine", "version": "1"});
    let fields =
        json!({"clusterName": "my-cluster", "nodegroupName": "nodes", "amiType": "CUSTOM", "launchTemplate": template});
    eks.simulator.put_node_group(fields);
    for (body, words) in [
        (
            json!({"launchTemplate": {"id": "lt-2", "version": "2"}}),
            "cannot change the launch template",
        ),
        (
            json!({"launchTemplate": {"name": "other"}}),
            "cannot change the launch template",
        ),
        (
            json!({"launchTemplate": {"id": "lt-1", "name": "mine"}}),
            "Either provide",
        ),
        (json!({"version": "1.34"}), "custom AMI"),
        (json!({"releaseVersion": "ami-1"}), "custom AMI"),
    ] {
        refused(&eks, VERSION, body, words).await;
    }
}

#[tokio::test]
async fn query_strings_are_checked_too() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    for query in ["maxResults=0", "maxResults=101", "maxResults=many", "page=2"] {
        let answer = eks.get(&format!("{GROUPS}?{query}")).await;
        assert_eq!(
            (answer.status, answer.code.as_str()),
            (400, "InvalidParameterException"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn an_error_names_what_the_call_was_about() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    for (path, cluster, message) in [
        (
            "/clusters/my-cluster/node-groups/gone",
            "my-cluster",
            "No node group found for name: gone.",
        ),
        (
            "/clusters/other/node-groups/gone",
            "other",
            "No cluster found for name: other.",
        ),
    ] {
        let answer = eks.get(path).await;
        let body = json!({"message": message, "clusterName": cluster, "nodegroupName": "gone"});
        assert_eq!(
            (answer.status, answer.code.as_str(), answer.body),
            (404, "ResourceNotFoundException", body)
        );
    }
    let unknown = eks.get("/fargate-profiles").await;
    assert_eq!(
        (unknown.status, unknown.code.as_str()),
        (404, "UnknownOperationException")
    );
}
