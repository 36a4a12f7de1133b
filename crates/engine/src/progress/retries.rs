//! Calls that came to nothing and will be made again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::PassStop;
use mng_core::call_error::CallError;
use mng_core::decide::Waiting;

/// How often in a row a request asks for what its role doesn't allow, about half a minute in all. CloudFormation may have changed the
/// role's policy in the same deployment, moments ago, and IAM tells everybody some seconds later (aws-cdk issue 37675).
const DENIALS: u32 = 5;

/// What was asked in vain, and how often.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Retries {
    /// Calls in a row that were throttled or unanswered.
    #[serde(default)]
    pub unanswered: u32,
    /// How far apart polls are kept, in seconds, since calls were throttled.
    #[serde(default, rename = "apart")]
    pub min_interval: f64,
    /// Calls that the role doesn't allow, or not yet, by the action.
    #[serde(default)]
    denied: BTreeMap<String, Denied>,
    /// Passes begun so far.
    #[serde(default)]
    pub looks: u32,
    #[serde(skip)]
    lost: u32,
}

/// Denials of one action in looks that followed one another. A look without a denial of it ends the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Denied {
    pub in_a_row: u32,
    /// The number of the last look in which the action was denied.
    pub look: u32,
}

impl Retries {
    /// A call was answered, so those before it no longer count.
    pub fn answered(&mut self) {
        self.unanswered = 0;
    }

    /// A call came to nothing, and will be made again.
    pub fn count_lost_call(&mut self) {
        self.unanswered += 1;
        self.lost += 1;
    }

    /// The wait after a call that went unanswered.
    pub fn retry(&mut self, error: &CallError) -> PassStop {
        tracing::warn!(%error, "a call went unanswered");
        self.count_lost_call();
        PassStop::Wait(Waiting::ForAnAnswer)
    }

    /// A call that the role doesn't allow, or not yet: a wait at first, then a failure. Denials count while each look meets one of the same
    /// action: some that come now and then within an hour fail nothing.
    pub fn denied(&mut self, error: &CallError) -> PassStop {
        let look = self.looks;
        let denied = self.denied.entry(error.action.to_owned()).or_default();
        let goes_on = look <= denied.look + 1;
        denied.in_a_row = if goes_on { denied.in_a_row + 1 } else { 1 };
        denied.look = look;
        if denied.in_a_row < DENIALS {
            return self.retry(error);
        }
        PassStop::Fail(error.to_string())
    }

    /// How many calls came to nothing since this was last asked.
    pub fn take_lost_calls(&mut self) -> u32 {
        std::mem::take(&mut self.lost)
    }
}
