//! A roll that fails because pods can't be evicted: EKS says on which node, and the reason says which pods, what holds
//! them, and what to do.

mod support;

use serde_json::{Value, json};
use simulator::Access;
use support::flows::{create, properties, reason};
use support::world::World;

const ROLE: &str = "arn:aws:iam::123456789012:role/managed-node-group";
const SAID: &str = "Reached max retries while trying to evict pods from nodes in node group my-mng";

fn pod(name: &str, node: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": name}},
        "spec": {"nodeName": node}, "status": {"phase": "Running"},
    })
}

/// For the pod of the same name.
fn budget(name: &str, allowed: u32) -> Value {
    json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": name}}},
        "status": {"disruptionsAllowed": allowed, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1},
    })
}

/// A group of two nodes, and a roll of it that fails on the first; the answer and that node's name.
async fn failed_roll(world: &World, access: Access) -> (Value, String) {
    let wanted = |disk: &str| {
        let sizes = json!({"MinSize": 2, "MaxSize": 3, "DesiredSize": 2});
        properties(&json!({"NodegroupName": "my-mng", "DiskSize": disk, "ScalingConfig": sizes}))
    };
    let (old, new) = (wanted("30"), wanted("50"));
    let id = create(world, &old).await;
    let all = world.simulator.objects("my-cluster", "nodes");
    let own = all
        .iter()
        .filter(|node| node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"] == "my-mng");
    let names: Vec<&str> = own.map(|node| node["metadata"]["name"].as_str().unwrap()).collect();
    let [node, other] = names[..] else {
        panic!("two nodes: {names:?}");
    };
    for object in [
        pod("web", node),
        budget("web", 0),
        pod("roomy", node),
        budget("roomy", 1),
        pod("elsewhere", other),
        budget("elsewhere", 0),
    ] {
        world.simulator.put_object("my-cluster", object);
    }
    world.simulator.access("my-cluster", access);
    world.fails("VersionUpdate", "PodEvictionFailure", SAID, node);
    world.stack_is("UPDATE_IN_PROGRESS");
    let answer = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    (answer, node.to_owned())
}

#[tokio::test]
async fn the_pods_that_block_a_drain_are_named() {
    let world = World::start(false).await;
    let (answer, node) = failed_roll(&world, Access::Granted).await;
    let told = reason(&answer);
    for part in [
        SAID,
        &format!("pod shop/web on {node}: PodDisruptionBudget shop/web allows no disruption (1 healthy, 1 required)"),
        "raise the budget's maxUnavailable or lower its minAvailable",
        "ForceUpdateEnabled: true",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    for innocent in ["roomy", "elsewhere"] {
        assert!(!told.contains(innocent), "{innocent}: {told}");
    }
    assert!(answer["Reason"].as_str().unwrap().len() < 3_300);
}

/// Nobody gave the function access for this: it tells what EKS says, and how it would know more.
#[tokio::test]
async fn without_access_the_services_words_are_told() {
    let forbidden = |plural: &str| Access::Forbidden {
        resources: vec![plural.to_owned()],
    };
    for (access, expected) in [
        (Access::NoEntry, "aws eks create-access-entry --cluster-name my-cluster"),
        (forbidden("nodes"), "doesn't allow it to list nodes"),
        (forbidden("pods"), "doesn't allow it to list pods"),
        (
            forbidden("poddisruptionbudgets"),
            "doesn't allow it to list poddisruptionbudgets",
        ),
    ] {
        let mut world = World::start(false).await;
        world.has_role(ROLE).await;
        let (answer, node) = failed_roll(&world, access).await;
        let told = reason(&answer);
        for part in [SAID, &node, "which pods block the drain", expected, ROLE] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}
