//! Sequences that CloudFormation allows, and in which a running group must not be deleted, replaced or shrunk: `Retain`,
//! `--disable-rollback`, denied reads, redelivery, cleaners. Each test bears its rule's name.

mod support;

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use simulator::NodesStay;
use support::flows::{create, properties, reason, roll_back};
use support::world::{Death, World};

/// A failure of a roll, as EKS reports it.
const NOT_EVICTED: (&str, &str, &str) = (
    "PodEvictionFailure",
    "Reached max retries while trying to evict pods",
    "i-1",
);

impl World {
    async fn update(&self, id: &str, new: &Value, old: &Value) -> Value {
        self.stack_is("UPDATE_IN_PROGRESS");
        self.answer(&self.dated("Update", Some(id), new, Some(old))).await
    }

    async fn rolls_back(&self, id: &str, was: &Value, failed: &Value) -> Value {
        self.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
        self.answer(&self.dated("Update", Some(id), was, Some(failed))).await
    }

    /// An update that needs another group, and the group's id.
    async fn replaces(&self, id: &str, new: &Value, old: &Value) -> String {
        let answer = self.update(id, new, old).await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        answer["PhysicalResourceId"].as_str().unwrap().to_owned()
    }

    /// The template of an id's group that the resource has made.
    fn ec2_of(&self, id: &str) -> bool {
        self.function.cloud.ec2.all().contains(&format!("launch-template {id}"))
    }
}

fn spot() -> Value {
    properties(&json!({"CapacityType": "SPOT"}))
}

fn name_of(id: &str) -> &str {
    id.split_once('/').expect("cluster/name").1
}

fn succeeded(answer: &Value) -> &str {
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    answer["PhysicalResourceId"].as_str().unwrap()
}

fn warnings(answer: &Value) -> &str {
    answer["Data"]["Warnings"].as_str().unwrap_or_default()
}

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
    let current = world.replaces(&retained, &spot(), &first).await;
    world.fails("VersionUpdate", NOT_EVICTED.0, NOT_EVICTED.1, NOT_EVICTED.2);
    world.fails("Create", "NodeCreationFailure", "no join", "i-2");
    let answer = world.update(&current, &again, &spot()).await;
    assert_eq!(
        (&answer["Status"], &answer["PhysicalResourceId"]),
        (&json!("FAILED"), &json!(current))
    );
    assert_eq!(world.group(&retained), before);
    assert!(world.ec2_of(&retained), "{:?}", world.function.cloud.ec2.all());
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    let answer = world.update(&current, &again, &spot()).await;
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
    let new = world.replaces(&id, &spot(), &first).await;
    world.fails("VersionUpdate", NOT_EVICTED.0, NOT_EVICTED.1, NOT_EVICTED.2);
    let answer = world.rolls_back(&new, &drifted, &spot()).await;
    assert!(reason(&answer).contains("PodEvictionFailure"), "{answer}");
    assert_eq!(answer["PhysicalResourceId"], json!(new));
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    assert!(
        world.ec2_of(&id) && world.ec2_of(&new),
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
    let current = world.replaces(&retained, &named("second"), &named("first")).await;
    world.forget_calls();
    let answer = world.update(&current, &named("first"), &named("second")).await;
    assert!(reason(&answer).contains("[retained-group]"), "{answer}");
    assert_eq!(
        world.changes(),
        ["TagResource"],
        "CloudFormation is known to have learnt of the current group"
    );
    let back = world.rolls_back(&current, &named("second"), &named("first")).await;
    assert_eq!(succeeded(&back), current);
    assert_eq!(world.groups(), ["first ACTIVE", "second ACTIVE"]);
    world.receiver.assert_clean();
}

/// Row 2.
#[tokio::test]
async fn a_rollback_takes_back_only_the_size_that_the_failed_update_set() {
    let sized = |desired: &str, more: Value| {
        let mut wanted = json!({"ScalingConfig": {"MinSize": "1", "MaxSize": "30", "DesiredSize": desired}});
        wanted
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        properties(&wanted)
    };
    let old = sized("3", json!({}));
    for (failed, set, moved, expected) in [
        (sized("25", json!({"Retired": "property"})), false, 20, 20),
        (sized("25", json!({})), true, 25, 3),
        (sized("25", json!({})), true, 24, 24),
    ] {
        let world = World::start(false).await;
        let id = create(&world, &old).await;
        if !set {
            world.autoscaler_moves(&id, moved);
        }
        let updated = world.update(&id, &failed, &old).await;
        assert_eq!(updated["Status"] == "SUCCESS", set, "{updated}");
        world.autoscaler_moves(&id, moved);
        let back = world.rolls_back(&id, &old, &failed).await;
        succeeded(&back);
        assert_eq!(world.group(&id)["scalingConfig"]["desiredSize"], expected, "{moved}");
        world.receiver.assert_clean();
    }
}

