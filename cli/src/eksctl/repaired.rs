//! Properties that the resource takes: what it would refuse is told and left out, so that the template can be deployed.

use managed_node_group::nodegroup::fields::Problem;
use managed_node_group::nodegroup::validate::inspect_template;
use serde_json::{Map, Value};

use super::group::Group;

/// Which field a property comes from, the longer beginnings first.
const SOURCES: [(&str, &str); 27] = [
    ("ScalingConfig.MinSize", "minSize"),
    ("ScalingConfig.MaxSize", "maxSize"),
    ("ScalingConfig.DesiredSize", "desiredCapacity"),
    ("Labels", "labels"),
    ("Taints", "taints"),
    ("Tags.Name", "instanceName"),
    ("Tags", "tags"),
    ("Volume.Size", "volumeSize"),
    ("Volume.Type", "volumeType"),
    ("Volume.Iops", "volumeIOPS"),
    ("Volume.Throughput", "volumeThroughput"),
    ("Volume.KmsKeyId", "volumeKmsKeyID"),
    ("RemoteAccess.SourceSecurityGroups", "ssh.sourceSecurityGroupIds"),
    ("RemoteAccess", "ssh"),
    ("SecurityGroups", "securityGroups.attachIDs"),
    ("SuspendProcesses", "asgSuspendProcesses"),
    ("InstanceTypes", "instanceTypes"),
    ("LaunchTemplate", "launchTemplate"),
    ("ReleaseVersion", "releaseVersion"),
    ("UpdateConfig", "updateConfig"),
    ("NodeRepairConfig", "nodeRepairConfig"),
    ("MaxPods", "maxPodsPerNode"),
    ("AmiType", "amiFamily"),
    ("UserData", "preBootstrapCommands"),
    ("NodeRole", "iam.instanceRoleARN"),
    ("Subnets", "subnets"),
    ("NodegroupNamePrefix", "name"),
];

/// Takes out what is refused, until nothing is. What can't be taken out is left to the caller.
pub fn repair(group: &mut Group, properties: &mut Map<String, Value>, logical_id: &str) {
    loop {
        let problems = inspect_template(properties, logical_id);
        let mut changed = false;
        // From the end, so that the places in a list stay those that were told.
        for problem in problems.iter().rev() {
            let is_gone = remove(properties, &problem.path);
            changed |= is_gone;
            if is_gone {
                tell(group, problem);
            }
        }
        if !changed {
            return;
        }
    }
}

fn tell(group: &mut Group, problem: &Problem) {
    let source = SOURCES.iter().find(|(property, _)| problem.path.starts_with(property));
    let path = source.map_or("", |(_, field)| field);
    let text = format!("{}: {}; correct it, and convert anew", problem.path, problem.message);
    group.unmapped(path, text);
}

/// Removes what a path such as `Taints[1].Value` names, or else the nearest thing around it that is there.
fn remove(properties: &mut Map<String, Value>, path: &str) -> bool {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (property, within) = path.split_at(end);
    let Some(value) = properties.get_mut(property) else {
        return false;
    };
    let was_within = match value {
        Value::Object(map) => {
            let key = within.strip_prefix('.').unwrap_or(within);
            let removed = map.shift_remove(key).is_some();
            removed && !map.is_empty()
        }
        Value::Array(list) => {
            let index = within
                .strip_prefix('[')
                .and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
            let removed = index
                .filter(|index| *index < list.len())
                .map(|index| list.remove(index));
            removed.is_some() && !list.is_empty()
        }
        _ => false,
    };
    was_within || properties.shift_remove(property).is_some()
}
