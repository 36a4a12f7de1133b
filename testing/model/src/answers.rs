//! What a stack does with the answers to its requests.

use crate::cloudformation::{AnswerDelivery, Flow, ModelStack, ResourceResult, SentAnswer, StackStep};
use crate::configuration::Configuration;

/// How often a cleanup tries to delete what was replaced.
const CLEANUPS: u8 = 3;

impl ModelStack {
    /// An answer lies at the URL of a request.
    pub fn put(&mut self, number: usize, told: &SentAnswer) {
        let is_waited_for = self.waits == Some(number);
        let asked = &mut self.requests[number];
        if asked.reading == AnswerDelivery::Done {
            return;
        }
        asked.answers.retain(|known| known != told);
        asked.answers.push(told.clone());
        asked.reading = if is_waited_for {
            AnswerDelivery::Due
        } else {
            AnswerDelivery::Done
        };
    }

    /// Whether several answers lie there that differ.
    pub fn has_a_choice(&self) -> bool {
        self.waits.is_some_and(|number| self.requests[number].answers.len() > 1)
    }

    /// Whether there is an answer to be read.
    pub fn is_to_read(&self) -> bool {
        self.waits
            .is_some_and(|number| self.requests[number].reading == AnswerDelivery::Due)
    }

    /// The answer that is read by this step.
    pub fn to_read(&self, step: StackStep) -> SentAnswer {
        let number = self.waits.expect("there is an answer to be read");
        let answers = &self.requests[number].answers;
        let told = match step {
            StackStep::ReadFirst => answers.first(),
            _ => answers.last(),
        };
        told.expect("there is an answer to be read").clone()
    }

    /// Reads the answer that it waits for, the last that was put.
    pub fn read(&mut self, of: &Configuration, now: u64) -> Option<usize> {
        let number = self.waits.expect("there is an answer to be read");
        let asked = &mut self.requests[number];
        asked.reading = AnswerDelivery::Done;
        let told = asked.answers.last().expect("there is an answer to be read").clone();
        self.hear(&told, of, now)
    }

    /// Gives the request that comes of an answer.
    fn hear(&mut self, told: &SentAnswer, of: &Configuration, now: u64) -> Option<usize> {
        self.waits = None;
        match (self.flow, told.success) {
            (Flow::Creating, success) => {
                self.id = Some(told.id.clone());
                if success {
                    self.flow = Flow::Created;
                    return None;
                }
                Some(self.delete(of, "ROLLBACK_IN_PROGRESS", Flow::CreateRollsBack, now))
            }
            (Flow::Updating { from, to }, success) => {
                // An id in a FAILED answer is recorded too (aws-cdk issue 22670).
                self.know(told);
                if success {
                    self.flow = Flow::Updated { from, to };
                    return None;
                }
                self.fail(of, (from, to), ResourceResult::Failed, now)
            }
            (Flow::Adding { to }, success) => {
                self.id = Some(told.id.clone());
                if success {
                    self.flow = Flow::Added { to };
                    return None;
                }
                Some(self.take_back(of, to, now))
            }
            (Flow::AddRollsBack, success) => {
                let left = self.id.take().filter(|_| !success);
                self.abandoned.extend(left);
                self.rest("UPDATE_ROLLBACK_COMPLETE")
            }
            (Flow::RollingBack { from, .. }, true) => {
                self.know(told);
                self.recorded = from;
                self.clean(of, "UPDATE_ROLLBACK_COMPLETE", now)
            }
            (Flow::RollingBack { from, to }, false) => {
                (self.status, self.flow) = ("UPDATE_ROLLBACK_FAILED", Flow::RollbackFailed { from, to });
                None
            }
            (Flow::Cleaning { tries }, success) => self.cleaned(tries, success, of, now),
            (Flow::CreateRollsBack, true) => self.gone("ROLLBACK_COMPLETE"),
            (Flow::Deleting, true) => self.delete_next(of, now),
            (Flow::CreateRollsBack | Flow::Deleting, false) => {
                (self.status, self.flow) = ("DELETE_FAILED", Flow::DeleteFailed);
                None
            }
            (flow, _) => unreachable!("nothing is waited for while it is {flow:?}"),
        }
    }

    /// The id of an answer is the resource's. One that it had before is deleted by the cleanup.
    fn know(&mut self, told: &SentAnswer) {
        let before = self.id.replace(told.id.clone());
        let before = before.filter(|before| *before != told.id && !self.replaced.contains(before));
        self.replaced.extend(before);
    }

    fn cleaned(&mut self, tries: u8, success: bool, of: &Configuration, now: u64) -> Option<usize> {
        let old = self.replaced[0].clone();
        if !success && tries < CLEANUPS {
            return self.clean_up(&old, tries + 1, of, now);
        }
        self.replaced.remove(0);
        if !success {
            self.abandoned.push(old);
        }
        let complete = self.status.starts_with("UPDATE_COMPLETE");
        let status = if complete {
            "UPDATE_COMPLETE"
        } else {
            "UPDATE_ROLLBACK_COMPLETE"
        };
        self.clean(of, status, now)
    }

    /// What an update that failed had replaced goes with its stack.
    fn delete_next(&mut self, of: &Configuration, now: u64) -> Option<usize> {
        if self.replaced.is_empty() {
            return self.gone("DELETE_COMPLETE");
        }
        self.id = Some(self.replaced.remove(0));
        Some(self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now))
    }

    pub fn gone(&mut self, status: &'static str) -> Option<usize> {
        (self.status, self.flow) = (status, Flow::Gone);
        self.id = None;
        None
    }
}
