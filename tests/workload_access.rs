//! Access to the cluster's API: what passes is asked again, a token that was refused isn't sent again, and what comes in pages
//! is read whole.

mod support;

use std::time::Duration;

use mng_aws::Aws;
use mng_core::call_error::{CallError, Fault};
use mng_engine::ports::Calls;
use serde_json::{Value, json};
use simulator::Access;
use support::flows::{create, properties, reason, roll_back};
use support::requests::{
    apply, create_daemon_set, delete_daemon_set, list_daemon_sets, list_nodes, read_drain, read_windows_state,
};
use support::world::World;

const CALLS: [&str; 7] = ["nodes", "daemon_sets", "windows", "drain", "apply", "create", "delete"];

fn wanted(desired: u32) -> Value {
    let sizes = json!({"MinSize": 0, "MaxSize": 5, "DesiredSize": desired});
    properties(&json!({"NodegroupName": "my-mng", "WaitFor": "NodesReady", "ScalingConfig": sizes}))
}

/// An API server denies also where its webhook for tokens fails, and for a while after access was given.
#[tokio::test]
async fn a_denial_in_passing_fails_nothing() {
    let world = World::start(false).await;
    world.simulator.deny("my-cluster", 2);
    let id = create(&world, &wanted(1)).await;
    world.simulator.deny("my-cluster", 2);
    let warnings = roll_back(&world, &id, &wanted(1), &wanted(2)).await;
    assert!(!warnings.contains("401"), "{warnings}");
}

#[tokio::test]
async fn one_that_lasts_fails_after_the_third() {
    let world = World::start(false).await;
    world.simulator.deny("my-cluster", 3);
    let answer = world.answer(&world.request("Create", None, &wanted(1), None)).await;
    assert!(reason(&answer).contains("401 Unauthorized"), "{answer}");
    assert_eq!(world.simulator.kubernetes_requests().len(), 3);
}

async fn call(aws: &Aws, cluster: &str) -> Result<(), CallError> {
    let config_map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "kube-system"}});
    let daemon_set =
        json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "a", "namespace": "kube-system"}});
    match cluster {
        "nodes" => aws.call(&list_nodes(cluster, "my-mng", "1")).await.map(drop),
        "daemon_sets" => aws.call(&list_daemon_sets(cluster)).await.map(drop),
        "windows" => aws.call(&read_windows_state(cluster)).await.map(drop),
        "drain" => aws.call(&read_drain(cluster, "my-mng")).await.map(drop),
        "apply" => aws.call(&apply(cluster, config_map)).await,
        "create" => aws.call(&create_daemon_set(cluster, daemon_set)).await,
        _ => aws.call(&delete_daemon_set(cluster, "uid", "1")).await,
    }
}

/// API servers keep for a while what they know of a token. Each call has a cluster of its own here.
#[tokio::test]
async fn after_a_denial_the_next_call_has_a_token_of_its_own() {
    let world = World::start(false).await;
    let (simulator, aws) = (&world.simulator, &world.function.cloud.aws);
    for name in CALLS {
        simulator.put_cluster(json!({"name": name}));
        simulator.access(name, Access::NoEntry);
        assert_eq!(call(aws, name).await.unwrap_err().fault, Fault::Denied, "{name}");
        simulator.access(name, Access::Granted);
    }
    // A token is signed for a second, and the function waits longer than that.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for name in CALLS {
        call(aws, name).await.unwrap();
        let asked = simulator.kubernetes_requests().into_iter();
        let asked = asked.filter(|request| request.cluster == name);
        let tokens: Vec<String> = asked.map(|request| request.authorization).collect();
        let [denied, granted @ ..] = tokens.as_slice() else {
            panic!("{name} was called");
        };
        assert!(!granted.is_empty() && !granted.contains(denied), "{name}: {tokens:?}");
    }
}

#[tokio::test]
async fn a_token_that_is_taken_is_kept() {
    let world = World::start(false).await;
    let aws = &world.function.cloud.aws;
    aws.call(&list_daemon_sets("my-cluster")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    aws.call(&list_daemon_sets("my-cluster")).await.unwrap();
    let asked = world.simulator.kubernetes_requests();
    assert_eq!(asked[0].authorization, asked[1].authorization);
}

/// The API gives no more than was asked for at once.
#[tokio::test]
async fn what_comes_in_pages_is_read_whole() {
    let world = World::start(false).await;
    for number in 0..501 {
        let metadata = json!({"name": format!("agent-{number}"), "namespace": "default"});
        let daemon_set = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata});
        world.simulator.put_object("my-cluster", daemon_set);
    }
    let read = world
        .function
        .cloud
        .aws
        .call(&list_daemon_sets("my-cluster"))
        .await
        .unwrap();
    assert_eq!(read.len(), world.simulator.objects("my-cluster", "daemonsets").len());
    assert_eq!(world.simulator.kubernetes_requests().len(), 2);
}
