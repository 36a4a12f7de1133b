//! Server-side apply, as far as the simulator has it.

mod support;

use serde_json::{Value, json};
use support::STANDS_STILL;
use support::cluster::{APPLY, ClusterClient, MERGE};

const PLUGIN: &str = "/apis/apps/v1/namespaces/kube-system/daemonsets/plugin";

fn plugin(labels: Value, spec: Value) -> Value {
    let metadata = json!({"name": "plugin", "labels": labels});
    json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": spec})
}

async fn apply(cluster: &ClusterClient, query: &str, body: &Value) -> (u16, Value) {
    cluster.patch(APPLY, &format!("{PLUGIN}?{query}"), body).await
}

fn manager<'o>(object: &'o Value, name: &str) -> &'o Value {
    let all = object["metadata"]["managedFields"].as_array().expect("managers");
    all.iter()
        .find(|entry| entry["manager"] == name)
        .unwrap_or(&Value::Null)
}

#[tokio::test]
async fn what_is_missing_is_made() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let wanted = plugin(
        json!({"a": "1"}),
        json!({"template": {"spec": {"nodeSelector": {"x": "y"}, "tolerations": []}}}),
    );
    let (status, made) = apply(&cluster, "fieldManager=ours", &wanted).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["spec"], &made["metadata"]["namespace"]),
        (&wanted["spec"], &json!("kube-system"))
    );
    let entry = manager(&made, "ours");
    assert_eq!(
        (&entry["operation"], &entry["apiVersion"], &entry["fieldsType"]),
        (&json!("Apply"), &json!("apps/v1"), &json!("FieldsV1"))
    );
    let owned = json!({
        "f:metadata": {"f:labels": {"f:a": {}}},
        "f:spec": {"f:template": {"f:spec": {"f:nodeSelector": {"f:x": {}}, "f:tolerations": {}}}},
    });
    assert_eq!(entry["fieldsV1"], owned);
    let (status, again) = apply(&cluster, "fieldManager=ours", &wanted).await;
    assert_eq!((status, again), (200, made), "the same again changes nothing");
}

#[tokio::test]
async fn what_is_there_is_merged_and_keeps_its_identity() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let (_, made) = apply(
        &cluster,
        "fieldManager=theirs",
        &plugin(json!({"a": "1"}), json!({"x": {"list": [1, 2]}})),
    )
    .await;
    let (status, merged) = apply(
        &cluster,
        "fieldManager=ours",
        &plugin(json!({"b": "2"}), json!({"x": {"y": 3}})),
    )
    .await;
    assert_eq!((status, &merged["metadata"]["uid"]), (200, &made["metadata"]["uid"]));
    assert_eq!(merged["metadata"]["labels"], json!({"a": "1", "b": "2"}));
    assert_eq!(merged["spec"], json!({"x": {"list": [1, 2], "y": 3}}));
    assert_ne!(
        merged["metadata"]["resourceVersion"],
        made["metadata"]["resourceVersion"]
    );
}

#[tokio::test]
async fn an_empty_object_of_somebody_else_keeps_nobody_out() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    apply(&cluster, "fieldManager=theirs", &plugin(json!({}), json!({"x": {}}))).await;
    let filled = plugin(json!({"a": "1"}), json!({"x": {"y": 1}}));
    let (status, merged) = apply(&cluster, "fieldManager=ours", &filled).await;
    assert_eq!((status, &merged["spec"]), (200, &json!({"x": {"y": 1}})));
    let (_, left) = apply(&cluster, "fieldManager=ours", &plugin(json!({}), json!({"z": 1}))).await;
    assert!(left["spec"]["x"]["y"].is_null(), "{left}");
}

#[tokio::test]
async fn a_field_of_somebody_else_with_another_value_is_a_conflict() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let mut theirs = plugin(json!({"a": "1", "same": "s"}), json!({"list": [1]}));
    theirs["metadata"]["namespace"] = json!("kube-system");
    cluster.eks.simulator.put_object("my-cluster", theirs);
    let ours = plugin(json!({"a": "1", "same": "s"}), json!({"list": [2], "mine": 1}));
    let (status, refused) = apply(&cluster, "fieldManager=ours", &ours).await;
    assert_eq!((status, &refused["reason"]), (409, &json!("Conflict")));
    assert_eq!(
        refused["message"],
        "Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.list"
    );
    let cause = &refused["details"]["causes"][0];
    assert_eq!(
        (&cause["reason"], &cause["field"]),
        (&json!("FieldManagerConflict"), &json!(".spec.list"))
    );
    assert_eq!(cause["message"], "conflict with \"kubectl\" using apps/v1");
    let (status, forced) = apply(&cluster, "fieldManager=ours&force=true", &ours).await;
    assert_eq!((status, &forced["spec"]), (200, &json!({"list": [2], "mine": 1})));
    let labels = json!({"f:metadata": {"f:labels": {"f:a": {}, "f:same": {}}}});
    assert_eq!(
        manager(&forced, "kubectl")["fieldsV1"],
        labels,
        "the list has changed hands"
    );
}

