//! `ScalingConfig`, with eksctl's own rules for what isn't stated.

use serde_json::{Value, json};

use super::group::EksctlGroup;

/// How many nodes eksctl makes when nobody says.
const DEFAULT_NODES: i32 = 2;

/// The least is what is wanted, the most too, and at least one; wanted is the least.
pub fn scaling(group: &EksctlGroup) -> Value {
    let (least, most) = (group.number("minSize"), group.number("maxSize"));
    let wanted = group.number("desiredCapacity");
    let least = least.or(wanted).unwrap_or(DEFAULT_NODES);
    let most = most.unwrap_or_else(|| wanted.unwrap_or(least).max(1));
    json!({"MinSize": least, "MaxSize": most, "DesiredSize": wanted.unwrap_or(least)})
}
