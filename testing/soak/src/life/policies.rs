//! What the template says becomes of a group that the stack needs no more, and what the user wants of a failure.

use fastrand::Rng;

use crate::faults::pick;

/// `DeletionPolicy` or `UpdateReplacePolicy`, which has no third.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Delete,
    Retain,
    RetainExceptOnCreate,
}

/// What follows a failed update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    RollBack,
    /// `--disable-rollback`: the stack stays UPDATE_FAILED until somebody goes on.
    Stay,
}

#[derive(Debug, Clone, Copy)]
pub struct Policies {
    pub deletion: Policy,
    pub replacement: Policy,
    pub failure: OnFailure,
}

impl Policies {
    pub fn of(dice: &mut Rng) -> Self {
        use Policy::{Delete, Retain, RetainExceptOnCreate};
        Self {
            deletion: *pick(dice, &[Delete, Delete, Delete, Retain, RetainExceptOnCreate]),
            replacement: *pick(dice, &[Delete, Delete, Delete, Retain]),
            failure: *pick(dice, &[OnFailure::RollBack, OnFailure::RollBack, OnFailure::Stay]),
        }
    }

    /// Whether a resource stays that goes from the template, or with its stack.
    pub fn retains(self) -> bool {
        self.deletion != Policy::Delete
    }
}
