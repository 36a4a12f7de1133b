//! Cells of the matrix in docs/reliability.md: what the group of the resource may be when a request meets it.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::stacks::{
    delete_template, deletes, is_being_deleted, labelled, name_of, patch, rolls_back, spot, succeeded, update,
};
use support::world::{Death, World};

/// Stack refactoring, an import and a tag editor alike: the tags don't name the stack and resource that the request comes from.
#[tokio::test]
async fn a_group_whose_tags_name_another_resource_is_never_changed() {
    let old = properties(&json!({}));
    for tags in [
        json!({"managed-node-group:stack-id": "arn:aws:cloudformation:us-east-1:123456789012:stack/other/2"}),
        json!({"managed-node-group:logical-id": "Moved"}),
    ] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        patch(&world, &id, json!({"tags": tags}));
        let before = world.group(&id);
        for wanted in [labelled(), spot()] {
            let refused = update(&world, &id, &wanted, &old).await;
            assert!(reason(&refused).contains("isn't this resource's"), "{refused}");
            let back = rolls_back(&world, &id, &old, &wanted).await;
            assert_eq!(succeeded(&back), id);
        }
        let deleted = deletes(&world, &id, &old).await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
        assert_eq!(world.group(&id), before, "{tags}");
        world.receiver.assert_clean();
    }
}

/// Somebody's console or `eksctl upgrade` is at work when the request comes.
#[tokio::test]
async fn an_update_and_a_rollback_wait_for_an_update_of_somebody_else() {
    let old = properties(&json!({}));
    for in_a_rollback in [false, true] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        world.becomes(&id, "UPDATING");
        world.forget_calls();
        let settles = async {
            let looks = || {
                world
                    .simulator
                    .requests()
                    .iter()
                    .filter(|made| made.operation == "DescribeNodegroup")
                    .count()
            };
            while looks() < 6 {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            assert_eq!(world.changes(), Vec::<String>::new());
            world.becomes(&id, "ACTIVE");
        };
        let request = async {
            match in_a_rollback {
                true => rolls_back(&world, &id, &labelled(), &old).await,
                false => update(&world, &id, &labelled(), &old).await,
            }
        };
        let (answer, ()) = tokio::join!(request, settles);
        assert_eq!(succeeded(&answer), id);
        assert_eq!(world.group(&id)["labels"], json!({"a": "b"}));
        world.receiver.assert_clean();
    }
}

/// Somebody deletes the group by hand, and EKS is at it when the request comes.
#[tokio::test]
async fn a_group_that_is_being_deleted_is_made_again_under_its_name() {
    let old = properties(&json!({}));
    for in_a_rollback in [false, true] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        is_being_deleted(&world, &id).await;
        let answer = match in_a_rollback {
            true => rolls_back(&world, &id, &old, &labelled()).await,
            false => update(&world, &id, &labelled(), &old).await,
        };
        assert_eq!(succeeded(&answer), id);
        assert_eq!(world.groups(), [format!("{} ACTIVE", name_of(&id))]);
        world.receiver.assert_clean();
    }
}

/// `WaitFor: Submitted` has answered before the group was there.
#[tokio::test]
async fn an_update_and_a_rollback_wait_for_a_group_that_is_being_created() {
    let submitted = |labels: Value| properties(&json!({"WaitFor": "Submitted", "Labels": labels}));
    let (old, new) = (submitted(json!({})), submitted(json!({"a": "b"})));
    for in_a_rollback in [false, true] {
        let world = World::start(false).await;
        world.simulator.durations(|durations| durations.create = 300.0);
        let id = create(&world, &old).await;
        assert_eq!(world.group(&id)["status"], "CREATING");
        let answer = match in_a_rollback {
            true => rolls_back(&world, &id, &new, &old).await,
            false => update(&world, &id, &new, &old).await,
        };
        assert_eq!(succeeded(&answer), id);
        world.until(&id, "ACTIVE").await;
        assert_eq!(world.group(&id)["labels"], json!({"a": "b"}));
    }
}

/// `continue-update-rollback --resources-to-skip`: CloudFormation records the properties of before, and the group has those that failed.
#[tokio::test]
async fn an_update_after_a_skipped_rollback_goes_by_what_is_live() {
    let world = World::start(false).await;
    let recorded = properties(&json!({"Labels": {"is": "before"}}));
    let failed = properties(&json!({"Labels": {"is": "failed", "more": "x"}, "DiskSize": "30"}));
    let id = create(&world, &recorded).await;
    succeeded(&update(&world, &id, &failed, &recorded).await);
    // The rollback is skipped: no request comes. The next update has the recorded properties as its old ones.
    let next = properties(&json!({"Labels": {"is": "next"}}));
    let answer = update(&world, &id, &next, &recorded).await;
    assert_eq!(succeeded(&answer), id);
    assert_eq!(world.group(&id)["labels"], json!({"is": "next"}));
    assert_eq!(
        answer["Data"]["LaunchTemplateVersion"], "1",
        "the disk is the first one again: {answer}"
    );
    world.receiver.assert_clean();
}

