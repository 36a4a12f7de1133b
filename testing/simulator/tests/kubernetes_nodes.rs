//! Nodes follow the node groups.

mod support;

use serde_json::{Value, json};
use simulator::{Durations, NodesStay, Simulator};
use support::cluster::{ClusterClient, NODES};
use support::{AT_ONCE, CONFIG, GROUP, STANDS_STILL, SimulatorClient, VERSION, group};

const OF_GROUP: &str = "labelSelector=eks.amazonaws.com%2Fnodegroup%3Dnodes";

/// Everything is over at once, but nodes take their time.
fn slow_nodes() -> Durations {
    Durations {
        create: 0.0,
        delete: 0.0,
        config_update: 0.0,
        version_update: 0.0,
        node_ready: 3600.0,
    }
}

fn nodes(simulator: &Simulator) -> Vec<Value> {
    let own = |node: &Value| node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"] == "nodes";
    let mut nodes = simulator.objects("my-cluster", "nodes");
    nodes.retain(own);
    nodes
}

fn ready(node: &Value) -> &Value {
    &node["status"]["conditions"][0]
}

fn names(simulator: &Simulator) -> Vec<Value> {
    nodes(simulator)
        .iter()
        .map(|node| node["metadata"]["name"].clone())
        .collect()
}

async fn with_group(cluster: &ClusterClient, changes: Value) {
    let created = cluster.eks.create(changes).await;
    assert_eq!(created.status, 200, "{created:?}");
}

#[tokio::test]
async fn a_new_groups_nodes_register_with_what_they_are_and_are_not_ready() {
    let cluster = ClusterClient::with(1.0, slow_nodes()).await;
    let changes = json!({
        "labels": {"team": "a"}, "taints": [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}],
        "instanceTypes": ["m6g.large"], "subnets": ["subnet-1", "subnet-2"],
        "scalingConfig": {"minSize": 0, "maxSize": 3, "desiredSize": 3},
    });
    with_group(&cluster, changes).await;
    let nodes = nodes(&cluster.eks.simulator);
    assert_eq!(nodes.len(), 3);
    let labels = &nodes[0]["metadata"]["labels"];
    for (label, value) in [
        ("eks.amazonaws.com/capacityType", "ON_DEMAND"),
        ("kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "arm64"),
        ("node.kubernetes.io/instance-type", "m6g.large"),
        ("topology.kubernetes.io/zone", "us-east-1a"),
        ("team", "a"),
    ] {
        assert_eq!(labels[label], value, "{label}");
    }
    assert!(
        labels["eks.amazonaws.com/nodegroup-image"]
            .as_str()
            .unwrap()
            .starts_with("ami-")
    );
    assert_eq!(
        nodes[1]["metadata"]["labels"]["topology.kubernetes.io/zone"],
        "us-east-1b"
    );
    assert_eq!(nodes[0]["metadata"]["name"], "ip-10-0-1-17.ec2.internal");
    assert_eq!(
        nodes[0]["spec"]["taints"],
        json!([{"key": "gpu", "effect": "NoSchedule", "value": "yes"}])
    );
    assert!(
        nodes[0]["spec"]["providerID"]
            .as_str()
            .unwrap()
            .starts_with("aws:///us-east-1a/i-")
    );
    let condition = ready(&nodes[0]);
    assert_eq!(
        (&condition["status"], &condition["reason"]),
        (&json!("False"), &json!("KubeletNotReady"))
    );
}

#[tokio::test]
async fn a_windows_group_has_windows_nodes() {
    let cluster = ClusterClient::start(AT_ONCE).await;
    with_group(
        &cluster,
        json!({"amiType": "WINDOWS_CORE_2022_x86_64", "capacityType": "SPOT"}),
    )
    .await;
    let labels = nodes(&cluster.eks.simulator)[0]["metadata"]["labels"].clone();
    assert_eq!(labels["kubernetes.io/os"], "windows");
    assert_eq!(labels["eks.amazonaws.com/capacityType"], "SPOT");
}

