//! The properties of a live group that differ from the wanted ones and cannot be changed in place. Each of them forces
//! a replacement.

use super::group::NodeGroup;
use crate::node::instance_type::InstanceTypeFacts;
use crate::properties::spec::{InstanceTypes, LaunchTemplateIdentity, Spec};

/// Facts, in addition to the group itself, that the comparison needs.
#[derive(Debug, Clone, Copy, Default)]
pub struct ComparisonFacts<'a> {
    /// The ID of the launch template that the resource made for this group.
    pub own_template: Option<&'a str>,
    /// The wanted instance types. Empty if EC2 does not describe them.
    pub types: &'a [InstanceTypeFacts],
}

/// The properties whose live value differs and cannot be changed in place, in the order of the schema. If the list is
/// empty, the group stays.
///
/// An AMI type that the template omits is no difference. The default may change with EKS or with this function, and
/// neither change may ever replace a running group.
pub fn replacements(spec: &Spec, live: &NodeGroup, known: &ComparisonFacts) -> Vec<&'static str> {
    let differs = [
        ("ClusterName", spec.cluster != live.cluster),
        ("NodeRole", spec.node_role != live.node_role),
        ("Subnets", spec.subnets != live.subnets),
        (
            "AmiType",
            spec.ami_type.as_ref().is_some_and(|wanted| *wanted != live.ami_type),
        ),
        ("CapacityType", spec.capacity_type.as_str() != live.capacity_type),
        ("InstanceTypes", instance_types_differ(spec, live, known.types)),
        (
            "LaunchTemplate",
            launch_template_differs(spec, live, known.own_template),
        ),
    ];
    differs
        .into_iter()
        .filter_map(|(property, differs)| differs.then_some(property))
        .collect()
}

/// The order of the types on the group matters: on-demand groups launch the first type first. A change of the one type
/// in the launch template rolls the nodes. Except: the new type cannot boot the group's image, since a group keeps its
/// AMI type for life.
fn instance_types_differ(spec: &Spec, live: &NodeGroup, types: &[InstanceTypeFacts]) -> bool {
    match (spec.types(), &spec.launch_template) {
        (InstanceTypes::InTemplate(_), _) => {
            let unstated = spec.ami_type.is_none();
            !live.instance_types.is_empty() || (unstated && !live.ami_type.boots(types))
        }
        // The user's template may name the type. EKS then reports no type, or the type of the template.
        (InstanceTypes::OnGroup([]), Some(_)) => false,
        (InstanceTypes::OnGroup(wanted), _) => wanted != live.instance_types,
    }
}

