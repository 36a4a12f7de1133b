//! The receiver sees what CloudFormation would stumble over.

mod support;

use serde_json::{Value, json};
use support::receiver::Receiver;

async fn violations(kind: &str, spoil: impl FnOnce(&mut Value), content_type: &'static str) -> Vec<String> {
    let receiver = Receiver::start().await;
    let mut request = json!({"RequestType": kind, "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"});
    if kind != "Create" {
        request["PhysicalResourceId"] = json!("c/n");
    }
    receiver.expect(&request);
    let mut answer = json!({"Status": "SUCCESS", "PhysicalResourceId": "c/n", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"});
    spoil(&mut answer);
    let put = reqwest::Client::new()
        .put(receiver.response_url("r"))
        .header("content-type", content_type);
    put.body(answer.to_string()).send().await.unwrap();
    receiver.violations()
}

#[tokio::test]
async fn a_good_answer_is_fine() {
    for kind in ["Create", "Update", "Delete"] {
        assert_eq!(violations(kind, |_| {}, "").await, [""; 0], "{kind}");
    }
}

#[tokio::test]
async fn each_violation_is_seen() {
    type Spoil = fn(&mut Value);
    let cases: [(&str, Spoil, &str, &str); 10] = [
        ("Create", |answer| answer["StackId"] = json!("other"), "", "StackId"),
        (
            "Create",
            |answer| answer["PhysicalResourceId"] = json!(""),
            "",
            "PhysicalResourceId",
        ),
        ("Create", |answer| answer["Status"] = json!("DONE"), "", "Status"),
        ("Create", |answer| answer["Status"] = json!("FAILED"), "", "Reason"),
        (
            "Create",
            |answer| answer["Data"] = json!({"a": 1}),
            "",
            "Data is no map",
        ),
        (
            "Create",
            |answer| answer["Reason"] = json!("x".repeat(4096)),
            "",
            "bytes",
        ),
        ("Create", |_| {}, "application/json", "Content-Type"),
        (
            "Delete",
            |answer| answer["PhysicalResourceId"] = json!("c/m"),
            "",
            "a Delete changed",
        ),
        ("Delete", |answer| answer["Data"] = json!({}), "", "Data on a Delete"),
        (
            "Update",
            |answer| {
                answer["Status"] = json!("FAILED");
                answer["Reason"] = json!("why");
                answer["PhysicalResourceId"] = json!("c/m");
            },
            "",
            "a FAILED Update changed",
        ),
    ];
    for (kind, spoil, content_type, expected) in cases {
        let found = violations(kind, spoil, content_type).await;
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
    }
}
