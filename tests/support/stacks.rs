//! What CloudFormation asks in the course of a stack's life, with the status that the stack has meanwhile.

use std::time::Duration;

use mng_core::launch_template::steps::LaunchStep;
use mng_engine::ports::Calls;
use serde_json::{Value, json};

use super::flows::{properties, reason};
use super::requests::delete_nodegroup;
use super::world::World;

/// An update goes forward.
pub async fn update(world: &World, id: &str, new: &Value, old: &Value) -> Value {
    world.stack_is("UPDATE_IN_PROGRESS");
    world.answer(&world.dated("Update", Some(id), new, Some(old))).await
}

/// An update is rolled back.
pub async fn rolls_back(world: &World, id: &str, was: &Value, failed: &Value) -> Value {
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    world.answer(&world.dated("Update", Some(id), was, Some(failed))).await
}

/// The stack is deleted.
pub async fn deletes(world: &World, id: &str, properties: &Value) -> Value {
    world.stack_is("DELETE_IN_PROGRESS");
    world.answer(&world.dated("Delete", Some(id), properties, None)).await
}

/// An update to [`spot`] fails at its deadline, and EKS goes on with the group that it has begun. Gives that group's id.
pub async fn leave_unfinished(world: &World, id: &str, old: &Value) -> String {
    let mut failing = spot();
    failing["ServiceTimeout"] = json!("2");
    world.creates_take(4);
    reason(&update(world, id, &failing, old).await);
    let groups = world.groups();
    let other = groups.iter().find(|group| !group.starts_with(name_of(id)));
    let (name, _) = other.and_then(|group| group.split_once(' ')).expect("a replacement");
    format!("my-cluster/{name}")
}

/// Somebody deletes a group by hand, and EKS is at it for a while.
pub async fn is_being_deleted(world: &World, id: &str) {
    world.simulator.durations(|durations| durations.delete = 300.0);
    let delete = delete_nodegroup("my-cluster", name_of(id));
    let deleted = world.function.cloud.aws.call(&delete).await;
    deleted.expect("EKS takes it");
    assert_eq!(world.group(id)["status"], "DELETING");
}

/// Somebody deletes a group by hand, and EKS is done with it.
pub async fn is_deleted(world: &World, id: &str) {
    let delete = delete_nodegroup("my-cluster", name_of(id));
    let deleted = world.function.cloud.aws.call(&delete).await;
    deleted.expect("EKS takes it");
    while world.groups().iter().any(|group| group.starts_with(name_of(id))) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Somebody deletes the launch template that a group runs.
pub fn delete_template(world: &World, id: &str) {
    let template = world.group(id)["launchTemplate"]["id"]
        .as_str()
        .expect("a template")
        .to_owned();
    let deleted = world
        .function
        .cloud
        .ec2
        .change(&LaunchStep::DeleteTemplate { id: template }, "by hand");
    deleted.expect("it is there");
}

/// What EKS shows of a group changes by itself.
pub fn patch(world: &World, id: &str, changes: Value) {
    world.simulator.patch_node_group("my-cluster", name_of(id), changes);
}

/// Properties that the group takes in place.
pub fn labelled() -> Value {
    properties(&json!({"Labels": {"a": "b"}}))
}

/// Properties that need another group.
pub fn spot() -> Value {
    properties(&json!({"CapacityType": "SPOT"}))
}

/// The name in a physical id.
pub fn name_of(id: &str) -> &str {
    id.split_once('/').expect("cluster/name").1
}

/// The physical id of an answer that is a success.
pub fn succeeded(answer: &Value) -> &str {
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    answer["PhysicalResourceId"].as_str().unwrap()
}

/// An update of [`update`] that needs another group, and that group's id.
pub async fn replaces(world: &World, id: &str, new: &Value, old: &Value) -> String {
    let answer = update(world, id, new, old).await;
    succeeded(&answer).to_owned()
}

/// Whether EC2 has a launch template for a group.
pub fn has_template(world: &World, id: &str) -> bool {
    world
        .function
        .cloud
        .ec2
        .all()
        .contains(&format!("launch-template {id}"))
}

/// What an answer that is a success warns of.
pub fn warnings(answer: &Value) -> &str {
    answer["Data"]["Warnings"].as_str().unwrap_or_default()
}
