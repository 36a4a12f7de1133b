//! What `Fn::GetAtt` returns: the same keys on every success, with an empty text where nothing applies.

use std::collections::BTreeMap;

use crate::nodegroup::group::NodeGroup;

/// Values that EKS does not show for a group, since they live in the launch template that the function makes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InTemplate {
    pub instance_types: Vec<String>,
    pub remote_access_security_group: Option<String>,
    pub max_pods: Option<u32>,
}

/// The attributes of a live group. `ready` is `None` if the function did not ask Kubernetes.
pub fn attributes(
    live: &NodeGroup,
    own: &InTemplate,
    ready: Option<usize>,
    warnings: &[String],
) -> BTreeMap<String, String> {
    let types = if live.instance_types.is_empty() {
        &own.instance_types
    } else {
        &live.instance_types
    };
    let security_group = own.remote_access_security_group.as_ref();
    let max_pods = own.max_pods.map(|number| number.to_string());
    let template = live.launch_template.clone().unwrap_or_default();
    [
        ("Arn", live.arn.clone()),
        ("Id", format!("{}/{}", live.cluster, live.name)),
        ("ClusterName", live.cluster.clone()),
        ("NodegroupName", live.name.clone()),
        ("Status", live.status.as_str().to_owned()),
        ("Version", live.version.clone()),
        ("ReleaseVersion", live.release_version.clone()),
        ("AmiType", live.ami_type.to_string()),
        ("CapacityType", live.capacity_type.clone()),
        ("InstanceTypes", types.join(",")),
        ("AutoScalingGroupName", live.auto_scaling_group.clone()),
        ("LaunchTemplateId", template.id),
        ("LaunchTemplateVersion", template.version),
        (
            "RemoteAccessSecurityGroup",
            security_group.unwrap_or(&live.remote_access_security_group).clone(),
        ),
        ("NodeRole", live.node_role.clone()),
        ("DesiredSize", live.scaling.desired.to_string()),
        ("ReadyNodes", ready.map(|count| count.to_string()).unwrap_or_default()),
        ("MaxPods", max_pods.unwrap_or_default()),
        ("Warnings", warnings.join("; ")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}
