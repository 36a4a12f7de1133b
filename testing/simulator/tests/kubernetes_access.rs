//! What somebody who is let in may do, and the access entries that say so.

mod support;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::json;
use simulator::Access;
use support::STANDS_STILL;
use support::cluster::{APPLY, ClusterClient, NODES};

const USER: &str = "User \"arn:aws:sts::123456789012:assumed-role/function/session\"";
const ROLE: &str = "arn:aws:iam::123456789012:role/a/node";

#[tokio::test]
async fn without_an_access_entry_nothing_is_seen() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    cluster.eks.simulator.access("my-cluster", Access::NoEntry);
    let (status, body) = cluster.get(NODES).await;
    assert_eq!((status, &body["reason"]), (401, &json!("Unauthorized")));
    cluster.eks.simulator.access("my-cluster", Access::Granted);
    assert_eq!(cluster.get(NODES).await.0, 200);
}

#[tokio::test]
async fn a_denial_may_pass() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    cluster.eks.simulator.deny("my-cluster", 1);
    assert_eq!(cluster.get(NODES).await.0, 401);
    assert_eq!(cluster.get(NODES).await.0, 200);
    for request in cluster.eks.simulator.kubernetes_requests() {
        assert_eq!(request.authorization, format!("Bearer {}", cluster.token));
    }
}

#[tokio::test]
async fn what_is_forbidden_is_named() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let resources = ["nodes", "daemonsets", "poddisruptionbudgets"]
        .map(str::to_owned)
        .to_vec();
    cluster
        .eks
        .simulator
        .access("my-cluster", Access::Forbidden { resources });
    let daemon_set = "/apis/apps/v1/namespaces/kube-system/daemonsets/plugin";
    for (method, path, message) in [
        (
            Method::GET,
            NODES,
            "nodes is forbidden: USER cannot list resource \"nodes\" in API group \"\" at the cluster scope",
        ),
        (
            Method::GET,
            "/api/v1/nodes?watch=true",
            "nodes is forbidden: USER cannot watch resource \"nodes\" in API group \"\" at the cluster scope",
        ),
        (
            Method::PATCH,
            daemon_set,
            "daemonsets.apps \"plugin\" is forbidden: USER cannot patch resource \"daemonsets\" in API group \"apps\" \
             in the namespace \"kube-system\"",
        ),
        (
            Method::GET,
            "/apis/policy/v1/poddisruptionbudgets",
            "poddisruptionbudgets.policy is forbidden: USER cannot list resource \"poddisruptionbudgets\" in API group \
             \"policy\" at the cluster scope",
        ),
    ] {
        let request = cluster.request(method, path).header("content-type", APPLY).body("{}");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{path}");
        let status: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(status["message"], message.replace("USER", USER), "{path}");
        assert_eq!((&status["reason"], &status["code"]), (&json!("Forbidden"), &json!(403)));
    }
    assert_eq!(cluster.get("/api/v1/pods").await.0, 200, "all else is allowed");
}

#[tokio::test]
async fn whoever_may_only_read_changes_nothing() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    cluster.eks.simulator.access("my-cluster", Access::ReadOnly);
    let daemon_sets = "/apis/apps/v1/namespaces/kube-system/daemonsets";
    let one = format!("{daemon_sets}/plugin");
    for (method, path, verb) in [
        (Method::POST, daemon_sets, "create"),
        (Method::PATCH, &one, "patch"),
        (Method::DELETE, &one, "delete"),
    ] {
        let request = cluster.request(method, path).header("content-type", APPLY).body("{}");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 403, "{path}");
        let told = answer.text().await.unwrap();
        assert!(told.contains(&format!("cannot {verb} resource")), "{told}");
    }
    assert_eq!(cluster.get(daemon_sets).await.0, 200);
    assert_eq!(cluster.get(NODES).await.0, 200);
}

#[tokio::test]
async fn access_entries_are_described_and_listed() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let eks = &cluster.eks;
    let entry = json!({"principalArn": ROLE, "type": "EC2_WINDOWS", "kubernetesGroups": ["eks:kube-proxy-windows"]});
    eks.simulator.put_access_entry("my-cluster", entry);
    let list = "/clusters/my-cluster/access-entries";
    let one = |arn: &str| format!("{list}/{}", utf8_percent_encode(arn, NON_ALPHANUMERIC));
    let found = eks.get(&one(ROLE)).await.body["accessEntry"].clone();
    assert_eq!(
        (&found["type"], &found["principalArn"], &found["kubernetesGroups"]),
        (&json!("EC2_WINDOWS"), &json!(ROLE), &json!(["eks:kube-proxy-windows"]))
    );
    assert_eq!(eks.get(list).await.body["accessEntries"], json!([ROLE]));
    let described = eks
        .simulator
        .requests()
        .into_iter()
        .find(|one| one.operation == "DescribeAccessEntry");
    assert_eq!(described.unwrap().cluster, "my-cluster");
    let missing = eks.get(&one("arn:aws:iam::123456789012:role/other")).await;
    assert_eq!(
        (missing.status, missing.code.as_str()),
        (404, "ResourceNotFoundException")
    );
    eks.simulator
        .put_cluster(json!({"name": "my-cluster", "accessConfig": {"authenticationMode": "CONFIG_MAP"}}));
    assert_eq!(eks.get(list).await.code, "InvalidRequestException");
    assert_eq!(
        eks.get("/clusters/other/access-entries").await.code,
        "ResourceNotFoundException"
    );
}
