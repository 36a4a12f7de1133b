//! Requests by event: what each kind means, late, twice and out of order, and how it is told.

mod support;

use std::sync::atomic::Ordering;

use mng_aws::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use support::asking::{asks, delete, failed, properties, ready};
use support::world::World;

/// Whoever knows neither physical id nor properties finds the group again.
#[tokio::test]
async fn a_group_lives_by_events() {
    for step_functions in [false, true] {
        let world = World::start_with_bus(step_functions).await;
        let create = world.sent(30, &asks("Create", &json!({})));
        let id = ready(&world.outcome(&create).await);
        assert!(id.starts_with("my-cluster/Nodes-"), "{id}");
        assert_eq!(world.steps_of(&create["id"]), ["Ec2", "Create", "Tags"]);
        let tags = world.group(&id)["tags"].clone();
        let told = format!(
            "{} {}",
            create["time"].as_str().unwrap(),
            create["id"].as_str().unwrap()
        );
        assert_eq!(tags["managed-node-group:stack-id"], "event:123456789012:com.example");
        assert_eq!(tags["managed-node-group:requested"], told);
        assert_eq!(tags.as_object().unwrap().len(), 3, "{tags}");

        // The sizes are as they are stated, for nobody says what they were before.
        world.autoscaler_moves(&id, 3);
        let update = world.sent(20, &asks("Update", &json!({"Labels": {"a": "b"}})));
        assert_eq!(ready(&world.outcome(&update).await), id);
        let group = world.group(&id);
        assert_eq!(
            (&group["labels"], &group["scalingConfig"]["desiredSize"]),
            (&json!({"a": "b"}), &json!(2))
        );

        let gone = world.sent(10, &delete());
        let outcome = world.outcome(&gone).await;
        assert_eq!(outcome.0, "ManagedNodeGroup Deleted", "{outcome:?}");
        assert_eq!(outcome.1["PhysicalResourceId"], id.as_str());
        assert!(world.groups().is_empty() && world.function.cloud.ec2.all().is_empty());
        assert!(!format!("{:?}", world.heard()).contains("a-secret"));
        assert!(
            !world.function.cloud.made.lock().unwrap().contains(&"DescribeStack"),
            "a stack was asked that there isn't"
        );
        world.assert_well_told();
    }
}

/// Old properties tell which tags were the sender's, and that the size is the autoscaler's.
#[tokio::test]
async fn old_properties_tell_what_goes() {
    let world = World::start_with_bus(false).await;
    let old = properties(&json!({"Tags": {"mine": "1"}}));
    let mut create = asks("Create", &json!({}));
    create["ResourceProperties"] = old.clone();
    let id = ready(&world.outcome(&world.sent(30, &create)).await);
    world.autoscaler_moves(&id, 3);
    let mut update = asks("Update", &json!({}));
    assert_eq!(ready(&world.outcome(&world.sent(20, &update)).await), id);
    assert_eq!(
        world.group(&id)["tags"]["mine"],
        "1",
        "without them a tag may be anybody's"
    );
    world.autoscaler_moves(&id, 3);
    update["OldResourceProperties"] = old;
    update["PhysicalResourceId"] = json!(id);
    assert_eq!(ready(&world.outcome(&world.sent(10, &update)).await), id);
    let group = world.group(&id);
    assert_eq!(
        (group["tags"].get("mine"), &group["scalingConfig"]["desiredSize"]),
        (None, &json!(3))
    );
    world.assert_well_told();
}

#[tokio::test]
async fn a_create_takes_up_what_is_there_and_replaces_nothing() {
    let world = World::start_with_bus(false).await;
    let id = ready(&world.outcome(&world.sent(30, &asks("Create", &json!({})))).await);
    let again = world.sent(20, &asks("Create", &json!({"Labels": {"a": "b"}})));
    assert_eq!(ready(&world.outcome(&again).await), id);
    assert_eq!(world.group(&id)["labels"], json!({"a": "b"}));
    for kind in ["Create", "Update"] {
        let other = world.sent(10, &asks(kind, &json!({"CapacityType": "SPOT"})));
        let reason = failed(&world.outcome(&other).await, "needs-new-group");
        assert!(
            reason.contains(&format!(
                "changing CapacityType needs a new node group in place of {id}"
            )),
            "{reason}"
        );
    }
    assert_eq!(world.groups().len(), 1);
    world.assert_well_told();
}

