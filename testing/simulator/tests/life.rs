//! A node group's life: statuses that change with time, one thing at a time, and how each ends.

mod support;

use serde_json::{Value, json};
use simulator::{Durations, Options};
use support::{AT_ONCE, CONFIG, GROUP, STANDS_STILL, SimulatorClient, VERSION};

#[tokio::test]
async fn a_group_is_created_and_deleted_in_time() {
    // The answer to the call itself says CREATING or DELETING, however slow the machine is.
    let durations = Durations {
        create: 0.05,
        delete: 0.05,
        ..Durations::default()
    };
    let eks = SimulatorClient::with(Options {
        durations,
        ..Options::default()
    })
    .await;
    let created = eks.create(json!({})).await;
    assert_eq!(created.body["nodegroup"]["status"], "CREATING");
    until(&eks, |status| status == "ACTIVE").await;
    assert_eq!(eks.delete(GROUP).await.body["nodegroup"]["status"], "DELETING");
    until(&eks, Value::is_null).await;
    assert_eq!(eks.get(GROUP).await.status, 404);
    assert_eq!(eks.create(json!({})).await.status, 200, "the name is free again");
}

async fn until(eks: &SimulatorClient, reached: impl Fn(&Value) -> bool) {
    while !reached(&eks.status().await) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_is_not_said_gets_the_services_defaults() {
    for (said, shown) in [
        (
            json!({}),
            json!({"instanceTypes": ["t3.medium"], "diskSize": 20, "capacityType": "ON_DEMAND", "amiType": "AL2023_x86_64_STANDARD",
                "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 2}, "version": "1.34", "releaseVersion": "1.34.1-20260901",
                "health": {"issues": []}, "launchTemplate": null, "remoteAccess": null}),
        ),
        (json!({"amiType": "WINDOWS_CORE_2022_x86_64"}), json!({"diskSize": 50})),
        (
            json!({"instanceTypes": ["m7g.large"]}),
            json!({"amiType": "AL2023_ARM_64_STANDARD"}),
        ),
        (
            json!({"instanceTypes": ["a1.large"]}),
            json!({"amiType": "AL2023_ARM_64_STANDARD"}),
        ),
        (
            json!({"instanceTypes": ["g5.large"]}),
            json!({"amiType": "AL2023_x86_64_STANDARD"}),
        ),
        (
            json!({"launchTemplate": {"id": "lt-1"}}),
            json!({"instanceTypes": null, "diskSize": null, "remoteAccess": null,
                "launchTemplate": {"id": "lt-1", "name": "template-nodes", "version": "1"}}),
        ),
        (
            json!({"launchTemplate": {"name": "mine", "version": "3"}, "instanceTypes": ["m5.large"]}),
            json!({"instanceTypes": ["m5.large"]}),
        ),
    ] {
        let eks = SimulatorClient::start(STANDS_STILL).await;
        let created = eks.create(said.clone()).await;
        assert_eq!(created.status, 200, "{said}: {created:?}");
        let group = &created.body["nodegroup"];
        for (key, value) in shown.as_object().unwrap() {
            assert_eq!(group[key], *value, "{said}: {key}");
        }
    }
}

#[tokio::test]
async fn a_group_shows_what_was_made_for_it() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    let said = json!({"remoteAccess": {"ec2SshKey": "my-key"}, "labels": {"a": "b"}, "tags": {"t": "1"},
        "taints": [{"key": "k", "value": "v", "effect": "NO_SCHEDULE"}]});
    eks.create(said.clone()).await;
    let group = eks.get(GROUP).await.body["nodegroup"].clone();
    for key in ["remoteAccess", "labels", "tags", "taints"] {
        assert_eq!(group[key], said[key], "{key}");
    }
    let arn = group["nodegroupArn"].as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:eks:us-east-1:123456789012:nodegroup/my-cluster/nodes/"),
        "{arn}"
    );
    let auto_scaling = group["resources"]["autoScalingGroups"][0]["name"].as_str().unwrap();
    assert!(auto_scaling.starts_with("eks-nodes-"), "{auto_scaling}");
    assert!(
        group["resources"]["remoteAccessSecurityGroup"]
            .as_str()
            .unwrap()
            .starts_with("sg-")
    );
    assert!(group["createdAt"].as_f64().unwrap() > 1.6e9, "seconds since the epoch");
}

