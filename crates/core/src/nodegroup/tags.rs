//! Whether a node group has room for all its tags.

use std::collections::BTreeMap;

use super::ownership::{PLUGIN_TAG, REPLACES_TAG, RESOURCE_TAG, STACK_TAG};
use crate::properties::fields::Problem;
use crate::properties::rule::Rule;
use crate::properties::spec::{DevicePlugin, Spec};
use crate::properties::tags::MOST_TAGS;

/// Whether the group exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupExistence {
    New,
    /// The group runs. Tags that EKS accepted for it stay allowed.
    Kept,
}

/// The tags that the function sets on a group of a stack. A later update may replace any group, so each new group keeps
/// room for the mark of a replacement.
fn own(spec: &Spec, group: GroupExistence) -> Vec<&'static str> {
    let mut own = vec![STACK_TAG, RESOURCE_TAG];
    match group {
        GroupExistence::New => own.push(REPLACES_TAG),
        GroupExistence::Kept => {}
    }
    match spec.device_plugin {
        DevicePlugin::Nvidia { .. } => own.push(PLUGIN_TAG),
        DevicePlugin::Unasked => {}
    }
    own
}

/// The problem if the tags of `spec` and of the stack are too many together, or `None`. CloudFormation returns a
/// stack's tags only on request, so no validation rule over the properties can find this.
pub fn too_many(spec: &Spec, of_the_stack: &BTreeMap<String, String>, group: GroupExistence) -> Option<Problem> {
    let more = spec.tags.keys().filter(|key| !of_the_stack.contains_key(*key)).count();
    let (handed_down, own) = (of_the_stack.len(), own(spec, group));
    let all = handed_down + more + own.len();
    (all > MOST_TAGS).then(|| Problem {
        path: "Tags".to_owned(),
        rule: Rule::TooMany,
        message: format!(
            "EKS takes at most {MOST_TAGS} tags on a node group, and this one needs {all}: the stack gives {handed_down}, the template \
             gives {more} more, and the resource needs {} of its own ({}); remove {} of the stack's or the template's",
            own.len(),
            own.join(", "),
            all - MOST_TAGS
        ),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::properties::validate::tests::{properties, spec_of};

    /// `count` tags whose keys begin with a letter.
    fn tags(letter: &str, count: usize) -> BTreeMap<String, String> {
        (0..count)
            .map(|number| (format!("{letter}{number}"), String::new()))
            .collect()
    }

    fn message(changes: &Value, stack: usize, group: GroupExistence) -> Option<String> {
        too_many(&spec_of(&properties(changes)), &tags("s", stack), group).map(|problem| problem.message)
    }

    #[test]
    fn the_stacks_the_templates_and_the_resources_own_tags_count_together() {
        let plugin =
            json!({"NvidiaDevicePlugin": true, "AmiType": "AL2023_x86_64_NVIDIA", "InstanceTypes": ["g5.xlarge"]});
        let with = |count| json!({"Tags": tags("t", count)});
        for (changes, stack, group, has_room) in [
            (json!({}), 47, GroupExistence::New, true),
            (json!({}), 48, GroupExistence::New, false),
            (json!({}), 48, GroupExistence::Kept, true),
            (json!({}), 49, GroupExistence::Kept, false),
            (with(1), 46, GroupExistence::New, true),
            (with(2), 46, GroupExistence::New, false),
            // A key that stack and template share is one tag.
            (json!({"Tags": tags("s", 40)}), 47, GroupExistence::New, true),
            (plugin.clone(), 46, GroupExistence::New, true),
            (plugin, 47, GroupExistence::New, false),
        ] {
            let told = message(&changes, stack, group);
            assert_eq!(told.is_none(), has_room, "{changes} {stack} {group:?}");
        }
    }

    #[test]
    fn the_text_says_how_many_come_from_where() {
        let told = message(
            &json!({"Tags": {"s0": "", "t0": "", "t1": ""}}),
            49,
            GroupExistence::New,
        )
        .unwrap();
        for words in [
            "needs 54",
            "stack gives 49",
            "template gives 2 more",
            "needs 3 of its own",
            "remove 4",
        ] {
            assert!(told.contains(words), "{words} in {told}");
        }
    }
}
