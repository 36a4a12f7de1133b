//! Reading objects: one, all, those of a namespace, and those that selectors select.

mod support;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use support::STANDS_STILL;
use support::cluster::{ClusterClient, config_map, names};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

async fn with_maps() -> ClusterClient {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    for (name, labels) in [
        ("a", json!({"tier": "one", "gpu": "yes"})),
        ("b", json!({"tier": "two"})),
        ("c", json!({"tier": "three", "gpu": ""})),
        ("d", json!({})),
    ] {
        cluster.eks.simulator.put_object("my-cluster", config_map(name, labels));
    }
    cluster
}

#[tokio::test]
async fn labels_select() {
    let cluster = with_maps().await;
    for (selector, selected) in [
        ("", vec!["a", "b", "c", "d"]),
        ("tier=one", vec!["a"]),
        ("tier==two", vec!["b"]),
        ("tier = two", vec!["b"]),
        ("tier!=one", vec!["b", "c", "d"]),
        ("tier in (one, three)", vec!["a", "c"]),
        ("tier notin (one,three)", vec!["b", "d"]),
        ("gpu", vec!["a", "c"]),
        ("!gpu", vec!["b", "d"]),
        ("gpu=", vec!["c"]),
        ("tier in (one,two),!gpu", vec!["b"]),
        ("tier,gpu,tier!=one", vec!["c"]),
        ("other", vec![]),
    ] {
        let query = utf8_percent_encode(selector, NON_ALPHANUMERIC);
        let found = cluster.names(&format!("{MAPS}?labelSelector={query}")).await;
        assert_eq!(found, selected, "{selector}");
    }
    for wrong in ["a b", "=x", "a in (x", "a within (x)", "!"] {
        let query = utf8_percent_encode(wrong, NON_ALPHANUMERIC);
        let (status, body) = cluster.get(&format!("{MAPS}?labelSelector={query}")).await;
        assert_eq!((status, &body["reason"]), (400, &json!("BadRequest")), "{wrong}");
    }
}

#[tokio::test]
async fn fields_select() {
    let cluster = with_maps().await;
    let node = "ip-10-0-0-10.ec2.internal";
    for (path, selected) in [
        (
            "/api/v1/pods?fieldSelector=spec.nodeName%3DNODE".replace("NODE", node),
            1,
        ),
        (
            "/api/v1/pods?fieldSelector=spec.nodeName!%3DNODE".replace("NODE", node),
            0,
        ),
        (
            "/api/v1/pods?fieldSelector=status.phase%3DRunning,spec.nodeName%3Delsewhere".to_owned(),
            0,
        ),
        ("/api/v1/configmaps?fieldSelector=metadata.name%3Da".to_owned(), 1),
        (
            "/api/v1/configmaps?fieldSelector=metadata.namespace%3Dkube-system".to_owned(),
            1,
        ),
        ("/api/v1/configmaps".to_owned(), 5),
        ("/api/v1/namespaces/kube-system/configmaps".to_owned(), 1),
    ] {
        assert_eq!(cluster.names(&path).await.len(), selected, "{path}");
    }
    let (status, body) = cluster.get("/api/v1/pods?fieldSelector=spec.colour%3Dred").await;
    assert_eq!(
        (status, &body["message"]),
        (400, &json!("field label not supported: spec.colour"))
    );
}

#[tokio::test]
async fn lists_come_in_pages() {
    let cluster = with_maps().await;
    let (_, page) = cluster.get(&format!("{MAPS}?limit=3")).await;
    let next = page["metadata"]["continue"].as_str().expect("there is more");
    assert_eq!(page["metadata"]["remainingItemCount"], 1);
    let path = format!("{MAPS}?limit=3&continue={next}");
    let (_, last) = cluster.get(&path).await;
    let all: Vec<_> = [&page, &last]
        .iter()
        .flat_map(|page| names(page["items"].as_array().unwrap()))
        .collect();
    assert_eq!(all, ["a", "b", "c", "d"]);
    assert!(last["metadata"]["continue"].is_null(), "{last}");
    cluster.eks.simulator.compact("my-cluster");
    assert_eq!(cluster.get(&path).await.0, 410);
}

#[tokio::test]
async fn an_object_says_what_it_is_and_a_list_for_all_its_items() {
    let cluster = with_maps().await;
    let (_, one) = cluster.get(&format!("{MAPS}/a")).await;
    assert_eq!((&one["kind"], &one["apiVersion"]), (&json!("ConfigMap"), &json!("v1")));
    let (_, list) = cluster.get("/apis/apps/v1/daemonsets").await;
    assert_eq!(
        (&list["kind"], &list["apiVersion"]),
        (&json!("DaemonSetList"), &json!("apps/v1"))
    );
    let (_, maps) = cluster.get(MAPS).await;
    assert!(maps["items"][0]["kind"].is_null());
    assert_eq!(one["metadata"]["uid"], maps["items"][0]["metadata"]["uid"]);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_services_words() {
    let cluster = with_maps().await;
    let no_path = "the server could not find the requested resource";
    for (path, message) in [
        ("/api/v1/nodes/x", "nodes \"x\" not found"),
        (
            "/apis/apps/v1/namespaces/default/daemonsets/x",
            "daemonsets.apps \"x\" not found",
        ),
        ("/api/v1/secrets", no_path),
        ("/apis/apps/v2/daemonsets", no_path),
        ("/api/v1/daemonsets", no_path),
        ("/api/v1/namespaces/default/nodes", no_path),
        ("/api/v1/pods/x", no_path),
        ("/version", no_path),
    ] {
        let (status, body) = cluster.get(path).await;
        assert_eq!(
            (status, &body["reason"], &body["message"]),
            (404, &json!("NotFound"), &json!(message)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_cluster_has_something_from_the_start() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let simulator = &cluster.eks.simulator;
    let node = simulator.object("my-cluster", "nodes", "", "ip-10-0-0-10.ec2.internal");
    assert_eq!(node["metadata"]["labels"]["kubernetes.io/os"], "linux");
    assert_eq!(node["status"]["conditions"][0]["status"], "True");
    let dns = cluster
        .names("/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns")
        .await;
    assert_eq!(dns.len(), 1);
    let settings = simulator.object("my-cluster", "ConfigMap", "kube-system", "amazon-vpc-cni");
    assert_eq!(settings["data"]["enable-windows-ipam"], "false");
    simulator.remove_object("my-cluster", "Node", "", "ip-10-0-0-10.ec2.internal");
    assert_eq!(
        simulator.objects("my-cluster", "nodes"),
        Vec::<serde_json::Value>::new()
    );
    simulator.reset();
    assert_eq!(simulator.objects("my-cluster", "nodes").len(), 1);
}
