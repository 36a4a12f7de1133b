//! What others have, and what they do meanwhile: an autoscaler, an operator with a console, and EKS itself.

use std::sync::Arc;

use fastrand::Rng;
use serde_json::{Value, json};
use simulator::{Outcome, OutcomeRule};

use crate::faults::pick;
use crate::judge::Verdicts;
use crate::world::{CLUSTER, World, text};

/// The tag by which a group is known to be of the stack.
const STACK_TAG: &str = "managed-node-group:stack-id";

/// What was there before the stack, one of it perhaps under the name that the resource asks for.
pub fn settle_in(world: &World, dice: &mut Rng) {
    let mut names = vec!["others"];
    if dice.u8(..12) == 0 {
        names.push("workers");
    }
    for name in names {
        world.simulator.put_node_group(
            json!({"clusterName": CLUSTER, "nodegroupName": name, "tags": {"owner": "somebody else"}, "labels": {"a": "b"}}),
        );
    }
    world.ec2.foreign_template("others");
}

/// EKS takes the next operation of this kind, and fails it.
pub fn forebode(world: &World, dice: &mut Rng, operation: &str) {
    if dice.u8(..6) != 0 {
        return;
    }
    let status = pick(dice, &[None, None, Some("DEGRADED")]).filter(|_| operation == "Create");
    world.tell(&format!("EKS: the next {operation} will fail"));
    world.count(format!("operations that EKS fails: {operation}"));
    let issue = json!({"code": "NodeCreationFailure", "message": "chosen by the seed", "resourceIds": ["i-1"]});
    world.simulator.outcome(OutcomeRule {
        operation: operation.to_owned(),
        nodegroup: "*".to_owned(),
        outcome: Outcome::Fail {
            status: status.map(str::to_owned),
            issues: vec![issue],
        },
        times: 1,
    });
}

/// One thing that somebody does to a group of the stack between two of its operations.
pub fn meddle(world: &Arc<World>, dice: &mut Rng, verdicts: &mut Verdicts) {
    let groups = ours(world);
    let Some(group) = groups.first().filter(|_| dice.u8(..4) == 0) else {
        return;
    };
    let name = text(group, "nodegroupName").to_owned();
    let (what, changes) = match dice.u8(..3) {
        0 => (
            "an autoscaler moves the size",
            json!({"scalingConfig": {"minSize": 1, "maxSize": 9, "desiredSize": 3}}),
        ),
        1 => ("somebody tags the group", json!({"tags": {"seen": "yes"}})),
        _ => ("somebody labels the group", json!({"labels": {"by-hand": "yes"}})),
    };
    world.tell(&format!("others: {what}, {name}"));
    world.count("changes by others");
    verdicts.disturbed = true;
    world.simulator.patch_node_group(CLUSTER, &name, changes);
}

/// The oldest first: by their names they would be in another order each time.
fn ours(world: &World) -> Vec<Value> {
    let mut all = world.simulator.node_groups();
    all.retain(|group| group["tags"].get(STACK_TAG).is_some());
    let made = |group: &Value| group["createdAt"].as_f64().unwrap_or_default();
    all.sort_by(|one, other| made(one).total_cmp(&made(other)));
    all
}
