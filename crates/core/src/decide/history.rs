//! What this request has begun so far, and by when it must end. Everything else is observed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::OutsideEksPart;
use super::plan::StepKind;
use crate::nodegroup::group::Issue;
use crate::workload::nodes::Ready;

/// The part of a request's memory that survives a wait and a hand-over. Times are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct History {
    pub began: u64,
    pub deadline: u64,
    pub begun: Vec<BegunStep>,
    /// The group's status when this request first saw it. If the group was DEGRADED already, that is not this request's
    /// failure.
    #[serde(default)]
    pub first_status: Option<String>,
    /// When the group that this request first saw was created, in seconds since the epoch. By this time the function
    /// recognises another group that somebody creates under the name meanwhile.
    #[serde(default)]
    pub first_made: Option<u64>,
    /// The ID of the launch template that the group ran when this request last saw it.
    #[serde(default)]
    pub ran_template: Option<String>,
    /// Whether EKS began an update of the group after the request was sent, if the function asked EKS. Such an update
    /// counts as this request's own, even if the process that began it has died.
    #[serde(default)]
    pub updates_since_sent: Option<Updates>,
    /// What the last poll found under the name, if an event requests the group.
    #[serde(default)]
    pub seen: Option<SeenOwner>,
    /// What held up the current step when the function last tried it.
    #[serde(default)]
    pub obstacle: Option<String>,
    #[serde(default)]
    pub tidying: CleanupState,
    /// When the function last asked what holds up the rolling update.
    #[serde(default)]
    pub drain_asked: Option<u64>,
    /// How many nodes were Ready at the last poll, if the request waits for nodes.
    #[serde(default)]
    pub ready: Option<Ready>,
    /// How often in a row each part could not be read or changed. EKS answers meanwhile, so these failures are counted
    /// separately.
    #[serde(default)]
    pub tries: BTreeMap<OutsideEksPart, u32>,
    /// Parts outside EKS that the request has given up, to go on without them.
    #[serde(default)]
    pub given_up: BTreeSet<OutsideEksPart>,
}

/// Whose the group was at the last poll, if an event requests the group. The clean-up after a failure depends on the
/// group's tags, not on this memory: the delivery that created the group may have died, and another delivery may have
/// finished the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SeenOwner {
    /// There was no group, and all checks before the creation had passed.
    Absent {
        /// When the first of these polls in a row took place, in seconds since the epoch.
        since: u64,
    },
    /// This very event created the group, and the group is not finished.
    Unfinished,
    /// The group belongs to somebody else, who may have created it meanwhile.
    Foreign,
    /// The group existed before, or is finished, or a later event has taken it over.
    Settled,
}

/// Whether EKS lists updates of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Updates {
    Found,
    None,
}

/// Whether the request still has to remove what the group no longer needs. This is the last step, and an update does
/// not fail by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum CleanupState {
    #[default]
    Due,
    /// Since this time, in seconds since the epoch, a resource to remove has been in use, or EC2 has not answered.
    HeldUpSince(u64),
    /// The resource could not be removed now; the next update or the deletion removes it.
    GivenUp,
}

/// How long, in seconds, an update waits until the network interfaces of terminated nodes release a security group. EC2
/// takes seconds, rarely minutes. The deletion of the resource waits until its deadline.
const TIDY_WITHIN_SECONDS: u64 = 120;

impl CleanupState {
    /// The state after a resource to remove is in use at `now`. The time counts from the first failed attempt, since
    /// the roll before it may have taken an hour.
    pub fn held_up(self, now: u64) -> Self {
        match self {
            Self::Due => Self::HeldUpSince(now),
            Self::HeldUpSince(since) if now < since + TIDY_WITHIN_SECONDS => self,
            Self::HeldUpSince(_) | Self::GivenUp => Self::GivenUp,
        }
    }
}

/// A step that was begun, with the handle by which EKS reports on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunStep {
    pub step: StepKind,
    pub at: u64,
    #[serde(default)]
    pub update_id: Option<String>,
}

impl History {
    pub fn of(&self, step: StepKind) -> Option<&BegunStep> {
        self.begun.iter().find(|begun| begun.step == step)
    }

