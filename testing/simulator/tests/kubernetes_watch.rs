//! Watches: from a version on, by selectors, with bookmarks, and to their end.

mod support;

use serde_json::{Value, json};
use simulator::WatchBehavior;
use support::STANDS_STILL;
use support::cluster::{ClusterClient, config_map};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn pair(kind: &str, name: &str) -> (String, String) {
    (kind.to_owned(), name.to_owned())
}

#[tokio::test]
async fn a_watch_goes_on_where_a_list_ended() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let simulator = &cluster.eks.simulator;
    simulator.put_object("my-cluster", config_map("before", json!({})));
    let version = cluster.version().await;
    simulator.put_object("my-cluster", config_map("between", json!({})));
    let mut watch = cluster
        .watch(&format!("{MAPS}?watch=true&resourceVersion={version}"))
        .await;
    assert_eq!(watch.next_change().await, pair("ADDED", "between"));
    simulator.put_object("my-cluster", config_map("before", json!({"a": "b"})));
    assert_eq!(watch.next_change().await, pair("MODIFIED", "before"));
    // Timestamps have whole seconds: the same in the next second is still the same.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    simulator.put_object("my-cluster", config_map("before", json!({"a": "b"})));
    let removed = simulator.remove_object("my-cluster", "configmaps", "default", "before");
    let event = watch.next().await.unwrap();
    assert_eq!(event["type"], "DELETED", "what changes nothing is no event");
    assert_eq!(
        event["object"]["metadata"]["resourceVersion"],
        removed["metadata"]["resourceVersion"]
    );
}

#[tokio::test]
async fn a_watch_without_a_version_begins_with_what_there_is() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    for name in ["a", "b"] {
        cluster
            .eks
            .simulator
            .put_object("my-cluster", config_map(name, json!({})));
    }
    for version in ["", "&resourceVersion=0"] {
        let mut watch = cluster.watch(&format!("{MAPS}?watch=1{version}")).await;
        assert_eq!(
            [watch.next_change().await, watch.next_change().await],
            [pair("ADDED", "a"), pair("ADDED", "b")]
        );
    }
    let initial = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let mut watch = cluster.watch(&format!("{MAPS}?{initial}")).await;
    assert_eq!(
        [watch.next_change().await, watch.next_change().await],
        [pair("ADDED", "a"), pair("ADDED", "b")]
    );
    let end = watch.next().await.unwrap();
    assert_eq!(
        end["object"]["metadata"]["annotations"],
        json!({"k8s.io/initial-events-end": "true"})
    );
}

#[tokio::test]
async fn what_stops_being_selected_is_gone_for_the_watch() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let simulator = &cluster.eks.simulator;
    let put = |labels: Value| simulator.put_object("my-cluster", config_map("a", labels));
    let mut watch = cluster
        .watch(&format!("{MAPS}?watch=true&labelSelector=on%3Dyes"))
        .await;
    put(json!({"on": "no"}));
    put(json!({"on": "yes"}));
    assert_eq!(watch.next_change().await, pair("ADDED", "a"));
    put(json!({"on": "yes", "more": "x"}));
    assert_eq!(watch.next_change().await, pair("MODIFIED", "a"));
    let last = put(json!({"on": "no"}));
    let gone = watch.next().await.unwrap();
    assert_eq!(
        (&gone["type"], &gone["object"]["metadata"]["labels"]["on"]),
        (&json!("DELETED"), &json!("yes"))
    );
    assert_eq!(
        gone["object"]["metadata"]["resourceVersion"],
        last["metadata"]["resourceVersion"]
    );
    let mut other = config_map("b", json!({"on": "yes"}));
    other["metadata"]["namespace"] = json!("else");
    simulator.put_object("my-cluster", other);
    put(json!({"on": "yes", "last": ""}));
    assert_eq!(
        watch.next_change().await,
        pair("ADDED", "a"),
        "not that of the other namespace"
    );
}

