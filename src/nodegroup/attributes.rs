//! What `Fn::GetAtt` gives: the same keys on every success, empty text where nothing applies.

use std::collections::BTreeMap;

use super::group::NodeGroup;

/// The attributes of a live group.
pub fn attributes(live: &NodeGroup, warnings: &[String]) -> BTreeMap<String, String> {
    let template = live.launch_template.clone().unwrap_or_default();
    [
        ("Arn", live.arn.clone()),
        ("Id", format!("{}/{}", live.cluster, live.name)),
        ("ClusterName", live.cluster.clone()),
        ("NodegroupName", live.name.clone()),
        ("Status", live.status.as_str().to_owned()),
        ("Version", live.version.clone()),
        ("ReleaseVersion", live.release_version.clone()),
        ("AmiType", live.ami_type.clone()),
        ("CapacityType", live.capacity_type.clone()),
        ("InstanceTypes", live.instance_types.join(",")),
        ("AutoScalingGroupName", live.auto_scaling_group.clone()),
        ("LaunchTemplateId", template.id),
        ("LaunchTemplateVersion", template.version),
        ("RemoteAccessSecurityGroup", live.remote_access_security_group.clone()),
        ("NodeRole", live.node_role.clone()),
        ("DesiredSize", live.scaling.desired.to_string()),
        ("ReadyNodes", String::new()),
        ("MaxPods", String::new()),
        ("Warnings", warnings.join("; ")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}
