//! What a stack does by itself and for its user, and the requests that come of it.

use crate::cloudformation::{Flow, ModelStack, ResourceResult, StackStep, Wish};
use crate::configuration::{BrokenRule, Configuration, Keeps, OnFailure};

/// How long an operation of a stack has run when its first request is sent, in seconds.
pub const BEFORE_A_REQUEST: u64 = 3;

impl ModelStack {
    pub fn create(&mut self, of: &Configuration, now: u64) -> usize {
        self.ask("Create", of, (0, None), now)
    }

    pub fn delete(&mut self, of: &Configuration, status: &'static str, flow: Flow, now: u64) -> usize {
        (self.status, self.flow) = (status, flow);
        self.ask("Delete", of, (self.recorded, None), now)
    }

    pub fn roll_back(&mut self, of: &Configuration, from: usize, to: usize, now: u64) -> usize {
        self.status = "UPDATE_ROLLBACK_IN_PROGRESS";
        self.flow = Flow::RollingBack { from, to };
        self.rollback_began.get_or_insert(now - BEFORE_A_REQUEST);
        self.ask("Update", of, (from, Some(to)), now)
    }

    /// What was created in an update of the stack is deleted when that is rolled back. What is recorded then isn't there at all.
    pub fn take_back(&mut self, of: &Configuration, to: usize, now: u64) -> usize {
        self.recorded = to;
        self.rollback_began.get_or_insert(now - BEFORE_A_REQUEST);
        let status = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS";
        self.delete(of, status, Flow::AddRollsBack, now)
    }

