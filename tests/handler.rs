//! The guards: what can't be read, what panics, what failed for good. Each leads to one valid answer.

mod support;

use serde_json::{Value, json};
use support::world::World;

fn create(world: &World) -> Value {
    let properties = json!({"ServiceToken": "arn", "ClusterName": "my-cluster", "NodegroupName": "n", "NodeRole": "arn:aws:iam::1:role/n", "Subnets": ["subnet-1"]});
    world.request("Create", None, &properties, None)
}

fn id(request: &Value) -> &str {
    request["RequestId"].as_str().unwrap()
}

#[tokio::test]
async fn an_unreadable_request_is_answered_if_it_says_where() {
    let world = World::start(false).await;
    let mut unreadable = create(&world);
    unreadable["RequestType"] = json!("Destroy");
    world.receiver.expect(&unreadable);
    let answer = world.answer(&unreadable).await;
    assert!(answer["Reason"].as_str().unwrap().contains("can't be read"), "{answer}");
    for nobody in [json!("text"), json!(null), json!([1]), json!({"RequestType": "Create"})] {
        world.deliver(&nobody).await;
    }
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_response_url_that_is_not_cloudformations_is_never_called() {
    let world = World::start(false).await;
    let mut foreign = create(&world);
    foreign["ResponseURL"] = json!("https://example.com/collect");
    world.deliver(&foreign).await;
    assert!(world.groups().is_empty(), "a request from nobody was carried out");
    assert!(world.receiver.answers(id(&foreign)).is_empty());
}

#[tokio::test]
async fn a_panic_is_answered() {
    let world = World::start(false).await;
    world.panics();
    let answer = world.answer(&create(&world)).await;
    assert!(
        answer["Reason"].as_str().unwrap().contains("a mistake of its own"),
        "{answer}"
    );
    assert_eq!(answer["PhysicalResourceId"], "my-cluster/n");
    world.receiver.assert_clean();
}

#[tokio::test]
async fn the_last_resort_answers_without_the_engine() {
    let world = World::start(false).await;
    let request = create(&world);
    let record = json!({"requestPayload": request, "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"}});
    let queued = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": record.to_string()}]});
    world.deliver(&queued).await;
    let answer = world.receiver.answer(id(&request)).await;
    assert!(
        answer["Reason"]
            .as_str()
            .unwrap()
            .contains("Runtime.ExitError: signal: killed"),
        "{answer}"
    );

    let request = create(&world);
    world.function.cloud.onward.lock().unwrap().clear();
    let continuation = world.continuation_of(&request);
    let caught =
        json!({"Catch": {"Continuation": continuation, "Failure": {"Error": "Lambda.Unknown", "Cause": "gone"}}});
    world.deliver(&caught).await;
    let answer = world.receiver.answer(id(&request)).await;
    assert!(
        answer["Reason"].as_str().unwrap().contains("Lambda.Unknown: gone"),
        "{answer}"
    );
    assert!(world.simulator.requests().is_empty(), "the last resort called EKS");
    world.receiver.assert_clean();
}
