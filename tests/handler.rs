//! The guards: what can't be read, what panics, what failed for good. Each leads to one valid answer.

mod support;

use mng_aws::clock::Clock;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use support::world::World;

fn create<K: Clock>(world: &World<K>) -> Value {
    let properties = json!({"ServiceToken": "arn", "ClusterName": "my-cluster", "NodegroupName": "n", "NodeRole": "arn:aws:iam::1:role/n", "Subnets": ["subnet-1"]});
    world.request("Create", None, &properties, None)
}

fn id(request: &Value) -> &str {
    request["RequestId"].as_str().unwrap()
}

#[tokio::test]
async fn an_unreadable_request_is_answered_if_it_says_where() {
    let world = World::start(false).await;
    let mut unreadable = create(&world);
    unreadable["RequestType"] = json!("Destroy");
    world.receiver.expect(&unreadable);
    let answer = world.answer(&unreadable).await;
    assert!(answer["Reason"].as_str().unwrap().contains("can't be read"), "{answer}");
    for nobody in [json!("text"), json!(null), json!([1]), json!({"RequestType": "Create"})] {
        world.deliver(&nobody).await;
    }
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_response_url_that_is_not_cloudformations_is_never_called() {
    let world = World::start(false).await;
    let mut foreign = create(&world);
    foreign["ResponseURL"] = json!("https://example.com/collect");
    world.deliver(&foreign).await;
    assert!(world.groups().is_empty(), "a request from nobody was carried out");
    assert!(world.receiver.answers(id(&foreign)).is_empty());
}

/// One that can't be answered, one that is nonsense, and one whose answer isn't taken leave no other without its own.
#[tokio::test]
async fn each_message_of_a_batch_is_answered() {
    let world = World::start(false).await;
    let requests = [create(&world), create(&world), create(&world)];
    let mut bad = requests[1].clone();
    bad["RequestType"] = json!("Destroy");
    let texts = [
        json!("no JSON"),
        requests[0].clone(),
        json!({}),
        bad,
        requests[2].clone(),
    ];
    let record = |message: &Value| {
        let message = message.as_str().map_or_else(|| message.to_string(), str::to_owned);
        json!({"EventVersion": "1.0", "EventSubscriptionArn": "s", "EventSource": "aws:sns", "Sns": {
            "Type": "Notification", "MessageId": "m", "TopicArn": "t", "Message": message, "Timestamp": "2026-11-26T10:15:00Z",
            "SignatureVersion": "1", "Signature": "s", "SigningCertUrl": "u", "UnsubscribeUrl": "u", "MessageAttributes": {},
        }})
    };
    let batch = json!({"Records": texts.iter().map(record).collect::<Vec<_>>()});
    // The first PUT is tried five times in vain: the invocation fails, and is tried again.
    world.receiver.refuse(5, 503);
    world.deliver(&batch).await;
    for request in &requests {
        world.receiver.answer(id(request)).await;
    }
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_panic_is_answered() {
    let world = World::start(false).await;
    world.panics();
    let answer = world.answer(&create(&world)).await;
    assert!(
        answer["Reason"].as_str().unwrap().contains("a mistake of its own"),
        "{answer}"
    );
    // It has created nothing, and names nothing that CloudFormation would delete.
    assert_eq!(answer["PhysicalResourceId"], "Nodes-never-created");
    world.receiver.assert_clean();
}

/// A call that hangs in each pass cuts each of them off before it can see that the time is over.
#[tokio::test]
async fn what_hangs_is_answered_at_the_deadline() {
    let world = World::start(true).await;
    world.hangs();
    for (kind, stage) in [
        ("Create", json!("Converge")),
        ("Delete", json!("Converge")),
        ("Update", json!("RemoveAbandoned")),
        ("Update", json!({"Undo": {"failure": "a role lacks a policy"}})),
    ] {
        let mut request = create(&world);
        request["RequestType"] = json!(kind);
        request["PhysicalResourceId"] = json!("my-cluster/n");
        world.receiver.expect(&request);
        let mut state = json!({"Outcome": "Waiting", "Continuation": world.continuation_of(&request)});
        assert_eq!(world.invoke(&state).await["Outcome"], "Waiting", "there is time left");
        assert!(world.receiver.answers(id(&request)).is_empty());

        state["Continuation"]["history"]["deadline"] = json!(1);
        state["Continuation"]["stage"] = stage;
        assert_eq!(world.invoke(&state).await["Outcome"], "Answered", "{kind}");
        let answer = world.receiver.answer(id(&request)).await;
        let reason = answer["Reason"].as_str().unwrap();
        assert!(reason.contains("ServiceTimeout is over"), "{answer}");
        assert_eq!(answer["PhysicalResourceId"], "my-cluster/n");
    }
    world.receiver.assert_clean();
}

#[tokio::test]
async fn the_last_resort_answers_without_the_engine() {
    let world = World::start(false).await;
    let request = create(&world);
    let record = json!({"requestPayload": request, "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"}});
    let queued = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": record.to_string()}]});
    world.deliver(&queued).await;
    let answer = world.receiver.answer(id(&request)).await;
    assert!(
        answer["Reason"]
            .as_str()
            .unwrap()
            .contains("Runtime.ExitError: signal: killed"),
        "{answer}"
    );

    let request = create(&world);
    world.function.cloud.onward.lock().unwrap().clear();
    let continuation = world.continuation_of(&request);
    let caught =
        json!({"Catch": {"Continuation": continuation, "Failure": {"Error": "Lambda.Unknown", "Cause": "gone"}}});
    world.deliver(&caught).await;
    let answer = world.receiver.answer(id(&request)).await;
    assert!(
        answer["Reason"].as_str().unwrap().contains("Lambda.Unknown: gone"),
        "{answer}"
    );
    assert!(world.simulator.requests().is_empty(), "the last resort called EKS");
    world.receiver.assert_clean();
}

/// A clock that stands still, so many milliseconds after a full second.
struct Still(u64);

impl Clock for Still {
    fn now_millis(&self) -> u64 {
        1_795_699_270_000 + self.0
    }
}

/// A world whose function has this clock, its state after the hand-over to the state machine, and when an invocation ends.
async fn handed_over(millis: u64) -> (World<Still>, Value, u64) {
    let world = World::start(true).await.with_clock(Still(millis));
    let deadline = Still(millis).now_millis() + 900_000;
    let request = create(&world);
    world.function.handle(request, deadline).await.unwrap();
    let state = world.function.cloud.onward.lock().unwrap().pop_front();
    (world, state.unwrap(), deadline)
}

/// Short waits cost more in a state machine than in the function. What the clock shows, scaled, is how long ago the create began.
#[tokio::test]
async fn a_state_machine_waits_only_what_is_long() {
    for (millis, expected) in [(30, "Waiting"), (130, "Answered")] {
        let (world, state, deadline) = handed_over(millis).await;
        let looks = world.simulator.requests().len();
        let end = world.function.handle(state, deadline).await.unwrap();
        assert_eq!(end["Outcome"], expected, "{millis}");
        assert!(world.simulator.requests().len() > looks);
    }
}

/// One good look doesn't forget it: whoever shares the bucket would be back at once.
#[tokio::test]
async fn a_throttle_is_remembered_after_it_is_over() {
    let (world, state, deadline) = handed_over(30).await;
    world.faults("DescribeNodegroup", 1, 429, "ThrottlingException");
    let end = world.function.handle(state, deadline).await.unwrap();
    let progress = &end["Continuation"];
    assert_eq!((&progress["unanswered"], &progress["looks"]), (&json!(0), &json!(3)));
    let apart = progress["apart"].as_f64().unwrap();
    assert!(apart > 0.0 && apart < 6.0, "{progress}");
}

/// JSON of any shape, with words of the protocol in it so that it comes far.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::String),
        "[a-z]{1,70}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let keys = prop_oneof![
            Just("Key".to_owned()),
            Just("Effect".to_owned()),
            Just("MinSize".to_owned()),
            "[A-Za-z]{0,9}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((keys, inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn any_properties() -> impl Strategy<Value = Value> {
    let known = prop::sample::select(vec![
        "ClusterName",
        "NodegroupName",
        "NodeRole",
        "Subnets",
        "AmiType",
        "InstanceTypes",
        "ScalingConfig",
        "Labels",
        "Taints",
        "Tags",
        "Version",
        "LaunchTemplate",
        "UpdateConfig",
        "NodeRepairConfig",
        "ServiceTimeout",
        "WaitFor",
        "Unknown",
    ]);
    prop::collection::vec((known, any_value()), 0..9)
        .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
}

/// Whatever the properties are, there is one well-formed answer; the receiver looks at its bytes.
#[test]
fn any_request_leads_to_one_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let world = runtime.block_on(World::start(false));
    let kinds = prop::sample::select(vec!["Create", "Update", "Delete"]);
    let ids = prop_oneof![Just("my-cluster/n".to_owned()), "\\PC{1,40}"];
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let checked = runner.run(&(kinds, ids, any_properties()), |(kind, id, properties)| {
        let id = (kind != "Create").then_some(id.as_str());
        let request = world.request(kind, id, &properties, Some(&json!({"ScalingConfig": "none"})));
        runtime.block_on(world.answer(&request));
        prop_assert_eq!(world.receiver.violations(), Vec::<String>::new());
        Ok(())
    });
    checked.unwrap();
    assert!(world.groups().is_empty(), "{:?}", world.groups());
}
