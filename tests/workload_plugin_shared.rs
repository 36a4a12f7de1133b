//! Several groups with `NvidiaDevicePlugin` at the same time, each with a function of its own: none undoes another's part
//! of the DaemonSet, whoever comes between two of its calls.

mod support;

use mng_core::workload::device_plugin::JoinDecision;
use serde_json::{Value, json};
use support::flows::create;
use support::plugin::{Other, delete, gpu, groups, is_marked, plugin};
use support::world::World;

/// Both have seen that there is none.
#[tokio::test]
async fn a_group_that_is_the_first_meanwhile_keeps_its_part() {
    for before in ["CreateDaemonSet", "ApplyObject"] {
        let world = World::start(false).await;
        let (other, later) = (Other::of(&world).await, Other::of(&world).await);
        world.meanwhile(before, async move { other.joins().await });
        let id = create(&world, &gpu(&json!({}))).await;
        assert!(world.happened(), "{before}");
        assert_eq!(groups(&plugin(&world)), &json!(["gpu", "other"]), "{before}");
        assert_eq!(later.verdict().await, JoinDecision::AsItIs, "{before}");
        assert!(is_marked(&world, &id), "{before}");
        let answer = delete(&world, &id, &gpu(&json!({}))).await;
        assert_eq!(answer["Status"], "SUCCESS", "{before}: {answer}");
        assert_eq!(groups(&plugin(&world)), &json!(["other"]), "{before}");
        later.leaves().await;
        assert_eq!(plugin(&world), Value::Null, "{before}");
    }
}

/// What was seen is deleted before it is applied to.
#[tokio::test]
async fn a_group_that_leaves_meanwhile_does_not_come_back() {
    let world = World::start(false).await;
    let other = Other::of(&world).await;
    other.joins().await;
    world.meanwhile("ApplyObject", async move { other.leaves().await });
    create(&world, &gpu(&json!({}))).await;
    assert!(world.happened());
    assert_eq!(groups(&plugin(&world)), &json!(["gpu"]));
}

/// The group was the last one when its function looked.
#[tokio::test]
async fn a_group_that_joins_meanwhile_is_not_undone() {
    let world = World::start(false).await;
    let wanted = gpu(&json!({}));
    let id = create(&world, &wanted).await;
    let (other, later) = (Other::of(&world).await, Other::of(&world).await);
    let uid = plugin(&world)["metadata"]["uid"].clone();
    world.meanwhile("DeleteDaemonSet", async move { other.joins().await });
    let answer = delete(&world, &id, &wanted).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert!(world.happened() && world.groups().is_empty());
    let left = plugin(&world);
    assert_eq!((groups(&left), &left["metadata"]["uid"]), (&json!(["other"]), &uid));
    assert_eq!(later.verdict().await, JoinDecision::AsItIs);
}

/// Whoever created it died before it applied anything.
#[tokio::test]
async fn what_is_for_no_group_is_taken_over_and_taken_away() {
    let world = World::start(false).await;
    let (other, wanted) = (Other::of(&world).await, gpu(&json!({})));
    other.creates().await;
    let uid = plugin(&world)["metadata"]["uid"].clone();
    let id = create(&world, &wanted).await;
    let taken = plugin(&world);
    assert_eq!((groups(&taken), &taken["metadata"]["uid"]), (&json!(["gpu"]), &uid));

    let name = taken["metadata"]["name"].as_str().unwrap();
    world
        .simulator
        .remove_object("my-cluster", "daemonsets", "kube-system", name);
    other.creates().await;
    let answer = delete(&world, &id, &wanted).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(plugin(&world), Value::Null);
}