#[tokio::test]
async fn what_is_applied_no_more_goes_unless_it_is_somebody_elses_too() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let all = json!({"mine": {"deep": 1, "other": 2}, "shared": [1], "kept": 1});
    apply(&cluster, "fieldManager=ours", &plugin(json!({"a": "1"}), all)).await;
    apply(
        &cluster,
        "fieldManager=theirs",
        &plugin(json!({}), json!({"shared": [1]})),
    )
    .await;
    let (_, left) = apply(
        &cluster,
        "fieldManager=ours",
        &plugin(json!({}), json!({"kept": 1, "mine": {"other": 2}})),
    )
    .await;
    assert_eq!(left["spec"], json!({"mine": {"other": 2}, "shared": [1], "kept": 1}));
    assert!(left["metadata"]["labels"]["a"].is_null(), "{left}");
    let (_, left) = apply(&cluster, "fieldManager=ours", &plugin(json!({}), json!({"kept": 1}))).await;
    assert_eq!(
        left["spec"],
        json!({"shared": [1], "kept": 1}),
        "an object that is left empty goes too"
    );
}

#[tokio::test]
async fn an_update_takes_over_what_it_changes() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    apply(
        &cluster,
        "fieldManager=ours",
        &plugin(json!({}), json!({"a": 1, "b": 1})),
    )
    .await;
    let change = json!({"spec": {"a": 2, "b": null, "c": 3}});
    let (status, merged) = cluster
        .patch(MERGE, &format!("{PLUGIN}?fieldManager=kubectl"), &change)
        .await;
    assert_eq!((status, &merged["spec"]), (200, &json!({"a": 2, "c": 3})));
    let (status, refused) = apply(&cluster, "fieldManager=ours", &plugin(json!({}), json!({"a": 1}))).await;
    assert_eq!(status, 409, "{refused}");
    let message = "Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.a";
    assert_eq!(refused["message"], message);
}

#[tokio::test]
async fn an_apply_of_an_older_version_is_a_conflict() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let mut wanted = plugin(json!({}), json!({"a": 1}));
    let (_, made) = apply(&cluster, "fieldManager=ours", &wanted).await;
    wanted["spec"]["a"] = json!(2);
    wanted["metadata"]["resourceVersion"] = made["metadata"]["resourceVersion"].clone();
    assert_eq!(apply(&cluster, "fieldManager=ours", &wanted).await.0, 200);
    wanted["spec"]["a"] = json!(3);
    let (status, refused) = apply(&cluster, "fieldManager=ours", &wanted).await;
    assert_eq!((status, &refused["reason"]), (409, &json!("Conflict")));
    let said = refused["message"].as_str().unwrap();
    assert!(
        said.starts_with("Operation cannot be fulfilled on daemonsets.apps \"plugin\""),
        "{said}"
    );
}

/// As the API server has it: of both, the uid alone keeps an apply from creating.
#[tokio::test]
async fn an_apply_for_what_is_gone_creates_it_unless_it_names_a_uid() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let mut wanted = plugin(json!({}), json!({"a": 1}));
    wanted["metadata"]["uid"] = json!("gone");
    wanted["metadata"]["resourceVersion"] = json!("1");
    let (status, refused) = apply(&cluster, "fieldManager=ours", &wanted).await;
    assert_eq!((status, &refused["reason"]), (409, &json!("Conflict")), "{refused}");
    wanted["metadata"]["uid"].take();
    let (status, made) = apply(&cluster, "fieldManager=ours", &wanted).await;
    assert_eq!(status, 201, "{made}");
    assert_ne!(made["metadata"]["resourceVersion"], "1");

    wanted["metadata"]["uid"] = json!("another");
    assert_eq!(
        apply(&cluster, "fieldManager=ours", &wanted).await.0,
        409,
        "its version"
    );
    wanted["metadata"]["resourceVersion"].take();
    let (status, refused) = apply(&cluster, "fieldManager=ours", &wanted).await;
    assert_eq!((status, &refused["reason"]), (422, &json!("Invalid")), "{refused}");
}

#[tokio::test]
async fn an_apply_that_is_wrong_is_refused() {
    let cluster = ClusterClient::start(STANDS_STILL).await;
    let right = plugin(json!({}), json!({"a": 1}));
    let with = |path: &str, value: Value| {
        let mut wrong = right.clone();
        *wrong.pointer_mut(path).unwrap() = value;
        wrong
    };
    for (what, query, body, expected) in [
        ("no manager", "", right.clone(), 422),
        (
            "another name",
            "fieldManager=ours",
            with("/metadata/name", json!("other")),
            400,
        ),
        (
            "another kind",
            "fieldManager=ours",
            with("/kind", json!("Deployment")),
            400,
        ),
        (
            "managers",
            "fieldManager=ours",
            with("/metadata", json!({"name": "plugin", "managedFields": []})),
            400,
        ),
        (
            "another namespace",
            "fieldManager=ours",
            with("/metadata", json!({"name": "plugin", "namespace": "x"})),
            400,
        ),
        ("a dry run", "fieldManager=ours&dryRun=All", right.clone(), 400),
        ("no object", "fieldManager=ours", json!([]), 400),
    ] {
        assert_eq!(apply(&cluster, query, &body).await.0, expected, "{what}");
    }
    let strategic = "application/strategic-merge-patch+json";
    assert_eq!(cluster.patch(strategic, PLUGIN, &right).await.0, 415);
}