    /// Notes that a step was begun. Of the calls to EC2 only the first is noted.
    pub fn note(&mut self, begun: BegunStep) {
        if begun.step != StepKind::Launch || self.of(StepKind::Launch).is_none() {
            self.begun.push(begun);
        }
    }

    /// Whether the node group itself was not touched yet, but for the deletion of a failed one that is made again.
    pub fn has_not_touched_group(&self) -> bool {
        let is_before = |begun: &BegunStep| matches!(begun.step, StepKind::Launch | StepKind::Delete);
        self.begun.iter().all(is_before)
    }

    /// Forgets the group that this request found under the name, failed or being deleted: the request has created
    /// another group since.
    pub fn forget_previous_group(&mut self) {
        (self.first_made, self.first_status) = (None, None);
    }

    /// Forgets everything about the current group, to begin with another group in the time that is left.
    pub fn reset_for_another_group(&mut self) {
        *self = Self {
            began: self.began,
            deadline: self.deadline,
            ..Self::default()
        };
    }

    /// Prepares the removal of the same group. The memory of its creation time stays, so that the request removes no
    /// other group of that name.
    pub fn reset_for_removal(&mut self) {
        let (first_made, ran_template) = (self.first_made, self.ran_template.take());
        self.reset_for_another_group();
        (self.first_made, self.ran_template) = (first_made, ran_template);
    }

    /// The update that was begun last, which the function asks EKS about.
    pub fn last_update(&self) -> Option<&BegunStep> {
        self.begun.iter().rev().find(|begun| begun.update_id.is_some())
    }
}

/// The result of an update that the function asked EKS about, in core's own type.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateState {
    InProgress,
    Successful,
    /// Failed or cancelled, with the errors that EKS gives.
    Failed(Vec<Issue>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(step: StepKind, update_id: Option<&str>) -> BegunStep {
        BegunStep {
            step,
            at: 0,
            update_id: update_id.map(str::to_owned),
        }
    }

    #[test]
    fn steps_in_ec2_touch_no_group() {
        for (steps, expected) in [
            (&[][..], true),
            (&[StepKind::Launch, StepKind::Launch], true),
            (&[StepKind::Launch, StepKind::Delete], true),
            (&[StepKind::Launch, StepKind::Create], false),
            (&[StepKind::Tag], false),
        ] {
            let history = History {
                begun: steps.iter().map(|step| begun(*step, None)).collect(),
                ..History::default()
            };
            assert_eq!(history.has_not_touched_group(), expected, "{steps:?}");
        }
    }

    #[test]
    fn another_group_is_begun_with_from_the_start_in_the_time_that_is_left() {
        let mut history = History {
            began: 7,
            deadline: 3540,
            begun: vec![
                begun(StepKind::UpdateVersion, Some("1")),
                begun(StepKind::UpdateConfig, Some("2")),
            ],
            first_status: Some("DEGRADED".to_owned()),
            tidying: CleanupState::GivenUp,
            given_up: [OutsideEksPart::Nodes].into(),
            ..History::default()
        };
        assert_eq!(history.last_update().unwrap().update_id.as_deref(), Some("2"));
        history.first_made = Some(7);
        let mut undoing = history.clone();
        history.reset_for_another_group();
        let expected = History {
            began: 7,
            deadline: 3540,
            ..History::default()
        };
        assert_eq!(history, expected);
        undoing.reset_for_removal();
        let first_made = Some(7);
        assert_eq!(undoing, History { first_made, ..expected });
    }

    #[test]
    fn what_is_in_use_is_waited_for_a_while() {
        for (tidying, expected) in [
            (CleanupState::Due, CleanupState::HeldUpSince(1000)),
            (CleanupState::HeldUpSince(900), CleanupState::HeldUpSince(900)),
            (CleanupState::HeldUpSince(880), CleanupState::GivenUp),
            (CleanupState::GivenUp, CleanupState::GivenUp),
        ] {
            assert_eq!(tidying.held_up(1000), expected, "{tidying:?}");
        }
    }
}
