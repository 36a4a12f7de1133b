//! The node group that an Update is about: the running one, or a new one that replaces it.

use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::name::{name, replacement_name};
use crate::nodegroup::ownership::Owner;
use crate::nodegroup::replacement_reasons::{ComparisonFacts, replacements};
use crate::properties::spec::{Naming, Spec};

/// The group that an Update converges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The group that the physical ID names.
    Keep,
    /// A new group of this name. CloudFormation deletes the old group afterwards.
    Replace(String),
}

/// Why a necessary replacement is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoReplacement {
    /// The new group would have the name of the old group.
    #[error(
        "changing {properties} needs a new node group, but NodegroupName keeps the name {name}, which the running group has; \
         give another NodegroupName, or NodegroupNamePrefix in its place and names are generated from then on"
    )]
    NameTaken { properties: String, name: String },
    /// In a stack, CloudFormation deletes the old group after everything that needs it has moved. With events, nobody
    /// does.
    #[error(
        "changing {properties} needs a new node group in place of {running}, and events replace none; ask for the new one under \
         another LogicalResourceId and then send a Delete for this one, or send that first [needs-new-group]"
    )]
    ByEvents { properties: String, running: String },
}

/// Decides the target of an Update. The function first asks whether the running group still fits, and only then derives
/// a name: a release that derives other names must never replace a group.
///
/// # Errors
/// [`NoReplacement`], naming the properties that force one.
pub fn target(
    spec: &Spec,
    owner: &Owner,
    current: (&str, &str),
    live: Option<&NodeGroup>,
    known: &ComparisonFacts,
) -> Result<Target, NoReplacement> {
    if !owner.requester.may_replace() {
        return by_events(spec, current, live, known);
    }
    let named = name(spec, owner);
    let same = (spec.cluster.as_str(), named.as_str()) == current;
    let Some(live) = live else {
        return Ok(if same { Target::Keep } else { Target::Replace(named) });
    };
    let differences = replacements(spec, live, known);
    let explicit = matches!(spec.naming, Naming::Explicit(_));
    match (differences.is_empty(), explicit, same) {
        (true, false, _) | (true, true, true) => Ok(Target::Keep),
        (_, true, false) => Ok(Target::Replace(named)),
        (false, false, _) => Ok(Target::Replace(replacement_name(spec, owner, current.1))),
        (false, true, true) => Err(NoReplacement::NameTaken {
            properties: differences.join(", "),
            name: named,
        }),
    }
}