#[tokio::test]
async fn an_update_of_nothing_makes_nothing() {
    let world = World::start_with_bus(false).await;
    let update = world.sent(10, &asks("Update", &json!({})));
    failed(&world.outcome(&update).await, "nothing-to-change");
    assert!(world.groups().is_empty());
    world.assert_well_told();
}

/// Nobody else would: there is no stack to roll back.
#[tokio::test]
async fn a_create_that_fails_clears_up_after_itself() {
    for step_functions in [false, true] {
        let world = World::start_with_bus(step_functions).await;
        world.fails("Create", "NodeCreationFailure", "no join", "i-1");
        let create = world.sent(10, &asks("Create", &json!({})));
        let reason = failed(&world.outcome(&create).await, "NodeCreationFailure");
        assert!(!reason.contains("could not remove what"), "{reason}");
        assert!(
            world.groups().is_empty() && world.function.cloud.ec2.all().is_empty(),
            "{:?}",
            world.groups()
        );
        world.assert_well_told();
    }
}

/// What ran before a failed request runs after it.
#[tokio::test]
async fn what_was_there_stays_when_a_request_fails() {
    let world = World::start_with_bus(false).await;
    let id = ready(&world.outcome(&world.sent(30, &asks("Create", &json!({})))).await);
    for kind in ["Create", "Update"] {
        world.fails("VersionUpdate", "NodeCreationFailure", "no join", "i-1");
        let other = world.sent(20, &asks(kind, &json!({"DiskSize": 30, "Labels": {"kind": kind}})));
        failed(&world.outcome(&other).await, "NodeCreationFailure");
        assert_eq!(world.group(&id)["status"], "ACTIVE");
    }
    world.assert_well_told();
}

#[tokio::test]
async fn what_comes_out_of_order_changes_nothing() {
    let world = World::start_with_bus(false).await;
    let id = ready(&world.outcome(&world.sent(30, &asks("Create", &json!({})))).await);
    let late = [
        asks("Update", &json!({"Labels": {"late": "1"}})),
        delete(),
        asks("Create", &json!({"Labels": {"late": "1"}})),
    ];
    let late = late.map(|detail| world.sent(20, &detail));
    ready(
        &world
            .outcome(&world.sent(10, &asks("Update", &json!({"Labels": {"a": "b"}}))))
            .await,
    );
    for event in late {
        let reason = failed(&world.outcome(&event).await, "superseded");
        assert!(reason.starts_with("superseded by event 11111111-"), "{reason}");
    }
    assert_eq!(world.group(&id)["labels"], json!({"a": "b"}));
    world.assert_well_told();
}

#[tokio::test]
async fn what_comes_too_late_is_told_so() {
    let world = World::start_with_bus(false).await;
    for (ago, timeout) in [(3700, json!(3600)), (90, json!("60")), (86_400, Value::Null)] {
        let event = world.sent(ago, &asks("Create", &json!({"ServiceTimeout": timeout})));
        let reason = failed(&world.outcome(&event).await, "too-late");
        assert!(reason.contains(event["time"].as_str().unwrap()), "{reason}");
    }
    assert!(world.changes().is_empty(), "{:?}", world.changes());
    world.assert_well_told();
}

