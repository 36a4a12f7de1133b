//! What a template says: good properties as they come, and what an update changes of them.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::faults::pick;
use crate::world::CLUSTER;

/// What an update is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateKind {
    /// Nothing forces a new group.
    InPlace,
    /// Something does.
    Replacement,
    /// The cluster has moved on, and the group follows.
    Upgrade,
    /// The function has to refuse it.
    Refused,
    /// The template is again what it was before, where it was another; else as in place.
    Back,
}

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V";

/// Those of a first deployment.
pub fn first(dice: &mut Rng) -> Value {
    let mut properties = json!({
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:nodes-provider", "ClusterName": CLUSTER,
        "NodeRole": "arn:aws:iam::123456789012:role/node", "Subnets": ["subnet-1", "subnet-2"],
    });
    match dice.u8(..4) {
        0 => properties["NodegroupName"] = json!("workers"),
        1 => properties["NodegroupNamePrefix"] = json!("web"),
        _ => {}
    }
    for _ in 0..dice.usize(0..5) {
        change_in_place(dice, &mut properties);
    }
    if dice.u8(..3) == 0 {
        immutable(dice, &mut properties);
    }
    if dice.u8(..10) == 0 {
        properties["WaitFor"] = json!("Submitted");
        remove_what_needs_the_group(&mut properties);
    }
    if let Some(seconds) = pick(dice, &[None, None, Some("3600"), Some("1200"), Some("2400")]) {
        properties["ServiceTimeout"] = json!(seconds);
    }
    properties
}

/// What an update asks for in place of `before`.
pub fn changed(dice: &mut Rng, before: &Value, change: UpdateKind) -> Value {
    let mut properties = before.clone();
    for _ in 0..20 {
        match change {
            UpdateKind::InPlace | UpdateKind::Back => change_in_place(dice, &mut properties),
            UpdateKind::Replacement => immutable(dice, &mut properties),
            UpdateKind::Upgrade => upgrade(dice, &mut properties),
            UpdateKind::Refused => spoil(dice, &mut properties),
        }
        // CloudFormation sends no Update where nothing is changed.
        if properties != *before {
            break;
        }
    }
    // What was spoilt may not be mended.
    if change != UpdateKind::Refused && dice.bool() {
        change_in_place(dice, &mut properties);
    }
    properties
}

fn change_in_place(dice: &mut Rng, properties: &mut Value) {
    let number = dice.u8(1..5);
    match dice.u8(..14) {
        0 => properties["Labels"] = json!({"team": format!("t{number}")}),
        1 => properties["Labels"] = json!({"tier": "web", "spot": "false"}),
        2 => {
            properties["Taints"] = json!([{"Key": "dedicated", "Value": format!("v{number}"), "Effect": "NO_SCHEDULE"}])
        }
        3 => remove(properties, "Taints"),
        4 => properties["Tags"] = json!({"cost": format!("c{number}")}),
        5 => properties["ScalingConfig"] = sizes(number),
        6 => properties["UpdateConfig"] = json!({"MaxUnavailablePercentage": "33"}),
        7 => properties["DiskSize"] = json!((20 + 10 * u32::from(number)).to_string()),
        8 => properties["BlockPodImds"] = json!("true"),
        9 => properties["RemoteAccess"] = remote_access(dice),
        10 => remove(properties, "RemoteAccess"),
        11 => properties["ClusterAutoscaler"] = json!("true"),
        12 => properties["WaitFor"] = json!(pick(dice, &["Active", "NodesReady", "Submitted"])),
        _ => properties["SuspendProcesses"] = json!(["AZRebalance"]),
    }
    if properties["WaitFor"] == "Submitted" {
        remove_what_needs_the_group(properties);
    }
}

/// Both are of an Auto Scaling group, which isn't there when nobody waits for it.
fn remove_what_needs_the_group(properties: &mut Value) {
    for needless in ["ClusterAutoscaler", "SuspendProcesses"] {
        remove(properties, needless);
    }
}

fn sizes(number: u8) -> Value {
    json!({"MinSize": "1", "MaxSize": (number + 3).to_string(), "DesiredSize": number.to_string()})
}

