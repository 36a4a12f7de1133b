//! Whose a node group is. The tags of a group say so, and the function never changes or deletes a group without them.

use std::collections::BTreeMap;

use super::requester::Requester;
use crate::protocol::request::Envelope;

/// The ARN of the stack that a node group belongs to; of one that was asked for by events, who sends them.
pub const STACK_TAG: &str = "managed-node-group:stack-id";
/// The logical ID, within its stack, of the resource that a node group belongs to.
pub const RESOURCE_TAG: &str = "managed-node-group:logical-id";

/// On a group that an update makes in place of another: the physical ID of the other ([`Replaces`]).
pub const REPLACES_TAG: &str = "managed-node-group:replaces";

/// Follows the physical ID in the tag of a confirmed replacement. No name of a cluster or of a node group has a blank.
const CONFIRMED: &str = " confirmed";

/// Follows the physical ID in the tag of a replacement that a rollback took back.
const TAKEN_BACK: &str = " taken back";

/// On a group that a Create by event makes, until the Create is done: the time and the ID of the event. If the Create
/// fails, the function removes a group with this tag. A group without it existed before, or another delivery of the
/// event has reported the group as ready.
pub const UNFINISHED_TAG: &str = "managed-node-group:unfinished";

/// On a launch template, security group or key pair: the physical ID of the node group that it was made for.
pub const NODEGROUP_TAG: &str = "managed-node-group:nodegroup";

/// On a group for which the function applied the DaemonSet of the device plugin: the function must remove something
/// from the cluster before the group goes.
pub const PLUGIN_TAG: &str = "managed-node-group:device-plugin";

/// On a group that events requested: the time and the ID of the latest request that the group follows. An earlier
/// request that EventBridge delivers late changes nothing any more.
pub const REQUESTED_TAG: &str = "managed-node-group:requested";

/// One resource of one stack, or of one sender of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub requester: Requester,
    pub logical_id: String,
}

impl Owner {
    /// The resource that a request with this envelope is about.
    pub fn of(envelope: &Envelope) -> Self {
        Self {
            requester: Requester::of(envelope),
            logical_id: envelope.logical_resource_id.clone(),
        }
    }

    /// A resource of the stack with this ARN.
    pub fn of_stack(stack_id: &str, logical_id: &str) -> Self {
        Self {
            requester: Requester::Stack {
                id: stack_id.to_owned(),
            },
            logical_id: logical_id.to_owned(),
        }
    }

    /// The tags that mark what belongs to this resource.
    pub fn tags(&self) -> BTreeMap<String, String> {
        [
            (STACK_TAG, self.requester.to_string()),
            (RESOURCE_TAG, self.logical_id.clone()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// Whether something with these tags belongs to this resource.
    pub fn owns(&self, tags: &BTreeMap<String, String>) -> bool {
        let of_requester = tags
            .get(STACK_TAG)
            .is_some_and(|text| *text == self.requester.to_string());
        of_requester && tags.get(RESOURCE_TAG) == Some(&self.logical_id)
    }
}

/// The content of a replacement's tag: the group that it replaced, and whether CloudFormation has recorded the
/// replacement since.
///
/// CloudFormation records a replacement once it has read the response. The first later request that names the
/// replacement as the resource's physical ID proves that, and the function then confirms the tag. An unconfirmed
/// replacement of the resource's current group is unfinished, and later requests remove it. A confirmed one may be kept
/// on purpose, by an `UpdateReplacePolicy` of `Retain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaces<'a> {
    /// The physical ID of the replaced group.
    pub id: &'a str,
    pub known: Confirmation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    Unconfirmed,
    Confirmed,
    /// A rollback has gone back to the replaced group. Another delivery of that rollback goes there too.
    TakenBack,
}

impl<'a> Replaces<'a> {
    /// Parses the tag of a group. `None` if the group replaced no other group.
    pub fn on(tags: &'a BTreeMap<String, String>) -> Option<Self> {
        let value = tags.get(REPLACES_TAG)?;
        let ends = [
            (CONFIRMED, Confirmation::Confirmed),
            (TAKEN_BACK, Confirmation::TakenBack),
        ];
        let found = ends
            .iter()
            .find_map(|(end, known)| Some((value.strip_suffix(end)?, *known)));
        let (id, known) = found.unwrap_or((value, Confirmation::Unconfirmed));
        Some(Self { id, known })
    }

    /// The tag that turns an unconfirmed replacement into a `known` one. `None` if the replacement was confirmed or
    /// taken back before.
    pub fn becomes(self, known: Confirmation) -> Option<BTreeMap<String, String>> {
        let end = match known {
            Confirmation::Unconfirmed => "",
            Confirmation::Confirmed => CONFIRMED,
            Confirmation::TakenBack => TAKEN_BACK,
        };
        let tag = || [(REPLACES_TAG.to_owned(), format!("{}{end}", self.id))].into();
        (self.known == Confirmation::Unconfirmed).then(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(stack: &str, resource: &str) -> Owner {
        Owner::of_stack(stack, resource)
    }

    #[test]
    fn a_replacement_is_confirmed_once() {
        let of = |value: &str| BTreeMap::from([(REPLACES_TAG.to_owned(), value.to_owned())]);
        for (value, id, known, confirmed) in [
            ("c/n", "c/n", Confirmation::Unconfirmed, Some("c/n confirmed")),
            ("c/n confirmed", "c/n", Confirmation::Confirmed, None),
            ("c/n taken back", "c/n", Confirmation::TakenBack, None),
        ] {
            let tags = of(value);
            let found = Replaces::on(&tags).expect("the tag is there");
            assert_eq!(found, Replaces { id, known });
            let confirmation = found.becomes(Confirmation::Confirmed);
            assert_eq!(confirmation, confirmed.map(of), "{value}");
        }
        assert_eq!(Replaces::on(&BTreeMap::new()), None);
    }

    /// The function neither changes nor deletes what another resource owns, also within the same stack.
    #[test]
    fn only_both_tags_together_make_a_group_ones_own() {
        let own = owner("stack", "Nodes");
        for (tags, expected) in [
            (own.tags(), true),
            (owner("stack", "Others").tags(), false),
            (owner("other", "Nodes").tags(), false),
            ([(STACK_TAG.to_owned(), "stack".to_owned())].into(), false),
            ([(RESOURCE_TAG.to_owned(), "Nodes".to_owned())].into(), false),
            ([].into(), false),
        ] {
            assert_eq!(own.owns(&tags), expected, "{tags:?}");
        }
    }
}
