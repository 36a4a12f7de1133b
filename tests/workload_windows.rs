//! `WindowsSupport` against the simulator's Kubernetes API: CoreDNS has a node, and the network plugin knows Windows.

mod support;

use serde_json::{Value, json};
use simulator::Access;
use support::flows::{properties, reason, roll_back};
use support::world::World;

/// The cluster's one Linux node, on which CoreDNS runs.
const LINUX: &str = "ip-10-0-0-10.ec2.internal";
const CORE_DNS: &str = "coredns-6b9575c64c-7xk2p";
const FARGATE: &str = "fargate-ip-10-0-0-20.ec2.internal";

/// A group of Windows nodes, with changes.
fn windows(changes: &Value) -> Value {
    let mut wanted = properties(&json!({
        "NodegroupName": "win", "AmiType": "WINDOWS_CORE_2022_x86_64", "WindowsSupport": true,
    }));
    for (key, value) in changes.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    wanted
}

async fn create(world: &World, changes: &Value) -> Value {
    world
        .answer(&world.request("Create", None, &windows(changes), None))
        .await
}

fn config_map(world: &World) -> Value {
    world
        .simulator
        .object("my-cluster", "configmaps", "kube-system", "amazon-vpc-cni")
}

/// CoreDNS on a Fargate node of its own, or only such a node.
fn fargate(world: &World, core_dns: &str) {
    let labels = json!({"eks.amazonaws.com/compute-type": "fargate", "kubernetes.io/os": "linux"});
    world.simulator.put_object(
        "my-cluster",
        json!({
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": FARGATE, "labels": labels},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }),
    );
    world.simulator.put_object(
        "my-cluster",
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": core_dns, "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
            "spec": {"nodeName": FARGATE}, "status": {"phase": "Running"},
        }),
    );
}

fn take_linux(world: &World) {
    for (kind, namespace, name) in [("nodes", "", LINUX), ("pods", "kube-system", CORE_DNS)] {
        let taken = world.simulator.remove_object("my-cluster", kind, namespace, name);
        assert!(!taken.is_null(), "{kind} {name}");
    }
}

#[tokio::test]
async fn the_network_plugin_is_switched_on() {
    let world = World::start(false).await;
    let mut before = config_map(&world);
    before["data"]["branch-eni-cooldown"] = json!("60");
    world.simulator.put_object("my-cluster", before.clone());
    let answer = create(&world, &json!({})).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    before["data"]["enable-windows-ipam"] = json!("true");
    assert_eq!(config_map(&world)["data"], before["data"]);
    let warnings = answer["Data"]["Warnings"].as_str().unwrap();
    assert!(warnings.contains("\"enableWindowsIpam\": \"true\""), "{answer}");
}

/// Once it is on there is nothing to do and nothing to warn of.
#[tokio::test]
async fn what_is_on_is_left_alone() {
    let world = World::start(false).await;
    let mut map = config_map(&world);
    map["data"]["enable-windows-ipam"] = json!("true");
    world.simulator.put_object("my-cluster", map);
    let before = config_map(&world);
    let answer = create(&world, &json!({})).await;
    assert_eq!(answer["Data"]["Warnings"], "", "{answer}");
    assert_eq!(config_map(&world), before);
}

#[tokio::test]
async fn core_dns_needs_a_node() {
    let world = World::start(false).await;
    take_linux(&world);
    let answer = create(&world, &json!({})).await;
    for part in [
        "WindowsSupport: the cluster has no Linux node",
        "add a Linux node group first",
    ] {
        assert!(reason(&answer).contains(part), "{part}: {answer}");
    }
    assert_eq!(config_map(&world)["data"]["enable-windows-ipam"], "false");
}

#[tokio::test]
async fn a_linux_node_that_is_not_ready_does_not_count() {
    let world = World::start(false).await;
    let mut node = world.simulator.object("my-cluster", "nodes", "", LINUX);
    node["status"]["conditions"] = json!([{"type": "Ready", "status": "False", "reason": "KubeletNotReady"}]);
    world.simulator.put_object("my-cluster", node);
    let answer = create(&world, &json!({})).await;
    assert!(
        reason(&answer).contains("none of the cluster's 1 Linux nodes is Ready"),
        "{answer}"
    );
}

