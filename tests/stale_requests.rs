//! Requests that are taken up when their stack does something else by now. Lambda delivers at least once, and hours later if it must.

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use mng_engine::ports::Stack;
use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::world::World;

/// 2026-11-26T10:15:00Z, and as a response URL has it.
const SENT: u64 = 1_795_688_100;
const SENT_AS_SIGNED: &str = "20261126T101500Z";

impl World {
    /// A request whose URL says when it was sent.
    fn sent_then(&self, kind: &str, id: Option<&str>, properties: &Value, old: Option<&Value>) -> Value {
        let mut request = self.request(kind, id, properties, old);
        let url = request["ResponseURL"].as_str().expect("a URL").to_owned();
        request["ResponseURL"] = json!(format!("{url}&X-Amz-Date={SENT_AS_SIGNED}"));
        self.receiver.expect(&request);
        request
    }

    fn stack_is_updated(&self, status: &str, updated: Option<u64>, rollback_began: Option<u64>) {
        *self.function.cloud.stack.lock().unwrap() = Stack {
            status: status.to_owned(),
            tags: BTreeMap::new(),
            created: None,
            updated,
        };
        *self.function.cloud.rollback_began.lock().unwrap() = rollback_began;
    }

    fn labels(&self) -> Value {
        let groups = self.simulator.node_groups();
        groups.first().map_or(Value::Null, |group| group["labels"].clone())
    }
}

fn labelled(with: &str) -> Value {
    properties(&json!({"Labels": {"is": with}}))
}

/// Two seconds are within what CloudFormation's own clocks may be apart: a rollback may fail for nothing.
#[tokio::test]
async fn an_update_that_was_cancelled_before_it_was_taken_up_changes_nothing() {
    for (updated, rollback_began, status, runs) in [
        (SENT - 5, Some(SENT + 3), "FAILED", "before"),
        (SENT - 5, Some(SENT + 2), "SUCCESS", "asked-for"),
        (SENT - 5, Some(SENT), "SUCCESS", "asked-for"),
        (SENT - 60, Some(SENT - 30), "SUCCESS", "asked-for"),
        // Not told yet.
        (SENT - 5, None, "SUCCESS", "asked-for"),
        // The next update has begun since the stack was asked.
        (SENT + 60, None, "FAILED", "before"),
    ] {
        let world = World::start(false).await;
        let (before, asked_for) = (labelled("before"), labelled("asked-for"));
        let id = create(&world, &before).await;
        world.stack_is_updated("UPDATE_ROLLBACK_IN_PROGRESS", Some(updated), rollback_began);
        let answer = world
            .answer(&world.sent_then("Update", Some(&id), &asked_for, Some(&before)))
            .await;
        assert_eq!(answer["Status"], status, "{rollback_began:?}: {answer}");
        assert_eq!(world.labels(), json!({"is": runs}), "{rollback_began:?}");
        if status == "FAILED" {
            assert!(
                reason(&answer).contains("began to roll back, or with another update, after this one was sent"),
                "{answer}"
            );
            assert_eq!(answer["PhysicalResourceId"], *id);
        }
    }
}

/// What can't be asked is no reason to fail what may be the rollback.
#[tokio::test]
async fn a_rollback_whose_stack_hides_its_events_is_carried_out() {
    let world = World::start(false).await;
    let (before, failed) = (labelled("before"), labelled("failed"));
    let id = create(&world, &failed).await;
    world.stack_is_updated("UPDATE_ROLLBACK_IN_PROGRESS", Some(SENT - 5), Some(SENT + 60));
    world.function.cloud.hides_events.store(true, Ordering::SeqCst);
    let answer = world
        .answer(&world.sent_then("Update", Some(&id), &before, Some(&failed)))
        .await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(world.labels(), json!({"is": "before"}));
}

#[tokio::test]
async fn what_comes_again_after_a_later_update_has_begun_changes_nothing() {
    for (kind, status, updated, answered, left) in [
        ("Create", "UPDATE_COMPLETE", SENT + 3, "FAILED", "later"),
        ("Create", "UPDATE_IN_PROGRESS", SENT + 3, "FAILED", "later"),
        ("Create", "UPDATE_IN_PROGRESS", SENT + 2, "SUCCESS", "first"),
        ("Update", "UPDATE_COMPLETE", SENT + 3, "FAILED", "later"),
        ("Update", "UPDATE_IN_PROGRESS", SENT - 60, "SUCCESS", "first"),
        ("Delete", "UPDATE_COMPLETE", SENT + 3, "FAILED", "later"),
        ("Delete", "UPDATE_ROLLBACK_IN_PROGRESS", SENT + 3, "FAILED", "later"),
        (
            "Delete",
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            SENT - 60,
            "SUCCESS",
            "nothing",
        ),
        ("Delete", "DELETE_IN_PROGRESS", SENT + 3, "SUCCESS", "nothing"),
    ] {
        let world = World::start(false).await;
        let (first, later) = (labelled("first"), labelled("later"));
        let id = create(&world, &later).await;
        world.stack_is_updated(status, Some(updated), None);
        let known = (kind != "Create").then_some(id.as_str());
        let request = world.sent_then(kind, known, &first, (kind == "Update").then_some(&later));
        let answer = world.answer(&request).await;
        let told = format!("{kind} {status} {updated}: {answer}");
        assert_eq!(answer["Status"], answered, "{told}");
        let expected = if left == "nothing" {
            Value::Null
        } else {
            json!({"is": left})
        };
        assert_eq!(world.labels(), expected, "{told}");
        if answered == "FAILED" {
            let late = "another update of the stack has begun since this request was sent";
            assert!(reason(&answer).contains(late), "{told}");
        }
    }
}

