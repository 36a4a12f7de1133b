//! Whom the checks may refuse: what is to be made, never what runs already, and never a rollback.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::scene::Scene;
use support::world::World;

fn warnings(answer: &Value) -> &str {
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    answer["Data"]["Warnings"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_roll_that_can_not_end_in_time_is_announced() {
    let world = World::start(false).await;
    let sized = |version: &str| {
        let sizes = json!({"MinSize": 30, "MaxSize": 30, "DesiredSize": 30});
        properties(&json!({"Version": version, "ScalingConfig": sizes}))
    };
    let (old, new) = (sized("1.33"), sized("1.34"));
    world.cluster_runs("1.33");
    let id = create(&world, &old).await;
    world.cluster_runs("1.34");
    world.stack_is("UPDATE_IN_PROGRESS");
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    let told = warnings(&updated);
    assert!(
        told.contains("a roll of 30 nodes, 1 at a time, takes about 95 minutes")
            && told.contains("[roll-outlasts-timeout]"),
        "{told}"
    );
}

/// A label must be changeable on a production group whose surroundings aren't what they were.
#[tokio::test]
async fn an_update_is_refused_only_for_what_it_changes() {
    let scene = Scene::start().await;
    let world = &scene.world;
    let old = scene.properties(&json!({}));
    let id = create(world, &old).await;
    let worker = [
        ("RoleName", "eks-node"),
        ("PolicyArn", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
    ];
    scene.iam("DetachRolePolicy", &worker, "").await;
    world.stack_is("UPDATE_IN_PROGRESS");

    let labelled = scene.properties(&json!({"Labels": {"team": "blue"}}));
    let update = |new: &Value, old: &Value| world.request("Update", Some(&id), new, Some(old));
    let updated = world.answer(&update(&labelled, &old)).await;
    assert!(warnings(&updated).contains("[role-worker-policy]"), "{updated}");

    world.forget_calls();
    let guarded = scene.properties(&json!({"Labels": {"team": "blue"}, "SecurityGroups": ["sg-0gone"]}));
    let refused = world.answer(&update(&guarded, &labelled)).await;
    assert!(reason(&refused).contains("[security-group-not-found]"), "{refused}");
    assert!(!reason(&refused).contains("[role-worker-policy]"), "{refused}");
    assert!(world.changes().is_empty(), "{:?}", world.changes());

    // Another group in its place is as good as a new one.
    let spot = scene.properties(&json!({"CapacityType": "SPOT"}));
    let refused = world.answer(&update(&spot, &labelled)).await;
    assert!(reason(&refused).contains("[role-worker-policy]"), "{refused}");

    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let back = world.answer(&update(&labelled, &guarded)).await;
    assert_eq!(warnings(&back), "", "a rollback isn't looked at");
}

/// It may be a rollback, so what would be refused is a warning.
#[tokio::test]
async fn of_a_stack_that_can_not_be_described_nothing_is_refused() {
    let scene = Scene::start().await;
    let world = &scene.world;
    let plain = scene.properties(&json!({}));
    let id = create(world, &plain).await;
    let guarded = scene.properties(&json!({"SecurityGroups": ["sg-0gone"]}));
    world.stack_is("DENIED");
    let answer = world
        .answer(&world.request("Update", Some(&id), &guarded, Some(&plain)))
        .await;
    assert!(
        !answer["Reason"]
            .as_str()
            .unwrap_or_default()
            .contains("nothing was changed"),
        "{answer}"
    );
    assert!(answer.to_string().contains("[security-group-not-found]"), "{answer}");
    assert_ne!(world.changes(), [""; 0], "{answer}");
}

#[tokio::test]
async fn warn_tells_and_off_does_not_look() {
    let scene = Scene::start().await;
    let group = json!({"NodeRole": "arn:aws:iam::123456789012:role/no-role"});
    let wanted = |preflight: &str| {
        let mut properties = scene.properties(&group);
        properties["Preflight"] = json!(preflight);
        properties
    };
    for (preflight, expected) in [("Warn", true), ("Off", false)] {
        let properties = wanted(preflight);
        let request = scene.world.request("Create", None, &properties, None);
        let created = scene.world.answer(&request).await;
        assert_eq!(warnings(&created).contains("[role-not-found]"), expected, "{created}");
        let id = created["PhysicalResourceId"].as_str();
        let delete = scene.world.request("Delete", id, &properties, None);
        assert_eq!(scene.world.answer(&delete).await["Status"], "SUCCESS");
    }
}

/// A group can't be made while its cluster comes up.
#[tokio::test]
async fn a_cluster_that_comes_up_is_waited_for() {
    let scene = Scene::start().await;
    scene.cluster(json!({"status": "CREATING"}));
    let properties = scene.properties(&json!({}));
    let request = scene.world.request("Create", None, &properties, None);
    let (created, ()) = tokio::join!(scene.world.answer(&request), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(scene.world.groups().is_empty(), "{:?}", scene.world.groups());
        scene.cluster(json!({"status": "ACTIVE"}));
    });
    assert_eq!(warnings(&created), "");
}

/// A delivery that comes again finds the group that the first has made, and may not say otherwise than the first.
#[tokio::test]
async fn a_create_that_comes_again_is_not_refused() {
    let scene = Scene::start().await;
    let properties = scene.properties(&json!({}));
    let request = scene.world.request("Create", None, &properties, None);
    let first = scene.world.answer(&request).await;
    let worker = [
        ("RoleName", "eks-node"),
        ("PolicyArn", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
    ];
    scene.iam("DetachRolePolicy", &worker, "").await;
    scene.world.deliver(&request).await;
    assert_eq!(first["Status"], "SUCCESS", "{first}");
    assert_eq!(scene.world.groups().len(), 1, "{:?}", scene.world.groups());
    let again = scene.world.request("Create", None, &properties, None);
    let answer = scene.world.answer(&again).await;
    assert!(warnings(&answer).contains("[role-worker-policy]"), "{answer}");
}
