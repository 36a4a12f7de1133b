//! The event files: each is read as what it is, and the ones with real response URLs are taken for CloudFormation's.

#![allow(
    clippy::disallowed_methods,
    reason = "the test finds the files by the environment of the build"
)]

use std::fs;
use std::path::Path;

use managed_node_group::cfn::event::{Event, classify};
use managed_node_group::cfn::request::{Request, RequestType};
use managed_node_group::cfn::response_url::Loopback;
use managed_node_group::nodegroup::validate::validate;
use serde_json::Value;

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
                request.envelope.response_url.target(Loopback::Refused).is_ok(),
                "{name}"
            );
            assert!(request.envelope.response_url.issued_at().is_some(), "{name}");
            let spec = validate(&request.properties, &request.envelope.logical_resource_id);
            assert!(spec.is_ok(), "{name}: {spec:?}");
        }
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
