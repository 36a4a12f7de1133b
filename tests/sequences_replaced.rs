//! Cells of the matrix in docs/reliability.md with two groups: the one that an update replaces, and what the update makes in its place.

mod support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use simulator::{OutcomeRule, SimulatedOutcome};
use support::flows::{create, properties, reason};
use support::stacks::{
    delete_template, deletes, is_being_deleted, labelled, leave_unfinished, name_of, patch, rolls_back, spot,
    succeeded, update,
};
use support::world::World;

/// `--disable-rollback` and a retry: the replacement of the failed update is still there, and of any status.
#[tokio::test]
async fn a_retry_goes_on_with_what_the_failed_update_has_left() {
    let old = properties(&json!({}));
    for status in ["CREATING", "ACTIVE", "DEGRADED", "DELETING"] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        let left = leave_unfinished(&world, &id, &old).await;
        match status {
            "CREATING" => {}
            "DELETING" => {
                world.until(&left, "ACTIVE").await;
                is_being_deleted(&world, &left).await;
            }
            _ => {
                world.until(&left, "ACTIVE").await;
                world.becomes(&left, status);
            }
        }
        world.creates_take(0);
        world.is_old(&id, 900);
        let answer = update(&world, &id, &spot(), &spot()).await;
        assert_eq!(succeeded(&answer), left, "{status}");
        assert_eq!(world.groups().len(), 2, "{status}: {:?}", world.groups());
        world.receiver.assert_clean();
    }
}

/// What the sweep may not take: another resource's, a confirmed one, one of another group, one that is older than the current.
#[tokio::test]
async fn a_sweep_leaves_all_but_unfinished_replacements_of_the_current_group() {
    let old = properties(&json!({}));
    for change in [
        json!({"tags": {"managed-node-group:logical-id": "Others"}}),
        json!({"tags": {"managed-node-group:replaces": "CURRENT confirmed"}}),
        json!({"tags": {"managed-node-group:replaces": "my-cluster/another"}}),
        json!({"createdAt": 1_000}),
    ] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        let left = leave_unfinished(&world, &id, &old).await;
        world.until(&left, "ACTIVE").await;
        let change: Value = serde_json::from_str(&change.to_string().replace("CURRENT", &id)).unwrap();
        patch(&world, &left, change.clone());
        succeeded(&update(&world, &id, &labelled(), &spot()).await);
        assert_eq!(world.groups().len(), 2, "{change}");
        assert_eq!(world.group(&left)["status"], "ACTIVE", "{change}");
    }
}

/// The first cluster is gone with all that was in it, and the update says another.
#[tokio::test]
async fn an_update_to_another_cluster_works_without_the_first() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    world.simulator.put_cluster(json!({"name": "another"}));
    world.simulator.remove_cluster("my-cluster");
    let moved = properties(&json!({"ClusterName": "another"}));
    let answer = update(&world, &id, &moved, &old).await;
    let new = succeeded(&answer).to_owned();
    assert!(new.starts_with("another/"), "{answer}");
    world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    let cleaned = world.answer(&world.dated("Delete", Some(&id), &old, None)).await;
    assert_eq!(cleaned["Status"], "SUCCESS", "{cleaned}");
    assert_eq!(world.group(&new)["status"], "ACTIVE");
}

/// A rollback goes back to a group that somebody has deleted by hand, or is deleting.
#[tokio::test]
async fn a_rollback_makes_the_replaced_group_again_where_somebody_has_deleted_it() {
    let old = properties(&json!({}));
    for waits in [false, true] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
        is_being_deleted(&world, &id).await;
        while !waits && world.groups().len() > 1 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let back = rolls_back(&world, &new, &old, &spot()).await;
        assert_eq!(succeeded(&back), id, "{waits}");
        assert_eq!(world.group(&id)["status"], "ACTIVE");
        world.receiver.assert_clean();
    }
}

/// What was DEGRADED or CREATE_FAILED before the replacement is a warning in the rollback that goes back to it.
#[tokio::test]
async fn a_rollback_goes_back_to_a_group_that_was_ill_before() {
    let old = properties(&json!({}));
    for status in ["DEGRADED", "CREATE_FAILED"] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        world.is_old(&id, 900);
        let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
        world.becomes(&id, status);
        assert_eq!(succeeded(&rolls_back(&world, &new, &old, &spot()).await), id);
        assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
        world.receiver.assert_clean();
    }
}

