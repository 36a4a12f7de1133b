//! Which node group an Update is about: the one that runs, or a new one in its place.

use super::fits::{Known, replacements};
use super::group::NodeGroup;
use super::name::{name, replacement_name};
use super::ownership::Owner;
use super::spec::{Naming, Spec};

/// The group that an Update converges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The one that the physical id names.
    Keep,
    /// One of this name in its place; CloudFormation deletes the old one afterwards.
    Replace(String),
}

/// A replacement that can't be: the new group would have the old one's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "changing {properties} needs a new node group, but NodegroupName keeps the name {name}, which the running group has; \
     give another NodegroupName, or NodegroupNamePrefix in its place and names are generated from then on"
)]
pub struct NameTaken {
    properties: String,
    name: String,
}

/// Asks first whether the running group still fits, and only then for a name: an upgrade of this function that derives
/// names differently must never replace a group.
///
/// # Errors
/// [`NameTaken`], naming the properties that force the replacement.
pub fn target(
    spec: &Spec,
    owner: &Owner,
    current: (&str, &str),
    live: Option<&NodeGroup>,
    known: &Known,
) -> Result<Target, NameTaken> {
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
        (false, false, _) if spec.cluster != current.0 => Ok(Target::Replace(named)),
        (false, false, _) => Ok(Target::Replace(replacement_name(spec, owner, current.1))),
        (false, true, true) => Err(NameTaken {
            properties: differences.join(", "),
            name: named,
        }),
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
        Owner {
            stack_id: "stack".to_owned(),
            logical_id: "Nodes".to_owned(),
        }
    }

    fn found(changes: &Value, live: Option<&NodeGroup>) -> Result<Target, String> {
        let known = Known {
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

    #[test]
    fn a_group_that_is_gone_is_made_again() {
        assert_eq!(found(&json!({"NodegroupName": "n"}), None), Ok(Target::Keep));
        let generated = name(&spec_of(&properties(&json!({}))), &owner());
        assert_eq!(found(&json!({}), None), Ok(Target::Replace(generated)));
    }
}
