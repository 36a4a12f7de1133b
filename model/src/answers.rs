//! What a stack does with the answers to its requests.

use serde_json::Value;

use crate::cloudformation::{Flow, Reading, Stack, Told};

/// How often a cleanup tries to delete what was replaced.
const CLEANUPS: u8 = 3;

impl Stack {
    /// An answer lies at the URL of a request.
    pub fn put(&mut self, number: usize, told: &Told) {
        let is_waited_for = self.waits == Some(number);
        let asked = &mut self.requests[number];
        if asked.reading == Reading::Done {
            return;
        }
        asked.answers.retain(|known| known != told);
        asked.answers.push(told.clone());
        asked.reading = if is_waited_for { Reading::Due } else { Reading::Done };
    }

    /// Whether several answers lie there that differ.
    pub fn has_a_choice(&self) -> bool {
        self.waits.is_some_and(|number| self.requests[number].answers.len() > 1)
    }

    /// Whether there is an answer to be read.
    pub fn is_to_read(&self) -> bool {
        self.waits
            .is_some_and(|number| self.requests[number].reading == Reading::Due)
    }

    /// Reads the answer that it waits for, the last that was put.
    pub fn read(&mut self, of: &[Value], now: u64) -> Option<usize> {
        let number = self.waits.expect("there is an answer to be read");
        let asked = &mut self.requests[number];
        asked.reading = Reading::Done;
        let told = asked.answers.last().expect("there is an answer to be read").clone();
        self.hear(&told, of, now)
    }

    /// Gives the request that comes of an answer.
    fn hear(&mut self, told: &Told, of: &[Value], now: u64) -> Option<usize> {
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
                self.id = Some(told.id.clone());
                if success {
                    self.flow = Flow::Updated { from, to };
                    return None;
                }
                Some(self.roll_back(of, from, to, now))
            }
            (Flow::RollingBack { from, .. }, true) => self.rolled_back(told, from, of, now),
            (Flow::RollingBack { from, to }, false) => {
                (self.status, self.flow) = ("UPDATE_ROLLBACK_FAILED", Flow::RollbackFailed { from, to });
                None
            }
            (Flow::Cleaning { tries }, success) => self.cleaned(tries, success, of, now),
            (Flow::CreateRollsBack, true) => self.gone("ROLLBACK_COMPLETE"),
            (Flow::Deleting, true) => self.gone("DELETE_COMPLETE"),
            (Flow::CreateRollsBack | Flow::Deleting, false) => {
                (self.status, self.flow) = ("DELETE_FAILED", Flow::DeleteFailed);
                None
            }
            (flow, _) => unreachable!("nothing is waited for while it is {flow:?}"),
        }
    }

    /// The id of the rollback's answer is the resource's; another one that it had before is deleted.
    fn rolled_back(&mut self, told: &Told, from: usize, of: &[Value], now: u64) -> Option<usize> {
        let left = self.id.replace(told.id.clone());
        self.recorded = from;
        match left.filter(|left| *left != told.id) {
            Some(left) => self.clean_up(&left, 1, of, now),
            None => self.rest("UPDATE_ROLLBACK_COMPLETE"),
        }
    }

    fn cleaned(&mut self, tries: u8, success: bool, of: &[Value], now: u64) -> Option<usize> {
        let last = self.requests.last().expect("a cleanup has asked");
        let old = last.request.envelope.physical_resource_id.clone().unwrap_or_default();
        if !success && tries < CLEANUPS {
            return self.clean_up(&old, tries + 1, of, now);
        }
        if !success {
            self.abandoned.push(old);
        }
        let complete = self.status.starts_with("UPDATE_COMPLETE");
        self.rest(if complete {
            "UPDATE_COMPLETE"
        } else {
            "UPDATE_ROLLBACK_COMPLETE"
        })
    }

    fn gone(&mut self, status: &'static str) -> Option<usize> {
        (self.status, self.flow) = (status, Flow::Gone);
        self.id = None;
        None
    }
}
