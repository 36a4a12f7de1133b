//! The process dies before and after every call of every request by event, the telling among them, and the event is delivered
//! again: one outcome, and what is there is as it was asked.

mod support;

use serde_json::{Value, json};
use support::world::{Death, World};

/// What is there before, what is asked, how it ends, and how many groups there are then.
struct CrashCase {
    name: &'static str,
    before: bool,
    detail: fn() -> Value,
    trouble: fn(&World),
    fails: bool,
    /// How often it is delivered once more in the end.
    replays: usize,
    end: &'static str,
    groups: usize,
}

const OPERATIONS: [CrashCase; 6] = [
    CrashCase {
        name: "create",
        before: false,
        detail: || asks("Create", &[]),
        trouble: |_| {},
        fails: false,
        replays: 1,
        end: "ManagedNodeGroup Ready",
        groups: 1,
    },
    CrashCase {
        name: "update",
        before: true,
        detail: || asks("Update", &[("Labels", json!({"a": "b"})), ("DiskSize", json!(30))]),
        trouble: |_| {},
        fails: false,
        replays: 1,
        end: "ManagedNodeGroup Ready",
        groups: 1,
    },
    CrashCase {
        name: "delete",
        before: true,
        detail: || json!({"RequestType": "Delete", "LogicalResourceId": "Nodes", "ResourceProperties": {"ClusterName": "my-cluster"}}),
        trouble: |_| {},
        fails: false,
        replays: 1,
        end: "ManagedNodeGroup Deleted",
        groups: 0,
    },
    CrashCase {
        name: "bad update",
        before: true,
        detail: || asks("Update", &[("CapacityType", json!("SPOT"))]),
        trouble: |_| {},
        fails: true,
        replays: 1,
        end: "ManagedNodeGroup Failed",
        groups: 1,
    },
    CrashCase {
        name: "create that fails",
        before: false,
        detail: || asks("Create", &[]),
        trouble: |world| world.always_fails("Create", "NodeCreationFailure", "no join", "i-1"),
        fails: true,
        // The service takes the token of before for an answer of before, and says nothing of a group that is gone.
        replays: 0,
        end: "ManagedNodeGroup Failed",
        groups: 0,
    },
    CrashCase {
        name: "create that is refused",
        before: false,
        detail: || asks("Create", &[]),
        trouble: |world| world.faults("CreateNodegroup", u32::MAX, 400, "InvalidParameterException"),
        fails: true,
        replays: 1,
        end: "ManagedNodeGroup Failed",
        groups: 0,
    },
];

fn asks(kind: &str, changes: &[(&str, Value)]) -> Value {
    let mut properties = json!({
        "ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::123456789012:role/node", "Subnets": ["subnet-1", "subnet-2"],
        "ScalingConfig": {"MinSize": 1, "MaxSize": 3, "DesiredSize": 2},
    });
    for (key, value) in changes {
        properties[key] = value.clone();
    }
    json!({"RequestType": kind, "LogicalResourceId": "Nodes", "ResourceProperties": properties})
}

/// Plays one operation with one death in it, and gives how many calls the function made.
async fn play(operation: &CrashCase, step_functions: bool, death: Death) -> usize {
    let world = World::start_with_bus(step_functions).await;
    if operation.before {
        let made = world.outcome(&world.sent(30, &asks("Create", &[]))).await;
        assert_eq!(made.0, "ManagedNodeGroup Ready", "{made:?}");
    }
    let event = world.sent(10, &(operation.detail)());
    (operation.trouble)(&world);
    world.die(death);
    let outcome = world.outcome(&event).await;
    let calls = world.function.cloud.made.lock().unwrap().len();
    let what = format!("{} {death:?} step functions: {step_functions}", operation.name);
    assert_eq!(outcome.0, operation.end, "{what}: {outcome:?}");
    assert_eq!(world.groups().len(), operation.groups, "{what}: {:?}", world.groups());
    let left = world.function.cloud.ec2.all();
    assert_eq!(left.is_empty(), operation.groups == 0, "{what}: {left:?}");
    let reason = outcome.1["Reason"].as_str().unwrap_or_default();
    let untrue = ["could not remove what", "by somebody else"];
    assert!(!untrue.iter().any(|words| reason.contains(words)), "{what}: {reason}");

    // A replay, as after a crash behind the outcome, changes nothing and says the same.
    for _ in 0..operation.replays {
        world.deliver(&event).await;
        assert_eq!(world.groups().len(), operation.groups, "{what}, replayed");
        let left = world.function.cloud.ec2.all();
        assert_eq!(left.is_empty(), operation.groups == 0, "{what}, replayed: {left:?}");
        assert!(world.ends_of(&event).len() >= 2 || operation.fails, "{what}");
    }
    world.assert_well_told();
    calls
}

async fn die_everywhere(operation: &CrashCase) {
    for step_functions in [false, true] {
        let calls = play(operation, step_functions, Death::Never).await.min(22);
        for death in (1..=calls).flat_map(|call| [Death::Before(call), Death::After(call)]) {
            play(operation, step_functions, death).await;
        }
    }
}

#[tokio::test]
async fn a_create_by_event_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[0]).await;
}

#[tokio::test]
async fn an_update_by_event_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[1]).await;
}

#[tokio::test]
async fn a_delete_by_event_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[2]).await;
}

#[tokio::test]
async fn a_refusal_by_event_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[3]).await;
}

#[tokio::test]
async fn a_failing_create_by_event_leaves_nothing_whatever_dies() {
    die_everywhere(&OPERATIONS[4]).await;
}

#[tokio::test]
async fn a_refused_create_by_event_leaves_nothing_whatever_dies() {
    die_everywhere(&OPERATIONS[5]).await;
}
