//! Replacements and rollbacks against the simulator: the old group is found again, what was half made goes, nothing bricks.

mod support;

use serde_json::json;
use simulator::NodesStay;
use support::flows::{create, properties, reason, roll_back};
use support::world::World;

#[tokio::test]
async fn a_rollback_after_a_version_upgrade_keeps_the_version_and_restores_the_rest() {
    let world = World::start(false).await;
    world.cluster_runs("1.33");
    let old = properties(&json!({"Version": "1.33"}));
    let id = create(&world, &old).await;
    world.cluster_runs("1.34");
    world.stack_is("UPDATE_IN_PROGRESS");
    let new = properties(&json!({"Version": "1.34", "Labels": {"a": "b"}}));
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(updated["Data"]["Version"], "1.34", "{updated}");
    let refused = world
        .answer(&world.request("Update", Some(&id), &old, Some(&new)))
        .await;
    assert!(reason(&refused).contains("1.33 is older than 1.34"), "{refused}");
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let back = world
        .answer(&world.request("Update", Some(&id), &old, Some(&new)))
        .await;
    assert_eq!(
        (&back["Status"], &back["Data"]["Version"]),
        (&json!("SUCCESS"), &json!("1.34")),
        "{back}"
    );
    assert!(
        back["Data"]["Warnings"].as_str().unwrap().contains("stays at 1.34"),
        "{back}"
    );
    assert_eq!(world.group(&id)["labels"], json!({}));
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_stack_that_can_not_be_described_never_bricks_a_rollback() {
    let world = World::start(false).await;
    let old = properties(&json!({"Version": "1.34"}));
    let id = create(&world, &old).await;
    world.stack_is("DENIED");
    let back = world
        .answer(&world.request(
            "Update",
            Some(&id),
            &properties(&json!({"Version": "1.33"})),
            Some(&old),
        ))
        .await;
    assert_eq!(back["Status"], "SUCCESS", "{back}");
}

#[tokio::test]
async fn a_rollback_after_a_replacement_finds_the_old_group_and_makes_nothing() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"CapacityType": "SPOT"})));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let replaced = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    let new_id = replaced["PhysicalResourceId"].as_str().unwrap();
    assert_ne!(new_id, id);
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    world.forget_calls();
    let back = world
        .answer(&world.request("Update", Some(new_id), &old, Some(&new)))
        .await;
    assert_eq!(
        (&back["Status"], &back["PhysicalResourceId"]),
        (&json!("SUCCESS"), &json!(id)),
        "{back}"
    );
    assert!(!world.called("CreateNodegroup"));
    let cleaned = world.answer(&world.request("Delete", Some(new_id), &new, None)).await;
    assert_eq!(cleaned["Status"], "SUCCESS");
    assert_eq!(world.groups().len(), 1);
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_failed_replacement_removes_what_it_made_and_keeps_the_id() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"CapacityType": "SPOT"})));
    let id = create(&world, &old).await;
    world.fails(
        "Create",
        "NodeCreationFailure",
        "Instances failed to join the kubernetes cluster",
        "i-0123",
    );
    world.stack_is("UPDATE_IN_PROGRESS");
    let failed = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert!(reason(&failed).contains("NodeCreationFailure"), "{failed}");
    assert_eq!(failed["PhysicalResourceId"], json!(id));
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_rollback_removes_what_a_failed_replacement_left_behind() {
    let world = World::start(false).await;
    let (old, mut new) = (properties(&json!({})), properties(&json!({"CapacityType": "SPOT"})));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world.creates_take(4);
    new["ServiceTimeout"] = json!("2");
    let failed = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert!(reason(&failed).contains("ServiceTimeout is over"), "{failed}");
    assert_eq!(
        world.groups().len(),
        2,
        "a group that is being made can't be deleted yet"
    );
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let back = world
        .answer(&world.request("Update", Some(&id), &old, Some(&new)))
        .await;
    assert_eq!(
        (&back["Status"], &back["PhysicalResourceId"]),
        (&json!("SUCCESS"), &json!(id)),
        "{back}"
    );
    assert_eq!(world.groups().len(), 1, "{:?}", world.groups());
    world.receiver.assert_clean();
}

/// Everything may be done but for the nodes: until they are Ready the replacement isn't finished, and a rollback takes it away.
#[tokio::test]
async fn a_replacement_whose_nodes_never_come_leaves_nothing() {
    let world = World::start(false).await;
    let sizes = json!({"MinSize": "0", "MaxSize": "3", "DesiredSize": "2"});
    let named = |name: &str| {
        let wanted = json!({"NodegroupName": name, "ScalingConfig": sizes, "WaitFor": "NodesReady"});
        properties(&wanted)
    };
    let (old, mut new) = (named("first"), named("second"));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world
        .simulator
        .nodes_stay("my-cluster", "second", NodesStay::Absent { count: 1 });
    new["ServiceTimeout"] = json!("3");
    let failed = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert!(reason(&failed).contains("1 of 2 nodes are Ready"), "{failed}");
    assert_eq!(failed["PhysicalResourceId"], json!(id));
    roll_back(&world, &id, &old, &new).await;
    assert_eq!(world.groups(), ["first ACTIVE"]);
    world.receiver.assert_clean();
}

