//! Sequences that CloudFormation allows, and in which a running group must not be deleted, replaced or shrunk:
//! `--disable-rollback`, redelivery, cleaners, groups that EKS could not create. Each test bears its rule's name.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, reason, roll_back};
use support::stacks::{
    has_template, leave_unfinished, name_of, replaces, rolls_back, spot, succeeded, update, warnings,
};
use support::world::{Death, World};

/// Row 4 (i): with `WaitFor: Submitted` nobody has waited for the group to come up.
#[tokio::test]
async fn a_failed_group_is_made_again_and_a_rollback_leaves_it() {
    let submitted = |labels: Value| properties(&json!({"WaitFor": "Submitted", "Labels": labels}));
    let (old, new) = (submitted(json!({})), submitted(json!({"a": "b"})));
    let world = World::start(false).await;
    world.fails("Create", "NodeCreationFailure", "no join", "i-1");
    let id = create(&world, &old).await;
    world.until(&id, "CREATE_FAILED").await;
    world.is_old(&id, 600);
    let back = rolls_back(&world, &id, &old, &new).await;
    assert_eq!(
        (succeeded(&back), world.group(&id)["status"].as_str()),
        (id.as_str(), Some("CREATE_FAILED"))
    );
    assert!(warnings(&back).contains("left as it is"), "{back}");
    let again = update(&world, &id, &new, &old).await;
    assert_eq!(succeeded(&again), id);
    world.until(&id, "ACTIVE").await;
    assert_eq!(world.group(&id)["labels"], json!({"a": "b"}));
    world.receiver.assert_clean();
}

/// Row 4 (ii): deleted by hand, made again by an update, failed.
#[tokio::test]
async fn a_group_that_was_made_again_and_failed_bricks_no_stack() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
    let id = create(&world, &old).await;
    world.stack_is("DELETE_IN_PROGRESS");
    world.answer(&world.request("Delete", Some(&id), &old, None)).await;
    world.fails("Create", "NodeCreationFailure", "no join", "i-1");
    let failed = update(&world, &id, &new, &old).await;
    assert!(reason(&failed).contains("NodeCreationFailure"), "{failed}");
    world.is_old(&id, 600);
    let back = rolls_back(&world, &id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(warnings(&back).contains("left as it is"), "{back}");
    let again = update(&world, &id, &new, &old).await;
    assert_eq!(
        (succeeded(&again), &again["Data"]["Status"]),
        (id.as_str(), &json!("ACTIVE"))
    );
    world.receiver.assert_clean();
}

/// Row 4 (iii): EKS takes no new group of a Kubernetes version that is too old.
#[tokio::test]
async fn a_create_that_is_refused_fails_no_rollback() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
    let id = create(&world, &old).await;
    world.stack_is("DELETE_IN_PROGRESS");
    world.answer(&world.request("Delete", Some(&id), &old, None)).await;
    world.faults("CreateNodegroup", 9, 400, "InvalidParameterException");
    let back = rolls_back(&world, &id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(warnings(&back).contains("CreateNodegroup"), "{back}");
    world.receiver.assert_clean();
}

/// Row 7. With `--disable-rollback` no rollback follows an update that fails at its deadline.
#[tokio::test]
async fn an_unfinished_replacement_goes_with_the_next_request() {
    for (kind, left) in [("Update", 1), ("Delete", 0)] {
        let world = World::start(false).await;
        let (old, mut failing) = (properties(&json!({})), spot());
        let elsewhere = properties(&json!({"Labels": {"a": "b"}}));
        let id = create(&world, &old).await;
        world.creates_take(4);
        failing["ServiceTimeout"] = json!("2");
        let failed = update(&world, &id, &failing, &old).await;
        assert!(reason(&failed).contains("ServiceTimeout is over"), "{failed}");
        assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
        let answer = match kind {
            "Update" => update(&world, &id, &elsewhere, &failing).await,
            _ => {
                world.stack_is("DELETE_IN_PROGRESS");
                world.answer(&world.dated("Delete", Some(&id), &old, None)).await
            }
        };
        assert_eq!(succeeded(&answer), id);
        assert_eq!(world.groups().len(), left, "{kind}: {:?}", world.groups());
        assert_eq!(
            world.function.cloud.ec2.all().len(),
            left,
            "{:?}",
            world.function.cloud.ec2.all()
        );
        world.receiver.assert_clean();
    }
}