/// The current group is CloudFormation's to delete, in the cleanup. Until then an update that needs another one leaves it as it is.
#[tokio::test]
async fn a_replacement_leaves_the_current_group_whatever_its_status() {
    let old = properties(&json!({"NodegroupName": "named-by-somebody"}));
    for status in [
        "CREATING",
        "UPDATING",
        "DEGRADED",
        "CREATE_FAILED",
        "DELETING",
        "DELETE_FAILED",
    ] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        world.becomes(&id, status);
        let before = world.group(&id);
        let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
        assert_ne!(new, id);
        assert_eq!(world.group(&id), before, "{status}");
        assert_eq!(world.group(&new)["status"], "ACTIVE", "{status}");
        world.receiver.assert_clean();
    }
}

/// Somebody else has a group of the name that the template asks for.
#[tokio::test]
async fn a_replacement_under_the_name_of_a_foreign_group_is_refused() {
    let world = World::start(false).await;
    let named = |name: &str| properties(&json!({"NodegroupName": name}));
    let id = create(&world, &named("first")).await;
    world.foreign_group("foreign");
    let foreign = world.group("my-cluster/foreign");
    let failed = update(&world, &id, &named("foreign"), &named("first")).await;
    assert!(reason(&failed).contains("isn't this resource's"), "{failed}");
    assert_eq!(failed["PhysicalResourceId"], json!(id));
    let back = rolls_back(&world, &id, &named("first"), &named("foreign")).await;
    assert_eq!(succeeded(&back), id);
    assert_eq!(world.group("my-cluster/foreign"), foreign);
    assert_eq!(world.function.cloud.ec2.all(), [format!("launch-template {id}")]);
}

/// EKS can't delete what a failed update has left. A rollback says so and succeeds. A Delete fails, since nobody would come for the rest.
#[tokio::test]
async fn a_leftover_that_eks_can_not_delete_is_told() {
    let old = properties(&json!({}));
    for deletes_stack in [false, true] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        let left = leave_unfinished(&world, &id, &old).await;
        world.until(&left, "ACTIVE").await;
        world.simulator.outcome(OutcomeRule {
            operation: "Delete".to_owned(),
            nodegroup: name_of(&left).to_owned(),
            outcome: SimulatedOutcome::Fail {
                status: None,
                issues: vec![
                    json!({"code": "Ec2SecurityGroupDeletionFailure", "message": "in use", "resourceIds": ["sg-1"]}),
                ],
            },
            times: 1,
        });
        if deletes_stack {
            let failed = deletes(&world, &id, &old).await;
            assert!(reason(&failed).contains(name_of(&left)), "{failed}");
            assert_eq!(deletes(&world, &id, &old).await["Status"], "SUCCESS");
            assert_eq!(world.groups(), Vec::<String>::new());
        } else {
            let back = rolls_back(&world, &id, &old, &spot()).await;
            assert_eq!(succeeded(&back), id);
            assert!(
                back["Data"]["Warnings"].as_str().unwrap().contains(name_of(&left)),
                "{back}"
            );
            assert_eq!(world.group(&left)["status"], "DELETE_FAILED");
        }
    }
}

/// Without CloudFormation's record nobody can say whether an update has been told, so nothing is removed for its marks alone. The role
/// may not ask, or the stack is another account's.
#[tokio::test]
async fn nothing_is_swept_where_the_record_can_not_be_had() {
    for unknown in ["DENIED", "FOREIGN"] {
        let world = World::start(false).await;
        let old = properties(&json!({}));
        let id = create(&world, &old).await;
        let left = leave_unfinished(&world, &id, &old).await;
        world.until(&left, "ACTIVE").await;
        world.stack_is(unknown);
        let answer = world
            .answer(&world.dated("Update", Some(&id), &labelled(), Some(&old)))
            .await;
        assert_eq!(succeeded(&answer), id);
        assert_eq!(world.group(&left)["status"], "ACTIVE");
        let told = "could not look for unfinished replacements";
        assert!(answer["Data"]["Warnings"].as_str().unwrap().contains(told), "{answer}");
        // The next request that can ask removes it.
        succeeded(&update(&world, &id, &old, &labelled()).await);
        assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
    }
}

/// A Delete needs no more than the record: it is the last that would come for what is left.
#[tokio::test]
async fn a_delete_sweeps_by_the_record_alone() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    let left = leave_unfinished(&world, &id, &old).await;
    world.until(&left, "ACTIVE").await;
    world.stack_is("DELETE_IN_PROGRESS");
    world.function.cloud.stack_denials.store(1_000, Ordering::SeqCst);
    let deleted = world.answer(&world.dated("Delete", Some(&id), &old, None)).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert_eq!(world.groups(), Vec::<String>::new());
}

/// Somebody has deleted the launch template of the group that the rollback goes back to.
#[tokio::test]
async fn a_rollback_goes_back_to_a_group_whose_template_is_gone() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
    delete_template(&world, &id);
    assert_eq!(succeeded(&rolls_back(&world, &new, &old, &spot()).await), id);
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    world.receiver.assert_clean();
}
