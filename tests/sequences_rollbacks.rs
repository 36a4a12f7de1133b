//! Rollbacks, cleanups and Creates that meet a group in an unexpected state: rules of the matrix in docs/reliability.md.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::stacks::{
    delete_template, is_being_deleted, is_deleted, labelled, name_of, patch, rolls_back, spot, succeeded, update,
};
use support::world::{Death, World};

fn named(name: &str) -> Value {
    properties(&json!({"NodegroupName": name}))
}

#[tokio::test]
async fn a_rollback_leaves_a_half_deleted_group() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    world.is_old(&id, 600);
    world.becomes(&id, "DELETE_FAILED");
    assert_eq!(succeeded(&rolls_back(&world, &id, &old, &labelled()).await), id);
}

/// Also where the rollback goes back to such a group. It stays with the one that runs.
#[tokio::test]
async fn a_rollback_to_a_half_deleted_group_fails_not() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    world.is_old(&id, 900);
    let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
    world.becomes(&id, "DELETE_FAILED");
    succeeded(&rolls_back(&world, &new, &old, &spot()).await);
}

#[tokio::test]
async fn a_rollback_to_a_group_that_is_foreign_by_now_keeps_the_current_one() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
    patch(&world, &id, json!({"tags": {"managed-node-group:stack-id": "another"}}));
    assert_eq!(succeeded(&rolls_back(&world, &new, &old, &spot()).await), new);
}

/// CloudFormation deletes the running group when the answer names another one.
#[tokio::test]
async fn a_rollback_in_place_never_replaces_a_group_without_its_template() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let refused = properties(&json!({"Labels": {"a": "b"}, "Retired": "property"}));
    let id = create(&world, &old).await;
    delete_template(&world, &id);
    reason(&update(&world, &id, &refused, &old).await);
    assert_eq!(succeeded(&rolls_back(&world, &id, &old, &refused).await), id);
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
}

/// `UpdateReplacePolicy: Retain`: A is kept, and B is replaced by C, which is [`labelled`] and else has A's properties. Gives A and C.
async fn goes_there_and_back(world: &World) -> (String, String) {
    let first = properties(&json!({}));
    let retained = create(world, &first).await;
    let between = succeeded(&update(world, &retained, &spot(), &first).await).to_owned();
    let id = succeeded(&update(world, &between, &labelled(), &spot()).await).to_owned();
    (retained, id)
}

/// C loses its template, an update in place is refused, and the rollback would answer with A.
#[tokio::test]
async fn a_rollback_in_place_never_goes_back_to_a_retained_group() {
    let world = World::start(false).await;
    let refused = properties(&json!({"Labels": {"c": "d"}, "Retired": "property"}));
    let (retained, id) = goes_there_and_back(&world).await;
    let other = properties(&json!({"Labels": {"x": "y"}}));
    assert_eq!(succeeded(&update(&world, &id, &other, &labelled()).await), id);
    delete_template(&world, &id);
    reason(&update(&world, &id, &refused, &other).await);
    assert_eq!(
        succeeded(&rolls_back(&world, &id, &other, &refused).await),
        id,
        "retained: {retained}"
    );
}

/// The function dies for good after it has made the template and before there is a group; no rollback follows.
#[tokio::test]
async fn what_a_lost_update_has_made_in_ec2_goes_with_the_next_one() {
    for call in 1..40 {
        let world = World::start(false).await;
        let old = properties(&json!({}));
        let id = create(&world, &old).await;
        world.stack_is("UPDATE_IN_PROGRESS");
        let lost = world.dated("Update", Some(&id), &spot(), Some(&old));
        world.die(Death::After(call));
        world.lose(&lost).await;
        if world.groups().len() > 1 {
            return;
        }
        if world.function.cloud.ec2.all().len() > 1 {
            assert_eq!(succeeded(&update(&world, &id, &labelled(), &spot()).await), id);
            assert_eq!(
                world.function.cloud.ec2.all(),
                [format!("launch-template {id}")],
                "after call {call}"
            );
        }
    }
}

/// The cleanup before has run out of time, and EKS is still at it.
#[tokio::test]
async fn a_create_waits_for_a_group_that_is_being_deleted() {
    let world = World::start(false).await;
    let wanted = properties(&json!({}));
    let id = create(&world, &wanted).await;
    world.is_old(&id, 8_000);
    is_being_deleted(&world, &id).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let created = world.answer(&world.dated("Create", None, &wanted, None)).await;
    assert_eq!(succeeded(&created), id);
}

/// The stack can't be described, and something else failed after a replacement that went well.
#[tokio::test]
async fn a_rollback_under_an_unknown_stack_goes_back_to_the_replaced_group() {
    for (old, new) in [(properties(&json!({})), spot()), (named("first"), named("second"))] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        let current = succeeded(&update(&world, &id, &new, &old).await).to_owned();
        world.stack_is("DENIED");
        let back = world
            .answer(&world.dated("Update", Some(&current), &old, Some(&new)))
            .await;
        assert_eq!(succeeded(&back), id, "{:?}", world.groups());
    }
}

