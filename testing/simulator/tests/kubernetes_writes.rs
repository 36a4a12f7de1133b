//! Creating and deleting objects.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::STANDS_STILL;
use support::cluster::{ClusterClient, MERGE, config_map};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const MAP: &str = "/api/v1/namespaces/default/configmaps/a";

#[tokio::test]
async fn an_object_is_created_once() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let (status, made) = cluster
        .send(Method::POST, MAPS, &config_map("a", json!({"x": "y"})))
        .await;
    assert_eq!((status, &made["metadata"]["labels"]), (201, &json!({"x": "y"})));
    assert_eq!(
        cluster.eks.simulator.object("my-cluster", "configmaps", "default", "a"),
        made
    );
    let (status, refused) = cluster.send(Method::POST, MAPS, &config_map("a", json!({}))).await;
    assert_eq!(
        (status, &refused["reason"], &refused["message"]),
        (409, &json!("AlreadyExists"), &json!("configmaps \"a\" already exists"))
    );
    let nameless = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}});
    assert_eq!(cluster.send(Method::POST, MAPS, &nameless).await.0, 422);
    assert_eq!(cluster.send(Method::PUT, MAP, &json!({})).await.0, 405);
}

#[tokio::test]
async fn an_object_is_deleted_if_it_is_the_one_that_is_meant() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let put =
        |labels: Value| cluster.eks.simulator.put_object("my-cluster", config_map("a", labels))["metadata"].clone();
    let (first, second) = (put(json!({})), put(json!({"changed": "yes"})));
    assert_eq!(first["uid"], second["uid"]);
    for preconditions in [
        json!({"uid": "another"}),
        json!({"resourceVersion": first["resourceVersion"]}),
        json!({"uid": first["uid"], "resourceVersion": first["resourceVersion"]}),
    ] {
        let options = json!({"preconditions": preconditions});
        let (status, refused) = cluster.send(Method::DELETE, MAP, &options).await;
        assert_eq!((status, &refused["reason"]), (409, &json!("Conflict")), "{options}");
    }
    let options = json!({"preconditions": {"uid": first["uid"], "resourceVersion": second["resourceVersion"]}});
    let (status, done) = cluster.send(Method::DELETE, MAP, &options).await;
    assert_eq!(
        (status, &done["status"], &done["details"]["uid"]),
        (200, &json!("Success"), &first["uid"])
    );
    assert_eq!(cluster.get(MAP).await.0, 404);
    assert_eq!(cluster.send(Method::DELETE, MAP, &json!({})).await.0, 404);
    assert_ne!(put(json!({}))["uid"], first["uid"], "another one of the same name");
}

#[tokio::test]
async fn a_merge_patch_changes_what_it_names_of_what_is_there() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    assert_eq!(cluster.patch(MERGE, MAP, &json!({"data": {}})).await.0, 404);
    let mut map = config_map("a", json!({"keep": "1", "go": "2"}));
    map["data"] = json!({"x": "y"});
    let put = cluster.eks.simulator.put_object("my-cluster", map);
    let change = json!({"metadata": {"labels": {"go": null, "new": "3"}}, "data": {"z": "1"}});
    let (status, merged) = cluster.patch(MERGE, MAP, &change).await;
    assert_eq!(
        (status, &merged["metadata"]["labels"]),
        (200, &json!({"keep": "1", "new": "3"}))
    );
    assert_eq!(merged["data"], json!({"x": "y", "z": "1"}));
    let stale = json!({"metadata": {"resourceVersion": put["metadata"]["resourceVersion"]}});
    assert_eq!(cluster.patch(MERGE, MAP, &stale).await.0, 409);
}
