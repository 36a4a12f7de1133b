//! What a failed call means: a read's here, a step's in one table.

use crate::progress::Retries;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::Waiting;

/// Why a pass can't go on: it has to wait, or the request fails.
#[derive(Debug, Clone, PartialEq)]
pub enum PassStop {
    Wait(Waiting),
    Fail(String),
}

/// A read that the request can't go on without; `None`: what was asked for isn't there.
///
/// # Errors
/// A wait, or a failure where the role lacks the permission for good.
pub fn required<T>(retries: &mut Retries, answer: Result<T, CallError>) -> Result<Option<T>, PassStop> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) => match error.fault {
            Fault::NotFound => Ok(None),
            Fault::Denied => Err(retries.denied(&error)),
            Fault::Throttled | Fault::Unknown | Fault::InUse | Fault::Refused => Err(retries.retry(&error)),
        },
    }
}

/// A call whose failure the caller words or goes on without: the answer, or an error that lasts.
///
/// # Errors
/// A wait for an error that may pass. A denial is one at first: IAM tells everybody of a changed role some seconds later.
pub fn lasting<T>(retries: &mut Retries, answer: Result<T, CallError>) -> Result<Result<T, CallError>, PassStop> {
    match at_once(retries, answer)? {
        Err(error) if error.fault == Fault::Denied => match retries.denied(&error) {
            wait @ PassStop::Wait(_) => Err(wait),
            PassStop::Fail(_) => Ok(Err(error)),
        },
        settled => Ok(settled),
    }
}

/// As [`lasting`], but a denial counts at once.
///
/// # Errors
/// A wait for a call that was throttled or went unanswered.
pub fn at_once<T>(retries: &mut Retries, answer: Result<T, CallError>) -> Result<Result<T, CallError>, PassStop> {
    match answer {
        Err(error) => match error.fault {
            Fault::Throttled | Fault::Unknown | Fault::InUse => Err(retries.retry(&error)),
            Fault::NotFound | Fault::Denied | Fault::Refused => Ok(Err(error)),
        },
        answered @ Ok(_) => Ok(answered),
    }
}

/// What the failure of a step leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// The call is made again.
    Retry,
    /// The call is made again as long as the role may still get the permission.
    RetryDenied,
    /// Something else comes first; the next look tells what.
    WaitForOthers,
    Fail,
}

/// Which call has failed, as far as that changes what its failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedCall {
    CreateGroup,
    /// Another call to EKS.
    Eks,
    /// EC2 misses or holds what the step itself names. The function may have made that a moment ago, and EC2 may not show it everywhere
    /// yet.
    Ec2AboutItsOwn,
    /// EC2 misses what others were to make, such as a source security group that is mistyped. That never comes.
    Ec2AboutOthers,
    /// Auto Scaling, or the cluster's own API.
    OutsideEks,
}

/// The one table: fault by call. What the function can do without is taken out before (`perform`, `outside_eks`).
pub fn consequence(fault: Fault, call: FailedCall) -> Consequence {
    match (fault, call) {
        (Fault::Throttled | Fault::Unknown, _) => Consequence::Retry,
        // Another operation runs, or a group of the name has appeared, or two groups of one stack change one thing at once.
        (Fault::InUse, _) => Consequence::WaitForOthers,
        (Fault::NotFound, FailedCall::Eks | FailedCall::Ec2AboutItsOwn) => Consequence::WaitForOthers,
        (Fault::Denied, FailedCall::CreateGroup | FailedCall::Eks) => Consequence::RetryDenied,
        (Fault::Denied, FailedCall::Ec2AboutItsOwn | FailedCall::Ec2AboutOthers) => Consequence::RetryDenied,
        (Fault::Denied, FailedCall::OutsideEks) => Consequence::Fail,
        (Fault::NotFound, FailedCall::CreateGroup | FailedCall::Ec2AboutOthers | FailedCall::OutsideEks) => {
            Consequence::Fail
        }
        (Fault::Refused, _) => Consequence::Fail,
    }
}

impl Consequence {
    /// How the pass stops.
    pub fn stop(self, retries: &mut Retries, error: &CallError) -> PassStop {
        match self {
            Self::Retry => retries.retry(error),
            Self::RetryDenied => retries.denied(error),
            Self::WaitForOthers => {
                tracing::info!(%error, "something else comes first");
                PassStop::Wait(Waiting::ForOthers)
            }
            Self::Fail => PassStop::Fail(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_each_call_has_its_consequence() {
        use Consequence::{Fail, Retry, RetryDenied, WaitForOthers};
        let faults = [
            Fault::NotFound,
            Fault::InUse,
            Fault::Throttled,
            Fault::Denied,
            Fault::Refused,
            Fault::Unknown,
        ];
        for (call, expected) in [
            (
                FailedCall::CreateGroup,
                [Fail, WaitForOthers, Retry, RetryDenied, Fail, Retry],
            ),
            (
                FailedCall::Eks,
                [WaitForOthers, WaitForOthers, Retry, RetryDenied, Fail, Retry],
            ),
            (
                FailedCall::Ec2AboutItsOwn,
                [WaitForOthers, WaitForOthers, Retry, RetryDenied, Fail, Retry],
            ),
            (
                FailedCall::Ec2AboutOthers,
                [Fail, WaitForOthers, Retry, RetryDenied, Fail, Retry],
            ),
            (FailedCall::OutsideEks, [Fail, WaitForOthers, Retry, Fail, Fail, Retry]),
        ] {
            assert_eq!(faults.map(|fault| consequence(fault, call)), expected, "{call:?}");
        }
    }
}