#[tokio::test]
async fn a_watch_sees_nodes_register_and_become_ready_one_after_the_other() {
    let durations = Durations {
        create: 0.3,
        node_ready: 0.1,
        ..Durations::default()
    };
    let cluster = ClusterClient::with(0.5, durations).await;
    let version = cluster.version().await;
    let mut watch = cluster
        .watch(&format!("{NODES}?watch=true&resourceVersion={version}&{OF_GROUP}"))
        .await;
    with_group(
        &cluster,
        json!({"scalingConfig": {"minSize": 2, "maxSize": 2, "desiredSize": 2}}),
    )
    .await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let event = watch.next().await.unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let number = text(&event["object"]["metadata"]["name"])[..12].to_owned();
        seen.push((text(&event["type"]), number, text(&ready(&event["object"])["status"])));
    }
    let expected = [
        ("ADDED", "ip-10-0-1-17", "False"),
        ("ADDED", "ip-10-0-1-18", "False"),
        ("MODIFIED", "ip-10-0-1-17", "True"),
        ("MODIFIED", "ip-10-0-1-18", "True"),
    ];
    assert_eq!(
        seen,
        expected.map(|(kind, name, status)| (kind.to_owned(), name.to_owned(), status.to_owned()))
    );
}

#[tokio::test]
async fn nodes_follow_the_desired_size() {
    let cluster = ClusterClient::start(AT_ONCE).await;
    let simulator = &cluster.eks.simulator;
    with_group(
        &cluster,
        json!({"scalingConfig": {"minSize": 0, "maxSize": 5, "desiredSize": 1}}),
    )
    .await;
    assert_eq!(nodes(simulator).len(), 1);
    let before = names(simulator);
    for (desired, count) in [(3, 3), (1, 1), (0, 0)] {
        let body = json!({"scalingConfig": {"desiredSize": desired}});
        assert_eq!(cluster.eks.post(CONFIG, &body).await.status, 200);
        assert_eq!(nodes(simulator).len(), count);
        assert!(count == 0 || names(simulator)[0] == before[0], "the oldest stays");
        assert!(nodes(simulator).iter().all(|node| ready(node)["status"] == "True"));
    }
    simulator.patch_node_group("my-cluster", "nodes", json!({"scalingConfig": {"desiredSize": 2}}));
    assert_eq!(nodes(simulator).len(), 2, "as an autoscaler does");
    cluster.eks.delete(GROUP).await;
    assert_eq!(nodes(simulator).len(), 0);
}

#[tokio::test]
async fn a_group_that_fails_has_no_nodes() {
    let cluster = ClusterClient::start(AT_ONCE).await;
    cluster.eks.fails("Create", None);
    with_group(&cluster, json!({})).await;
    assert_eq!(cluster.eks.status().await, "CREATE_FAILED");
    assert_eq!(nodes(&cluster.eks.simulator).len(), 0);
}

#[tokio::test]
async fn a_new_version_empties_a_node_and_replaces_all_in_the_end() {
    let cluster = ClusterClient::of(SimulatorClient::with_group(STANDS_STILL).await, "my-cluster").await;
    let simulator = &cluster.eks.simulator;
    let before = names(simulator);
    assert!(
        nodes(simulator).iter().all(|node| ready(node)["status"] == "True"),
        "they were there"
    );
    simulator.release("1.34", "1.34.9-20991231");
    simulator.durations(|durations| durations.version_update = 0.5);
    assert_eq!(cluster.eks.post(VERSION, &json!({})).await.status, 200);
    let cordoned: Vec<Value> = nodes(simulator)
        .iter()
        .map(|node| node["spec"]["unschedulable"].clone())
        .collect();
    assert_eq!(cordoned, [json!(true), Value::Null]);
    simulator.put_object("my-cluster", pod_on(&before[0]));
    let mut watch = cluster.watch(&format!("{NODES}?watch=true&{OF_GROUP}")).await;
    while watch.next_change().await.0 != "DELETED" {}
    assert!(names(simulator).iter().all(|name| !before.contains(name)));
    assert_eq!(nodes(simulator).len(), 2);
    assert_eq!(nodes(simulator)[0]["spec"]["unschedulable"], Value::Null);
    assert_eq!(
        simulator.object("my-cluster", "pods", "default", "p"),
        Value::Null,
        "its node has gone"
    );
}

