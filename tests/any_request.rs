//! Any request at all leads to one well-formed answer of at most 4096 bytes, if it says where; the receiver looks at its bytes.

mod support;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use support::anything::{any_property, any_value, no_id};
use support::flows::properties;
use support::world::World;

/// A request, and what is wrong with its envelope.
#[derive(Debug, Clone)]
struct AnyRequest {
    kind: Value,
    physical_id: Value,
    properties: Value,
    old: Option<Value>,
    /// Fields of the envelope that are something else.
    spoilt: Vec<(&'static str, Value)>,
    /// Fields beside those that there are.
    more: Vec<(String, Value)>,
    way: &'static str,
}

fn any_request() -> impl Strategy<Value = AnyRequest> {
    let kind = prop_oneof![
        12 => select(vec!["Create", "Update", "Delete"]).prop_map(|kind| json!(kind)),
        1 => any_value(),
    ];
    let id = prop_oneof![
        6 => Just(json!("my-cluster/my-mng")),
        2 => "[a-z/-]{1,40}|\\PC{1,200}".prop_map(Value::String),
        1 => no_id(),
    ];
    let envelope = select(vec!["ResponseURL", "StackId", "LogicalResourceId"]);
    let texts = prop_oneof![no_id(), "\\PC{0,200}".prop_map(Value::String), Just(json!("event:1:a"))];
    let spoilt = prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec((envelope, texts), 1..3)];
    let more = prop::collection::vec(("Service[A-Z]{1,9}", any_value()), 0..2);
    let way = select(vec!["straight", "straight", "sns", "lost", "queued"]);
    (
        kind,
        id,
        any_properties(),
        prop::option::of(any_properties()),
        spoilt,
        more,
        way,
    )
        .prop_map(|(kind, physical_id, properties, old, spoilt, more, way)| AnyRequest {
            kind,
            physical_id,
            properties,
            old,
            spoilt,
            more,
            way,
        })
}

/// Good ones with some changed, or anything else.
fn any_properties() -> impl Strategy<Value = Value> {
    let changed = prop::collection::vec(any_property(), 0..4).prop_map(|changes| {
        let mut whole = properties(&json!({"ServiceTimeout": "5"}));
        for (name, value) in changes {
            whole[name] = value;
        }
        whole
    });
    prop_oneof![9 => changed, 1 => any_value()]
}

impl AnyRequest {
    fn request(&self, world: &World) -> Value {
        let mut request = world.request("Create", None, &self.properties, self.old.as_ref());
        request["RequestType"] = self.kind.clone();
        request["PhysicalResourceId"] = self.physical_id.clone();
        for (name, value) in &self.more {
            request[name] = value.clone();
        }
        for (name, value) in &self.spoilt {
            request[*name] = value.clone();
        }
        request
    }

    /// The request within an event, of the ways in which one comes.
    fn event(&self, request: &Value) -> Value {
        let lost = || json!({"requestPayload": request, "responsePayload": {"errorType": "Runtime.ExitError"}});
        match self.way {
            "sns" => {
                json!({"Records": [{"EventVersion": "1.0", "EventSubscriptionArn": "s", "EventSource": "aws:sns", "Sns": {
                    "Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": request.to_string(),
                    "Timestamp": "2026-11-26T10:15:00Z", "SignatureVersion": "1", "Signature": "s", "SigningCertUrl": "u",
                    "UnsubscribeUrl": "u", "MessageAttributes": {},
                }}]})
            }
            "lost" => lost(),
            "queued" => {
                json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": lost().to_string()}]})
            }
            _ => request.clone(),
        }
    }
}

/// Whether there is somebody to answer, by what CloudFormation says of its requests.
fn says_where(request: &Value, world: &World) -> bool {
    let id = request["RequestId"].as_str().unwrap();
    let short = |key: &str| request[key].as_str().is_some_and(|text| text.len() < 1024);
    let physical_id = &request["PhysicalResourceId"];
    request["ResponseURL"] == world.receiver.response_url(id)
        && short("StackId")
        && short("LogicalResourceId")
        && (!physical_id.is_string() || short("PhysicalResourceId"))
}

/// As the receiver takes it: who has named no group can't be told of it.
fn expected(request: &Value) -> Value {
    let mut expected = request.clone();
    if !request["PhysicalResourceId"].is_string() {
        expected["RequestType"] = json!("Create");
    }
    expected
}

#[test]
fn any_request_is_answered_once() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::start(false));
    world.simulator.durations(|durations| {
        durations.create = 20.0;
        durations.delete = 20.0;
        durations.config_update = 20.0;
        durations.version_update = 20.0;
    });
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 300,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&any_request(), |asked| {
        let request = asked.request(&world);
        world.receiver.expect(&expected(&request));
        runtime.block_on(world.deliver(&asked.event(&request)));
        let answers = world.receiver.answers(request["RequestId"].as_str().unwrap());
        prop_assert_eq!(answers.len(), usize::from(says_where(&request, &world)), "{}", request);
        prop_assert_eq!(world.receiver.violations(), Vec::<String>::new());
        Ok(())
    });
    checked.unwrap();
    assert!(world.called("CreateNodegroup"), "no request was good");
}
