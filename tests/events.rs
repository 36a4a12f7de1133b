//! The event files: each is read as what it is, and the ones with real response URLs are taken for CloudFormation's.

#![allow(
    clippy::disallowed_methods,
    reason = "the test finds the files by the environment of the build"
)]

mod support;

use std::fs;
use std::path::Path;

use mng_core::properties::validate::validate;
use mng_core::protocol::event::{Event, classify};
use mng_core::protocol::eventbridge;
use mng_core::protocol::request::{Reply, Request, RequestType};
use mng_core::protocol::response_url::Loopback;
use serde_json::{Value, json};
use support::outcome_events::schema;

fn event(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(name);
    serde_json::from_str(&fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .unwrap()
}

fn request(event: Event) -> Request {
    match event {
        Event::Request(event) => Request::parse(&event).unwrap(),
        other => panic!("no request: {other:?}"),
    }
}

#[test]
fn the_sources_two_examples_are_requests() {
    for example in ["my-mng", "launch-template"] {
        for (kind, expected) in [
            ("create", RequestType::Create),
            ("update", RequestType::Update),
            ("delete", RequestType::Delete),
        ] {
            let name = format!("{example}.{kind}.json");
            let request = request(classify(event(&name)).remove(0));
            assert_eq!(request.kind, expected, "{name}");
            assert!(
                matches!(&request.envelope.reply, Reply::Url(url) if url.target(&request.envelope.stack_id, Loopback::Refused).is_ok()),
                "{name}"
            );
            assert!(request.envelope.issued_at().is_some(), "{name}");
            let spec = validate(&request.properties, &request.envelope.logical_resource_id);
            assert!(spec.is_ok(), "{name}: {spec:?}");
        }
    }
}

/// They are as the schema has them, and what the function takes.
#[test]
fn events_of_eventbridge_are_requests_too() {
    let schema = schema("request");
    for (kind, expected) in [
        ("create", RequestType::Create),
        ("update", RequestType::Update),
        ("delete", RequestType::Delete),
    ] {
        let name = format!("my-mng.{kind}.event.json");
        let event = event(&name);
        let problems: Vec<String> = schema.iter_errors(&event).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}");
        let Event::Bus(sent) = classify(event).remove(0) else {
            panic!("{name} is no event of EventBridge's")
        };
        let request = eventbridge::request::read(&sent).unwrap();
        assert_eq!(request.kind, expected, "{name}");
        if expected != RequestType::Delete {
            let spec = validate(&request.properties, &request.envelope.logical_resource_id);
            assert!(spec.is_ok(), "{name}: {spec:?}");
        }
    }
}

/// Whatever the function refuses of an event's shape, the schema refuses too, and the other way round.
#[test]
fn the_schema_of_requests_is_what_the_function_takes() {
    let schema = schema("request");
    let create = event("my-mng.create.event.json");
    let delete = event("my-mng.delete.event.json");
    for (base, pointer, value) in [
        (&create, "/detail/RequestType", json!("Destroy")),
        (&create, "/detail/LogicalResourceId", json!("a/b")),
        (&create, "/detail/LogicalResourceId", json!("l".repeat(64))),
        (&create, "/detail/PhysicalResourceId", json!("c/n")),
        (&create, "/detail/OldResourceProperties", json!({})),
        (&create, "/detail/ResponseURL", json!("https://h")),
        (&create, "/detail/ResourceProperties", json!("text")),
        (&create, "/detail/ResourceProperties", Value::Null),
        (&create, "/time", json!("yesterday")),
        (&create, "/id", json!("a b")),
        (&create, "/account", json!("1")),
        (&create, "/source", json!("managed-node-group")),
        (&create, "/source", json!("a b")),
        (&create, "/detail-type", json!("Other")),
        (&delete, "/detail/ResourceProperties", json!({})),
        (&delete, "/detail/PhysicalResourceId", json!("n")),
    ] {
        let mut bad = base.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[key] = value;
        assert!(!schema.is_valid(&bad), "the schema takes {pointer} of {bad}");
        assert!(
            eventbridge::request::read(&bad).is_err(),
            "the function takes {pointer} of {bad}"
        );
    }
}

#[test]
fn sns_carries_the_same_request() {
    let inner = request(classify(event("my-mng.create.sns.json")).remove(0));
    let straight = request(classify(event("my-mng.create.json")).remove(0));
    // Each delivery is signed anew, and the token is the topic's; the rest is the same.
    let spec = |request: &Request| validate(&request.properties, &request.envelope.logical_resource_id).unwrap();
    assert_eq!((inner.kind, spec(&inner)), (straight.kind, spec(&straight)));
}

#[test]
fn a_record_of_a_failed_invocation_is_for_the_last_resort() {
    let Event::LastResort { work, cause } = classify(event("my-mng.create.on-failure.json")).remove(0) else {
        panic!("no last resort")
    };
    assert_eq!(request(*work).kind, RequestType::Create);
    assert!(!cause.is_empty());
}