fn by_events(
    spec: &Spec,
    current: (&str, &str),
    live: Option<&NodeGroup>,
    known: &ComparisonFacts,
) -> Result<Target, NoReplacement> {
    let mut differences = live.map_or(vec![], |live| replacements(spec, live, known));
    if spec.cluster != current.0 && differences.is_empty() {
        differences.push("ClusterName");
    }
    if matches!(&spec.naming, Naming::Explicit(wanted) if wanted != current.1) {
        differences.push("NodegroupName");
    }
    if differences.is_empty() {
        return Ok(Target::Keep);
    }
    Err(NoReplacement::ByEvents {
        properties: differences.join(", "),
        running: format!("{}/{}", current.0, current.1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodegroup::group::LiveLaunchTemplate;
    use crate::nodegroup::requester::Requester;
    use crate::properties::validate::tests::{properties, spec_of};
    use serde_json::{Value, json};

    fn live() -> NodeGroup {
        NodeGroup {
            cluster: "c".to_owned(),
            name: "n".to_owned(),
            node_role: "arn:aws:iam::1:role/n".to_owned(),
            subnets: ["s".to_owned()].into(),
            capacity_type: "ON_DEMAND".to_owned(),
            launch_template: Some(LiveLaunchTemplate {
                id: "lt-own".to_owned(),
                ..LiveLaunchTemplate::default()
            }),
            ..NodeGroup::default()
        }
    }

    fn owner() -> Owner {
        Owner::of_stack("stack", "Nodes")
    }

    fn found(changes: &Value, live: Option<&NodeGroup>) -> Result<Target, String> {
        let known = ComparisonFacts {
            own_template: Some("lt-own"),
            types: &[],
        };
        target(&spec_of(&properties(changes)), &owner(), ("c", "n"), live, &known).map_err(|error| error.to_string())
    }

    #[test]
    fn a_group_that_fits_is_kept_whatever_its_name() {
        assert_eq!(found(&json!({}), Some(&live())), Ok(Target::Keep));
        assert_eq!(found(&json!({"NodegroupName": "n"}), Some(&live())), Ok(Target::Keep));
        assert_eq!(
            found(&json!({"NodegroupName": "m"}), Some(&live())),
            Ok(Target::Replace("m".to_owned()))
        );
    }

    #[test]
    fn a_group_that_does_not_fit_is_replaced_under_a_new_name() {
        let changes = json!({"CapacityType": "SPOT"});
        let generated = name(&spec_of(&properties(&changes)), &owner());
        assert_eq!(found(&changes, Some(&live())), Ok(Target::Replace(generated)));
        let refusal = found(&json!({"CapacityType": "SPOT", "NodegroupName": "n"}), Some(&live())).unwrap_err();
        assert!(
            refusal.contains("CapacityType") && refusal.contains("NodegroupNamePrefix"),
            "{refusal}"
        );
        let moved = json!({"ClusterName": "d", "NodegroupName": "n"});
        assert_eq!(found(&moved, Some(&live())), Ok(Target::Replace("n".to_owned())));
    }

    /// The reason of a replacement may be no part of the derived name, such as a launch template that somebody deleted.
    #[test]
    fn a_replacement_never_has_the_name_of_what_it_replaces() {
        let spec = spec_of(&properties(&json!({})));
        let named = name(&spec, &owner());
        let without_template = ComparisonFacts::default();
        let found = target(&spec, &owner(), ("c", &named), Some(&live()), &without_template);
        assert_eq!(found, Ok(Target::Replace(replacement_name(&spec, &owner(), &named))));
        assert_ne!(found, Ok(Target::Replace(named)));
    }

    #[test]
    fn another_cluster_is_another_group() {
        let changes = json!({"ClusterName": "d"});
        let named = name(&spec_of(&properties(&changes)), &owner());
        for group in [Some(live()), None] {
            assert_eq!(found(&changes, group.as_ref()), Ok(Target::Replace(named.clone())));
        }
    }

    /// Nobody would delete the old group, so a request by event never replaces a group.
    #[test]
    fn events_replace_nothing() {
        let owner = Owner {
            requester: Requester::Sender {
                account: "111122223333".to_owned(),
                source: "com.example".to_owned(),
            },
            logical_id: "Nodes".to_owned(),
        };
        let known = ComparisonFacts {
            own_template: Some("lt-own"),
            types: &[],
        };
        for (changes, group, expected) in [
            (json!({}), Some(live()), ""),
            (json!({}), None, ""),
            (json!({"NodegroupName": "n"}), Some(live()), ""),
            (json!({"NodegroupNamePrefix": "other"}), Some(live()), ""),
            (json!({"CapacityType": "SPOT"}), Some(live()), "CapacityType"),
            (
                json!({"NodegroupName": "n", "CapacityType": "SPOT"}),
                Some(live()),
                "CapacityType",
            ),
            (json!({"NodegroupName": "m"}), Some(live()), "NodegroupName"),
            (json!({"NodegroupName": "m"}), None, "NodegroupName"),
            (json!({"ClusterName": "d"}), Some(live()), "ClusterName"),
            (json!({"ClusterName": "d"}), None, "ClusterName"),
        ] {
            let spec = spec_of(&properties(&changes));
            let found = target(&spec, &owner, ("c", "n"), group.as_ref(), &known).map_err(|error| error.to_string());
            match expected {
                "" => assert_eq!(found, Ok(Target::Keep), "{changes}"),
                property => {
                    let refusal = found.unwrap_err();
                    let begins = format!("changing {property} needs a new node group in place of c/n, and events");
                    assert!(refusal.starts_with(&begins), "{refusal}");
                }
            }
        }
    }

    #[test]
    fn a_group_that_is_gone_is_made_again() {
        assert_eq!(found(&json!({"NodegroupName": "n"}), None), Ok(Target::Keep));
        let generated = name(&spec_of(&properties(&json!({}))), &owner());
        assert_eq!(found(&json!({}), None), Ok(Target::Replace(generated)));
    }
}