/// Row 7: what failed is made again by a retry, under its name.
#[tokio::test]
async fn a_retry_makes_a_failed_replacement_again() {
    let world = World::start(false).await;
    let (old, mut failing) = (properties(&json!({})), spot());
    let id = create(&world, &old).await;
    world.creates_take(4);
    failing["ServiceTimeout"] = json!("2");
    world.fails("Create", "NodeCreationFailure", "no join", "i-1");
    reason(&update(&world, &id, &failing, &old).await);
    let left = world
        .groups()
        .into_iter()
        .find(|group| !group.starts_with(name_of(&id)))
        .expect("the replacement");
    let left = format!("my-cluster/{}", left.split_once(' ').unwrap().0);
    world.until(&left, "CREATE_FAILED").await;
    // As old as a retry finds it, but newer than the group whose place it takes.
    world.is_old(&id, 900);
    world.is_old(&left, 600);
    world.creates_take(0);
    let answer = update(&world, &id, &spot(), &failing).await;
    assert_eq!(succeeded(&answer), left);
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    world.receiver.assert_clean();
}

/// Row 7's kind: what the retry makes fails too, and goes. EKS takes its time to delete the first.
#[tokio::test]
async fn a_retry_that_fails_too_removes_what_it_has_made() {
    let world = World::start(false).await;
    let (old, mut failing) = (properties(&json!({})), spot());
    let id = create(&world, &old).await;
    let left = leave_unfinished(&world, &id, &old).await;
    world.until(&left, "ACTIVE").await;
    world.becomes(&left, "CREATE_FAILED");
    world.is_old(&id, 900);
    world.is_old(&left, 600);
    world.creates_take(0);
    world.simulator.durations(|durations| durations.delete = 300.0);
    world.fails("Create", "NodeCreationFailure", "no join", "i-2");
    failing["ServiceTimeout"] = json!("600");
    reason(&update(&world, &id, &failing, &old).await);
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
}

/// The first delivery dies at any call. EKS refuses the new group to the second, and what the first had made in EC2 goes.
#[tokio::test]
async fn a_second_delivery_that_fails_removes_what_the_first_has_made() {
    let world = World::start(false).await;
    let (old, mut refused) = (properties(&json!({})), spot());
    (refused["Version"], refused["Preflight"]) = (json!("1.20"), json!("Off"));
    let id = create(&world, &old).await;
    world.is_old(&id, 900);
    let before = world.function.cloud.ec2.all();
    for call in 1..=12 {
        world.die(Death::After(call));
        let answer = update(&world, &id, &refused, &old).await;
        assert!(reason(&answer).contains("1.20"), "{answer}");
        assert_eq!(world.function.cloud.ec2.all(), before, "a death after call {call}");
        assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
    }
    world.receiver.assert_clean();
}

/// What the sweep finds is removed only where CloudFormation still names the group that the request is about.
#[tokio::test]
async fn a_cleanup_does_not_take_the_new_group_for_unfinished() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    let new = replaces(&world, &id, &spot(), &old).await;
    world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    let cleaned = world.answer(&world.dated("Delete", Some(&id), &old, None)).await;
    assert_eq!(cleaned["Status"], "SUCCESS", "{cleaned}");
    assert_eq!(world.groups(), [format!("{} ACTIVE", name_of(&new))]);
    world.receiver.assert_clean();
}

/// Row 9.
#[tokio::test]
async fn a_template_without_its_tags_is_known_by_the_group_that_runs_it() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"DiskSize": "30"})));
    let id = create(&world, &old).await;
    let ec2 = &world.function.cloud.ec2;
    let tags = ec2.template_tags(&id);
    ec2.strip_template(&id);
    let updated = update(&world, &id, &new, &old).await;
    assert_eq!(succeeded(&updated), id);
    assert!(warnings(&updated).contains("had lost the function's tags"), "{updated}");
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
    assert!(
        tags.iter()
            .all(|(key, value)| ec2.template_tags(&id).get(key) == Some(value))
    );
    ec2.strip_template(&id);
    world.stack_is("DELETE_IN_PROGRESS");
    let deleted = world.answer(&world.dated("Delete", Some(&id), &new, None)).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert_eq!(ec2.all(), Vec::<String>::new());
    world.receiver.assert_clean();
}

/// Row 9, where the role may not tag it: the group isn't replaced either.
#[tokio::test]
async fn a_template_that_can_not_be_tagged_again_replaces_nothing() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"DiskSize": "30"})));
    let id = create(&world, &old).await;
    world.function.cloud.ec2.strip_template(&id);
    world.function.cloud.ec2.denies("ec2:CreateTags", 99);
    let updated = update(&world, &id, &new, &old).await;
    assert_eq!(succeeded(&updated), id);
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
}

/// Row 11. The process dies after it has begun an update that degrades the group, and the event comes again.
#[tokio::test]
async fn an_update_of_an_earlier_delivery_counts_as_the_requests() {
    for death in 1..60 {
        let world = World::start(false).await;
        let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
        let id = create(&world, &old).await;
        world.stack_is("UPDATE_IN_PROGRESS");
        let update = world.dated("Update", Some(&id), &new, Some(&old));
        world.die(Death::After(death));
        world.lose(&update).await;
        if !world.called("UpdateNodegroupConfig") {
            continue;
        }
        world.until(&id, "ACTIVE").await;
        world.becomes(&id, "DEGRADED");
        let answer = world.answer(&update).await;
        assert!(reason(&answer).contains("is degraded"), "{answer}");
        return;
    }
    panic!("the update was never begun");
}