/// EKS takes no other template for a group.
#[tokio::test]
async fn a_rollback_asks_for_no_template_that_the_group_does_not_run() {
    let world = World::start(false).await;
    let (first, disk) = (properties(&json!({})), properties(&json!({"DiskSize": "30"})));
    let other = properties(&json!({"DiskSize": "30", "CapacityType": "SPOT"}));
    let id = create(&world, &first).await;
    assert_eq!(succeeded(&update(&world, &id, &disk, &first).await), id);
    let new = succeeded(&update(&world, &id, &other, &disk).await).to_owned();
    delete_template(&world, &id);
    assert_eq!(succeeded(&rolls_back(&world, &new, &disk, &other).await), id);
}

/// What we rely on: the record of DescribeStackResource is of the last answer that was read. It may lag in the cleanup. Its status isn't
/// DELETE_* then, so the sweep leaves the group that runs.
#[tokio::test]
async fn a_cleanup_with_a_record_that_lags_deletes_only_its_own_group() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    let new = succeeded(&update(&world, &id, &spot(), &old).await).to_owned();
    world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    *world.function.cloud.recorded_id.lock().unwrap() = Some(id.clone());
    let cleaned = world.answer(&world.dated("Delete", Some(&id), &old, None)).await;
    assert_eq!(cleaned["Status"], "SUCCESS", "{cleaned}");
    assert_eq!(world.groups(), [format!("{} ACTIVE", name_of(&new))]);
}

/// The first group's template was gone, or its architecture another, so the second has a name with the first one's in it. A policy of Retain
/// kept the first. The next update is refused before it confirms the second.
#[tokio::test]
async fn a_rollback_goes_back_by_name_only_in_the_operation_of_the_replacement() {
    let of_type = |name: &str| properties(&json!({"InstanceTypes": [name]}));
    for (first, second) in [
        (properties(&json!({})), labelled()),
        (of_type("m5.large"), of_type("m7g.large")),
    ] {
        for in_the_same in [true, false] {
            let world = World::start(false).await;
            let retained = create(&world, &first).await;
            if second == labelled() {
                delete_template(&world, &retained);
            }
            let id = succeeded(&update(&world, &retained, &second, &first).await).to_owned();
            world.is_old(&retained, 900);
            world.is_old(&id, 600);
            let before = world.group(&retained);
            if in_the_same {
                world.update_began(700);
                let back = rolls_back(&world, &id, &first, &second).await;
                assert_eq!(succeeded(&back), retained, "{back}");
                continue;
            }
            world.update_began(60);
            let mut refused = second.clone();
            refused["Retired"] = json!("property");
            reason(&update(&world, &id, &refused, &second).await);
            assert_eq!(succeeded(&rolls_back(&world, &id, &second, &refused).await), id);
            assert_eq!(world.group(&retained), before);
        }
    }
}

/// Somebody deletes C by hand, an update in place is refused, and the rollback would answer with A.
#[tokio::test]
async fn a_rollback_takes_no_retained_group_over_where_the_current_one_is_gone() {
    let world = World::start(false).await;
    let refused = properties(&json!({"Labels": {"c": "d"}, "Retired": "property"}));
    let (retained, id) = goes_there_and_back(&world).await;
    let before = world.group(&retained);
    is_deleted(&world, &id).await;
    reason(&update(&world, &id, &refused, &labelled()).await);
    let back = rolls_back(&world, &id, &labelled(), &refused).await;
    assert_eq!(succeeded(&back), id, "retained: {retained}");
    assert_eq!(world.group(&retained), before);
    // The next update makes a group under a name that is free.
    let next = succeeded(&update(&world, &id, &properties(&json!({})), &labelled()).await).to_owned();
    assert_ne!(next, retained);
    assert_eq!(world.group(&retained), before);
}

/// Somebody deletes the running group's template, and an update that needs another group is refused. The group may have replaced another
/// one that a policy of Retain kept.
#[tokio::test]
async fn a_rollback_of_a_refused_replacement_keeps_a_group_without_its_template() {
    let mut refused = properties(&json!({"Subnets": ["subnet-9", "subnet-8"]}));
    refused["Retired"] = json!("property");
    for retains in [false, true] {
        let world = World::start(false).await;
        let (id, runs) = match retains {
            true => (goes_there_and_back(&world).await.1, labelled()),
            false => (create(&world, &labelled()).await, labelled()),
        };
        world.is_old(&id, 600);
        let before = world.groups();
        delete_template(&world, &id);
        world.update_began(60);
        reason(&update(&world, &id, &refused, &runs).await);
        let back = rolls_back(&world, &id, &runs, &refused).await;
        assert_eq!(succeeded(&back), id, "{back}");
        assert_eq!(world.groups(), before);
    }
}