#[tokio::test]
async fn bookmarks_say_how_far_a_watch_has_come() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let version = cluster.version().await;
    let mut watch = cluster
        .watch(&format!(
            "{MAPS}?watch=true&allowWatchBookmarks=true&resourceVersion={version}"
        ))
        .await;
    let put = cluster.eks.simulator.put_object(
        "my-cluster",
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "default"}}),
    );
    let reached = put["metadata"]["resourceVersion"].clone();
    loop {
        let event = watch.next().await.unwrap();
        assert_eq!(
            (&event["type"], &event["object"]["kind"]),
            (&json!("BOOKMARK"), &json!("ConfigMap"))
        );
        if event["object"]["metadata"]["resourceVersion"] == reached {
            break;
        }
    }
    assert!(cluster.eks.simulator.bookmarks("my-cluster") > 0);
}

#[tokio::test]
async fn a_version_that_is_forgotten_is_too_old() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let simulator = &cluster.eks.simulator;
    let version = cluster.version().await;
    let from = |version: &str| format!("{MAPS}?watch=true&resourceVersion={version}");
    let mut open = cluster.watch(&from(&version)).await;
    simulator.compact("my-cluster");
    let mut late = cluster.watch(&from(&version)).await;
    let event = late.next().await.unwrap();
    let status = &event["object"];
    assert_eq!(
        (&event["type"], &status["kind"], &status["code"], &status["reason"]),
        (&json!("ERROR"), &json!("Status"), &json!(410), &json!("Expired"))
    );
    assert!(
        status["message"]
            .as_str()
            .unwrap()
            .starts_with("too old resource version: "),
        "{status}"
    );
    assert_eq!(late.next().await, None, "nothing comes after it");
    let mut fresh = cluster.watch(&from(&cluster.version().await)).await;
    simulator.put_object("my-cluster", config_map("a", json!({})));
    assert_eq!(fresh.next_change().await, pair("ADDED", "a"));
    assert_eq!(open.next_change().await, pair("ADDED", "a"), "what was open goes on");
}

#[tokio::test]
async fn a_watch_ends_in_its_time_or_when_the_server_ends_it() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let version = cluster.version().await;
    let path = format!("{MAPS}?watch=true&resourceVersion={version}");
    let mut timed = cluster.watch(&format!("{path}&timeoutSeconds=1")).await;
    assert_eq!(timed.next().await, None);
    let mut ended = cluster.watch(&path).await;
    cluster.eks.simulator.end_watches("my-cluster");
    assert_eq!(ended.next().await, None);
    let mut reset = cluster.watch(&path).await;
    cluster.eks.simulator.reset();
    assert_eq!(reset.next().await, None);
    let mut again = cluster.watch(&path).await;
    cluster
        .eks
        .simulator
        .put_object("my-cluster", config_map("a", json!({})));
    assert_eq!(again.next_change().await, pair("ADDED", "a"));
}

#[tokio::test]
async fn a_watch_from_no_version_at_all_is_refused() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let (status, body) = cluster.get(&format!("{MAPS}?watch=true&resourceVersion=x")).await;
    assert_eq!((status, &body["reason"]), (400, &json!("BadRequest")));
}

#[tokio::test]
async fn a_test_says_what_becomes_of_watches() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let simulator = &cluster.eks.simulator;
    let path = format!("{MAPS}?watch=true&resourceVersion={}", cluster.version().await);
    simulator.put_object("my-cluster", config_map("a", json!({})));
    simulator.watches("my-cluster", WatchBehavior::EndAtOnce);
    assert_eq!(cluster.watch(&path).await.next().await, None);
    simulator.watches("my-cluster", WatchBehavior::NeverBegin);
    let begins = tokio::time::timeout(std::time::Duration::from_millis(200), cluster.watch(&path));
    assert!(begins.await.is_err());
    simulator.watches("my-cluster", WatchBehavior::Last);
    assert_eq!(cluster.watch(&path).await.next_change().await, pair("ADDED", "a"));
}