    /// Takes one step, and gives the request that comes of it.
    pub fn step(&mut self, step: StackStep, of: &Configuration, now: u64) -> Option<usize> {
        match (step, self.flow) {
            (StackStep::Read, _) => self.read(of, now),
            (StackStep::ReadFirst, _) => {
                let number = self.waits.expect("there is an answer to be read");
                self.requests[number].answers.reverse();
                self.read(of, now)
            }
            (StackStep::Wish, _) => self.wish(of.wishes[self.wishes], of, now),
            (StackStep::OthersWell, Flow::Created) => self.rest("CREATE_COMPLETE"),
            (StackStep::OthersBadly, Flow::Created) => {
                Some(self.delete(of, "ROLLBACK_IN_PROGRESS", Flow::CreateRollsBack, now))
            }
            (StackStep::OthersWell, Flow::Added { to }) => {
                self.recorded = to;
                self.rest("UPDATE_COMPLETE")
            }
            (StackStep::OthersBadly | StackStep::Cancel, Flow::Added { to } | Flow::Adding { to }) => {
                Some(self.take_back(of, to, now))
            }
            (StackStep::OthersWell, Flow::Updated { to, .. }) => {
                self.recorded = to;
                self.clean(of, "UPDATE_COMPLETE", now)
            }
            (StackStep::OthersBadly, Flow::Updated { from, to }) => {
                self.fail(of, (from, to), ResourceResult::Updated, now)
            }
            (StackStep::Cancel, Flow::Updated { from, to } | Flow::Updating { from, to }) => {
                Some(self.roll_back(of, from, to, now))
            }
            (StackStep::DeleteMeanwhile, _) => Some(self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now)),
            (StackStep::ContinueRollback, Flow::RollbackFailed { from, to }) => Some(self.roll_back(of, from, to, now)),
            (StackStep::SkipResource, Flow::RollbackFailed { from, .. }) => {
                self.recorded = from;
                self.abandoned.append(&mut self.replaced);
                self.rest("UPDATE_ROLLBACK_COMPLETE")
            }
            (StackStep::DeleteAgain, _) => Some(self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now)),
            (StackStep::Retry, Flow::UpdateFailed { from, to, resource }) => self.retry(of, (from, to), resource, now),
            (StackStep::RollbackStack, Flow::UpdateFailed { from, to, .. }) => Some(self.roll_back(of, from, to, now)),
            (step, flow) => unreachable!("{step:?} is no step of a stack that is {flow:?}"),
        }
    }

    fn wish(&mut self, wish: Wish, of: &Configuration, now: u64) -> Option<usize> {
        self.wishes += 1;
        match wish {
            Wish::Delete if self.id.is_none() => self.gone("DELETE_COMPLETE"),
            Wish::Delete => Some(self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now)),
            Wish::Update(to) => {
                // As in a rollback: what was asked for last are the old properties.
                let old = match self.flow {
                    Flow::UpdateFailed { to, .. } => to,
                    _ => self.recorded,
                };
                let from = self.recorded;
                self.begin_update(Flow::Updating { from, to }, now);
                Some(self.ask("Update", of, (to, Some(old)), now))
            }
            Wish::Remove => {
                self.begin_update(Flow::Resting, now);
                self.retained.extend(self.id.take());
                self.rest("UPDATE_COMPLETE")
            }
            Wish::Add(to) => {
                self.begin_update(Flow::Adding { to }, now);
                Some(self.ask("Create", of, (to, None), now))
            }
        }
    }

    fn begin_update(&mut self, flow: Flow, now: u64) {
        (self.status, self.flow) = ("UPDATE_IN_PROGRESS", flow);
        (self.updated, self.rollback_began) = (Some(now - BEFORE_A_REQUEST), None);
    }

    /// A resource that was updated isn't asked to once more.
    fn retry(
        &mut self,
        of: &Configuration,
        (from, to): (usize, usize),
        resource: ResourceResult,
        now: u64,
    ) -> Option<usize> {
        match resource {
            ResourceResult::Failed => {
                self.begin_update(Flow::Updating { from, to }, now);
                Some(self.ask("Update", of, (to, Some(to)), now))
            }
            ResourceResult::Updated => {
                self.begin_update(Flow::Updated { from, to }, now);
                None
            }
        }
    }

    /// The update has failed, by this resource or by another.
    pub fn fail(
        &mut self,
        of: &Configuration,
        (from, to): (usize, usize),
        resource: ResourceResult,
        now: u64,
    ) -> Option<usize> {
        match of.on_failure {
            OnFailure::RollBack => Some(self.roll_back(of, from, to, now)),
            OnFailure::Preserve => {
                (self.status, self.flow) = ("UPDATE_FAILED", Flow::UpdateFailed { from, to, resource });
                None
            }
        }
    }

    pub fn rest(&mut self, status: &'static str) -> Option<usize> {
        (self.status, self.flow) = (status, Flow::Resting);
        None
    }

    /// The cleanup that has just begun is left out.
    pub fn leave_cleanup(&mut self) {
        if matches!(self.flow, Flow::Cleaning { .. }) {
            self.requests.pop();
            (self.waits, self.replaced) = (None, vec![]);
            self.rest("UPDATE_COMPLETE");
        }
    }

    /// What was replaced in the update that has just ended is deleted, or left.
    pub fn clean(&mut self, of: &Configuration, status: &'static str, now: u64) -> Option<usize> {
        let current = self.id.clone();
        self.replaced.retain(|id| Some(id) != current.as_ref());
        let is_kept = match of.keeps {
            Keeps::Nothing => false,
            Keeps::Replaced => status == "UPDATE_COMPLETE",
            Keeps::ReplacedAndNew => true,
        };
        if is_kept {
            self.retained.append(&mut self.replaced.clone());
        }
        if is_kept && of.broken != BrokenRule::RetainsNothing {
            self.replaced.clear();
        }
        match self.replaced.first().cloned() {
            Some(old) => self.clean_up(&old, 1, of, now),
            None => self.rest(status),
        }
    }

    pub fn clean_up(&mut self, old: &str, tries: u8, of: &Configuration, now: u64) -> Option<usize> {
        self.status = match self.status {
            "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            _ => "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        };
        self.flow = Flow::Cleaning { tries };
        let known = self.id.clone();
        if of.broken != BrokenRule::CleanupOfTheNew {
            self.id = Some(old.to_owned());
        }
        let number = self.ask("Delete", of, (self.recorded, None), now);
        self.id = known;
        Some(number)
    }
}
