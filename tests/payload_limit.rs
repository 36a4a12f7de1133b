//! A request that doesn't fit a state machine's state is answered: Step Functions ends an execution whose state is larger, and
//! nothing catches that.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, reason, roll_back};
use support::world::{MOST_IN_STATE, World};

/// A property of a size that no state machine takes. It asks for nothing, so no check refuses it.
fn large(length: usize) -> Value {
    properties(&json!({"NodegroupName": "my-mng", "UserData": " ".repeat(length)}))
}

fn small() -> Value {
    properties(&json!({"NodegroupName": "my-mng"}))
}

/// Each state that is handed over while `request` is delivered, in bytes, and the answer.
async fn states(world: &World, request: &Value) -> (Vec<usize>, Value) {
    let mut sizes = vec![];
    let mut next = Some(request.clone());
    while let Some(event) = next {
        let state = world.invoke(&event).await;
        let started = world.function.cloud.onward.lock().unwrap().pop_front();
        next = started.or_else(|| (state["Outcome"] == "Waiting").then(|| state.clone()));
        sizes.extend(next.iter().map(|state| state.to_string().len()));
    }
    let answer = world.receiver.answer(request["RequestId"].as_str().unwrap()).await;
    (sizes, answer)
}

#[tokio::test]
async fn a_create_that_a_state_machine_has_no_room_for_makes_nothing() {
    let world = World::start(true).await;
    let request = world.request("Create", None, &large(230_000), None);
    let handed_over = world.continuation_of(&request).to_string().len();
    let (sizes, answer) = states(&world, &request).await;
    let told = reason(&answer);
    let size = format!("{handed_over} bytes of JSON");
    for part in ["nothing was changed", size.as_str(), "SelfInvoke", "UserData"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(sizes, [0; 0]);
    assert!(!world.called("CreateNodegroup"));
    assert!(world.function.cloud.ec2.all().is_empty());
}

/// Lambda takes four times as much.
#[tokio::test]
async fn what_the_function_hands_to_itself_may_be_larger() {
    for (length, fits) in [(230_000, true), (1_020_000, false)] {
        let world = World::start(false).await;
        let request = world.request("Create", None, &large(length), None);
        let answer = world.answer(&request).await;
        assert_eq!(answer["Status"] == "SUCCESS", fits, "{answer}");
        assert_eq!(
            answer["Reason"].to_string().contains("bytes of JSON"),
            !fits,
            "{answer}"
        );
    }
}

/// What CloudFormation sends with the Delete of what was never made needs no room: the id says which group.
#[tokio::test]
async fn a_delete_fits_whatever_its_properties_are() {
    let world = World::start(true).await;
    let id = create(&world, &small()).await;
    let request = world.request("Delete", Some(&id), &large(300_000), None);
    let (sizes, answer) = states(&world, &request).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert!(
        !sizes.is_empty() && sizes.iter().all(|size| *size < MOST_IN_STATE),
        "{sizes:?}"
    );
}

/// The properties that failed are the old ones of a rollback.
#[tokio::test]
async fn a_rollback_fits_whatever_failed() {
    let world = World::start(true).await;
    let (was, failed) = (
        properties(&json!({"NodegroupName": "my-mng", "Labels": {"a": "b"}})),
        large(300_000),
    );
    let id = create(&world, &was).await;
    world
        .simulator
        .patch_node_group("my-cluster", "my-mng", json!({"labels": {"a": "changed"}}));
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let request = world.request("Update", Some(&id), &was, Some(&failed));
    let (sizes, answer) = states(&world, &request).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert!(
        !sizes.is_empty() && sizes.iter().all(|size| *size < MOST_IN_STATE),
        "{sizes:?}"
    );
    let labels = world.group(&id)["labels"].clone();
    assert_eq!(labels, json!({"a": "b"}));
}

/// What a request gathers on its way is foreseen up to a point. Beyond that it is answered, and the rollback deletes what was made.
#[tokio::test]
async fn a_state_that_grows_too_large_is_answered() {
    let world = World::start(true).await;
    let tags = (0..45).map(|number| (format!("tag-{number}"), "語".repeat(256)));
    world.function.cloud.stack.lock().unwrap().tags = tags.collect();
    let request = world.request("Create", None, &large(187_000), None);
    let (sizes, answer) = states(&world, &request).await;
    assert!(reason(&answer).contains("bytes of JSON"), "{answer}");
    assert_eq!(answer["PhysicalResourceId"], json!("my-cluster/my-mng"));
    assert!(world.called("CreateNodegroup"));
    assert!(sizes.iter().all(|size| *size < MOST_IN_STATE), "{sizes:?}");
}

/// An update that isn't carried out leaves nothing to be rolled back, and its rollback has nothing to do.
#[tokio::test]
async fn an_update_that_does_not_fit_is_refused_and_rolled_back() {
    let world = World::start(true).await;
    let id = create(&world, &small()).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let request = world.request("Update", Some(&id), &large(230_000), Some(&small()));
    let (_, answer) = states(&world, &request).await;
    assert!(reason(&answer).contains("nothing was changed"), "{answer}");
    assert_eq!(answer["PhysicalResourceId"], json!(id));
    assert_eq!(roll_back(&world, &id, &small(), &large(230_000)).await, "");
}

/// A rollback to what doesn't fit, which was made when the function handed over to itself, leaves what runs.
#[tokio::test]
async fn a_rollback_to_what_does_not_fit_leaves_what_runs() {
    let world = World::start(true).await;
    let id = create(&world, &small()).await;
    let warnings = roll_back(&world, &id, &large(230_000), &small()).await;
    assert!(warnings.contains("left as it is"), "{warnings}");
}
