//! The watch on a group's nodes: it is resumed where it ended, it neither holds a wait up nor asks without pause, and what
//! changes ends a wait.

mod support;

use std::time::Duration;

use mng_aws::Aws;
use mng_core::workload::nodes::ready;
use mng_engine::ports::Calls;
use serde_json::{Value, json};
use simulator::{KubernetesRequest, NodesStay, WatchBehavior};
use support::flows::properties;
use support::requests::{await_node_change, list_nodes};
use support::world::World;

const CLUSTER: &str = "my-cluster";
const GROUP: &str = "my-mng";
const REQUEST: &str = "request-1";

/// Far longer than anything here takes: what ends sooner was ended by something else.
const LONG: Duration = Duration::from_secs(3600);

/// A group of two nodes that are Ready.
async fn world() -> World {
    let world = World::start(false).await;
    world.simulator.put_node_group(json!({
        "clusterName": CLUSTER, "nodegroupName": GROUP, "scalingConfig": {"minSize": 0, "maxSize": 5, "desiredSize": 2},
    }));
    world
}

fn aws(world: &World) -> &Aws {
    &world.function.cloud.aws
}

async fn names(world: &World, request_id: &str) -> Vec<String> {
    let nodes = aws(world).call(&list_nodes(CLUSTER, GROUP, request_id)).await.unwrap();
    nodes.into_iter().map(|node| node.name).collect()
}

/// What ends only with a change has to end.
async fn change(world: &World) {
    let wait = await_node_change(CLUSTER, GROUP, LONG);
    let changed = aws(world).call(&wait);
    let guarded = tokio::time::timeout(Duration::from_secs(60), changed).await;
    guarded.expect("a node has changed");
}

/// A node of the group's, and the version at which it came.
fn joins(world: &World, name: &str) -> u64 {
    let node = json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "labels": {"eks.amazonaws.com/nodegroup": GROUP}},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    });
    version(&world.simulator.put_object(CLUSTER, node))
}

fn version(object: &Value) -> u64 {
    let version = &object["metadata"]["resourceVersion"];
    version.as_str().unwrap().parse().unwrap()
}

fn value<'r>(request: &'r KubernetesRequest, key: &str) -> Option<&'r str> {
    let found = request.query.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.as_str())
}

/// From which version each watch on nodes was begun.
fn watched_from(world: &World) -> Vec<u64> {
    let requests = world.simulator.kubernetes_requests();
    let watches = requests.iter().filter(|request| value(request, "watch").is_some());
    watches
        .map(|watch| value(watch, "resourceVersion").unwrap().parse().unwrap())
        .collect()
}

fn lists(world: &World) -> usize {
    let requests = world.simulator.kubernetes_requests();
    let of_nodes = requests.iter().filter(|request| request.path == "/api/v1/nodes");
    of_nodes.filter(|request| value(request, "watch").is_none()).count()
}

/// Both what happened to nodes and what a bookmark says count: the history behind a node that came long ago is forgotten.
#[tokio::test]
async fn a_watch_is_resumed_where_it_ended() {
    let world = world().await;
    assert_eq!(names(&world, REQUEST).await.len(), 2);
    let came = joins(&world, "third");
    change(&world).await;
    world.simulator.end_watches(CLUSTER);
    joins(&world, "fourth");
    change(&world).await;
    assert!(watched_from(&world)[1] >= came, "{:?} {came}", watched_from(&world));

    let elsewhere = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}});
    let elsewhere = version(&world.simulator.put_object(CLUSTER, elsewhere));
    let told = world.simulator.bookmarks(CLUSTER);
    while world.simulator.bookmarks(CLUSTER) == told {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.simulator.end_watches(CLUSTER);
    world.simulator.remove_object(CLUSTER, "nodes", "", "third");
    change(&world).await;
    let watched = watched_from(&world);
    assert!(watched[2] >= elsewhere, "{watched:?} {elsewhere}");
    let names = names(&world, REQUEST).await;
    assert!(names.len() == 3 && !names.contains(&"third".to_owned()), "{names:?}");
    assert_eq!(lists(&world), 1);
}

