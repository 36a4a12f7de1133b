//! What the failure of a step leads to: what the function can do without is taken out before the table of faults.

use std::collections::BTreeSet;

use crate::device_plugin::is_out_of_reach;
use crate::fault::{FailedCall, PassStop, consequence, lasting};
use crate::outside_eks::OutsideEks;
use crate::perform::{AfterStep, StepContext, after};
use crate::ports::{Cloud, TagResource};
use crate::progress::Warnings;
use crate::texts::{NOT_TAGGED_AGAIN, SETTINGS_STAY, TAGS_STAY};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::change::only_omits_settings;
use mng_core::decide::history::{CleanupState, History};
use mng_core::decide::plan::{Step, StepKind, System};
use mng_core::decide::{Goal, Waiting};
use mng_core::launch_template::steps::LaunchStep;
use mng_core::nodegroup::group::GroupTarget;
use mng_core::nodegroup::ownership::UNFINISHED_TAG;
use mng_core::properties::tags::OWN_PREFIX;

/// How long a launch template that was made a moment ago may be unknown to EKS. EC2's API is eventually consistent, in practice
/// within seconds (EC2 developer guide, "Eventual consistency").
const SEEN_WITHIN_SECONDS: u64 = 60;

/// How a request goes on after a step whose call has failed.
pub enum AfterFailure {
    /// Without the step.
    GoOn,
    /// As if the step had been taken.
    CountsAsTaken(AfterStep),
}

/// How a request goes on after a step whose call has failed.
///
/// # Errors
/// A wait, or why the request fails.
pub async fn failed<C: Cloud>(
    cloud: &C,
    scene: StepContext<'_>,
    mut groups: OutsideEks<'_>,
    step: &Step,
    error: &CallError,
) -> Result<AfterFailure, PassStop> {
    match (step, step.kind().system()) {
        (Step::Launch(launch), _) => failed_in_ec2(scene, groups, launch, error),
        (Step::LeavePlugin(_), _) if is_out_of_reach(&groups, error) => Err(PassStop::Fail(error.to_string())),
        (_, System::Outside(part)) => groups.failed(part, error).map(|()| AfterFailure::GoOn),
        (_, System::Eks | System::Ec2) => failed_in_eks(cloud, scene, groups, step, error).await,
    }
}

async fn failed_in_eks<C: Cloud>(
    cloud: &C,
    scene: StepContext<'_>,
    groups: OutsideEks<'_>,
    step: &Step,
    error: &CallError,
) -> Result<AfterFailure, PassStop> {
    if can_do_without(scene, step, error) {
        groups.warnings.add(format!(
            "{SETTINGS_STAY}, since EKS refuses to remove them; state the values that you want: {error}"
        ));
        return Ok(AfterFailure::CountsAsTaken(AfterStep::Look));
    }
    if is_not_seen_yet(groups.history, step, error, scene.now) {
        groups.history.obstacle = Some(error.to_string());
        return Err(PassStop::Wait(Waiting::ForOthers));
    }
    let call = if step.kind() == StepKind::Create {
        FailedCall::CreateGroup
    } else {
        FailedCall::Eks
    };
    let stop = consequence(error.fault, call).stop(&mut groups.reads.retries, error);
    match (stop, step) {
        (PassStop::Fail(why), Step::Untag(group, keys)) if groups.stack.rolls_back() || are_own(keys) => {
            groups.warnings.add(format!("{TAGS_STAY}: {why}"));
            if keys.contains(UNFINISHED_TAG) {
                overwrite_mark(cloud, group).await;
            }
            Ok(AfterFailure::CountsAsTaken(after(scene.goal, step)))
        }
        (stop, _) => Err(stop),
    }
}

/// EKS doesn't document how a setting of repair is taken back. A group that keeps one fails neither an update nor a rollback.
fn can_do_without(scene: StepContext, step: &Step, error: &CallError) -> bool {
    let may_leave_out = |(desired, group)| only_omits_settings(desired, group);
    let is_refused = error.fault == Fault::Refused && step.kind() == StepKind::UpdateConfig;
    is_refused && scene.change().is_some_and(may_leave_out)
}