#[tokio::test]
async fn one_thing_at_a_time() {
    let begin: [(&str, &str); 3] = [("CREATING", ""), ("UPDATING", CONFIG), ("DELETING", GROUP)];
    for (status, by) in begin {
        let eks = if status == "CREATING" {
            SimulatorClient::start(STANDS_STILL).await
        } else {
            SimulatorClient::with_group(STANDS_STILL).await
        };
        let begun = match by {
            "" => eks.create(json!({})).await,
            CONFIG => {
                eks.post(CONFIG, &json!({"labels": {"addOrUpdateLabels": {"a": "b"}}}))
                    .await
            }
            path => eks.delete(path).await,
        };
        assert_eq!((begun.status, eks.status().await), (200, json!(status)));
        let taken = eks.create(json!({})).await;
        assert_eq!(
            taken.message(),
            "NodeGroup already exists with name nodes and cluster name my-cluster"
        );
        let mut refused = vec![taken];
        refused.push(eks.post(VERSION, &json!({"version": "1.34"})).await);
        refused.push(
            eks.post(CONFIG, &json!({"labels": {"addOrUpdateLabels": {"c": "d"}}}))
                .await,
        );
        if status != "DELETING" {
            refused.push(eks.delete(GROUP).await);
        }
        for answer in refused {
            assert_eq!(
                (answer.status, answer.code.as_str()),
                (409, "ResourceInUseException"),
                "{status}"
            );
        }
    }
}

#[tokio::test]
async fn an_update_shows_once_it_succeeded() {
    let still = SimulatorClient::with_group(STANDS_STILL).await;
    let change = json!({"scalingConfig": {"maxSize": 5}, "labels": {"addOrUpdateLabels": {"a": "b"}}});
    let begun = still.post(CONFIG, &change).await;
    assert_eq!(still.update(&begun).await["status"], "InProgress");
    assert_eq!(still.get(GROUP).await.body["nodegroup"]["labels"], json!({}));
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let begun = eks.post(CONFIG, &change).await;
    assert_eq!(
        (
            begun.body["update"]["type"].clone(),
            eks.update(&begun).await["status"].clone()
        ),
        (json!("ConfigUpdate"), json!("Successful"))
    );
    let group = eks.get(GROUP).await.body["nodegroup"].clone();
    assert_eq!(
        group["scalingConfig"],
        json!({"minSize": 1, "maxSize": 5, "desiredSize": 2})
    );
    assert_eq!(
        (&group["labels"], &group["status"]),
        (&json!({"a": "b"}), &json!("ACTIVE"))
    );
}

#[tokio::test]
async fn taints_are_known_by_key_and_effect() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let taint = |value: &str, effect: &str| json!({"key": "k", "value": value, "effect": effect});
    for (change, expected) in [
        (
            json!({"addOrUpdateTaints": [taint("1", "NO_SCHEDULE")]}),
            json!([taint("1", "NO_SCHEDULE")]),
        ),
        (
            json!({"addOrUpdateTaints": [taint("2", "NO_EXECUTE")]}),
            json!([taint("1", "NO_SCHEDULE"), taint("2", "NO_EXECUTE")]),
        ),
        (
            json!({"addOrUpdateTaints": [taint("3", "NO_SCHEDULE")]}),
            json!([taint("3", "NO_SCHEDULE"), taint("2", "NO_EXECUTE")]),
        ),
        (
            json!({"removeTaints": [taint("3", "NO_SCHEDULE")]}),
            json!([taint("2", "NO_EXECUTE")]),
        ),
    ] {
        assert_eq!(
            eks.post(CONFIG, &json!({"taints": change})).await.status,
            200,
            "{change}"
        );
        assert_eq!(eks.get(GROUP).await.body["nodegroup"]["taints"], expected, "{change}");
    }
}

#[tokio::test]
async fn a_version_goes_up_to_the_clusters_and_its_latest_release() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    eks.simulator
        .put_cluster(json!({"name": "my-cluster", "version": "1.35"}));
    eks.simulator.release("1.35", "1.35.2-20261001");
    let begun = eks.post(VERSION, &json!({"version": "1.35"})).await;
    assert_eq!(eks.update(&begun).await["status"], "Successful");
    let group = eks.get(GROUP).await.body["nodegroup"].clone();
    assert_eq!(
        (&group["version"], &group["releaseVersion"]),
        (&json!("1.35"), &json!("1.35.2-20261001"))
    );
}

#[tokio::test]
async fn a_version_update_that_changes_nothing_succeeds_at_once() {
    let eks = SimulatorClient::with_group(STANDS_STILL).await;
    let begun = eks.post(VERSION, &json!({"version": "1.34"})).await;
    assert_eq!(
        (begun.status, eks.update(&begun).await["status"].clone()),
        (200, json!("Successful"))
    );
    assert_eq!(eks.status().await, "ACTIVE");
}

