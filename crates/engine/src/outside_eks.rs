//! Calls outside of EKS: the Auto Scaling group, and the cluster's own API. A rollback goes on without what they can't give.

use crate::fault::{Consequence, FailedCall, PassStop, consequence};
use crate::progress::{ClusterAccess, KnownStack, Progress, Reads, Warnings};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::OutsideEksPart;
use mng_core::decide::history::History;

/// How often it is asked for what can be gone on without, in a rollback or where the template asks for nothing of it, and how
/// often a cluster may deny access that never worked in the request.
const TRIES: u32 = 3;

/// What calls outside of EKS read and write of a request's progress.
pub struct OutsideEks<'a> {
    pub history: &'a mut History,
    pub reads: &'a mut Reads,
    pub warnings: &'a mut Warnings,
    pub access: &'a ClusterAccess,
    pub stack: &'a KnownStack,
}

impl Progress {
    /// The groups for calls outside of EKS.
    pub fn outside_eks(&mut self) -> OutsideEks<'_> {
        OutsideEks {
            history: &mut self.history,
            reads: &mut self.reads,
            warnings: &mut self.warnings,
            access: &self.access,
            stack: &self.stack,
        }
    }
}

impl OutsideEks<'_> {
    /// After a pass that was cut off while it asked for something outside of EKS, at the deadline: a rollback goes on without.
    /// Says whether it does.
    pub fn continue_without_outside_eks(&mut self) -> bool {
        let asked = self.reads.pass.asking_for.filter(|_| self.stack.rolls_back());
        let Some(part) = asked.filter(|part| !self.history.given_up.contains(part)) else {
            return false;
        };
        let call = self.access.calls.under_way().unwrap_or_default();
        self.warnings
            .add(format!("left as it is: {call}: no answer came in time"));
        self.give_up(part, None);
        true
    }

    /// What a failed call means. A rollback goes on without: it never fails for what isn't EKS's.
    ///
    /// # Errors
    /// A wait, or why the request fails.
    pub fn failed(&mut self, part: OutsideEksPart, error: &CallError) -> Result<(), PassStop> {
        if part == OutsideEksPart::ScalingGroup
            && error.fault == Fault::Denied
            && let wait @ PassStop::Wait(_) = self.reads.retries.denied(error)
        {
            return Err(wait);
        }
        self.reads.pass.asking_for = None;
        let again = self.may_retry_denied(part, error);
        if self.stack.rolls_back() && !again {
            self.warnings.add(format!("left as it is: {error}"));
            self.give_up(part, Some(error));
            return Ok(());
        }
        *self.history.tries.entry(part).or_default() += 1;
        let consequence = match error.fault {
            Fault::Denied if again => Consequence::Retry,
            fault => consequence(fault, FailedCall::OutsideEks),
        };
        if consequence == Consequence::Retry {
            self.history.obstacle = Some(explained(self.access, error));
        }
        Err(consequence.stop(&mut self.reads.retries, error))
    }

    /// A step lacks something that isn't there, such as Linux nodes for Windows support. A rollback goes on without.
    ///
    /// # Errors
    /// Why the request fails.
    pub fn lacks(&mut self, part: OutsideEksPart, why: String) -> Result<(), PassStop> {
        if !self.stack.rolls_back() {
            return Err(PassStop::Fail(why));
        }
        self.warnings.add(why);
        self.give_up(part, None);
        Ok(())
    }

    /// Access that worked in this request is asked for until the deadline: a cluster whose authenticator is out denies it to everybody.
    /// A rollback goes on without sooner.
    pub fn may_retry_denied(&self, part: OutsideEksPart, error: &CallError) -> bool {
        if error.fault == Fault::Denied && !self.stack.rolls_back() && self.access.was_allowed(error) {
            return true;
        }
        let passes = match error.fault {
            Fault::Throttled | Fault::Unknown | Fault::InUse => true,
            // A cluster denies also while its webhook for tokens fails, and for a while after access was given. What IAM denies is
            // counted by action.
            Fault::Denied => part != OutsideEksPart::ScalingGroup,
            Fault::NotFound | Fault::Refused => false,
        };
        passes && self.tries(part) + 1 < TRIES
    }

    /// How often in a row a part could not be had.
    pub fn tries(&self, part: OutsideEksPart) -> u32 {
        self.history.tries.get(&part).copied().unwrap_or_default()
    }

    /// From now on the request goes on without a part.
    pub fn give_up(&mut self, part: OutsideEksPart, error: Option<&CallError>) {
        if let Some(error) = error {
            tracing::warn!(%error, ?part, "gone on without");
        }
        answered(self.history, self.reads);
        self.history.given_up.insert(part);
    }
}

/// A call was answered: what held the request up is over.
pub fn answered(history: &mut History, reads: &mut Reads) {
    reads.pass.asking_for = None;
    reads.retries.answered();
    history.obstacle = None;
}

/// An error, with what it means that access worked before.
fn explained(access: &ClusterAccess, error: &CallError) -> String {
    let worked = error.fault == Fault::Denied && access.was_allowed(error);
    match worked {
        true => format!(
            "{error}; the cluster allowed this earlier in this request, so its authenticator or its access entry has failed since"
        ),
        false => error.to_string(),
    }
}