/// A group keeps its launch template for life (EKS user guide, "Customize managed nodes with launch templates"). If
/// somebody deleted the resource's own template, it cannot come back under its ID, so only a new group can be changed
/// again.
fn launch_template_differs(spec: &Spec, live: &NodeGroup, own_template: Option<&str>) -> bool {
    let wanted = spec.launch_template.as_ref().map(|template| &template.identity);
    match (wanted, &live.launch_template) {
        (None, live) => live.as_ref().map(|live| live.id.as_str()) != own_template || own_template.is_none(),
        (Some(LaunchTemplateIdentity::Id(id)), Some(live)) => *id != live.id,
        (Some(LaunchTemplateIdentity::Name(name)), Some(live)) => *name != live.name,
        (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::instance_type::{Accelerator, Architecture};
    use crate::nodegroup::group::LiveLaunchTemplate;
    use crate::properties::validate::tests::{properties, spec_of};
    use serde_json::{Value, json};

    fn template(id: &str, name: &str) -> Option<LiveLaunchTemplate> {
        Some(LiveLaunchTemplate {
            id: id.to_owned(),
            name: name.to_owned(),
            version: "1".to_owned(),
        })
    }

    fn live() -> NodeGroup {
        NodeGroup {
            cluster: "c".to_owned(),
            node_role: "arn:aws:iam::1:role/n".to_owned(),
            subnets: ["s".to_owned()].into(),
            ami_type: "AL2023_x86_64_STANDARD".into(),
            capacity_type: "ON_DEMAND".to_owned(),
            launch_template: template("lt-own", "c/n"),
            ..NodeGroup::default()
        }
    }

    #[track_caller]
    fn check(changes: &Value, live: &NodeGroup, architecture: Architecture, expected: &[&str]) {
        let facts = [InstanceTypeFacts {
            architecture,
            accelerator: Accelerator::None,
            network: None,
        }];
        let known = ComparisonFacts {
            own_template: Some("lt-own"),
            types: &facts,
        };
        let found = replacements(&spec_of(&properties(changes)), live, &known);
        assert_eq!(found, expected, "{changes}");
    }

    #[test]
    fn each_immutable_property_is_noticed() {
        for (property, value) in [
            ("ClusterName", json!("other")),
            ("NodeRole", json!("arn:aws:iam::1:role/other")),
            ("Subnets", json!(["s", "t"])),
            ("AmiType", json!("AL2023_ARM_64_STANDARD")),
            ("CapacityType", json!("SPOT")),
            ("InstanceTypes", json!(["m5.large", "m5a.large"])),
            ("LaunchTemplate", json!({"Id": "lt-1"})),
        ] {
            check(&json!({ property: value }), &live(), Architecture::X86, &[property]);
        }
    }

    #[test]
    fn what_lives_in_the_own_launch_template_is_no_difference() {
        for (property, value) in [
            ("InstanceTypes", json!(["m5.large"])),
            ("DiskSize", json!("30")),
            ("RemoteAccess", json!({"Ec2SshKey": "k"})),
            ("BlockPodImds", json!(true)),
            ("Labels", json!({"a": "b"})),
            ("Tags", json!({"a": "b"})),
        ] {
            check(&json!({ property: value }), &live(), Architecture::X86, &[]);
        }
    }

    #[test]
    fn a_type_that_can_not_boot_the_image_needs_another_group() {
        let graviton = json!({"InstanceTypes": ["m7g.large"]});
        check(&graviton, &live(), Architecture::Arm, &["InstanceTypes"]);
        let several = NodeGroup {
            instance_types: vec!["m5.large".to_owned(), "m5a.large".to_owned()],
            ..live()
        };
        check(
            &json!({"InstanceTypes": ["m5.large", "m5a.large"]}),
            &several,
            Architecture::X86,
            &[],
        );
        check(
            &json!({"InstanceTypes": ["m5.large"]}),
            &several,
            Architecture::X86,
            &["InstanceTypes"],
        );
    }

    #[test]
    fn a_launch_template_fits_by_what_names_it() {
        let users = NodeGroup {
            launch_template: template("lt-1", "n"),
            ..live()
        };
        let none = NodeGroup {
            launch_template: None,
            ..live()
        };
        let x86 = Architecture::X86;
        check(
            &json!({"LaunchTemplate": {"Id": "lt-1", "Version": "7"}}),
            &users,
            x86,
            &[],
        );
        check(&json!({"LaunchTemplate": {"Name": "n"}}), &users, x86, &[]);
        check(
            &json!({"LaunchTemplate": {"Name": "o"}}),
            &users,
            x86,
            &["LaunchTemplate"],
        );
        check(
            &json!({"LaunchTemplate": {"Id": "lt-1"}}),
            &none,
            x86,
            &["LaunchTemplate"],
        );
        check(&json!({}), &users, x86, &["LaunchTemplate"]);
        check(&json!({}), &none, x86, &["LaunchTemplate"]);
    }

    #[test]
    fn a_template_that_somebody_deleted_is_another() {
        let known = ComparisonFacts::default();
        assert_eq!(
            replacements(&spec_of(&properties(&json!({}))), &live(), &known),
            ["LaunchTemplate"]
        );
    }
}