/// Rows 2 and 6: a stack that can't be described may be rolling back.
#[tokio::test]
async fn an_autoscalers_size_stands_where_the_stack_is_unknown() {
    let world = World::start(false).await;
    let sized = |desired: &str| {
        properties(&json!({"ScalingConfig": {"MinSize": "1", "MaxSize": "30", "DesiredSize": desired}}))
    };
    let id = create(&world, &sized("3")).await;
    world.autoscaler_moves(&id, 20);
    world.stack_is("DENIED");
    let answer = world
        .answer(&world.dated("Update", Some(&id), &sized("3"), Some(&sized("25"))))
        .await;
    succeeded(&answer);
    assert_eq!(world.group(&id)["scalingConfig"]["desiredSize"], 20);
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
        assert!(world.ec2_of(&retained));
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
    let back = world.rolls_back(&id, &old, &new).await;
    assert_eq!(
        (succeeded(&back), world.group(&id)["status"].as_str()),
        (id.as_str(), Some("CREATE_FAILED"))
    );
    assert!(warnings(&back).contains("left as it is"), "{back}");
    let again = world.update(&id, &new, &old).await;
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
    let failed = world.update(&id, &new, &old).await;
    assert!(reason(&failed).contains("NodeCreationFailure"), "{failed}");
    world.is_old(&id, 600);
    let back = world.rolls_back(&id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(warnings(&back).contains("left as it is"), "{back}");
    let again = world.update(&id, &new, &old).await;
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
    let back = world.rolls_back(&id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(warnings(&back).contains("CreateNodegroup"), "{back}");
    world.receiver.assert_clean();
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
        let answer = world.update(&id, &new, &old).await;
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
        let failed = world.update(&id, &failing, &old).await;
        assert!(reason(&failed).contains("ServiceTimeout is over"), "{failed}");
        assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
        let answer = match kind {
            "Update" => world.update(&id, &elsewhere, &failing).await,
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
    reason(&world.update(&id, &failing, &old).await);
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
    let answer = world.update(&id, &spot(), &failing).await;
    assert_eq!(succeeded(&answer), left);
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    world.receiver.assert_clean();
}

/// What the sweep finds is removed only where CloudFormation still names the group that the request is about.
#[tokio::test]
async fn a_cleanup_does_not_take_the_new_group_for_unfinished() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let id = create(&world, &old).await;
    let new = world.replaces(&id, &spot(), &old).await;
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
    let updated = world.update(&id, &new, &old).await;
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
    use managed_node_group::ports::Fault;
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"DiskSize": "30"})));
    let id = create(&world, &old).await;
    world.function.cloud.ec2.strip_template(&id);
    world
        .function
        .cloud
        .ec2
        .refuses("ec2:CreateTags", Fault::Denied, "UnauthorizedOperation");
    let updated = world.update(&id, &new, &old).await;
    assert_eq!(succeeded(&updated), id);
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
}

/// Row 10.
#[tokio::test]
async fn marks_that_can_not_be_removed_fail_nothing() {
    let world = World::start(false).await;
    let old = properties(&json!({}));
    let changed = properties(&json!({"CapacityType": "SPOT", "Labels": {"a": "b"}}));
    let first = create(&world, &old).await;
    let id = world.replaces(&first, &spot(), &old).await;
    world.faults("UntagResource", u32::MAX, 403, "AccessDeniedException");
    assert_eq!(succeeded(&world.update(&id, &changed, &spot()).await), id);
    assert_eq!(succeeded(&world.rolls_back(&id, &spot(), &changed).await), id);
    world.receiver.assert_clean();
}

/// Row 10's kind: a tag that the template had and has no more fails an update, and no rollback.
#[tokio::test]
async fn a_tag_that_can_not_be_removed_fails_no_rollback() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"Tags": {"a": "b"}})));
    let id = create(&world, &old).await;
    succeeded(&world.update(&id, &new, &old).await);
    world.faults("UntagResource", u32::MAX, 403, "AccessDeniedException");
    let back = world.rolls_back(&id, &old, &new).await;
    assert_eq!(succeeded(&back), id);
    assert!(warnings(&back).contains("eks:UntagResource"), "{back}");
    assert!(reason(&world.update(&id, &old, &new).await).contains("eks:UntagResource"));
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
    assert_eq!(succeeded(&world.update(&id, &new, &old).await), id);
}

/// Row 12. `--disable-rollback`, twice something else in the stack fails, then RollbackStack.
#[tokio::test]
async fn a_rollback_follows_the_chain_to_the_group_that_fits() {
    let world = World::start(false).await;
    let first = properties(&json!({}));
    let third = properties(&json!({"AmiType": "BOTTLEROCKET_x86_64", "CapacityType": "SPOT"}));
    let id = create(&world, &first).await;
    let second = world.replaces(&id, &spot(), &first).await;
    let last = world.replaces(&second, &third, &spot()).await;
    world.forget_calls();
    let back = world.rolls_back(&last, &first, &third).await;
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
    assert!(world.ec2_of(&new));
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

/// Row 16: five denials within an hour, with successes between them.
#[tokio::test]
async fn denials_that_come_now_and_then_fail_nothing() {
    let world = World::start(false).await;
    world.creates_take(1);
    for nth in [4, 8, 12, 16, 20, 24] {
        world.simulator.fault(simulator::Fault {
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

/// A rollback that can't restore what it goes back to keeps the current group: CloudFormation would delete it if another were named.
#[tokio::test]
async fn a_rollback_that_makes_nothing_names_no_group_that_is_not_there() {
    let world = World::start(false).await;
    let (first, kept) = (
        properties(&json!({})),
        properties(&json!({"AmiType": "AL2023_x86_64_STANDARD", "CapacityType": "SPOT"})),
    );
    let id = create(&world, &first).await;
    let new = world.replaces(&id, &kept, &first).await;
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
