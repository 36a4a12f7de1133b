//! Groups that a policy of Retain has kept: no request takes them over, and none deletes them.

mod support;

use serde_json::json;
use support::flows::{create, properties, reason};
use support::stacks::{has_template, is_deleted, replaces, rolls_back, spot, succeeded, update};
use support::world::World;

/// A failure of a roll, as EKS reports it.
const NOT_EVICTED: (&str, &str, &str) = (
    "PodEvictionFailure",
    "Reached max retries while trying to evict pods",
    "i-1",
);

/// Row 1. `UpdateReplacePolicy: Retain` has kept the first group, and an update goes back to its properties and fails.
#[tokio::test]
async fn an_update_takes_over_no_retained_group_and_clears_none_up() {
    let world = World::start(false).await;
    let (first, again) = (
        properties(&json!({})),
        properties(&json!({"DiskSize": "30", "Labels": {"a": "b"}})),
    );
    let retained = create(&world, &first).await;
    let before = world.group(&retained);
    let current = replaces(&world, &retained, &spot(), &first).await;
    world.fails("VersionUpdate", NOT_EVICTED.0, NOT_EVICTED.1, NOT_EVICTED.2);
    world.fails("Create", "NodeCreationFailure", "no join", "i-2");
    let answer = update(&world, &current, &again, &spot()).await;
    assert_eq!(
        (&answer["Status"], &answer["PhysicalResourceId"]),
        (&json!("FAILED"), &json!(current))
    );
    assert_eq!(world.group(&retained), before);
    assert!(has_template(&world, &retained), "{:?}", world.function.cloud.ec2.all());
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    let answer = update(&world, &current, &again, &spot()).await;
    assert_ne!(succeeded(&answer), retained, "the next update makes a group of its own");
    assert_eq!(world.group(&retained), before);
    world.receiver.assert_clean();
}

/// Row 1, its variant: the rollback goes back to the first group, changes something in EC2, and fails.
#[tokio::test]
async fn a_rollback_that_fails_clears_up_nothing_of_before() {
    let world = World::start(false).await;
    let (first, drifted) = (properties(&json!({})), properties(&json!({"DiskSize": "30"})));
    let id = create(&world, &first).await;
    let new = replaces(&world, &id, &spot(), &first).await;
    world.fails("VersionUpdate", NOT_EVICTED.0, NOT_EVICTED.1, NOT_EVICTED.2);
    let answer = rolls_back(&world, &new, &drifted, &spot()).await;
    assert!(reason(&answer).contains("PodEvictionFailure"), "{answer}");
    assert_eq!(answer["PhysicalResourceId"], json!(new));
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    assert!(
        has_template(&world, &id) && has_template(&world, &new),
        "{:?}",
        world.function.cloud.ec2.all()
    );
    world.receiver.assert_clean();
}

/// An explicit name leaves no other, so the update is refused before anything is touched.
#[tokio::test]
async fn an_explicit_name_of_a_retained_group_is_refused() {
    let world = World::start(false).await;
    let named = |name: &str| properties(&json!({"NodegroupName": name}));
    let retained = create(&world, &named("first")).await;
    let current = replaces(&world, &retained, &named("second"), &named("first")).await;
    world.forget_calls();
    let answer = update(&world, &current, &named("first"), &named("second")).await;
    assert!(reason(&answer).contains("[retained-group]"), "{answer}");
    assert_eq!(
        world.changes(),
        ["TagResource"],
        "CloudFormation is known to have learnt of the current group"
    );
    let back = rolls_back(&world, &current, &named("second"), &named("first")).await;
    assert_eq!(succeeded(&back), current);
    assert_eq!(world.groups(), ["first ACTIVE", "second ACTIVE"]);
    world.receiver.assert_clean();
}

/// Row 3. A retained resource is removed from the template and added again; then another resource fails.
#[tokio::test]
async fn a_create_refuses_a_retained_group_and_its_delete_leaves_it() {
    for known in ["UPDATE_IN_PROGRESS", "DENIED"] {
        let world = World::start(false).await;
        let wanted = properties(&json!({}));
        let retained = create(&world, &wanted).await;
        world.is_old(&retained, 8_000);
        let before = world.group(&retained);
        world.stack_is(known);
        let answer = world.answer(&world.dated("Create", None, &wanted, None)).await;
        assert!(reason(&answer).contains("[retained-group]"), "{answer}");
        assert_eq!(answer["PhysicalResourceId"], "Nodes-never-created");
        for invented in ["Nodes-never-created", "stack-Nodes-1ABCDEF"] {
            let deleted = world
                .answer(&world.dated("Delete", Some(invented), &wanted, None))
                .await;
            assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
            assert_eq!(world.group(&retained), before, "{known} {invented}");
        }
        assert!(has_template(&world, &retained));
        world.receiver.assert_clean();
    }
}

/// Row 3's kind: what refuses a Create before its group is looked at names no group either.
#[tokio::test]
async fn a_refused_create_names_no_group_that_it_has_not_created() {
    let world = World::start(false).await;
    let wanted = properties(&json!({"NodegroupName": "web"}));
    let retained = create(&world, &wanted).await;
    world.is_old(&retained, 8_000);
    let refused = properties(&json!({"NodegroupName": "web", "Retired": "property"}));
    world.stack_is("UPDATE_IN_PROGRESS");
    let answer = world.answer(&world.dated("Create", None, &refused, None)).await;
    assert!(reason(&answer).contains("Retired"), "{answer}");
    assert_eq!(answer["PhysicalResourceId"], "Nodes-never-created");
}

/// What a Create has created itself is removed by its Delete, also where CloudFormation never learnt the name.
#[tokio::test]
async fn an_invented_id_removes_what_its_create_has_created() {
    let world = World::start(false).await;
    let wanted = properties(&json!({}));
    create(&world, &wanted).await;
    world.stack_is("DELETE_IN_PROGRESS");
    let deleted = world
        .answer(&world.dated("Delete", Some("stack-Nodes-1ABCDEF"), &wanted, None))
        .await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert_eq!(world.groups(), Vec::<String>::new());
    assert_eq!(world.function.cloud.ec2.all(), Vec::<String>::new());
}

/// A Create that failed after it had created the group names it, so that CloudFormation deletes it.
#[tokio::test]
async fn a_failed_create_names_the_group_that_it_has_created() {
    let world = World::start(false).await;
    world.fails("Create", "NodeCreationFailure", "no join", "i-1");
    let wanted = properties(&json!({"NodegroupName": "web"}));
    let answer = world.answer(&world.dated("Create", None, &wanted, None)).await;
    reason(&answer);
    assert_eq!(answer["PhysicalResourceId"], "my-cluster/web");
}

/// A policy of Retain kept the second group when the stack went back to the first. Then somebody deletes the first by hand, so that the
/// function can't compare the ages of the two groups.
#[tokio::test]
async fn an_update_takes_over_no_retained_group_where_the_current_one_is_gone() {
    let world = World::start(false).await;
    let first = properties(&json!({}));
    let id = create(&world, &first).await;
    let retained = replaces(&world, &id, &spot(), &first).await;
    is_deleted(&world, &id).await;
    assert_eq!(replaces(&world, &retained, &first, &spot()).await, id);
    world.is_old(&retained, 600);
    is_deleted(&world, &id).await;
    let before = world.group(&retained);
    let new = replaces(&world, &id, &spot(), &first).await;
    assert_ne!(new, retained);
    assert_eq!(world.group(&retained), before);
    world.receiver.assert_clean();
}
