//! What the flows ask for by events, and how they take the outcomes.

use serde_json::{Value, json};

use super::outcome_events::ReceivedEvent;

pub fn properties(changes: &Value) -> Value {
    let mut properties = json!({
        "ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::123456789012:role/node", "Subnets": ["subnet-1", "subnet-2"],
        "ScalingConfig": {"MinSize": 1, "MaxSize": 3, "DesiredSize": 2}, "UserData": "echo a-secret",
    });
    for (key, value) in changes.as_object().unwrap() {
        properties[key] = value.clone();
    }
    properties
}

pub fn asks(kind: &str, changes: &Value) -> Value {
    json!({"RequestType": kind, "LogicalResourceId": "Nodes", "ResourceProperties": properties(changes)})
}

pub fn delete() -> Value {
    json!({"RequestType": "Delete", "LogicalResourceId": "Nodes", "ResourceProperties": {"ClusterName": "my-cluster"}})
}

#[track_caller]
pub fn ready(outcome: &ReceivedEvent) -> String {
    assert_eq!(outcome.0, "ManagedNodeGroup Ready", "{outcome:?}");
    outcome.1["PhysicalResourceId"].as_str().unwrap().to_owned()
}

#[track_caller]
pub fn failed(outcome: &ReceivedEvent, code: &str) -> String {
    assert_eq!(outcome.0, "ManagedNodeGroup Failed", "{outcome:?}");
    let codes = outcome.1["Codes"].as_array().unwrap();
    assert!(code.is_empty() || codes.contains(&json!(code)), "{code} in {outcome:?}");
    outcome.1["Reason"].as_str().unwrap().to_owned()
}
