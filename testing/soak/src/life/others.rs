//! What others have, and what they do meanwhile: an autoscaler, an operator with a console, and EKS itself.

use std::sync::Arc;

use fastrand::Rng;
use serde_json::json;
use simulator::{OutcomeRule, SimulatedOutcome};

use crate::faults::pick;
use crate::judge::Verdicts;
use crate::world::{CLUSTER, World, text};

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
        outcome: SimulatedOutcome::Fail {
            status: status.map(str::to_owned),
            issues: vec![issue],
        },
        times: 1,
    });
}

/// What somebody does to the group that the stack has recorded, between two of its operations.
pub fn meddle(world: &Arc<World>, dice: &mut Rng, verdicts: &mut Verdicts, id: Option<&str>) {
    let Some((id, name)) = id.and_then(|id| Some((id, id.split_once('/')?.1))) else {
        return;
    };
    if dice.u8(..3) == 0 {
        scale(world, dice, name);
    }
    let (what, changes) = match dice.u8(..16) {
        0 | 1 => ("somebody tags the group", json!({"tags": {"seen": "yes"}})),
        2 | 3 => ("somebody labels the group", json!({"labels": {"by-hand": "yes"}})),
        4 | 5 if world.ec2.all().contains(&format!("launch-template {id}")) => {
            world.count("launch templates that a cleaner stripped");
            world.ec2.strip_template(id);
            ("a cleaner strips the launch template", json!({}))
        }
        _ => return,
    };
    world.tell(&format!("others: {what}, {name}"));
    world.count("changes by others");
    verdicts.disturbed = true;
    world.simulator.patch_node_group(CLUSTER, name, changes);
}

/// An autoscaler moves the size within its bounds.
fn scale(world: &World, dice: &mut Rng, name: &str) {
    let group = world.simulator.node_group(CLUSTER, name);
    let scaling = &group["scalingConfig"];
    let bounds = scaling["minSize"].as_i64().zip(scaling["maxSize"].as_i64());
    let Some((min, max)) = bounds.filter(|_| text(&group, "status") == "ACTIVE") else {
        return;
    };
    let size = dice.i64(min..=max);
    world.tell(&format!("others: an autoscaler moves {name} to {size}"));
    world.count("sizes that an autoscaler moved");
    world
        .simulator
        .patch_node_group(CLUSTER, name, json!({"scalingConfig": {"desiredSize": size}}));
}