/// A Fargate node runs the one pod that it was made for.
#[tokio::test]
async fn fargate_counts_where_core_dns_runs_on_it() {
    let world = World::start(false).await;
    take_linux(&world);
    fargate(&world, CORE_DNS);
    let answer = create(&world, &json!({})).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");

    let world = World::start(false).await;
    take_linux(&world);
    fargate(&world, "web");
    let mut other = world.simulator.object("my-cluster", "pods", "kube-system", "web");
    other["metadata"]["labels"] = json!({"app": "web"});
    world.simulator.put_object("my-cluster", other);
    let answer = create(&world, &json!({})).await;
    assert!(
        reason(&answer).contains("none of the cluster's 1 Linux nodes"),
        "{answer}"
    );
}

/// A rollback restores what was, whatever the cluster lacks or refuses.
#[tokio::test]
async fn a_rollback_goes_on_without() {
    for (access, expected) in [
        (Access::Granted, "WindowsSupport: the cluster has no Linux node"),
        (Access::NoEntry, "401 Unauthorized"),
    ] {
        let world = World::start(false).await;
        let (first, second) = (windows(&json!({})), windows(&json!({"Labels": {"a": "b"}})));
        let answer = create(&world, &json!({})).await;
        let id = answer["PhysicalResourceId"].as_str().unwrap();
        take_linux(&world);
        world.simulator.access("my-cluster", access);
        let warnings = roll_back(&world, id, &first, &second).await;
        assert!(warnings.contains(expected), "{warnings}");
    }
}

/// Linux nodes come and go; a group whose cluster is set up for Windows takes its label nevertheless.
#[tokio::test]
async fn an_update_of_what_is_on_needs_no_linux_node() {
    let world = World::start(false).await;
    let (first, second) = (windows(&json!({})), windows(&json!({"Labels": {"a": "b"}})));
    let answer = create(&world, &json!({})).await;
    let id = answer["PhysicalResourceId"].as_str().unwrap();
    take_linux(&world);
    world.stack_is("UPDATE_IN_PROGRESS");
    let answer = world
        .answer(&world.request("Update", Some(id), &second, Some(&first)))
        .await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    let warnings = answer["Data"]["Warnings"].as_str().unwrap();
    assert!(warnings.contains("the cluster has no Linux node"), "{answer}");
    assert_eq!(world.group(id)["labels"], json!({"a": "b"}));
}

#[tokio::test]
async fn access_that_is_missing_is_told() {
    let world = World::start(false).await;
    let resources = vec!["configmaps".to_owned()];
    world.simulator.access("my-cluster", Access::Forbidden { resources });
    let answer = create(&world, &json!({})).await;
    for part in ["configmaps", "aws eks update-access-entry --cluster-name my-cluster"] {
        assert!(reason(&answer).contains(part), "{part}: {answer}");
    }
}

#[tokio::test]
async fn of_a_group_that_is_not_windows_nothing_is_asked() {
    let world = World::start(false).await;
    take_linux(&world);
    for changes in [
        json!({"AmiType": "AL2023_x86_64_STANDARD"}),
        json!({"WindowsSupport": false}),
    ] {
        let answer = create(&world, &changes).await;
        assert_eq!(answer["Status"], "SUCCESS", "{changes}: {answer}");
        assert_eq!(world.simulator.kubernetes_requests(), [], "{changes}");
        let id = answer["PhysicalResourceId"].as_str().unwrap();
        world.stack_is("DELETE_IN_PROGRESS");
        let deleted = world
            .answer(&world.request("Delete", Some(id), &windows(&changes), None))
            .await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
        world.stack_is("CREATE_IN_PROGRESS");
    }
    assert_eq!(config_map(&world)["data"]["enable-windows-ipam"], "false");
}
