//! What an update changes in place: in which order, and at which pace.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, roll_back};
use support::world::World;

/// Thirty nodes of this Kubernetes version.
fn rolling(version: &str, updates: &Value) -> Value {
    let sizes = json!({"MinSize": 30, "MaxSize": 30, "DesiredSize": 30});
    properties(&json!({"Version": version, "ScalingConfig": sizes, "UpdateConfig": updates}))
}

/// A world with such a group in it that is about to be updated to the next version, and the group's id.
async fn about_to_roll(old: &Value) -> (World, String) {
    let world = World::start(false).await;
    world.cluster_runs("1.33");
    let id = create(&world, old).await;
    world.cluster_runs("1.34");
    world.stack_is("UPDATE_IN_PROGRESS");
    world.forget_calls();
    (world, id)
}

#[tokio::test]
async fn a_pace_that_is_loosened_is_in_force_when_the_roll_begins() {
    let old = rolling("1.33", &json!({"MaxUnavailable": 1}));
    let new = rolling("1.34", &json!({"MaxUnavailable": 10}));
    let (world, id) = about_to_roll(&old).await;
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    assert_eq!(world.changes(), ["UpdateNodegroupConfig", "UpdateNodegroupVersion"]);
    assert_eq!(world.group(&id)["updateConfig"]["maxUnavailable"], 10);
    // At the old pace the roll would outlast the time.
    assert_eq!(updated["Data"]["Warnings"], "", "{updated}");
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_pace_that_is_tightened_holds_no_roll_back() {
    let old = rolling("1.33", &json!({"MaxUnavailable": 10}));
    let new = rolling("1.34", &json!({"MaxUnavailable": 1}));
    let (world, id) = about_to_roll(&old).await;
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    assert_eq!(world.changes(), ["UpdateNodegroupVersion", "UpdateNodegroupConfig"]);
    assert_eq!(world.group(&id)["updateConfig"]["maxUnavailable"], 1);
    assert_eq!(updated["Data"]["Warnings"], "", "{updated}");
    world.receiver.assert_clean();
}

/// The roll fails when the loosened pace is in force already: the rollback takes the pace back.
#[tokio::test]
async fn a_rollback_restores_the_pace_that_was_loosened_for_a_roll_that_failed() {
    let old = rolling("1.33", &json!({"MaxUnavailable": 1}));
    let new = rolling("1.34", &json!({"MaxUnavailable": 10}));
    let (world, id) = about_to_roll(&old).await;
    world.fails("VersionUpdate", "PodEvictionFailure", "pods stay", "node-1");
    let failed = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(failed["Status"], "FAILED", "{failed}");
    roll_back(&world, &id, &old, &new).await;
    let group = world.group(&id);
    assert_eq!(group["updateConfig"]["maxUnavailable"], 1, "{group}");
    assert_eq!(group["version"], "1.33", "{group}");
    world.receiver.assert_clean();
}