/// EC2 shows a launch template or a version that it has just made a little later to others, EKS among them.
fn is_not_seen_yet(history: &History, step: &Step, error: &CallError, now: u64) -> bool {
    let template = match step {
        Step::Create(_, group) => Some(&group.template.identity),
        Step::UpdateVersion(_, change) => change.launch_template.as_ref().map(|(identity, _)| identity),
        Step::Launch(_) | Step::Tag(..) | Step::Untag(..) | Step::UpdateConfig(..) | Step::Delete(_) => None,
        Step::Scaling(..) | Step::JoinPlugin(_) | Step::LeavePlugin(_) | Step::EnableWindows(_) => None,
    };
    let made = history.of(StepKind::Launch).map(|begun| begun.at);
    let message = error.message.to_lowercase();
    let is_missing = ["not found", "not exist", "notfound"]
        .iter()
        .any(|word| message.contains(word));
    let names_it = template.is_some_and(|identity| error.message.contains(identity.as_str()));
    is_missing && names_it && made.is_some_and(|at| now < at + SEEN_WITHIN_SECONDS)
}

/// Tags that can't be removed fail no rollback, and the function's own marks fail nothing.
fn are_own(keys: &BTreeSet<String>) -> bool {
    keys.iter().all(|key| key.starts_with(OWN_PREFIX))
}

/// A mark of an unfinished group that can't be removed is overwritten, so that no delivery of the event takes the group for unfinished.
async fn overwrite_mark<C: Cloud>(cloud: &C, group: &GroupTarget) {
    let finished = [(UNFINISHED_TAG.to_owned(), "finished".to_owned())].into();
    let tag = TagResource {
        arn: group.arn.clone(),
        tags: finished,
    };
    if let Err(error) = cloud.call(&tag).await {
        tracing::warn!(%error, "the mark of an unfinished group stays");
    }
}

fn failed_in_ec2(
    scene: StepContext,
    groups: OutsideEks,
    launch: &LaunchStep,
    error: &CallError,
) -> Result<AfterFailure, PassStop> {
    if error.fault == Fault::NotFound && launch.removes() {
        return Ok(AfterFailure::CountsAsTaken(AfterStep::Decide));
    }
    if let LaunchStep::TagTemplate { id, .. } = launch {
        return not_tagged(groups, id, error);
    }
    let tidies = matches!(scene.goal, Goal::Present(_)) && launch.removes();
    if tidies && gives_up_tidying(groups.history, groups.warnings, error, scene.now) {
        return Ok(AfterFailure::GoOn);
    }
    let call = match error.message.contains(launch.resource()) {
        true => FailedCall::Ec2AboutItsOwn,
        false => FailedCall::Ec2AboutOthers,
    };
    let stop = consequence(error.fault, call).stop(&mut groups.reads.retries, error);
    if stop == PassStop::Wait(Waiting::ForOthers) {
        groups.history.obstacle = Some(error.to_string());
    }
    Err(stop)
}

/// What can't be removed from a group that is as it should be is left with a warning: an update that has rolled every node
/// may not be rolled back for it.
fn gives_up_tidying(history: &mut History, warnings: &mut Warnings, error: &CallError, now: u64) -> bool {
    history.tidying = match error.fault {
        Fault::InUse | Fault::Throttled | Fault::Unknown => history.tidying.held_up(now),
        Fault::NotFound | Fault::Denied | Fault::Refused => CleanupState::GivenUp,
    };
    let given_up = history.tidying == CleanupState::GivenUp;
    if given_up {
        warnings.add(format!(
            "the function could not remove what the node group no longer needs; the next update or the deletion removes it: {error}"
        ));
    }
    given_up
}

/// A template that can't be tagged again is the group's nevertheless. Another delivery may have removed it meanwhile.
fn not_tagged(groups: OutsideEks, id: &str, error: &CallError) -> Result<AfterFailure, PassStop> {
    let lasts = lasting::<()>(&mut groups.reads.retries, Err(error.clone()))?;
    if error.fault == Fault::NotFound {
        groups.reads.pass.surroundings = None;
        return Ok(AfterFailure::GoOn);
    }
    if let Err(error) = lasts {
        groups.warnings.add(format!(
            "launch template {id} of this node group has lost the function's tags, and {NOT_TAGGED_AGAIN}: {error}"
        ));
    }
    Ok(AfterFailure::CountsAsTaken(AfterStep::Decide))
}
