//! The receiver sees what CloudFormation would stumble over.

mod support;

use serde_json::{Value, json};
use support::receiver::Receiver;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a create is answered with.
fn good() -> Value {
    json!({"Status": "SUCCESS", "PhysicalResourceId": "c/n", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"})
}

async fn asked(kind: &str) -> Receiver {
    let receiver = Receiver::start().await;
    let mut request = json!({"RequestType": kind, "StackId": "s", "RequestId": "r", "LogicalResourceId": "l"});
    request["ResponseURL"] = json!(receiver.response_url("r"));
    if kind != "Create" {
        request["PhysicalResourceId"] = json!("c/n");
    }
    receiver.expect(&request);
    receiver
}

async fn violations(kind: &str, spoil: impl FnOnce(&mut Value), content_type: &'static str) -> Vec<String> {
    let receiver = asked(kind).await;
    let mut answer = good();
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
    let cases: [(&str, Spoil, &str, &str); 13] = [
        ("Create", |answer| answer["StackId"] = json!("other"), "", "StackId"),
        (
            "Create",
            |answer| answer["LogicalResourceId"] = json!("L"),
            "",
            "LogicalResourceId",
        ),
        (
            "Create",
            |answer| answer["RequestId"] = json!("other"),
            "",
            "nobody asked",
        ),
        (
            "Create",
            |answer| answer["PhysicalResourceId"] = json!("x".repeat(1025)),
            "",
            "PhysicalResourceId",
        ),
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

/// Sends exact bytes, and waits until the receiver has seen the end of them.
async fn violations_of_bytes(receiver: &Receiver, bytes: String) -> Vec<String> {
    let url = receiver.response_url("r");
    let address = url.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    receiver.violations()
}

#[tokio::test]
async fn each_byte_that_is_wrong_on_the_wire_is_seen() {
    let body = good().to_string();
    let length = body.len();
    let exact = format!("Content-Length: {length}\r\n");
    let chunked = format!("{length:x}\r\n{body}\r\n0\r\n\r\n");
    for (method, in_target, in_place, headers, body, expected) in [
        ("POST", "", "", exact.clone(), body.clone(), "POST in place of PUT"),
        (
            "PUT",
            "%3A",
            ":",
            exact.clone(),
            body.clone(),
            "the URL's bytes were changed",
        ),
        (
            "PUT",
            "%2F",
            "/",
            exact.clone(),
            body.clone(),
            "the URL's bytes were changed",
        ),
        (
            "PUT",
            "%3D%3D",
            "",
            exact.clone(),
            body.clone(),
            "the URL's bytes were changed",
        ),
        (
            "PUT",
            "",
            "",
            format!("Content-Length: {}\r\n", length + 1),
            body.clone(),
            "bytes came",
        ),
        (
            "PUT",
            "",
            "",
            exact.clone(),
            format!("{body}more"),
            "bytes past the Content-Length",
        ),
        (
            "PUT",
            "",
            "",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            chunked,
            "no Content-Length",
        ),
        (
            "PUT",
            "",
            "",
            "Content-Length: 4\r\n".to_owned(),
            "oops".to_owned(),
            "the body is no JSON",
        ),
    ] {
        let receiver = asked("Create").await;
        let url = receiver.response_url("r");
        let target = &url[url.find("/arn").unwrap()..];
        let target = if in_target.is_empty() {
            target.to_owned()
        } else {
            target.replacen(in_target, in_place, 1)
        };
        let bytes = format!("{method} {target} HTTP/1.1\r\nHost: s3\r\n{headers}\r\n{body}");
        let found = violations_of_bytes(&receiver, bytes).await;
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
    }
}

async fn put(receiver: &Receiver, answer: &Value) -> u16 {
    let put = reqwest::Client::new().put(receiver.response_url("r"));
    let put = put.header("content-type", "").body(answer.to_string());
    put.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_same_answer_may_come_again_and_another_may_not() {
    let receiver = asked("Create").await;
    put(&receiver, &good()).await;
    put(&receiver, &good()).await;
    receiver.assert_clean();
    assert_eq!((receiver.answer("r").await, receiver.answers("r").len()), (good(), 2));
    let mut other = good();
    other["PhysicalResourceId"] = json!("c/m");
    put(&receiver, &other).await;
    assert!(receiver.violations()[0].contains("a second answer says something else"));
}

#[tokio::test]
async fn a_refused_answer_is_checked_and_not_taken() {
    let receiver = asked("Create").await;
    receiver.refuse(1, 503);
    receiver.refuse(1, 500);
    let mut bad = good();
    bad["Status"] = json!("DONE");
    assert_eq!((put(&receiver, &good()).await, put(&receiver, &bad).await), (503, 500));
    assert_eq!((receiver.answers("r").len(), receiver.violations().len()), (0, 1));
    assert_eq!((put(&receiver, &good()).await, receiver.answers("r").len()), (200, 1));
}
