//! What is wanted in full: a spec with all that had to be looked up to carry it out.

use std::collections::{BTreeMap, BTreeSet};

use super::change::missing;
use crate::launch_template::ec2_resources::Place;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::{Confirmation, Owner, REPLACES_TAG, Replaces};
use crate::nodegroup::request_order::Turn;
use crate::properties::scaling::DesiredSize;
use crate::properties::settings::Setting;
use crate::properties::spec::{LaunchTemplateIdentity, Spec};
use crate::properties::tags::OWN_PREFIX;

/// A spec with all that had to be looked up to carry it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    pub name: String,
    pub owner: Owner,
    pub spec: Spec,
    /// Stack tags, the template's tags over them, and over both those of the owner and of the turn.
    pub tags: BTreeMap<String, String>,
    pub stack_tags: StackTags,
    /// Tags that the template had before and has no more. Others on the group are somebody else's.
    pub removed_tags: BTreeSet<String>,
    /// Settings that the template had before and has no more.
    pub dropped: BTreeSet<Setting>,
    pub desired_size: DesiredSize,
    pub direction: Direction,
    pub purpose: Purpose,
    /// The physical id that the stack knows the resource by, where it is an update.
    pub current_id: Option<String>,
    /// A group that was created before then, in seconds since the epoch, is none of this request's. `None`: the request doesn't
    /// say when it was sent.
    pub sent: Option<u64>,
    /// Which request this is, among those for the same resource.
    pub turn: Turn,
    /// The version of the user's own launch template as a number, where the template names one.
    pub launch_template_version: Option<String>,
}

/// Whether the stack's tags could be read. Unknown tags are not empty tags: what the group has stands in for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackTags {
    Known,
    Unknown,
}

/// Whether the stack goes forward or is being rolled back. A rollback never fails because of what EKS can't take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    RollingBack,
    /// The stack can't be described. Nothing is refused that a rollback might need; how the request comes out is judged as
    /// going forward.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Update,
}

/// What a new group gets beside its spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    pub template: TemplateVersion,
    /// For a template that names no AMI type; `None` leaves the choice to the service.
    pub default_ami_type: Option<String>,
}

/// A launch template and the version of it that nodes are to run. `None` is the default one, in a rollback that can't ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    pub identity: LaunchTemplateIdentity,
    pub version: Option<String>,
}

impl Desired {
    /// Where the group's belongings in EC2 are found.
    pub fn place(&self) -> Place {
        Place {
            cluster: self.spec.cluster.clone(),
            name: self.name.clone(),
            owner: self.owner.clone(),
        }
    }

    /// The tags that a new group gets. One made in place of another is marked until CloudFormation is known to have learnt of it,
    /// and one by an event until the request has succeeded.
    pub fn tags_of_new(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.extend(self.turn.marks());
        tags.extend(self.replaced().map(|id| (REPLACES_TAG.to_owned(), id.to_owned())));
        tags
    }

    /// The physical ID of the group whose place this one takes.
    pub fn replaced(&self) -> Option<&str> {
        let own = format!("{}/{}", self.spec.cluster, self.name);
        self.current_id.as_deref().filter(|id| *id != own)
    }

    /// What the group that runs has inherited stands in for stack tags that could not be read, so that nothing is retagged or rolled
    /// for them.
    pub fn inherit(&mut self, live: &BTreeMap<String, String>) {
        if self.stack_tags == StackTags::Known {
            return;
        }
        let is_inherited = |key: &String| {
            !["aws:", OWN_PREFIX].iter().any(|prefix| key.starts_with(prefix)) && !self.removed_tags.contains(key)
        };
        let inherited = live.iter().filter(|(key, _)| is_inherited(key));
        for (key, value) in inherited {
            self.tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Whether a group was there before the request was sent. Without its times nobody can tell.
    pub fn is_of_before(&self, live: &NodeGroup) -> Option<bool> {
        Some(live.created_at? < self.sent?)
    }

    /// The tags that are missing. A request that names a replacement as its own group shows that CloudFormation has learnt of it.
    pub fn missing_tags(&self, live: &NodeGroup) -> BTreeMap<String, String> {
        let mut tags = missing(&self.tags, &live.tags);
        let confirmed = Replaces::on(&live.tags).filter(|_| self.current_id.is_some() && self.replaced().is_none());
        tags.extend(
            confirmed
                .and_then(|replaces| replaces.becomes(Confirmation::Confirmed))
                .unwrap_or_default(),
        );
        tags
    }
}