fn remote_access(dice: &mut Rng) -> Value {
    if dice.bool() {
        json!({"PublicKey": KEY, "SourceSecurityGroups": ["sg-1"]})
    } else {
        json!({"Ec2SshKey": "operators", "SourceSecurityGroups": ["sg-1", "sg-2"]})
    }
}

fn immutable(dice: &mut Rng, properties: &mut Value) {
    match dice.u8(..6) {
        5 if properties["NodegroupName"].is_string() => {
            properties["NodegroupName"] = json!(pick(dice, &["workers", "workers-2", "workers-3"]));
        }
        0 => properties["CapacityType"] = json!(pick(dice, &["SPOT", "ON_DEMAND"])),
        1 => properties["Subnets"] = json!(pick(dice, &[vec!["subnet-1"], vec!["subnet-2", "subnet-3"]])),
        2 => properties["AmiType"] = json!("BOTTLEROCKET_x86_64"),
        3 => properties["NodeRole"] = json!(format!("arn:aws:iam::123456789012:role/node-{}", dice.u8(..3))),
        _ => properties["InstanceTypes"] = json!(pick(dice, &[vec!["m5.large"], vec!["m5.large", "m6i.large"]])),
    }
}

fn upgrade(dice: &mut Rng, properties: &mut Value) {
    if dice.bool() {
        properties["Version"] = json!("1.34");
    } else {
        properties["ReleaseVersion"] = json!("latest");
        properties["Labels"] = json!({"rolled": "yes"});
    }
}

fn spoil(dice: &mut Rng, properties: &mut Value) {
    match dice.u8(..4) {
        0 => properties["Lables"] = json!({"a": "b"}),
        1 => properties["CapacityType"] = json!("CHEAP"),
        2 => properties["ScalingConfig"] = json!({"MinSize": "5", "MaxSize": "2"}),
        _ => properties["Version"] = json!("1.20"),
    }
}

fn remove(properties: &mut Value, key: &str) {
    if let Some(properties) = properties.as_object_mut() {
        properties.shift_remove(key);
    }
}

/// What a group keeps for life, as far as the properties say it. Where it is the same no group may be replaced.
pub fn for_life(properties: &Value) -> Value {
    let types = properties["InstanceTypes"].as_array().cloned().unwrap_or_default();
    // One type stands in the launch template and rolls; none is EKS's choice of one.
    let types = if types.len() > 1 { types } else { vec![] };
    json!([
        properties["ClusterName"],
        properties["NodegroupName"],
        properties["NodeRole"],
        properties["Subnets"],
        properties["AmiType"],
        properties["CapacityType"].as_str().unwrap_or("ON_DEMAND"),
        types,
    ])
}

/// What stands in a group's launch template or is its nodes' image, as far as the properties say it. Where it is the same no node is
/// rolled.
pub fn for_its_nodes(properties: &Value) -> Value {
    let mut properties = properties.clone();
    for of_the_group in [
        "Labels",
        "Taints",
        "ScalingConfig",
        "UpdateConfig",
        "WaitFor",
        "ServiceTimeout",
        "ClusterAutoscaler",
        "SuspendProcesses",
    ] {
        remove(&mut properties, of_the_group);
    }
    properties
}

#[cfg(test)]
mod tests {
    use mng_core::properties::validate::validate;

    use super::*;

    fn problems(properties: &Value) -> Vec<String> {
        let read = validate(properties.as_object().unwrap(), "Nodes");
        let problems = read.err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_chosen_is_good_unless_it_is_spoilt() {
        for seed in 0..300 {
            let mut dice = Rng::with_seed(seed);
            let first = first(&mut dice);
            assert_eq!(problems(&first), Vec::<String>::new(), "{first}");
            for change in [UpdateKind::InPlace, UpdateKind::Replacement, UpdateKind::Upgrade] {
                let after = changed(&mut dice, &first, change);
                assert_eq!(problems(&after), Vec::<String>::new(), "{after}");
            }
        }
    }
}