/// However long that takes, for what it knew before is old.
#[tokio::test]
async fn a_look_resumes_a_watch_that_has_ended() {
    let world = world().await;
    names(&world, REQUEST).await;
    joins(&world, "third");
    change(&world).await;
    world.simulator.watches(CLUSTER, WatchBehavior::BeginLate);
    world.simulator.end_watches(CLUSTER);
    // One that ends at once is not begun anew at once.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let asked = || (watched_from(&world).len(), lists(&world));
    while asked() == (1, 1) {
        names(&world, REQUEST).await;
    }
    assert_eq!(asked().1, 1, "{:?}", asked());
}

/// Of two requests that take turns in one process neither is given what the other has seen.
#[tokio::test]
async fn a_watch_is_of_the_request_that_began_it() {
    let world = world().await;
    for (request_id, lists_by_then) in [("1", 1), ("1", 1), ("2", 2), ("2", 2), ("1", 3)] {
        names(&world, request_id).await;
        assert_eq!(lists(&world), lists_by_then);
    }
}

/// A look waits for none: it lists.
#[tokio::test]
async fn what_ends_each_watch_at_once_is_not_asked_without_pause() {
    let world = world().await;
    world.simulator.watches(CLUSTER, WatchBehavior::EndAtOnce);
    names(&world, REQUEST).await;
    let wait = await_node_change(CLUSTER, GROUP, Duration::from_millis(2500));
    aws(&world).call(&wait).await;
    let watched = watched_from(&world);
    assert!((1..=3).contains(&watched.len()), "{watched:?}");
    assert_eq!(names(&world, REQUEST).await.len(), 2);
    let watched = watched_from(&world);
    assert!(watched.len() <= 4 && lists(&world) == 2, "{watched:?}");
}

/// A wait ends in its time, and a look lists.
#[tokio::test]
async fn a_watch_that_is_never_answered_holds_nothing_up() {
    let world = world().await;
    names(&world, REQUEST).await;
    world.simulator.watches(CLUSTER, WatchBehavior::NeverBegin);
    let wait = await_node_change(CLUSTER, GROUP, Duration::from_millis(50));
    let guarded = tokio::time::timeout(Duration::from_secs(20), aws(&world).call(&wait)).await;
    guarded.expect("the wait ends in its time");
    let list = list_nodes(CLUSTER, GROUP, REQUEST);
    let guarded = tokio::time::timeout(Duration::from_secs(20), aws(&world).call(&list)).await;
    assert_eq!(ready(&guarded.expect("a look ends").unwrap()), 2);
    assert_eq!(lists(&world), 2);
    assert!(!watched_from(&world).is_empty());
}

/// The wait alone would never end here, nor would its invocation.
#[tokio::test]
async fn a_node_that_comes_ready_ends_the_wait() {
    let world = World::start(false).await;
    *world.function.cloud.patience.lock().unwrap() = Some(LONG);
    let unready = |count| NodesStay::Unready {
        count,
        reason: "KubeletNotReady".to_owned(),
        message: String::new(),
    };
    world.simulator.nodes_stay(CLUSTER, GROUP, unready(1));
    let sizes = json!({"MinSize": 1, "MaxSize": 1, "DesiredSize": 1});
    let wanted = json!({"NodegroupName": GROUP, "WaitFor": "NodesReady", "ScalingConfig": sizes});
    let request = world.request("Create", None, &properties(&wanted), None);
    let comes_ready = async {
        while !world.function.cloud.made.lock().unwrap().contains(&"AwaitNodeChange") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.simulator.nodes_stay(CLUSTER, GROUP, unready(0));
    };
    let both = async { tokio::join!(world.answer(&request), comes_ready).0 };
    let answer = tokio::time::timeout(Duration::from_secs(60), both).await;
    let answer = answer.expect("the change ends the wait");
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
}