/// Two that are delivered side by side, and one that comes when all is over. Each is followed to its end.
#[tokio::test]
async fn the_same_event_twice_is_one_request() {
    for step_functions in [false, true] {
        let world = World::start_with_bus(step_functions).await;
        let create = world.sent(30, &asks("Create", &json!({})));
        tokio::join!(world.deliver(&create), world.deliver(&create));
        let ends = world.ends_of(&create).len();
        world.deliver(&create).await;
        assert_eq!((world.groups().len(), world.ends_of(&create).len()), (1, ends + 1));
        let gone = world.sent(10, &delete());
        tokio::join!(world.deliver(&gone), world.deliver(&gone));
        let ends = world.ends_of(&gone).len();
        world.deliver(&gone).await;
        assert_eq!((world.groups().len(), world.ends_of(&gone).len()), (0, ends + 1));
    }
}

#[tokio::test]
async fn a_bad_request_is_told_to_its_sender() {
    let world = World::start_with_bus(false).await;
    let mut bad = asks("Destroy", &json!({}));
    bad["ResponseURL"] = json!("https://example.com/?X-Amz-Signature=secret");
    let bad = world.sent(10, &bad);
    let reason = failed(&world.outcome(&bad).await, "bad-request");
    assert!(
        reason.contains("2 problem(s)") && reason.contains("RequestType") && reason.contains("ResponseURL"),
        "{reason}"
    );

    let unknown = world.sent(10, &asks("Create", &json!({"MaxSize": 3, "NodeRole": "role"})));
    failed(&world.outcome(&unknown).await, "unknown-property");
    let mut unnamed = delete();
    unnamed["ResourceProperties"]["NodegroupName"] = json!(["n"]);
    failed(&world.outcome(&world.sent(10, &unnamed)).await, "wrong-kind");
    assert!(world.changes().is_empty(), "{:?}", world.changes());
    world.assert_well_told();
}

/// Each would be answered by another for ever.
#[tokio::test]
async fn the_functions_own_events_are_no_requests() {
    let world = World::start_with_bus(false).await;
    let mut own = world.sent(10, &asks("Create", &json!({})));
    own["source"] = json!("managed-node-group");
    world.deliver(&own).await;
    assert!(world.heard().is_empty() && world.groups().is_empty());
}

/// Nobody could be told what became of it.
#[tokio::test]
async fn without_a_bus_no_event_is_carried_out() {
    let world = World::start(false).await;
    let create = world.sent(10, &asks("Create", &json!({})));
    world.deliver(&create).await;
    assert!(world.groups().is_empty() && world.heard().is_empty());
}

/// A group of one sender is nobody else's, whatever they know of it.
#[tokio::test]
async fn another_senders_group_is_not_touched() {
    let world = World::start_with_bus(false).await;
    let named = json!({"NodegroupName": "n"});
    let id = ready(&world.outcome(&world.sent(30, &asks("Create", &named))).await);
    let before = world.group(&id);
    for (key, value) in [("source", "com.other"), ("account", "999999999999")] {
        for kind in ["Create", "Update"] {
            let mut other = world.sent(10, &asks(kind, &json!({"NodegroupName": "n", "Labels": {"a": "b"}})));
            other[key] = json!(value);
            failed(&world.outcome(&other).await, "");
        }
        let mut gone = delete();
        gone["PhysicalResourceId"] = json!(id);
        let mut gone = world.sent(10, &gone);
        gone[key] = json!(value);
        let reason = failed(&world.outcome(&gone).await, "");
        assert!(reason.contains("exists and isn't this resource's"), "{reason}");
    }
    assert_eq!(world.group(&id), before);
    world.assert_well_told();
}

/// The tag that tells which event a group follows is another each time, and instances have none of it: nothing is rolled.
#[tokio::test]
async fn another_event_for_the_same_rolls_no_node() {
    let world = World::start_with_bus(false).await;
    let wanted = json!({"PropagateTags": true, "Tags": {"env": "prod"}});
    let id = ready(&world.outcome(&world.sent(30, &asks("Create", &wanted))).await);
    let version = |world: &World| world.group(&id)["launchTemplate"]["version"].clone();
    let before = version(&world);
    for (ago, kind) in [(20, "Create"), (10, "Update")] {
        ready(&world.outcome(&world.sent(ago, &asks(kind, &wanted))).await);
        assert_eq!(version(&world), before, "{kind}");
    }
    world.assert_well_told();
}

