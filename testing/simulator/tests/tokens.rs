//! Client tokens: the same words again give the same answer, other words under the same token are refused.

mod support;

use serde_json::{Value, json};
use support::{AT_ONCE, CONFIG, GROUP, GROUPS, STANDS_STILL, SimulatorClient, VERSION, group};

const TOKEN: &str = "00000000-0000-0000-0000-000000000001";

fn with_token(mut body: Value) -> Value {
    body["clientRequestToken"] = json!(TOKEN);
    body
}

fn calls() -> [(&'static str, Value, Value); 3] {
    [
        (
            GROUPS,
            with_token(group(json!({}))),
            with_token(group(json!({"diskSize": 30}))),
        ),
        (
            CONFIG,
            with_token(json!({"scalingConfig": {"maxSize": 5}})),
            with_token(json!({"scalingConfig": {"maxSize": 6}})),
        ),
        (
            VERSION,
            with_token(json!({"releaseVersion": "1.34.1-20261001"})),
            with_token(json!({"releaseVersion": "1.34.1-20261002"})),
        ),
    ]
}

async fn eks_for(path: &str, time_scale: f64) -> SimulatorClient {
    if path == GROUPS {
        SimulatorClient::start(time_scale).await
    } else {
        SimulatorClient::with_group(time_scale).await
    }
}

#[tokio::test]
async fn the_same_again_answers_the_same_while_it_runs_and_when_it_ended() {
    for time_scale in [STANDS_STILL, AT_ONCE] {
        for (path, body, other) in calls() {
            let eks = eks_for(path, time_scale).await;
            let first = eks.post(path, &body).await;
            assert_eq!(first.status, 200, "{first:?}");
            eks.get(GROUP).await;
            assert_eq!(eks.post(path, &body).await, first, "{path}");
            let refused = eks.post(path, &other).await;
            assert_eq!(
                (refused.status, refused.code.as_str()),
                (400, "InvalidParameterException"),
                "{path}"
            );
            assert_eq!(eks.simulator.node_groups().len(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn the_same_again_answers_the_same_when_it_failed() {
    for ((path, body, _), kind) in calls().into_iter().zip(["Create", "ConfigUpdate", "VersionUpdate"]) {
        let eks = eks_for(path, AT_ONCE).await;
        eks.fails(kind, None);
        let first = eks.post(path, &body).await;
        eks.get(GROUP).await;
        assert_eq!(eks.post(path, &body).await, first, "{path}");
        if kind != "Create" {
            assert_eq!(eks.update(&first).await["status"], "Failed", "{path}");
        }
    }
}

#[tokio::test]
async fn a_refused_call_leaves_its_token_free() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let wrong = with_token(json!({"scalingConfig": {"minSize": 9}}));
    assert_eq!(eks.post(CONFIG, &wrong).await.status, 400);
    let right = with_token(json!({"scalingConfig": {"maxSize": 9}}));
    assert_eq!(eks.post(CONFIG, &right).await.status, 200);
}