/// Neither does a Delete of its own stack's depend on an answer, in the end.
#[tokio::test]
async fn a_delete_that_does_not_reach_cloudformation_deletes() {
    for silence in ["SILENT", "DENIED"] {
        let world = World::start(false).await;
        let first = properties(&json!({"ServiceTimeout": "8"}));
        let id = create(&world, &first).await;
        world.stack_is(silence);
        let answer = world.answer(&world.sent_then("Delete", Some(&id), &first, None)).await;
        assert_eq!(answer["Status"], "SUCCESS", "{silence}: {answer}");
        assert_eq!(world.groups(), Vec::<String>::new(), "{silence}");
    }
}

/// The later update begins while what comes again is at work.
#[tokio::test]
async fn a_delete_that_comes_again_does_not_take_what_a_later_update_has_made() {
    let world = World::start(false).await;
    let first = labelled("first");
    let id = create(&world, &first).await;
    world.stack_is_updated("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Some(SENT - 60), None);
    let delete = world.sent_then("Delete", Some(&id), &first, None);
    assert_eq!(world.answer(&delete).await["Status"], "SUCCESS");
    world.stack_is_updated("UPDATE_IN_PROGRESS", Some(SENT + 600), None);
    let update = world.request("Update", Some("my-cluster/another"), &first, Some(&labelled("between")));
    assert_eq!(world.answer(&update).await["PhysicalResourceId"], *id);
    world.deliver(&delete).await;
    assert_eq!(world.labels(), json!({"is": "first"}));
}

/// Of two deliveries of a replacement one has told the new group. The other looks at it when a later update has harmed it, and what it
/// would undo for that is what the stack runs.
#[tokio::test]
async fn what_was_told_is_not_undone_by_a_delivery_that_lags_behind() {
    for later in [json!({"status": "DEGRADED"}), json!({"labels": {"is": "later"}})] {
        let world = World::start(true).await;
        world.simulator.durations(|durations| durations.create = 400.0);
        let other = properties(&json!({"CapacityType": "SPOT", "Labels": {"is": "other"}}));
        let id = create(&world, &labelled("first")).await;
        world.stack_is_updated("UPDATE_IN_PROGRESS", Some(SENT - 60), None);
        let update = world.sent_then("Update", Some(&id), &other, Some(&labelled("first")));
        world.invoke(&update).await;
        let lagging = world.function.cloud.onward.lock().unwrap().pop_front();
        let mut lagging = lagging.expect("it was handed over");
        lagging["Continuation"]["history"]["first_status"] = json!("CREATING");
        world.deliver(&lagging).await;
        let told = world.receiver.answer(update["RequestId"].as_str().unwrap()).await;
        assert_eq!(told["Status"], "SUCCESS", "{told}");
        let name = told["PhysicalResourceId"].as_str().unwrap().split_once('/').unwrap().1;
        world.stack_is_updated("UPDATE_IN_PROGRESS", Some(SENT + 600), None);
        world.simulator.patch_node_group("my-cluster", name, later.clone());
        world.deliver(&lagging).await;
        let left = world.groups();
        assert!(left.iter().any(|group| group.starts_with(name)), "{later}: {left:?}");
    }
}

/// An update in place waits, or comes again, when a later update has made a group in place of the current one and CloudFormation hasn't
/// read its answer yet. That group is no unfinished replacement.
#[tokio::test]
async fn a_delivery_that_lags_behind_takes_no_new_group_for_unfinished() {
    let world = World::start(true).await;
    world.simulator.durations(|durations| durations.config_update = 400.0);
    let other = properties(&json!({"CapacityType": "SPOT"}));
    let id = create(&world, &labelled("first")).await;
    world.stack_is_updated("UPDATE_IN_PROGRESS", Some(SENT - 60), None);
    let update = world.sent_then("Update", Some(&id), &labelled("second"), Some(&labelled("first")));
    world.invoke(&update).await;
    let lagging = world.function.cloud.onward.lock().unwrap().pop_front();
    world.until(&id, "ACTIVE").await;
    world.stack_is_updated("UPDATE_IN_PROGRESS", Some(SENT + 600), None);
    let later = world.request("Update", Some(&id), &other, Some(&labelled("second")));
    let new = world.answer(&later).await["PhysicalResourceId"]
        .as_str()
        .unwrap()
        .to_owned();
    *world.function.cloud.recorded_id.lock().unwrap() = Some(id.clone());
    world.deliver(&lagging.expect("it was handed over")).await;
    assert_ne!(new, id);
    assert_eq!(world.group(&new)["status"], "ACTIVE", "{:?}", world.groups());
}
