//! Calls outside of EKS that fail: the Auto Scaling group, and the cluster's own API. A rollback goes on without them.

use crate::fault::{Consequence, FailedCall, Stop, consequence};
use crate::progress::{ClusterAccess, Progress};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::Part;

/// How often it is asked for what can be gone on without, in a rollback or where the template asks for nothing of it, and how
/// often a cluster may deny access that never worked in the request.
const TRIES: u32 = 3;

/// After a pass that was cut off while it asked for something outside of EKS, at the deadline: a rollback goes on without.
/// Says whether it does.
pub fn gone_on_without(progress: &mut Progress) -> bool {
    let Some(part) = progress.pass.asking_for.filter(|_| progress.stack.rolls_back()) else {
        return false;
    };
    if progress.history.given_up.contains(&part) {
        return false;
    }
    let call = progress.access.calls.under_way().unwrap_or_default();
    progress
        .warnings
        .add(format!("left as it is: {call}: no answer came in time"));
    give_up(progress, part, None);
    true
}

/// What a failed call means. A rollback goes on without: it never fails for what isn't EKS's.
pub fn failed(progress: &mut Progress, part: Part, error: &CallError) -> Result<(), Stop> {
    if part == Part::ScalingGroup
        && error.fault == Fault::Denied
        && let wait @ Stop::Wait(_) = progress.retries.denied(error)
    {
        return Err(wait);
    }
    progress.pass.asking_for = None;
    let again = is_worth_asking_again(progress, part, error);
    if progress.stack.rolls_back() && !again {
        progress.warnings.add(format!("left as it is: {error}"));
        give_up(progress, part, Some(error));
        return Ok(());
    }
    *progress.history.tries.entry(part).or_default() += 1;
    let consequence = match error.fault {
        Fault::Denied if again => Consequence::Retry,
        fault => consequence(fault, FailedCall::OutsideEks),
    };
    if consequence == Consequence::Retry {
        progress.history.obstacle = Some(explained(&progress.access, error));
    }
    Err(consequence.stop(&mut progress.retries, error))
}

/// A step lacks something that isn't there, such as Linux nodes for Windows support. A rollback goes on without.
///
/// # Errors
/// Why the request fails.
pub fn lacks(progress: &mut Progress, part: Part, why: String) -> Result<(), Stop> {
    if !progress.stack.rolls_back() {
        return Err(Stop::Fail(why));
    }
    progress.warnings.add(why);
    give_up(progress, part, None);
    Ok(())
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

/// Access that worked in this request is asked for until the deadline: a cluster whose authenticator is out denies it to everybody.
/// A rollback goes on without sooner.
pub fn is_worth_asking_again(progress: &Progress, part: Part, error: &CallError) -> bool {
    if error.fault == Fault::Denied && !progress.stack.rolls_back() && progress.access.was_allowed(error) {
        return true;
    }
    let passes = match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse => true,
        // A cluster denies also while its webhook for tokens fails, and for a while after access was given. What IAM denies is counted
        // by action.
        Fault::Denied => part != Part::ScalingGroup,
        Fault::NotFound | Fault::Refused => false,
    };
    let tries = progress.history.tries.get(&part).copied().unwrap_or_default();
    passes && tries + 1 < TRIES
}

/// From now on the request goes on without a part.
pub fn give_up(progress: &mut Progress, part: Part, error: Option<&CallError>) {
    if let Some(error) = error {
        tracing::warn!(%error, ?part, "gone on without");
    }
    answered(progress);
    progress.history.given_up.insert(part);
}

/// A call outside of EKS was answered.
pub fn answered(progress: &mut Progress) {
    progress.pass.asking_for = None;
    progress.retries.answered();
    progress.history.obstacle = None;
}
