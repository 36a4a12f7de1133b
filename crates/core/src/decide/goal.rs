//! What a request shall bring about, and for which group.

use super::desired::Desired;
use crate::launch_template::ec2_resources::GroupRef;
use crate::nodegroup::ownership::Owner;
use crate::nodegroup::request_order::RequestOrder;

/// The state that a request shall bring about.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    Present(Box<Desired>),
    Absent(Identity),
    /// A rollback that can restore nothing, and must not fail for that. The group is left as it is.
    AsIs {
        identity: Identity,
        why: String,
    },
    /// The stack's operation is over, and so is this request. The function begins nothing, and the response repeats the
    /// attributes of the running group.
    Repeat(Identity),
}

/// A node group by its name, and who may delete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub cluster: String,
    pub name: String,
    pub owner: Owner,
    pub delete_scope: DeleteScope,
    /// The place of this request among the requests for the same resource.
    pub order: RequestOrder,
}

impl Goal {
    /// The group that the goal is about.
    pub fn group_ref(&self) -> GroupRef {
        match self {
            Self::Present(desired) => desired.group_ref(),
            Self::Absent(identity) | Self::AsIs { identity, .. } | Self::Repeat(identity) => identity.group_ref(),
        }
    }
}

impl Identity {
    /// Identifies the group's resources in EC2.
    pub fn group_ref(&self) -> GroupRef {
        GroupRef {
            cluster: self.cluster.clone(),
            name: self.name.clone(),
            owner: self.owner.clone(),
        }
    }
}

/// Which groups of the owner the request may delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeleteScope {
    Any,
    /// Only a group that was created at this time or later, in seconds since the epoch. This is for a Create whose
    /// group's name CloudFormation never learnt. A policy of Retain keeps a group that existed before the stack's
    /// operation began.
    CreatedSince(u64),
    /// Only an unfinished replacement of the group with this physical ID. It was created at `since` or later, in
    /// seconds since the epoch, and no other delivery has created it anew meanwhile.
    InPlaceOf {
        id: String,
        since: Option<u64>,
    },
    /// Only a group that this very request by event created and did not finish.
    OfThisRequest,
}
