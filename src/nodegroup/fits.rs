//! Which properties of a live group can't be brought to what is wanted: those force a replacement.

use super::group::NodeGroup;
use super::spec::{LaunchTemplateIdentity, Spec};

/// What EKS runs when nobody names an instance type (API reference of `CreateNodegroup`).
const DEFAULT_INSTANCE_TYPE: &str = "t3.medium";

/// The properties whose live value differs and can't be changed in place, in the order of the contract. Empty: it fits.
///
/// What the template doesn't say of the AMI type is no difference: the default may move with the service or with this
/// function, and neither may ever replace a running group.
pub fn replacements(spec: &Spec, live: &NodeGroup) -> Vec<&'static str> {
    let differs = [
        ("ClusterName", spec.cluster != live.cluster),
        ("NodeRole", spec.node_role != live.node_role),
        ("Subnets", spec.subnets != live.subnets),
        (
            "AmiType",
            spec.ami_type.as_ref().is_some_and(|wanted| *wanted != live.ami_type),
        ),
        ("CapacityType", spec.capacity_type.as_str() != live.capacity_type),
        ("InstanceTypes", instance_types_differ(spec, live)),
        ("DiskSize", disk_size_differs(spec, live)),
        ("RemoteAccess", remote_access_differs(spec, live)),
        ("LaunchTemplate", launch_template_differs(spec, live)),
    ];
    differs
        .into_iter()
        .filter_map(|(property, differs)| differs.then_some(property))
        .collect()
}

/// The order counts: on-demand groups launch the first type first.
fn instance_types_differ(spec: &Spec, live: &NodeGroup) -> bool {
    match (spec.instance_types.as_slice(), &spec.launch_template) {
        // The launch template may name the type, and the service then reports none or that one.
        ([], Some(_)) => false,
        ([], None) => live.instance_types != [DEFAULT_INSTANCE_TYPE],
        (wanted, _) => wanted != live.instance_types,
    }
}

/// The service's defaults: 20 GiB, on Windows 50.
fn disk_size_differs(spec: &Spec, live: &NodeGroup) -> bool {
    let default = if live.ami_type.starts_with("WINDOWS") { 50 } else { 20 };
    live.disk_size
        .is_some_and(|size| size != spec.disk_size.unwrap_or(default))
}

fn remote_access_differs(spec: &Spec, live: &NodeGroup) -> bool {
    match &spec.remote_access {
        None => live.ssh_key.is_some() || !live.source_security_groups.is_empty(),
        Some(wanted) => wanted.ssh_key != live.ssh_key || wanted.source_security_groups != live.source_security_groups,
    }
}

fn launch_template_differs(spec: &Spec, live: &NodeGroup) -> bool {
    let wanted = spec.launch_template.as_ref().map(|template| &template.identity);
    match (wanted, &live.launch_template) {
        (None, None) => false,
        (Some(LaunchTemplateIdentity::Id(id)), Some(live)) => *id != live.id,
        (Some(LaunchTemplateIdentity::Name(name)), Some(live)) => *name != live.name,
        (None, Some(_)) | (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodegroup::group::LiveLaunchTemplate;
    use crate::nodegroup::validate::tests::{properties, spec_of};
    use serde_json::{Value, json};

    fn live() -> NodeGroup {
        NodeGroup {
            cluster: "c".to_owned(),
            node_role: "arn:aws:iam::1:role/n".to_owned(),
            subnets: ["s".to_owned()].into(),
            ami_type: "AL2023_x86_64_STANDARD".to_owned(),
            capacity_type: "ON_DEMAND".to_owned(),
            instance_types: vec!["t3.medium".to_owned()],
            disk_size: Some(20),
            ..NodeGroup::default()
        }
    }

    #[track_caller]
    fn check(changes: &Value, live: &NodeGroup, expected: &[&str]) {
        assert_eq!(
            replacements(&spec_of(&properties(changes)), live),
            expected,
            "{changes}"
        );
    }

    #[test]
    fn each_immutable_property_is_noticed() {
        check(&json!({}), &live(), &[]);
        for (property, value) in [
            ("ClusterName", json!("other")),
            ("NodeRole", json!("arn:aws:iam::1:role/other")),
            ("Subnets", json!(["s", "t"])),
            ("AmiType", json!("AL2023_ARM_64_STANDARD")),
            ("CapacityType", json!("SPOT")),
            ("InstanceTypes", json!(["m5.large"])),
            ("DiskSize", json!("30")),
            ("RemoteAccess", json!({"Ec2SshKey": "k"})),
        ] {
            check(&json!({ property: value }), &live(), &[property]);
        }
        for property in ["Labels", "Tags"] {
            check(&json!({ property: {"a": "b"} }), &live(), &[]);
        }
    }

    #[test]
    fn a_launch_template_fits_by_what_names_it() {
        let template = LiveLaunchTemplate {
            id: "lt-1".to_owned(),
            name: "n".to_owned(),
            version: "1".to_owned(),
        };
        let with = NodeGroup {
            launch_template: Some(template),
            instance_types: vec![],
            disk_size: None,
            ..live()
        };
        check(&json!({"LaunchTemplate": {"Id": "lt-1", "Version": "7"}}), &with, &[]);
        check(&json!({"LaunchTemplate": {"Name": "n"}}), &with, &[]);
        check(&json!({"LaunchTemplate": {"Name": "o"}}), &with, &["LaunchTemplate"]);
        check(&json!({"LaunchTemplate": {"Id": "lt-1"}}), &live(), &["LaunchTemplate"]);
        check(
            &json!({"InstanceTypes": ["t3.medium"]}),
            &with,
            &["InstanceTypes", "LaunchTemplate"],
        );
    }
}
