//! A roll that is held up: what blocks the drain is known before the deadline is there.

mod support;

use std::time::Duration;

use mng_core::decide::Waiting;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::request::Request;
use mng_engine::{Case, Operation, Outcome, pass};
use serde_json::{Value, json};
use simulator::Access;
use support::flows::{create, properties};
use support::world::World;

const ENDLESS: f64 = 1e6;

fn blocked_pod(node: &str, name: &str) -> [Value; 2] {
    [
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web"}},
            "spec": {"nodeName": node}, "status": {"phase": "Running"},
        }),
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"selector": {"matchLabels": {"app": "web"}}},
            "status": {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1},
        }),
    ]
}

/// A pod that blocks the drain of the node that EKS has cordoned.
fn block(world: &World, pod: &str) {
    let nodes = world.simulator.objects("my-cluster", "nodes");
    let cordoned = nodes
        .iter()
        .find(|node| node["spec"]["unschedulable"] == true)
        .expect("EKS cordons one");
    for object in blocked_pod(cordoned["metadata"]["name"].as_str().unwrap(), pod) {
        world.simulator.put_object("my-cluster", object);
    }
}

async fn look(world: &World, Operation { case, progress }: &mut Operation, now: u64) -> Outcome {
    Box::pin(pass(&world.function.cloud, case, progress, now)).await
}

/// A roll of a group that takes so many seconds of the simulator's, at its first look, and the time of it.
async fn rolling(world: &World, seconds: f64) -> (Operation, u64) {
    let old = properties(&json!({"NodegroupName": "my-mng", "DiskSize": "30"}));
    let new = properties(&json!({"NodegroupName": "my-mng", "DiskSize": "50"}));
    let id = create(world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world
        .simulator
        .durations(|durations| durations.version_update = seconds);
    let request = world.request("Update", Some(&id), &new, Some(&old));
    let now = 1_000_000;
    let mut operation = Operation::begin(Case::of(Request::parse(&request).unwrap()), now);
    let history = &mut operation.progress.history;
    (history.began, history.deadline) = (now, now + 3540);
    let outcome = look(world, &mut operation, now).await;
    assert_eq!(outcome, Outcome::Wait(Waiting::ForVersionUpdate));
    (operation, now)
}

#[tokio::test]
async fn a_roll_that_stalls_is_asked_what_holds_it_up() {
    let world = World::start(false).await;
    let (mut operation, now) = rolling(&world, ENDLESS).await;
    block(&world, "web-1");
    look(&world, &mut operation, now + 100).await;
    assert_eq!(operation.progress.history.obstacle, None, "a roll may take a while");
    look(&world, &mut operation, now + 300).await;
    let obstacle = operation.progress.history.obstacle.clone().unwrap_or_default();
    assert!(
        obstacle.contains("shop/web-1") && obstacle.contains("shop/web"),
        "{obstacle}"
    );
    let Outcome::Answer(answer) = look(&world, &mut operation, now + 3540).await else {
        panic!("the time is over");
    };
    assert!(format!("{answer:?}").contains("shop/web-1"), "{answer:?}");
}

/// Where it ends well all the same, the answer warns of it: the next roll is held up by the same.
#[tokio::test]
async fn a_roll_that_was_held_up_is_told_at_its_end() {
    let world = World::start(false).await;
    let (mut operation, now) = rolling(&world, 4_000.0).await;
    for (at, pod) in [(300, "web-1"), (600, "web-0")] {
        block(&world, pod);
        look(&world, &mut operation, now + at).await;
    }
    assert_eq!(
        operation.progress.warnings.0.len(),
        1,
        "{:?}",
        operation.progress.warnings
    );
    assert!(
        operation.progress.warnings.0[0].contains("shop/web-0"),
        "{:?}",
        operation.progress.warnings
    );
    let answer = loop {
        match look(&world, &mut operation, now + 700).await {
            Outcome::Answer(answer) => break answer,
            Outcome::Wait(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    let Answer::Success { note, .. } = &answer else {
        panic!("{answer:?}");
    };
    assert!(note.contains("the roll was held up: pods shop/web-0"), "{note}");
}

/// Nobody gave the function access for this, so nothing fails without it.
#[tokio::test]
async fn without_access_a_roll_goes_on() {
    let world = World::start(false).await;
    world.simulator.access("my-cluster", Access::NoEntry);
    let (mut operation, now) = rolling(&world, ENDLESS).await;
    let outcome = look(&world, &mut operation, now + 400).await;
    assert_eq!(outcome, Outcome::Wait(Waiting::ForVersionUpdate));
    assert_eq!(
        (
            operation.progress.history.obstacle,
            operation.progress.history.drain_asked
        ),
        (None, Some(now + 400))
    );
}

/// Another group may be rolled at the same time: what holds that one up isn't told of this one.
#[tokio::test]
async fn what_blocks_another_group_is_not_told() {
    let world = World::start(false).await;
    let (mut operation, now) = rolling(&world, ENDLESS).await;
    world.simulator.put_node_group(json!({
        "clusterName": "my-cluster", "nodegroupName": "other", "scalingConfig": {"minSize": 1, "maxSize": 1, "desiredSize": 1},
    }));
    let nodes = world.simulator.objects("my-cluster", "nodes").into_iter();
    let mut others = nodes.filter(|node| node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"] == "other");
    let mut node = others.next().expect("the other group has a node");
    node["spec"]["unschedulable"] = json!(true);
    for object in blocked_pod(node["metadata"]["name"].as_str().unwrap(), "web-1") {
        world.simulator.put_object("my-cluster", object);
    }
    world.simulator.put_object("my-cluster", node);
    look(&world, &mut operation, now + 300).await;
    assert_eq!(
        (
            operation.progress.history.obstacle,
            operation.progress.history.drain_asked
        ),
        (None, Some(now + 300))
    );
}
