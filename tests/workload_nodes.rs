//! `WaitFor: NodesReady` against the simulator's Kubernetes API, over TLS and with a token that it checks.

mod support;

use serde_json::{Value, json};
use simulator::{Access, KubernetesRequest, NodesStay};
use support::flows::{create, properties, reason, roll_back};
use support::world::World;

const ROLE: &str = "arn:aws:iam::123456789012:role/managed-node-group";

fn wanted(changes: &Value) -> Value {
    let mut wanted = properties(&json!({"NodegroupName": "my-mng", "WaitFor": "NodesReady"}));
    for (key, value) in changes.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    wanted
}

fn sizes(desired: u32) -> Value {
    json!({"ScalingConfig": {"MinSize": 0, "MaxSize": 5, "DesiredSize": desired}})
}

fn ready(world: &World) -> usize {
    let is_ready = |node: &Value| {
        let conditions = node["status"]["conditions"].as_array().unwrap();
        let of_group = node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"] == "my-mng";
        of_group
            && conditions
                .iter()
                .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
    };
    world
        .simulator
        .objects("my-cluster", "nodes")
        .iter()
        .filter(|node| is_ready(node))
        .count()
}

/// The watches and the lists of nodes among requests.
fn of_nodes(requests: &[KubernetesRequest]) -> (Vec<&KubernetesRequest>, Vec<&KubernetesRequest>) {
    let is_watch = |query: &[(String, String)]| query.iter().any(|(key, value)| key == "watch" && value == "true");
    let of_nodes = requests.iter().filter(|request| request.path == "/api/v1/nodes");
    of_nodes.partition(|request| is_watch(&request.query))
}

#[tokio::test]
async fn the_stack_is_told_when_the_nodes_are_ready() {
    for step_functions in [false, true] {
        let world = World::start(step_functions).await;
        let answer = world
            .answer(&world.request("Create", None, &wanted(&sizes(3)), None))
            .await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        assert_eq!(answer["Data"]["ReadyNodes"], "3");
        assert_eq!(ready(&world), 3);
        world.receiver.assert_clean();
    }
}

/// The group is ACTIVE long before; without the property nobody asks Kubernetes.
#[tokio::test]
async fn without_the_property_kubernetes_is_not_asked() {
    let world = World::start(false).await;
    let answer = world
        .answer(&world.request("Create", None, &wanted(&json!({"WaitFor": "Active"})), None))
        .await;
    assert_eq!(answer["Data"]["ReadyNodes"], "");
    assert_eq!(world.simulator.kubernetes_requests(), []);
}

#[tokio::test]
async fn a_group_without_nodes_needs_no_access() {
    let world = World::start(false).await;
    world.simulator.access("my-cluster", Access::NoEntry);
    let answer = world
        .answer(&world.request("Create", None, &wanted(&sizes(0)), None))
        .await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(answer["Data"]["ReadyNodes"], "0");
}

/// One list, then a watch that is resumed where it ended: not a list at each look.
#[tokio::test]
async fn nodes_are_watched_not_listed_again_and_again() {
    let world = World::start(false).await;
    world.simulator.durations(|durations| durations.node_ready = 400.0);
    let answer = world
        .answer(&world.request("Create", None, &wanted(&sizes(2)), None))
        .await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    let requests = world.simulator.kubernetes_requests();
    let (watches, lists) = of_nodes(&requests);
    assert_eq!(lists.len(), 1, "{requests:#?}");
    assert!(!watches.is_empty(), "{requests:#?}");
    for watch in watches {
        let has = |key: &str| watch.query.iter().any(|(name, value)| name == key && !value.is_empty());
        assert!(
            has("resourceVersion") && has("allowWatchBookmarks") && has("labelSelector"),
            "{watch:?}"
        );
    }
}

/// An operator who looks at the state machine sees how far it is.
#[tokio::test]
async fn what_is_handed_on_tells_how_many_are_ready() {
    let world = World::start(true).await;
    world
        .simulator
        .nodes_stay("my-cluster", "my-mng", NodesStay::Absent { count: 1 });
    let mut wanted = wanted(&sizes(2));
    wanted["ServiceTimeout"] = json!("3");
    let request = world.request("Create", None, &wanted, None);
    let mut seen = vec![];
    let mut state = world.invoke(&request).await;
    let mut next = world.function.cloud.onward.lock().unwrap().pop_front();
    while let Some(event) = next {
        state = world.invoke(&event).await;
        seen.push(state["Continuation"]["history"]["ready"].clone());
        next = (state["Outcome"] == "Waiting").then(|| state.clone());
    }
    assert_eq!(state["Outcome"], "Answered");
    assert!(seen.contains(&json!({"ready": 1, "wanted": 2})), "{seen:?}");
}

/// What an earlier request has watched may be of a group of that name that is gone.
#[tokio::test]
async fn a_new_request_lists_anew() {
    let world = World::start(false).await;
    let mut wanted = wanted(&sizes(2));
    let id = create(&world, &wanted).await;
    let deleted = world.answer(&world.request("Delete", Some(&id), &wanted, None)).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    world
        .simulator
        .nodes_stay("my-cluster", "my-mng", NodesStay::Absent { count: 2 });
    world.simulator.forget_kubernetes_requests();
    wanted["ServiceTimeout"] = json!("3");
    let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
    assert!(reason(&answer).contains("0 of 2 nodes are Ready"), "{answer}");
    let requests = world.simulator.kubernetes_requests();
    assert!(!of_nodes(&requests).1.is_empty(), "{requests:#?}");
}