fn pod_on(node: &Value) -> Value {
    let metadata = json!({"name": "p", "namespace": "default"});
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"nodeName": node}})
}

#[tokio::test]
async fn an_update_that_fails_gives_its_node_back() {
    let cluster = ClusterClient::of(SimulatorClient::with_group(AT_ONCE).await, "my-cluster").await;
    let simulator = &cluster.eks.simulator;
    let before = names(simulator);
    simulator.release("1.34", "1.34.9-20991231");
    cluster.eks.fails("VersionUpdate", None);
    assert_eq!(cluster.eks.post(VERSION, &json!({})).await.status, 200);
    assert_eq!(names(simulator), before);
    assert!(
        nodes(simulator)
            .iter()
            .all(|node| node["spec"]["unschedulable"].is_null())
    );
}

#[tokio::test]
async fn labels_and_taints_reach_the_nodes_that_are_there() {
    let cluster = ClusterClient::start(AT_ONCE).await;
    with_group(&cluster, json!({"labels": {"old": "1", "kept": "1"}})).await;
    let changes = json!({
        "labels": {"addOrUpdateLabels": {"kept": "2", "new": "1"}, "removeLabels": ["old"]},
        "taints": {"addOrUpdateTaints": [{"key": "k", "value": "", "effect": "NO_EXECUTE"}]},
    });
    let before = names(&cluster.eks.simulator);
    assert_eq!(cluster.eks.post(CONFIG, &changes).await.status, 200);
    assert_eq!(names(&cluster.eks.simulator), before);
    let node = nodes(&cluster.eks.simulator)[0].clone();
    let labels = &node["metadata"]["labels"];
    assert_eq!(
        (&labels["old"], &labels["kept"], &labels["new"]),
        (&Value::Null, &json!("2"), &json!("1"))
    );
    assert_eq!(node["spec"]["taints"], json!([{"key": "k", "effect": "NoExecute"}]));
}

#[tokio::test]
async fn a_rule_keeps_nodes_away_or_not_ready_until_it_is_lifted() {
    let cluster = ClusterClient::start(AT_ONCE).await;
    let simulator = &cluster.eks.simulator;
    let unready = |count| NodesStay::Unready {
        count,
        reason: "KubeletNotReady".to_owned(),
        message: "PLEG is not healthy".to_owned(),
    };
    simulator.nodes_stay("my-cluster", "nodes", unready(1));
    simulator.nodes_stay("my-cluster", "nodes", NodesStay::Absent { count: 1 });
    let sizes = json!({"scalingConfig": {"minSize": 0, "maxSize": 3, "desiredSize": 3}});
    with_group(&cluster, sizes).await;
    let statuses = || -> Vec<Value> {
        nodes(simulator)
            .iter()
            .map(|node| ready(node)["status"].clone())
            .collect()
    };
    assert_eq!(statuses(), ["False", "True"]);
    assert_eq!(ready(&nodes(simulator)[0])["message"], "PLEG is not healthy");
    simulator.nodes_stay("my-cluster", "nodes", unready(0));
    simulator.nodes_stay("my-cluster", "nodes", NodesStay::Absent { count: 0 });
    assert_eq!(statuses(), ["True", "True", "True"]);
    simulator.nodes_stay("my-cluster", "nodes", unready(2));
    assert_eq!(statuses(), ["False", "False", "True"], "also those that were Ready");
}

#[tokio::test]
async fn every_nodes_name_is_its_own() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    for name in ["a", "b"] {
        assert_eq!(eks.create(group(json!({"nodegroupName": name}))).await.status, 200);
    }
    let mut names: Vec<Value> = eks
        .simulator
        .objects("my-cluster", "Node")
        .iter()
        .map(|node| node["metadata"]["name"].clone())
        .collect();
    names.dedup();
    assert_eq!(names.len(), 5);
}