/// `--disable-rollback` and a retry of a Create. CloudFormation deletes what failed, and creates again. Where it creates first, nothing
/// that runs is lost, and the Delete that follows makes room.
#[tokio::test]
async fn a_create_is_tried_again_in_either_order() {
    let wanted = properties(&json!({}));
    for deletes_first in [true, false] {
        let world = World::start(false).await;
        world.fails("Create", "NodeCreationFailure", "no join", "i-1");
        let failed = world.answer(&world.dated("Create", None, &wanted, None)).await;
        reason(&failed);
        let id = failed["PhysicalResourceId"].as_str().unwrap().to_owned();
        world.is_old(&id, 600);
        world.stack_is("UPDATE_IN_PROGRESS");
        let again = world.dated("Create", None, &wanted, None);
        if !deletes_first {
            let refused = world.answer(&again).await;
            assert!(reason(&refused).contains("[retained-group]"), "{refused}");
            assert_eq!(refused["PhysicalResourceId"], "Nodes-never-created");
        }
        let deleted = world.answer(&world.dated("Delete", Some(&id), &wanted, None)).await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
        assert_eq!(world.groups(), Vec::<String>::new());
        let created = world.answer(&world.dated("Create", None, &wanted, None)).await;
        assert_eq!(succeeded(&created), id);
    }
}

/// Somebody has upgraded the group in the console.
#[tokio::test]
async fn a_group_that_is_newer_than_the_template_is_never_taken_back() {
    let world = World::start(false).await;
    world.cluster_runs("1.33");
    let old = properties(&json!({"Version": "1.33"}));
    let new = properties(&json!({"Version": "1.33", "Labels": {"a": "b"}}));
    let id = create(&world, &old).await;
    world.cluster_runs("1.34");
    patch(&world, &id, json!({"version": "1.34"}));
    world.forget_calls();
    let refused = update(&world, &id, &new, &old).await;
    assert!(reason(&refused).contains("1.33 is older than 1.34"), "{refused}");
    assert_eq!(world.changes(), Vec::<String>::new());
    let back = rolls_back(&world, &id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(!world.called("UpdateNodegroupVersion"), "{:?}", world.changes());
    // What doesn't state a version doesn't meet one.
    let unstated = properties(&json!({"Labels": {"c": "d"}}));
    assert_eq!(succeeded(&update(&world, &id, &unstated, &old).await), id);
    assert_eq!(world.group(&id)["version"], "1.34");
    world.receiver.assert_clean();
}

/// Somebody deletes the template that the group runs. EKS takes no other template for the group, so that only a new group can be changed.
#[tokio::test]
async fn a_group_whose_template_somebody_has_deleted_is_replaced_by_an_update() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    delete_template(&world, &id);
    let new = succeeded(&update(&world, &id, &labelled(), &old).await).to_owned();
    assert_ne!(new, id);
    world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    let cleaned = world.answer(&world.dated("Delete", Some(&id), &old, None)).await;
    assert_eq!(cleaned["Status"], "SUCCESS", "{cleaned}");
    assert_eq!(world.groups(), [format!("{} ACTIVE", name_of(&new))]);
    assert_eq!(world.function.cloud.ec2.all(), [format!("launch-template {new}")]);
}

/// A group of before that EKS couldn't create, and an update that makes it again.
async fn with_a_failed_group() -> (World, String, Value) {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    world.is_old(&id, 600);
    world.becomes(&id, "CREATE_FAILED");
    world.stack_is("UPDATE_IN_PROGRESS");
    let update = world.dated("Update", Some(&id), &labelled(), Some(&old));
    (world, id, update)
}

/// Neither takes what the other has made for what had failed before.
#[tokio::test]
async fn two_deliveries_make_a_failed_group_again_once() {
    let (world, id, update) = with_a_failed_group().await;
    let (answer, ()) = tokio::join!(world.answer(&update), world.deliver(&update));
    assert_eq!(succeeded(&answer), id);
    let answers = world.receiver.answers(update["RequestId"].as_str().unwrap());
    assert!(answers.iter().all(|answer| succeeded(answer) == id), "{answers:?}");
    assert_eq!(world.groups(), [format!("{} ACTIVE", name_of(&id))]);
    world.receiver.assert_clean();
}

#[tokio::test]
async fn an_update_that_makes_a_failed_group_again_survives_a_death_at_every_call() {
    for call in 1.. {
        let (world, id, update) = with_a_failed_group().await;
        world.die(Death::After(call));
        assert_eq!(succeeded(&world.answer(&update).await), id, "after call {call}");
        assert_eq!(
            world.groups(),
            [format!("{} ACTIVE", name_of(&id))],
            "after call {call}"
        );
        world.receiver.assert_clean();
        if *world.function.cloud.death.lock().unwrap() != Death::Never {
            // It has come to its end before that call.
            assert!(call > 8, "{call}");
            return;
        }
    }
}
