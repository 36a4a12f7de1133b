//! The full description of the wanted group.

use std::collections::{BTreeMap, BTreeSet};

use super::change::missing;
use crate::launch_template::ec2_resources::GroupRef;
use crate::node::ami_type::AmiType;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::{Confirmation, Owner, REPLACES_TAG, Replaces};
use crate::nodegroup::request_order::RequestOrder;
use crate::properties::scaling::DesiredSize;
use crate::properties::settings::Setting;
use crate::properties::spec::{LaunchTemplateIdentity, Spec};
use crate::properties::tags::OWN_PREFIX;

/// A specification with everything that the function had to look up to carry it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    pub name: String,
    pub owner: Owner,
    pub spec: Spec,
    /// The tags of the stack, overridden by the template's, overridden by those of the owner and of the request order.
    pub tags: BTreeMap<String, String>,
    pub stack_tags: StackTags,
    /// Tags that the template had before and no longer has. Any other tag on the group is somebody else's.
    pub removed_tags: BTreeSet<String>,
    /// Settings that the template had before and no longer has.
    pub dropped: BTreeSet<Setting>,
    pub desired_size: DesiredSize,
    pub direction: Direction,
    pub purpose: Purpose,
    /// The physical ID that the stack has recorded for the resource, in an Update.
    pub current_id: Option<String>,
    /// When the request was sent, in seconds since the epoch. A group that was created earlier is not this request's.
    /// `None` if the request has no time.
    pub sent: Option<u64>,
    /// The place of this request among the requests for the same resource.
    pub order: RequestOrder,
    /// The version of the user's own launch template as a number, if the template names one.
    pub launch_template_version: Option<String>,
}

/// Whether the function could read the stack's tags. Unknown tags are not empty tags: the group's inherited tags stand
/// in for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackTags {
    Known,
    Unknown,
}

/// Whether the stack goes forward or rolls back. A rollback never fails by a change that EKS cannot take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    RollingBack,
    /// The function cannot describe the stack. It refuses nothing that a rollback might need, and judges the result of
    /// the request as if the stack went forward.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Update,
}

/// What a new group needs in addition to its specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    pub template: TemplateVersion,
    /// The AMI type for a template that names none. `None` leaves the choice to EKS.
    pub default_ami_type: Option<AmiType>,
}

/// A launch template, and the version of it that nodes shall run. `None` stands for the default version, in a rollback
/// that cannot ask EC2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    pub identity: LaunchTemplateIdentity,
    pub version: Option<String>,
}

impl Desired {
    /// Identifies the group's resources in EC2.
    pub fn group_ref(&self) -> GroupRef {
        GroupRef {
            cluster: self.spec.cluster.clone(),
            name: self.name.clone(),
            owner: self.owner.clone(),
        }
    }

    /// The tags of a new group. A replacement is marked until CloudFormation has provably recorded it. A group by event
    /// is marked until the request has succeeded.
    pub fn tags_of_new(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.extend(self.order.marks());
        tags.extend(self.replaced().map(|id| (REPLACES_TAG.to_owned(), id.to_owned())));
        tags
    }

    /// The physical ID of the group that this group replaces.
    pub fn replaced(&self) -> Option<&str> {
        let own = format!("{}/{}", self.spec.cluster, self.name);
        self.current_id.as_deref().filter(|id| *id != own)
    }

    /// Uses the inherited tags of the running group if the function could not read the stack's tags, so that it neither
    /// retags nor rolls for them.
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

    /// Whether a group existed before the request was sent. `None` if the request or the group has no time.
    pub fn is_of_before(&self, live: &NodeGroup) -> Option<bool> {
        Some(live.created_at? < self.sent?)
    }

    /// The tags that are missing. If the request names a replacement as its own group, CloudFormation has recorded the
    /// replacement.
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
