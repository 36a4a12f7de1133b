//! What whole flows begin with, and what they ask of an answer.

use serde_json::{Value, json};

use super::world::World;

/// The least that a resource needs, with some of it changed.
pub fn properties(changes: &Value) -> Value {
    let mut properties = json!({
        "ServiceToken": "arn", "ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::123456789012:role/node",
        "Subnets": ["subnet-1", "subnet-2"],
    });
    for (key, value) in changes.as_object().unwrap() {
        properties[key] = value.clone();
    }
    properties
}

/// Creates, and gives the physical id.
pub async fn create(world: &World, properties: &Value) -> String {
    let answer = world.answer(&world.request("Create", None, properties, None)).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    answer["PhysicalResourceId"].as_str().unwrap().to_owned()
}

/// The reason of a failure.
pub fn reason(answer: &Value) -> &str {
    assert_eq!(answer["Status"], "FAILED", "{answer}");
    answer["Reason"].as_str().unwrap()
}

/// Restores what was before a failed update, which has to succeed, and gives what it warns of.
pub async fn roll_back(world: &World, id: &str, was: &Value, failed: &Value) -> String {
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    let answer = world
        .answer(&world.request("Update", Some(id), was, Some(failed)))
        .await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    answer["Data"]["Warnings"].as_str().unwrap().to_owned()
}