/// Row 11: one that was DEGRADED before is no failure of the request's, as ever.
#[tokio::test]
async fn a_group_that_was_degraded_before_fails_no_update() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
    let id = create(&world, &old).await;
    world.becomes(&id, "DEGRADED");
    assert_eq!(succeeded(&update(&world, &id, &new, &old).await), id);
}

/// Row 12. `--disable-rollback`, twice something else in the stack fails, then RollbackStack.
#[tokio::test]
async fn a_rollback_follows_the_chain_to_the_group_that_fits() {
    let world = World::start(false).await;
    let first = properties(&json!({}));
    let third = properties(&json!({"AmiType": "BOTTLEROCKET_x86_64", "CapacityType": "SPOT"}));
    let id = create(&world, &first).await;
    let second = replaces(&world, &id, &spot(), &first).await;
    let last = replaces(&world, &second, &third, &spot()).await;
    world.forget_calls();
    let back = rolls_back(&world, &last, &first, &third).await;
    assert_eq!(succeeded(&back), id);
    assert!(!world.called("CreateNodegroup"));
    assert_eq!(world.groups().len(), 3, "{:?}", world.groups());
    world.receiver.assert_clean();
}

/// Row 13. Of two deliveries of one replacement one has answered, and CloudFormation has read the answer.
#[tokio::test]
async fn what_cloudformation_names_is_not_undone() {
    let world = World::start(true).await;
    world.simulator.durations(|durations| durations.create = 400.0);
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let update = world.dated("Update", Some(&id), &spot(), Some(&old));
    world.invoke(&update).await;
    let lagging = world.function.cloud.onward.lock().unwrap().pop_front();
    let mut lagging = lagging.expect("it was handed over");
    lagging["Continuation"]["history"]["first_status"] = json!("CREATING");
    let told = world.answer(&lagging_of(&lagging, &update)).await;
    let new = succeeded(&told).to_owned();
    *world.function.cloud.recorded_id.lock().unwrap() = Some(new.clone());
    world.becomes(&new, "DEGRADED");
    world.deliver(&lagging).await;
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    assert!(has_template(&world, &new));
}

/// What is delivered is the continuation; what is answered is the request.
fn lagging_of(lagging: &Value, update: &Value) -> Value {
    let mut both = lagging.clone();
    both["RequestId"] = update["RequestId"].clone();
    both["RequestType"] = update["RequestType"].clone();
    both
}

/// Row 14.
#[tokio::test]
async fn a_stack_whose_operation_is_over_begins_nothing() {
    let world = World::start(false).await;
    let wanted = properties(&json!({
        "ReleaseVersion": "latest", "ScalingConfig": {"MinSize": "1", "MaxSize": "30", "DesiredSize": "3"},
    }));
    let request = world.request("Create", None, &wanted, None);
    let id = succeeded(&world.answer(&request).await).to_owned();
    world.autoscaler_moves(&id, 20);
    let changed = properties(&json!({"Labels": {"a": "b"}}));
    for status in [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_FAILED",
    ] {
        world.stack_is(status);
        world.forget_calls();
        world.deliver(&request).await;
        let update = world.request("Update", Some(&id), &changed, Some(&wanted));
        assert_eq!(succeeded(&world.answer(&update).await), id, "{status}");
        assert_eq!(world.changes(), Vec::<String>::new(), "{status}");
        assert_eq!(world.group(&id)["scalingConfig"]["desiredSize"], 20, "{status}");
    }
    let answers = world.receiver.answers(request["RequestId"].as_str().unwrap());
    assert!(answers.iter().all(|answer| succeeded(answer) == id), "{answers:?}");
    world.receiver.assert_clean();
}

/// A rollback that can't restore what it goes back to keeps the current group: CloudFormation would delete it if another were named.
#[tokio::test]
async fn a_rollback_that_makes_nothing_names_no_group_that_is_not_there() {
    let world = World::start(false).await;
    let (first, kept) = (
        properties(&json!({})),
        properties(&json!({"AmiType": "AL2023_x86_64_STANDARD", "CapacityType": "SPOT"})),
    );
    let id = create(&world, &first).await;
    let new = replaces(&world, &id, &kept, &first).await;
    world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    world.answer(&world.dated("Delete", Some(&id), &first, None)).await;
    *world.function.cloud.recorded_id.lock().unwrap() = Some(new.clone());
    world.faults("CreateNodegroup", 9, 400, "InvalidParameterException");
    let warned = roll_back(&world, &new, &first, &kept).await;
    assert!(warned.contains("CreateNodegroup"), "{warned}");
    assert_eq!(world.groups(), [format!("{} ACTIVE", name_of(&new))]);
    let recorded = world.function.cloud.recorded_id.lock().unwrap().clone();
    assert_eq!(recorded, Some(new));
}
