//! What a request does where its role lacks a permission for a moment or for ever, the stack among it; and sizes in a rollback.

mod support;

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};
use simulator::NodesStay;
use support::flows::{create, properties, reason};
use support::stacks::{is_deleted, replaces, rolls_back, spot, succeeded, update, warnings};
use support::world::World;

/// Properties with a desired size between 1 and 30.
fn sized(desired: &str) -> Value {
    properties(&json!({"ScalingConfig": {"MinSize": "1", "MaxSize": "30", "DesiredSize": desired}}))
}

/// Row 2.
#[tokio::test]
async fn a_rollback_takes_back_only_the_size_that_the_failed_update_set() {
    let with = |desired: &str, more: Value| {
        let mut wanted = sized(desired);
        let more = more.as_object().unwrap().clone();
        wanted.as_object_mut().unwrap().extend(more);
        wanted
    };
    let old = sized("3");
    for (failed, set, before, moved, expected) in [
        (with("25", json!({"Retired": "property"})), false, 20, 20, 20),
        (with("25", json!({})), true, 3, 25, 3),
        (with("25", json!({})), true, 3, 24, 24),
        // The template was to say what the autoscaler had set already.
        (with("20", json!({"Retired": "property"})), false, 20, 20, 20),
        (with("20", json!({})), true, 20, 20, 20),
        (with("20", json!({"Labels": {"a": "b"}})), true, 20, 20, 20),
    ] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        world.is_old(&id, 900);
        world.autoscaler_moves(&id, before);
        let updated = update(&world, &id, &failed, &old).await;
        assert_eq!(updated["Status"] == "SUCCESS", set, "{updated}");
        world.autoscaler_moves(&id, moved);
        let back = rolls_back(&world, &id, &old, &failed).await;
        succeeded(&back);
        assert_eq!(
            world.group(&id)["scalingConfig"]["desiredSize"],
            expected,
            "{failed} {moved}"
        );
        world.receiver.assert_clean();
    }
}

/// Row 2's kind: somebody has set the size in EKS, before the update whose template says it.
#[tokio::test]
async fn a_size_that_was_set_before_the_failed_update_stands() {
    let world = World::start(false).await;
    let id = create(&world, &sized("3")).await;
    succeeded(&update(&world, &id, &sized("20"), &sized("3")).await);
    world.autoscaler_moves(&id, 8);
    succeeded(&update(&world, &id, &sized("8"), &sized("20")).await);
    world.autoscaler_moves(&id, 20);
    world.is_old(&id, 900);
    tokio::time::sleep(Duration::from_secs(3)).await;
    world.update_began(0);
    succeeded(&update(&world, &id, &sized("20"), &sized("8")).await);
    succeeded(&rolls_back(&world, &id, &sized("8"), &sized("20")).await);
    assert_eq!(world.group(&id)["scalingConfig"]["desiredSize"], 20);
}

/// Row 2's kind: the failed update has created the group with its size.
#[tokio::test]
async fn a_size_that_a_group_was_made_again_with_is_taken_back() {
    let world = World::start(false).await;
    let id = create(&world, &sized("10")).await;
    is_deleted(&world, &id).await;
    world.update_began(1);
    assert_eq!(succeeded(&update(&world, &id, &sized("2"), &sized("10")).await), id);
    succeeded(&rolls_back(&world, &id, &sized("10"), &sized("2")).await);
    assert_eq!(world.group(&id)["scalingConfig"]["desiredSize"], 10);
}

/// Rows 2 and 6: a stack that can't be described may be rolling back.
#[tokio::test]
async fn an_autoscalers_size_stands_where_the_stack_is_unknown() {
    let world = World::start(false).await;
    let id = create(&world, &sized("3")).await;
    world.autoscaler_moves(&id, 20);
    world.stack_is("DENIED");
    let answer = world
        .answer(&world.dated("Update", Some(&id), &sized("3"), Some(&sized("25"))))
        .await;
    succeeded(&answer);
    assert_eq!(world.group(&id)["scalingConfig"]["desiredSize"], 20);
}

/// Row 5. A Create is never a rollback.
#[tokio::test]
async fn a_create_of_an_unknown_stack_is_judged() {
    let world = World::start(false).await;
    world.stack_is("DENIED");
    world.becomes_degraded("NodeCreationFailure", "no join", "i-1");
    let degraded = world
        .answer(&world.dated("Create", None, &properties(&json!({})), None))
        .await;
    assert!(reason(&degraded).contains("is degraded"), "{degraded}");
    let wanted = properties(&json!({
        "NodegroupName": "unready", "WaitFor": "NodesReady", "ServiceTimeout": "3",
        "ScalingConfig": {"MinSize": "0", "MaxSize": "3", "DesiredSize": "2"},
    }));
    world
        .simulator
        .nodes_stay("my-cluster", "unready", NodesStay::Absent { count: 1 });
    let unready = world.answer(&world.dated("Create", None, &wanted, None)).await;
    assert!(reason(&unready).contains("1 of 2 nodes are Ready"), "{unready}");
}