/// A group that followed it would follow no other request until then.
#[tokio::test]
async fn a_request_of_next_year_is_refused() {
    let world = World::start_with_bus(false).await;
    for (time, expected) in [("2999-01-01T00:00:00Z", "bad-request"), ("now", "")] {
        let mut request = world.sent(0, &asks("Create", &json!({})));
        if time != "now" {
            request["time"] = json!(time);
            let reason = failed(&world.outcome(&request).await, expected);
            assert!(reason.contains("leave Time out"), "{reason}");
        } else {
            ready(&world.outcome(&request).await);
        }
    }
}

/// Five times in one invocation; then the invocation fails, and whoever invoked tries it again. The first of all is `Requested`,
/// which nobody waits for.
#[tokio::test]
async fn an_outcome_that_is_not_taken_is_sent_again() {
    for (in_vain, sent) in [(1 + 4, true), (1 + 5, false)] {
        let world = World::start_with_bus(false).await;
        let gone = world.sent(10, &delete());
        world.function.cloud.deaf.store(in_vain, Ordering::SeqCst);
        let end = world
            .function
            .handle(gone.clone(), SystemClock.now_millis() + 60_000)
            .await;
        assert_eq!(
            (end.is_ok(), world.ends_of(&gone).len()),
            (sent, usize::from(sent)),
            "{in_vain}"
        );
        assert_eq!(world.outcome(&gone).await.0, "ManagedNodeGroup Deleted");
        world.assert_well_told();
    }
}

/// The bus is beside the answer of a stack's request, never in its way.
#[tokio::test]
async fn a_stacks_request_is_answered_first_and_told_too() {
    let world = World::start_with_bus(false).await;
    let request = world.request("Create", None, &properties(&json!({})), None);
    let answer = world.answer(&request).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    let kinds: Vec<String> = world
        .heard()
        .into_iter()
        .map(|(kind, _)| kind.replace("ManagedNodeGroup ", ""))
        .collect();
    assert_eq!(kinds, ["Requested", "Progressing", "Progressing", "Ready"]);
    let (_, last) = world.heard().pop().unwrap();
    assert_eq!(
        (&last["StackId"], &last["PhysicalResourceId"]),
        (&request["StackId"], &answer["PhysicalResourceId"])
    );
    assert_eq!(last["Data"], answer["Data"]);

    world.function.cloud.deaf.store(usize::MAX, Ordering::SeqCst);
    let id = answer["PhysicalResourceId"].as_str();
    let request = world.request("Delete", id, &properties(&json!({})), None);
    let answer = world.answer(&request).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    let deaf = usize::MAX - world.function.cloud.deaf.load(Ordering::SeqCst);
    assert_eq!(deaf, 1, "what can't be told isn't tried at each step");
    world.assert_well_told();
}

/// What has failed for good is told too.
#[tokio::test]
async fn the_last_resort_tells_who_asked() {
    let world = World::start_with_bus(false).await;
    let failure = json!({"errorType": "Runtime.ExitError", "errorMessage": "signal: killed"});
    for detail in [
        asks("Create", &json!({})),
        asks("Update", &json!({})),
        delete(),
        json!({"RequestType": "x"}),
    ] {
        let event = world.sent(10, &detail);
        let record = json!({"requestPayload": event, "responsePayload": failure});
        let queued = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": record.to_string()}]});
        failed(&world.outcome_of(&queued, &event).await, "");
    }
    assert!(world.simulator.requests().is_empty(), "the last resort called EKS");
    world.assert_well_told();
}

/// EventBridge puts what it can't deliver into the function's queue as it is.
#[tokio::test]
async fn what_comes_by_way_of_the_queue_is_taken_up() {
    let world = World::start_with_bus(false).await;
    let create = world.sent(10, &asks("Create", &json!({})));
    let queued = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": create.to_string()}]});
    ready(&world.outcome_of(&queued, &create).await);
    world.assert_well_told();
}
