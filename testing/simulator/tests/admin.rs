//! The admin side over HTTP does what the methods do.

mod support;

use reqwest::Method;
use serde_json::{Value, json};
use support::{AT_ONCE, CONFIG, GROUP, STANDS_STILL, SimulatorClient, VERSION, group};

async fn admin(eks: &SimulatorClient, path: &str) -> Value {
    eks.get(&format!("/_simulator{path}")).await.body
}

#[tokio::test]
async fn faults_and_outcomes_are_added_listed_and_cleared() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    let fault = json!({"operation": "CreateNodegroup", "kind": {"Error": {"status": 503, "code": "ServiceUnavailableException", "message": "m"}}});
    assert_eq!(eks.tell(Method::POST, "/faults", &fault).await, 200);
    assert_eq!(admin(&eks, "/faults").await[0]["when"], "Before");
    assert_eq!(eks.create(json!({})).await.status, 503);
    let outcome = json!({"operation": "Create", "nodegroup": "my-cluster/nodes", "outcome": {"Fail": {"issues": []}}});
    assert_eq!(eks.tell(Method::POST, "/outcomes", &outcome).await, 200);
    assert_eq!(admin(&eks, "/outcomes").await.as_array().map(Vec::len), Some(1));
    eks.create(json!({})).await;
    assert_eq!(eks.status().await, "CREATE_FAILED");
    for path in ["/faults", "/outcomes"] {
        eks.tell(Method::POST, path, if path == "/faults" { &fault } else { &outcome })
            .await;
        assert_eq!(eks.tell(Method::DELETE, path, &json!({})).await, 200);
        assert_eq!(admin(&eks, path).await, json!([]));
    }
    assert_eq!(eks.tell(Method::POST, "/faults", &json!({"kind": "Sleep"})).await, 422);
}

#[tokio::test]
async fn an_outcome_is_for_the_group_it_names() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    let outcome = json!({"operation": "Create", "nodegroup": "other/nodes", "outcome": {"Fail": {"issues": []}}});
    eks.tell(Method::POST, "/outcomes", &outcome).await;
    eks.create(json!({})).await;
    assert_eq!(eks.status().await, "ACTIVE");
}

#[tokio::test]
async fn clusters_and_groups_are_put_patched_and_removed() {
    let eks = SimulatorClient::start(AT_ONCE).await;
    eks.tell(Method::POST, "/clusters", &json!({"name": "second", "version": "1.33"}))
        .await;
    assert_eq!(admin(&eks, "/clusters").await.as_array().map(Vec::len), Some(2));
    let foreign =
        json!({"clusterName": "second", "nodegroupName": "nodes", "status": "UPDATING", "tags": {"owner": "somebody"}});
    eks.tell(Method::POST, "/nodegroups", &foreign).await;
    let patch = json!({"scalingConfig": {"desiredSize": 7}});
    assert_eq!(eks.tell(Method::PATCH, "/nodegroups/second/nodes", &patch).await, 200);
    assert_eq!(eks.tell(Method::PATCH, "/nodegroups/second/gone", &patch).await, 404);
    let shown = eks.get("/clusters/second/node-groups/nodes").await.body["nodegroup"].clone();
    assert_eq!(
        (&shown["status"], &shown["version"], &shown["tags"]["owner"]),
        (&json!("UPDATING"), &json!("1.33"), &json!("somebody"))
    );
    assert_eq!(
        shown["scalingConfig"],
        json!({"minSize": 1, "maxSize": 2, "desiredSize": 7})
    );
    assert_eq!(admin(&eks, "/nodegroups").await, json!([shown]));
    eks.tell(Method::DELETE, "/clusters/second", &json!({})).await;
    assert_eq!(eks.get("/clusters/second").await.status, 404);
}

#[tokio::test]
async fn requests_are_recorded_until_they_are_forgotten() {
    let eks = SimulatorClient::start(STANDS_STILL).await;
    let body = group(json!({"labels": {"a": "b"}}));
    eks.create(json!({"labels": {"a": "b"}})).await;
    eks.create(json!({})).await;
    let requests = admin(&eks, "/requests").await;
    let first = json!({"operation": "CreateNodegroup", "cluster": "my-cluster", "nodegroup": "nodes", "query": [], "body": body, "status": 200, "code": ""});
    assert_eq!(requests[0], first);
    assert_eq!(
        (&requests[1]["status"], &requests[1]["code"]),
        (&json!(409), &json!("ResourceInUseException"))
    );
    assert_eq!(json!(eks.simulator.requests()), requests);
    eks.tell(Method::DELETE, "/requests", &json!({})).await;
    assert_eq!(admin(&eks, "/requests").await, json!([]));
}

#[tokio::test]
async fn releases_and_durations_are_set() {
    let eks = SimulatorClient::with_group(STANDS_STILL).await;
    eks.tell(Method::POST, "/releases", &json!({"1.34": "1.34.9-20261101"}))
        .await;
    assert_eq!(
        eks.tell(Method::POST, "/durations", &json!({"version_update": 0}))
            .await,
        200
    );
    assert_eq!(
        eks.tell(Method::POST, "/durations", &json!({"create": "soon"})).await,
        400
    );
    eks.post(VERSION, &json!({})).await;
    assert_eq!(
        eks.get(GROUP).await.body["nodegroup"]["releaseVersion"],
        "1.34.9-20261101"
    );
    eks.post(CONFIG, &json!({"scalingConfig": {"maxSize": 4}})).await;
    assert_eq!(eks.status().await, "UPDATING", "the other durations stay");
}

#[tokio::test]
async fn a_reset_leaves_the_first_clusters_alone() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    eks.fails("Create", None);
    eks.simulator.put_cluster(json!({"name": "second"}));
    eks.tell(Method::POST, "/reset", &json!({})).await;
    assert_eq!(
        (admin(&eks, "/nodegroups").await, admin(&eks, "/outcomes").await),
        (json!([]), json!([]))
    );
    assert_eq!(
        (
            eks.get("/clusters/second").await.status,
            eks.get("/clusters/my-cluster").await.status
        ),
        (404, 200)
    );
}