/// Row 6. A policy that is seconds old denies the first reads of the stack, or all of them.
#[tokio::test]
async fn unknown_stack_tags_retag_and_roll_nothing() {
    for denials in [3, usize::MAX] {
        let world = World::start(false).await;
        let wanted = |labels: Value| properties(&json!({"PropagateTags": true, "Labels": labels}));
        world.function.cloud.stack.lock().unwrap().tags = [("team".to_owned(), "a".to_owned())].into();
        let (old, new) = (wanted(json!({})), wanted(json!({"a": "b"})));
        let id = create(&world, &old).await;
        let tags = world.group(&id)["tags"].clone();
        assert_eq!(tags["team"], "a");
        world.function.cloud.stack_denials.store(denials, Ordering::SeqCst);
        world.forget_calls();
        let answer = update(&world, &id, &new, &old).await;
        assert_eq!(succeeded(&answer), id);
        assert_eq!(world.changes(), ["UpdateNodegroupConfig"], "{denials}");
        assert_eq!(world.group(&id)["tags"], tags, "{denials}");
        assert_eq!(
            warnings(&answer).contains("stack tags"),
            denials == usize::MAX,
            "{answer}"
        );
    }
}

/// Row 6: a cancellation is noticed as soon as the stack can be described.
#[tokio::test]
async fn a_cancellation_is_noticed_once_the_stack_is_known() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
    let id = create(&world, &old).await;
    // The request's own half a minute of denials, and then the stack rolls back already.
    world.function.cloud.stack_denials.store(5, Ordering::SeqCst);
    world.becomes(&id, "UPDATING");
    world.stack_is("UPDATE_IN_PROGRESS");
    let update = world.dated("Update", Some(&id), &new, Some(&old));
    *world.function.cloud.rollback_began.lock().unwrap() = Some(u64::MAX);
    let cancel = async {
        while world.function.cloud.stack_denials.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        world.becomes(&id, "ACTIVE");
    };
    let (cancelled, ()) = tokio::join!(world.answer(&update), cancel);
    assert!(reason(&cancelled).contains("began to roll back"), "{cancelled}");
    assert_eq!(world.group(&id)["labels"], json!({}));
}

/// Row 10.
#[tokio::test]
async fn marks_that_can_not_be_removed_fail_nothing() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let changed = properties(&json!({"CapacityType": "SPOT", "Labels": {"a": "b"}}));
    let first = create(&world, &old).await;
    let id = replaces(&world, &first, &spot(), &old).await;
    world.faults("UntagResource", u32::MAX, 403, "AccessDeniedException");
    assert_eq!(succeeded(&update(&world, &id, &changed, &spot()).await), id);
    assert_eq!(succeeded(&rolls_back(&world, &id, &spot(), &changed).await), id);
    world.receiver.assert_clean();
}

/// Row 10's kind: a tag that the template had and has no more fails an update, and no rollback.
#[tokio::test]
async fn a_tag_that_can_not_be_removed_fails_no_rollback() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"Tags": {"a": "b"}})));
    let id = create(&world, &old).await;
    succeeded(&update(&world, &id, &new, &old).await);
    world.faults("UntagResource", u32::MAX, 403, "AccessDeniedException");
    let back = rolls_back(&world, &id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(warnings(&back).contains("eks:UntagResource"), "{back}");
    assert!(reason(&update(&world, &id, &old, &new).await).contains("eks:UntagResource"));
}

/// Row 16: five denials within an hour, with successes between them.
#[tokio::test]
async fn denials_that_come_now_and_then_fail_nothing() {
    let world = World::start(false).await;
    world.creates_take(1);
    for nth in [4, 8, 12, 16, 20, 24] {
        world.simulator.fault(simulator::InjectedFault {
            operation: "DescribeNodegroup".to_owned(),
            nth,
            times: 1,
            when: simulator::When::Before,
            kind: simulator::FaultKind::Error {
                status: 403,
                code: "AccessDeniedException".to_owned(),
                message: "chosen by the test".to_owned(),
            },
        });
    }
    create(&world, &properties(&json!({}))).await;
    assert!(world.simulator.faults().is_empty(), "{:?}", world.simulator.faults());
}

/// Row 6's kind: a replacement whose mark can't be confirmed for a moment is confirmed still.
#[tokio::test]
async fn a_mark_that_is_denied_for_a_moment_is_set() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let first = create(&world, &old).await;
    let id = replaces(&world, &first, &spot(), &old).await;
    world.faults("TagResource", 2, 403, "AccessDeniedException");
    let updated = update(&world, &id, &old, &spot()).await;
    assert_ne!(succeeded(&updated), id);
    assert_eq!(warnings(&updated), "");
    let mark = &world.group(&id)["tags"]["managed-node-group:replaces"];
    assert_eq!(*mark, json!(format!("{first} confirmed")));
}

/// What was warned of may explain why a replacement failed.
#[tokio::test]
async fn a_replacement_that_failed_tells_its_warnings() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    world.fails("Create", "NodeCreationFailure", "Instances failed to join", "i-0123");
    world.stack_is("DENIED");
    let failed = world
        .answer(&world.dated("Update", Some(&id), &spot(), Some(&old)))
        .await;
    let told = reason(&failed);
    assert!(told.contains("NodeCreationFailure"), "{told}");
    assert!(
        told.contains("Warnings before that: stack tags could not be inherited"),
        "{told}"
    );
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
}
