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

/// The group's configuration when the template has gone from the first to the second, and what an update to the same again calls.
async fn after(old: &Value, new: &Value) -> (Value, Vec<String>) {
    let world = World::start(false).await;
    let (old, new) = (properties(old), properties(new));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let update = async |new: &Value, old: &Value| {
        world.forget_calls();
        let updated = world.answer(&world.request("Update", Some(&id), new, Some(old))).await;
        assert_eq!(updated["Status"], "SUCCESS", "{updated}");
        assert_eq!(updated["Data"]["Warnings"], "", "{updated}");
    };
    update(&new, &old).await;
    let group = world.group(&id);
    update(&new, &new).await;
    world.receiver.assert_clean();
    (group, world.changes())
}

fn repair_rule(condition: &str) -> Value {
    json!({"NodeMonitoringCondition": condition, "NodeUnhealthyReason": "r", "MinRepairWaitTimeMins": 5, "RepairAction": "Reboot"})
}

fn repairing(settings: &Value) -> Value {
    let mut repair = json!({"Enabled": true});
    repair
        .as_object_mut()
        .unwrap()
        .extend(settings.as_object().unwrap().clone());
    json!({ "NodeRepairConfig": repair })
}

#[tokio::test]
async fn what_is_removed_from_the_repair_configuration_is_gone_from_the_group() {
    let overrides = json!([repair_rule("a"), repair_rule("b")]);
    for (settings, expected) in [
        (
            json!({"NodeRepairConfigOverrides": overrides}),
            json!({"enabled": true, "nodeRepairConfigOverrides": []}),
        ),
        (json!({"MaxUnhealthyNodeThresholdCount": 3}), json!({"enabled": true})),
        (
            json!({"MaxParallelNodesRepairedPercentage": 30}),
            json!({"enabled": true}),
        ),
    ] {
        let (group, later) = after(&repairing(&settings), &repairing(&json!({}))).await;
        assert_eq!(group["nodeRepairConfig"], expected, "{settings}");
        assert_eq!(later, [] as [&str; 0], "{settings}");
    }
}

#[tokio::test]
async fn overrides_in_another_order_are_no_change() {
    let world = World::start(false).await;
    let old = properties(&repairing(
        &json!({"NodeRepairConfigOverrides": [repair_rule("b"), repair_rule("a")]}),
    ));
    let new = properties(&repairing(
        &json!({"NodeRepairConfigOverrides": [repair_rule("a"), repair_rule("b")]}),
    ));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world.forget_calls();
    for (new, old) in [(&new, &old), (&old, &new)] {
        let updated = world.answer(&world.request("Update", Some(&id), new, Some(old))).await;
        assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    }
    assert_eq!(world.changes(), [] as [&str; 0]);
}

#[tokio::test]
async fn what_is_removed_from_the_warm_pool_goes_back_to_the_services_own() {
    let pool = json!({"Enabled": true, "MinSize": 2, "MaxGroupPreparedCapacity": 4, "PoolState": "RUNNING", "ReuseOnScaleIn": true});
    let bare = json!({"WarmPoolConfig": {"Enabled": true}});
    let (group, later) = after(&json!({ "WarmPoolConfig": pool }), &bare).await;
    let expected = json!({
        "enabled": true, "minSize": 0, "maxGroupPreparedCapacity": -1, "poolState": "STOPPED", "reuseOnScaleIn": false,
    });
    assert_eq!(group["warmPoolConfig"], expected);
    assert_eq!(later, [] as [&str; 0]);
}

/// EKS may keep such a setting, and may say that nothing changes.
#[tokio::test]
async fn a_removed_threshold_that_the_service_keeps_fails_no_rollback() {
    let world = World::start(false).await;
    let (old, new) = (
        properties(&repairing(&json!({}))),
        properties(&repairing(&json!({"MaxUnhealthyNodeThresholdCount": 3}))),
    );
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    world.faults("UpdateNodegroupConfig", 1, 400, "InvalidParameterException");
    let warnings = roll_back(&world, &id, &old, &new).await;
    assert!(
        warnings.contains("keeps settings that the template no longer has"),
        "{warnings}"
    );
    world.receiver.assert_clean();
}