/// Groups of one cluster are told apart by their label.
#[tokio::test]
async fn nodes_of_other_groups_do_not_count() {
    let world = World::start(false).await;
    create(&world, &wanted(&sizes(2))).await;
    world
        .simulator
        .nodes_stay("my-cluster", "other", NodesStay::Absent { count: 2 });
    let mut other = wanted(&sizes(2));
    other["NodegroupName"] = json!("other");
    other["ServiceTimeout"] = json!("3");
    let answer = world.answer(&world.request("Create", None, &other, None)).await;
    assert!(reason(&answer).contains("0 of 2 nodes are Ready"), "{answer}");
}

/// A watch whose history the cluster has forgotten begins anew, with a list.
#[tokio::test]
async fn a_watch_that_expired_is_begun_anew() {
    let world = World::start(false).await;
    world.simulator.durations(|durations| durations.node_ready = 1_000.0);
    let request = world.request("Create", None, &wanted(&sizes(2)), None);
    let disturb = async {
        loop {
            let asked = world.simulator.kubernetes_requests();
            if asked.iter().any(|request| request.path == "/api/v1/nodes") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        for _ in 0..3 {
            world.simulator.compact("my-cluster");
            world.simulator.end_watches("my-cluster");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let (answer, ()) = tokio::join!(world.answer(&request), disturb);
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(answer["Data"]["ReadyNodes"], "2");
}

/// At the deadline the answer says which nodes aren't Ready and what their kubelets say.
#[tokio::test]
async fn nodes_that_do_not_come_ready_are_named() {
    let world = World::start(false).await;
    world.simulator.nodes_stay(
        "my-cluster",
        "my-mng",
        NodesStay::Unready {
            count: 1,
            reason: "KubeletNotReady".to_owned(),
            message: "cni plugin not initialized".to_owned(),
        },
    );
    let mut wanted = wanted(&sizes(3));
    wanted["ServiceTimeout"] = json!("3");
    let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
    let told = reason(&answer);
    assert!(told.contains("is ACTIVE, but 2 of 3 nodes are Ready"), "{told}");
    assert!(told.contains("KubeletNotReady: cni plugin not initialized"), "{told}");
}

#[tokio::test]
async fn nodes_that_never_join_are_counted() {
    let world = World::start(false).await;
    world
        .simulator
        .nodes_stay("my-cluster", "my-mng", NodesStay::Absent { count: 2 });
    let mut wanted = wanted(&sizes(3));
    wanted["ServiceTimeout"] = json!("3");
    let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
    assert!(
        reason(&answer).contains("1 of 3 nodes are Ready; 2 have not joined the cluster"),
        "{answer}"
    );
}

/// One clear error, with the entry to make.
#[tokio::test]
async fn missing_access_is_one_clear_error() {
    for (access, expected) in [
        (
            Access::NoEntry,
            [
                "401 Unauthorized",
                "aws eks create-access-entry --cluster-name my-cluster",
                "--kubernetes-groups managed-node-group",
            ],
        ),
        (
            Access::Forbidden {
                resources: vec!["nodes".to_owned()],
            },
            [
                "403 Forbidden: nodes is forbidden",
                "the access policy AmazonEKSViewPolicy doesn't show nodes",
                "aws eks update-access-entry --cluster-name my-cluster",
            ],
        ),
    ] {
        let mut world = World::start(false).await;
        world.has_role(ROLE).await;
        world.simulator.access("my-cluster", access);
        let answer = world
            .answer(&world.request("Create", None, &wanted(&sizes(1)), None))
            .await;
        let told = reason(&answer);
        for part in expected.iter().chain(&[ROLE]) {
            assert!(told.contains(part), "{part}: {told}");
        }
        world.receiver.assert_clean();
    }
}

/// A rollback restores what was. That Kubernetes can't be asked any more is no reason to fail it.
#[tokio::test]
async fn a_rollback_does_not_fail_for_kubernetes() {
    let world = World::start(false).await;
    let (first, second) = (wanted(&sizes(1)), wanted(&sizes(2)));
    let id = create(&world, &first).await;
    world.simulator.access("my-cluster", Access::NoEntry);
    world.simulator.end_watches("my-cluster");
    let warnings = roll_back(&world, &id, &first, &second).await;
    assert!(warnings.contains("401 Unauthorized"), "{warnings}");
}

/// Nor for an endpoint that is out of reach: EKS itself answers meanwhile, so it is counted apart how often it was tried.
#[tokio::test]
async fn a_rollback_does_not_wait_for_an_endpoint_out_of_reach() {
    let mut world = World::start(false).await;
    let (first, second) = (wanted(&sizes(1)), wanted(&sizes(2)));
    let id = create(&world, &first).await;
    world
        .simulator
        .put_cluster(json!({"name": "my-cluster", "endpoint": "https://127.0.0.1:1"}));
    world.has_role(ROLE).await;
    let warnings = roll_back(&world, &id, &first, &second).await;
    assert!(warnings.contains("no answer"), "{warnings}");
}