/// An `UpdateReplacePolicy` of `Retain` keeps the group of before. A later update that goes back to it and fails may not
/// take it along in its rollback.
#[tokio::test]
async fn a_rollback_leaves_a_group_that_was_retained() {
    let world = World::start(false).await;
    let (retained, now) = (properties(&json!({})), properties(&json!({"CapacityType": "SPOT"})));
    create(&world, &retained).await;
    let id = create(&world, &now).await;
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let back = world
        .answer(&world.request("Update", Some(&id), &now, Some(&retained)))
        .await;
    assert_eq!(
        (&back["Status"], &back["PhysicalResourceId"]),
        (&json!("SUCCESS"), &json!(id)),
        "{back}"
    );
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
}

/// Of a replacement CloudFormation knows nothing until it has read the answer, and it doesn't read one that comes when the stack is
/// rolled back already.
#[tokio::test]
async fn a_rollback_removes_a_finished_replacement_whose_answer_was_never_read() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"CapacityType": "SPOT"})));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let replaced = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_ne!(replaced["PhysicalResourceId"], json!(id));
    assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
    roll_back(&world, &id, &old, &new).await;
    let name = id.split_once('/').unwrap().1;
    assert_eq!(world.groups(), [format!("{name} ACTIVE")]);
    world.receiver.assert_clean();
}

/// Where something else in the stack failed after a replacement that went well. What the properties of before leave open the new
/// group satisfies too, and a group that was kept when they changed has no longer the name that follows from them.
#[tokio::test]
async fn a_rollback_goes_back_to_the_group_that_was_replaced() {
    let standard = json!({"AmiType": "AL2023_x86_64_STANDARD"});
    for (first, kept, replaced) in [
        (json!({}), json!({}), json!({"AmiType": "BOTTLEROCKET_x86_64"})),
        (
            json!({}),
            standard.clone(),
            json!({"AmiType": "AL2023_x86_64_STANDARD", "CapacityType": "SPOT"}),
        ),
        (
            json!({"NodegroupNamePrefix": "a"}),
            json!({"NodegroupNamePrefix": "b"}),
            json!({"NodegroupNamePrefix": "b", "CapacityType": "SPOT"}),
        ),
        // Kept under a name of before, and what replaced it fits these properties as well.
        (
            json!({"NodegroupNamePrefix": "a"}),
            json!({"NodegroupNamePrefix": "b"}),
            json!({"NodegroupNamePrefix": "b", "AmiType": "BOTTLEROCKET_x86_64"}),
        ),
    ] {
        let [first, kept, replaced] = [&first, &kept, &replaced].map(properties);
        let world = World::start(false).await;
        let id = create(&world, &first).await;
        world.stack_is("UPDATE_IN_PROGRESS");
        let same = world
            .answer(&world.request("Update", Some(&id), &kept, Some(&first)))
            .await;
        assert_eq!(same["PhysicalResourceId"], json!(id), "{same}");
        let other = world
            .answer(&world.request("Update", Some(&id), &replaced, Some(&kept)))
            .await;
        let new = other["PhysicalResourceId"].as_str().unwrap();
        assert_ne!(new, id);
        world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
        let back = world
            .answer(&world.request("Update", Some(new), &kept, Some(&replaced)))
            .await;
        assert_eq!(back["PhysicalResourceId"], json!(id), "{replaced}: {back}");
        assert_eq!(world.groups().len(), 2, "{:?}", world.groups());
        world.receiver.assert_clean();
    }
}

/// The group that was replaced is kept on purpose, and a later update fails: that one's rollback stays with what runs.
#[tokio::test]
async fn a_rollback_of_a_later_update_does_not_go_back_to_a_group_that_was_retained() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"CapacityType": "SPOT"})));
    let retained = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let replaced = world
        .answer(&world.request("Update", Some(&retained), &new, Some(&old)))
        .await;
    let id = replaced["PhysicalResourceId"].as_str().unwrap();
    let refused = properties(&json!({"CapacityType": "SPOT", "Retired": "property"}));
    let failed = world
        .answer(&world.request("Update", Some(id), &refused, Some(&new)))
        .await;
    assert_eq!(failed["Status"], "FAILED");
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let back = world
        .answer(&world.request("Update", Some(id), &new, Some(&refused)))
        .await;
    assert_eq!(back["PhysicalResourceId"], json!(id), "{back}");
}