#[tokio::test]
async fn a_launch_template_takes_another_version_by_id_or_name() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    eks.create(json!({"launchTemplate": {"name": "mine", "version": "1"}}))
        .await;
    for (said, version) in [
        (json!({"name": "mine", "version": "2"}), "2"),
        (json!({"name": "mine", "version": "1"}), "1"),
    ] {
        assert_eq!(eks.post(VERSION, &json!({"launchTemplate": said})).await.status, 200);
        assert_eq!(
            eks.get(GROUP).await.body["nodegroup"]["launchTemplate"]["version"],
            version
        );
    }
}

#[tokio::test]
async fn a_failed_update_shows_in_the_update_alone() {
    for (kind, path, change) in [
        ("ConfigUpdate", CONFIG, json!({"scalingConfig": {"maxSize": 9}})),
        ("VersionUpdate", VERSION, json!({"releaseVersion": "1.34.1-20261001"})),
    ] {
        let eks = SimulatorClient::with_group(AT_ONCE).await;
        let mut before = eks.get(GROUP).await.body["nodegroup"].clone();
        eks.fails(kind, None);
        let begun = eks.post(path, &change).await;
        let update = eks.update(&begun).await;
        let errors =
            json!([{"errorCode": "NodeCreationFailure", "errorMessage": "nodes don't join", "resourceIds": ["i-1"]}]);
        assert_eq!(
            (&update["status"], &update["errors"]),
            (&json!("Failed"), &errors),
            "{kind}"
        );
        let mut after = eks.get(GROUP).await.body["nodegroup"].clone();
        for group in [&mut before, &mut after] {
            group["modifiedAt"] = Value::Null;
        }
        assert_eq!(before, after, "{kind}");
    }
}

#[tokio::test]
async fn creates_and_deletes_fail_as_they_are_told() {
    let issues = json!([{"code": "NodeCreationFailure", "message": "nodes don't join", "resourceIds": ["i-1"]}]);
    for (operation, status, expected) in [
        ("Create", None, "CREATE_FAILED"),
        ("Create", Some("DEGRADED"), "DEGRADED"),
        ("Delete", None, "DELETE_FAILED"),
    ] {
        let eks = SimulatorClient::start(AT_ONCE).await;
        eks.fails(operation, status);
        eks.create(json!({})).await;
        if operation == "Delete" {
            assert_eq!(eks.status().await, "ACTIVE");
            eks.delete(GROUP).await;
        }
        let group = eks.get(GROUP).await.body["nodegroup"].clone();
        assert_eq!(
            (&group["status"], &group["health"]["issues"]),
            (&json!(expected), &issues)
        );
        assert_eq!(eks.create(json!({})).await.status, 409, "the name stays taken");
        assert_eq!(eks.delete(GROUP).await.status, 200, "{expected}");
        assert_eq!(eks.get(GROUP).await.status, 404, "{expected}");
    }
}

#[tokio::test]
async fn degraded_lasts_until_nodes_are_launched() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let degraded = json!({"status": "DEGRADED", "health": {"issues": [{"code": "AsgInstanceLaunchFailures"}]}});
    eks.simulator.patch_node_group("my-cluster", "nodes", degraded);
    let label = json!({"labels": {"addOrUpdateLabels": {"a": "b"}}});
    let down = json!({"scalingConfig": {"minSize": 0, "desiredSize": 0}});
    for change in [label, down] {
        assert_eq!(eks.post(CONFIG, &change).await.status, 200, "{change}");
        assert_eq!(eks.status().await, "DEGRADED", "{change}");
    }
    eks.post(CONFIG, &json!({"scalingConfig": {"desiredSize": 1}})).await;
    let group = eks.get(GROUP).await.body["nodegroup"].clone();
    assert_eq!(
        (&group["status"], &group["health"]["issues"]),
        (&json!("ACTIVE"), &json!([]))
    );
}

#[tokio::test]
async fn nothing_is_created_in_a_cluster_that_is_not_active() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    eks.simulator
        .put_cluster(json!({"name": "my-cluster", "status": "CREATING"}));
    let answer = eks.create(json!({})).await;
    assert_eq!((answer.status, answer.code.as_str()), (400, "InvalidRequestException"));
    eks.simulator.remove_cluster("my-cluster");
    let answer = eks.create(json!({})).await;
    assert_eq!(
        (answer.status, answer.message()),
        (404, "No cluster found for name: my-cluster.")
    );
}
