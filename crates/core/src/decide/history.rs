//! What this request has begun so far, and by when it must end. All else is observed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Part;
use super::plan::StepKind;
use crate::nodegroup::group::Issue;
use crate::workload::nodes::Ready;

/// What survives a wait of what was done. Times are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct History {
    pub began: u64,
    pub deadline: u64,
    pub begun: Vec<Begun>,
    /// The group's status when this request first saw it: a group that was DEGRADED before isn't this request's failure.
    #[serde(default)]
    pub first_status: Option<String>,
    /// When the group was made that this request first saw under the name, in seconds since the epoch. EKS says it of each group, so
    /// another that is made under the name meanwhile is known by it.
    #[serde(default)]
    pub first_made: Option<u64>,
    /// The launch template that the group ran when this request last saw it, by its id.
    #[serde(default)]
    pub ran_template: Option<String>,
    /// Whether EKS began an update of the group after the request was sent, where that was asked: what it did to the group is
    /// this request's doing, also where the process that began it has died.
    #[serde(default)]
    pub updates_since_sent: Option<Updates>,
    /// What the last look saw, where an event asks for the group.
    #[serde(default)]
    pub seen: Option<Seen>,
    /// What held up the step at hand when it was last tried.
    #[serde(default)]
    pub obstacle: Option<String>,
    #[serde(default)]
    pub tidying: Tidying,
    /// When it was last asked what holds up the roll.
    #[serde(default)]
    pub drain_asked: Option<u64>,
    /// How many nodes were Ready at the last look, where it is waited for them.
    #[serde(default)]
    pub ready: Option<Ready>,
    /// How often in a row each could not be had. Calls to the service are answered meanwhile, so this is counted apart.
    #[serde(default)]
    pub tries: BTreeMap<Part, u32>,
    /// What could not be had beyond the service, and is gone on without.
    #[serde(default)]
    pub given_up: BTreeSet<Part>,
}

/// Whose a group that an event asks for was when it was last looked at. What clearing up goes by is on the group, not in what
/// this delivery remembers: the one that made it may have died, and another may have finished it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// There was none, and all that is checked before anything is made had passed.
    Absent {
        /// At the first of such looks in a row, in seconds since the epoch.
        since: u64,
    },
    /// Made by this very event, and not finished.
    Unfinished,
    /// Somebody else's, who may have come between.
    Foreign,
    /// There before, or finished, or taken over by a later event.
    Settled,
}

/// Whether updates of a group were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Updates {
    Found,
    None,
}

/// Whether what a group needs no more is still to be removed. It comes last, and an update doesn't fail for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Tidying {
    #[default]
    Due,
    /// Something that is to go has been in use, or EC2 hasn't answered, since then, in seconds since the epoch.
    HeldUpSince(u64),
    /// Left for the next update, or for the deletion.
    GivenUp,
}

/// How long an update waits, in seconds, for the network interfaces of terminated nodes to let go of a security group. EC2
/// takes seconds, rarely minutes; the deletion of the resource waits to its deadline.
const TIDY_WITHIN_SECONDS: u64 = 120;

impl Tidying {
    /// What comes of it when something that is to go is in use at `now`. It counts from the first time: the roll before it may
    /// have taken an hour.
    pub fn held_up(self, now: u64) -> Self {
        match self {
            Self::Due => Self::HeldUpSince(now),
            Self::HeldUpSince(since) if now < since + TIDY_WITHIN_SECONDS => self,
            Self::HeldUpSince(_) | Self::GivenUp => Self::GivenUp,
        }
    }
}

/// A step that was begun, with the handle by which the service reports on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub step: StepKind,
    pub at: u64,
    #[serde(default)]
    pub update_id: Option<String>,
}

impl History {
    pub fn of(&self, step: StepKind) -> Option<&Begun> {
        self.begun.iter().find(|begun| begun.step == step)
    }

    /// Notes that a step was begun. Of the calls to EC2 only the first is noted.
    pub fn note(&mut self, begun: Begun) {
        if begun.step != StepKind::Launch || self.of(StepKind::Launch).is_none() {
            self.begun.push(begun);
        }
    }

    /// Whether the node group itself was not touched yet, but for the deletion of a failed one that is made again.
    pub fn is_before_the_group(&self) -> bool {
        let is_before = |begun: &Begun| matches!(begun.step, StepKind::Launch | StepKind::Delete);
        self.begun.iter().all(is_before)
    }

    /// The request has created a group, and what it saw under the name before, failed or being deleted, was another one.
    pub fn forget_the_group_before(&mut self) {
        (self.first_made, self.first_status) = (None, None);
    }

    /// What is noted is about one group; another one is begun with from the start, in the time that is left.
    pub fn turn_to_another_group(&mut self) {
        *self = Self {
            began: self.began,
            deadline: self.deadline,
            ..Self::default()
        };
    }

    /// The same group is to be removed. It is still the one that was seen first, and no other that is made under its name.
    pub fn turn_to_undoing(&mut self) {
        let (first_made, ran_template) = (self.first_made, self.ran_template.take());
        self.turn_to_another_group();
        (self.first_made, self.ran_template) = (first_made, ran_template);
    }

    /// The update begun last, which is the one to ask about.
    pub fn last_update(&self) -> Option<&Begun> {
        self.begun.iter().rev().find(|begun| begun.update_id.is_some())
    }
}

/// Kept apart from the service's: what an update that was asked about has come to.
#[derive(Debug, Clone, PartialEq)]
pub enum UpdateState {
    InProgress,
    Successful,
    /// Failed or cancelled, with the service's errors.
    Failed(Vec<Issue>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(step: StepKind, update_id: Option<&str>) -> Begun {
        Begun {
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
            assert_eq!(history.is_before_the_group(), expected, "{steps:?}");
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
            tidying: Tidying::GivenUp,
            given_up: [Part::Nodes].into(),
            ..History::default()
        };
        assert_eq!(history.last_update().unwrap().update_id.as_deref(), Some("2"));
        history.first_made = Some(7);
        let mut undoing = history.clone();
        history.turn_to_another_group();
        let expected = History {
            began: 7,
            deadline: 3540,
            ..History::default()
        };
        assert_eq!(history, expected);
        undoing.turn_to_undoing();
        let first_made = Some(7);
        assert_eq!(undoing, History { first_made, ..expected });
    }

    #[test]
    fn what_is_in_use_is_waited_for_a_while() {
        for (tidying, expected) in [
            (Tidying::Due, Tidying::HeldUpSince(1000)),
            (Tidying::HeldUpSince(900), Tidying::HeldUpSince(900)),
            (Tidying::HeldUpSince(880), Tidying::GivenUp),
            (Tidying::GivenUp, Tidying::GivenUp),
        ] {
            assert_eq!(tidying.held_up(1000), expected, "{tidying:?}");
        }
    }
}
