//! The process dies before and after every call of every operation, and the event is delivered again: one valid answer,
//! and exactly one node group. Also replays, and duplicates that are delivered while the first runs.

mod support;

use serde_json::{Value, json};
use support::world::{Death, World};

/// What an operation starts from, what is asked, and which groups there are afterwards.
struct CrashCase {
    name: &'static str,
    before: fn() -> Option<Value>,
    stack: &'static str,
    kind: &'static str,
    properties: fn() -> Value,
    old: fn() -> Value,
    status: &'static str,
    groups: usize,
}

const OPERATIONS: [CrashCase; 5] = [
    CrashCase {
        name: "create",
        before: || None,
        stack: "CREATE_IN_PROGRESS",
        kind: "Create",
        properties: plain,
        old: plain,
        status: "SUCCESS",
        groups: 1,
    },
    CrashCase {
        name: "update",
        before: || Some(plain()),
        stack: "UPDATE_IN_PROGRESS",
        kind: "Update",
        properties: changed,
        old: plain,
        status: "SUCCESS",
        groups: 1,
    },
    // The old group is CloudFormation's to delete afterwards.
    CrashCase {
        name: "replacement",
        before: || Some(plain()),
        stack: "UPDATE_IN_PROGRESS",
        kind: "Update",
        properties: spot,
        old: plain,
        status: "SUCCESS",
        groups: 2,
    },
    CrashCase {
        name: "rollback",
        before: || Some(changed()),
        stack: "UPDATE_ROLLBACK_IN_PROGRESS",
        kind: "Update",
        properties: plain,
        old: changed,
        status: "SUCCESS",
        groups: 1,
    },
    CrashCase {
        name: "delete",
        before: || Some(plain()),
        stack: "DELETE_IN_PROGRESS",
        kind: "Delete",
        properties: plain,
        old: plain,
        status: "SUCCESS",
        groups: 0,
    },
];

fn plain() -> Value {
    json!({
        "ServiceToken": "arn", "ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::123456789012:role/node",
        "Subnets": ["subnet-1", "subnet-2"], "Version": "1.33",
        "ScalingConfig": {"MinSize": "1", "MaxSize": "3", "DesiredSize": "2"},
    })
}

fn changed() -> Value {
    let mut properties = plain();
    properties["Version"] = json!("1.34");
    properties["Labels"] = json!({"a": "b"});
    properties["Tags"] = json!({"t": "1"});
    properties["ScalingConfig"]["MaxSize"] = json!("4");
    properties
}

fn spot() -> Value {
    let mut properties = plain();
    properties["CapacityType"] = json!("SPOT");
    properties
}

/// A world in which the operation's request is about to be delivered.
async fn begin(operation: &CrashCase, step_functions: bool) -> (World, Value) {
    let world = World::start(step_functions).await;
    let mut id = None;
    if let Some(before) = (operation.before)() {
        // The service makes groups of the cluster's version only; the one from before was made when that was older.
        world.cluster_runs(before["Version"].as_str().unwrap());
        let answer = world.answer(&world.request("Create", None, &before, None)).await;
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        id = answer["PhysicalResourceId"].as_str().map(str::to_owned);
    }
    world.cluster_runs(if operation.name == "create" || operation.name == "replacement" {
        "1.33"
    } else {
        "1.34"
    });
    world.stack_is(operation.stack);
    let old = (operation.old)();
    let old = (operation.kind == "Update").then_some(&old);
    let request = world.request(operation.kind, id.as_deref(), &(operation.properties)(), old);
    (world, request)
}

/// Plays one operation with one death in it, and gives the calls that the function made.
async fn play(operation: &CrashCase, step_functions: bool, death: Death) -> usize {
    let (world, request) = begin(operation, step_functions).await;
    world.die(death);
    let answer = world.answer(&request).await;
    let calls = world.function.cloud.made.lock().unwrap().len();
    let what = format!("{} {death:?} step functions: {step_functions}", operation.name);
    assert_eq!(answer["Status"], operation.status, "{what}: {answer}");
    assert_eq!(world.groups().len(), operation.groups, "{what}: {:?}", world.groups());

    // A replay, as after a crash behind the answer, changes nothing and says the same.
    world.deliver(&request).await;
    assert_eq!(
        world.groups().len(),
        operation.groups,
        "{what}, replayed: {:?}",
        world.groups()
    );
    // A death behind a hand-over makes two that go on: each answers, and the receiver sees that they say the same.
    assert!(
        world.receiver.answers(request["RequestId"].as_str().unwrap()).len() >= 2,
        "{what}"
    );
    world.receiver.assert_clean();
    calls
}

async fn die_everywhere(operation: &CrashCase) {
    for step_functions in [false, true] {
        // How many calls there are depends on how often the operation was looked at; the first of each kind come early.
        let calls = play(operation, step_functions, Death::Never).await.min(30);
        let deaths = (1..=calls).flat_map(|call| [Death::Before(call), Death::After(call)]);
        for death in deaths {
            play(operation, step_functions, death).await;
        }
    }
}

#[tokio::test]
async fn a_create_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[0]).await;
}

#[tokio::test]
async fn an_update_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[1]).await;
}

#[tokio::test]
async fn a_replacement_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[2]).await;
}

#[tokio::test]
async fn a_rollback_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[3]).await;
}

#[tokio::test]
async fn a_delete_survives_a_death_at_every_call() {
    die_everywhere(&OPERATIONS[4]).await;
}

#[tokio::test]
async fn a_duplicate_while_the_first_runs_changes_nothing() {
    for operation in &OPERATIONS {
        let (world, request) = begin(operation, false).await;
        let (first, _) = tokio::join!(world.answer(&request), world.answer(&request));
        assert_eq!(first["Status"], operation.status, "{}: {first}", operation.name);
        assert_eq!(
            world.groups().len(),
            operation.groups,
            "{}: {:?}",
            operation.name,
            world.groups()
        );
        world.receiver.assert_clean();
    }
}