/// Whatever was refused going forward, by this release or an earlier one, is no reason to brick the stack.
#[tokio::test]
async fn a_rollback_that_can_restore_nothing_succeeds_and_says_so() {
    let world = World::start(false).await;
    let old = properties(&json!({"NodegroupName": "my-mng"}));
    let id = create(&world, &old).await;
    let unreadable = properties(&json!({"NodegroupName": "my-mng", "Retired": "property"}));
    let unfitting = properties(&json!({"NodegroupName": "my-mng", "CapacityType": "SPOT"}));
    for (properties, word) in [(&unreadable, "Retired"), (&unfitting, "CapacityType")] {
        world.stack_is("UPDATE_IN_PROGRESS");
        let refused = world
            .answer(&world.request("Update", Some(&id), properties, Some(&old)))
            .await;
        assert!(reason(&refused).contains(word), "{refused}");
        world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
        let back = world
            .answer(&world.request("Update", Some(&id), properties, Some(&old)))
            .await;
        assert_eq!(
            (&back["Status"], &back["Data"]["Status"]),
            (&json!("SUCCESS"), &json!("ACTIVE")),
            "{back}"
        );
        assert!(back["Data"]["Warnings"].as_str().unwrap().contains(word), "{back}");
    }
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_replacement_under_an_explicit_name_is_refused_before_anything_is_touched() {
    let world = World::start(false).await;
    let old = properties(&json!({"NodegroupName": "my-mng"}));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world.forget_calls();
    let new = properties(&json!({"NodegroupName": "my-mng", "CapacityType": "SPOT", "Labels": {"a": "b"}}));
    let failed = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert!(
        reason(&failed).contains("CapacityType") && reason(&failed).contains("NodegroupNamePrefix"),
        "{failed}"
    );
    assert!(world.changes().is_empty(), "{:?}", world.changes());
    world.receiver.assert_clean();
}

/// Nobody tells a request that its stack update was cancelled. It sees so before its next step, and leaves it: the rollback
/// runs by then, and the two would take turns.
#[tokio::test]
async fn a_cancelled_update_leaves_the_rest_to_the_rollback() {
    let world = World::start(false).await;
    world.cluster_runs("1.33");
    let old = properties(&json!({"Version": "1.33"}));
    let id = create(&world, &old).await;
    world.cluster_runs("1.34");
    world.stack_is("UPDATE_IN_PROGRESS");
    let new = properties(&json!({"Version": "1.34", "Labels": {"a": "b"}}));
    let update = world.request("Update", Some(&id), &new, Some(&old));
    let cancel = async {
        world.until(&id, "UPDATING").await;
        world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    };
    let (cancelled, ()) = tokio::join!(world.answer(&update), cancel);
    assert!(
        reason(&cancelled).contains("the rest of this update was left"),
        "{cancelled}"
    );
    assert_eq!(world.group(&id)["labels"], json!({}));
    world.receiver.assert_clean();
}

/// Lambda delivers at least once. What comes when the stack is gone, or on its way there, finds no group and may not make one.
#[tokio::test]
async fn a_duplicate_of_an_update_that_comes_when_its_stack_is_gone_makes_nothing() {
    for status in ["DELETE_IN_PROGRESS", "DELETE_COMPLETE", "ROLLBACK_COMPLETE"] {
        let world = World::start(false).await;
        let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
        let id = create(&world, &old).await;
        world.stack_is("UPDATE_IN_PROGRESS");
        let update = world.request("Update", Some(&id), &new, Some(&old));
        assert_eq!(world.answer(&update).await["Status"], "SUCCESS");
        world.stack_is("DELETE_IN_PROGRESS");
        world.answer(&world.request("Delete", Some(&id), &new, None)).await;
        world.stack_is(status);
        world.deliver(&update).await;
        assert_eq!(world.groups(), Vec::<String>::new(), "{status}");
        assert_eq!(world.function.cloud.ec2.all(), Vec::<String>::new(), "{status}");
    }
}

#[tokio::test]
async fn a_launch_template_that_is_gone_fails_an_update_but_no_rollback() {
    let world = World::start(false).await;
    let with = |version: &str| properties(&json!({"LaunchTemplate": {"Id": "lt-gone", "Version": version}}));
    let (numbered, latest) = (with("1"), with("$Latest"));
    let id = create(&world, &numbered).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let failed = world
        .answer(&world.request("Update", Some(&id), &latest, Some(&numbered)))
        .await;
    assert!(reason(&failed).contains("[launch-template-not-found]"), "{failed}");
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let back = world
        .answer(&world.request("Update", Some(&id), &latest, Some(&numbered)))
        .await;
    assert_eq!(
        (&back["Status"], &back["Data"]["LaunchTemplateVersion"]),
        (&json!("SUCCESS"), &json!("1")),
        "{back}"
    );
    world.receiver.assert_clean();
}
