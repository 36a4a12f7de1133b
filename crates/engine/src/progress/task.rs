//! What a request does at the moment, and what its stack does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use mng_core::decide::desired::Direction;
use mng_core::protocol::request::RequestType;

/// What the passes are about at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Task {
    /// The request itself.
    #[default]
    Converge,
    /// Release 0.1.0 removed a replacement that a failed update had left behind before the rollback's own work. It is read, and
    /// never begun ([`crate::Operation::read`]).
    RemoveAbandoned,
    /// After a failed replacement: the new group is removed, then the failure is told.
    Undo { failure: String },
    /// After the request's own work: unfinished replacements of the resource are removed, then the answer is sent.
    Sweep(ReplacementCleanup),
}

/// What is left to remove before a request is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacementCleanup {
    /// The attributes and warnings of the answer.
    pub attributes: BTreeMap<String, String>,
    pub warnings: Vec<String>,
    /// The physical IDs of unfinished replacements; `None`: not looked for yet.
    pub left: Option<Vec<String>>,
    /// How often they were looked for in vain.
    pub tries: u32,
}

/// What the stack said when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackState {
    /// `None`: unknown, since the stack can't be described.
    pub tags: Option<BTreeMap<String, String>>,
    pub phase: StackPhase,
}

/// What the stack is doing, by its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StackPhase {
    Forward,
    RollingBack,
    /// Being deleted or deleted, or rolling back its own creation: nothing may be created for it any more.
    Ending,
    /// Its last operation has ended: a request that is still at work, or that comes again, begins nothing.
    Over,
    Unknown,
}

impl StackPhase {
    /// Reads a stack's status. `ROLLBACK_*` ends a creation, and what is created then is left behind.
    pub fn of(status: &str) -> Self {
        match status {
            "CREATE_IN_PROGRESS" | "UPDATE_IN_PROGRESS" | "IMPORT_IN_PROGRESS" | "REVIEW_IN_PROGRESS" => Self::Forward,
            "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_COMPLETE" | "UPDATE_FAILED" | "IMPORT_COMPLETE" => Self::Over,
            "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => Self::Over,
            "UPDATE_ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_FAILED" => Self::Over,
            "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS" => Self::Over,
            "IMPORT_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_FAILED" => Self::Over,
            rolling if rolling.starts_with("UPDATE_ROLLBACK_") || rolling.starts_with("IMPORT_ROLLBACK_") => {
                Self::RollingBack
            }
            ending if ending.starts_with("ROLLBACK_") || ending.starts_with("DELETE_") => Self::Ending,
            _ => Self::Unknown,
        }
    }

    /// Where a request of this kind leads. A Create is never a rollback, whatever is known of its stack.
    pub fn direction(self, kind: RequestType) -> Direction {
        match (kind, self) {
            (RequestType::Create, _) | (_, Self::Forward) => Direction::Forward,
            (_, Self::RollingBack | Self::Ending | Self::Over) => Direction::RollingBack,
            (_, Self::Unknown) => Direction::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_tell_the_phase() {
        for (status, expected) in [
            ("UPDATE_IN_PROGRESS", StackPhase::Forward),
            ("UPDATE_ROLLBACK_IN_PROGRESS", StackPhase::RollingBack),
            ("CREATE_COMPLETE", StackPhase::Over),
            ("UPDATE_FAILED", StackPhase::Over),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", StackPhase::Over),
            ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", StackPhase::Over),
            ("UPDATE_ROLLBACK_FAILED", StackPhase::Over),
            ("ROLLBACK_IN_PROGRESS", StackPhase::Ending),
            ("DELETE_IN_PROGRESS", StackPhase::Ending),
            ("SOMETHING_NEW", StackPhase::Unknown),
        ] {
            assert_eq!(StackPhase::of(status), expected, "{status}");
        }
    }
}
