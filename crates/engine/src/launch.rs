//! Carrying out one step in EC2, and what its failure means.

use super::Stop;
use super::act::token;
use super::catalogue::{NOT_TAGGED_AGAIN, TAGGED_AGAIN};
use super::goal::{again_if_denied, denied, unanswered};
use super::under_way::turn_to;
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stale_request::still_wanted;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::history::{Begun, StepKind, Tidying};
use mng_core::decide::plan::Step;
use mng_core::decide::under_way::UnderWay;
use mng_core::decide::{Goal, Waiting};
use mng_core::launch_template::steps::{LaunchStep, Made};

/// Makes the call of `step` and notes what it changed.
pub async fn act<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    step: &LaunchStep,
    now: u64,
) -> Result<(), Stop> {
    // Several steps follow one another within seconds, so the stack is asked once in a pass.
    if matches!(goal, Goal::Present(_)) && !step.removes() && !progress.stack_asked {
        still_wanted(cloud, progress).await?;
    }
    turn_to(progress, UnderWay::Ec2);
    tracing::info!(begun = step.action(), "begin");
    let token = token(progress, &Step::Launch(step.clone()));
    match cloud.launch(step, &token).await {
        Ok(made) => {
            if let LaunchStep::TagTemplate { id, .. } = step {
                progress.warn(format!(
                    "launch template {id} of this node group {TAGGED_AGAIN}, and the function tagged the launch template again"
                ));
            }
            done(progress, step, made, now);
        }
        Err(error) if error.fault == Fault::NotFound && step.removes() => done(progress, step, Made::Nothing, now),
        Err(error) => return failed(progress, goal, step, &error, now),
    }
    Ok(())
}

fn done(progress: &mut Progress, step: &LaunchStep, made: Made, now: u64) {
    progress.unanswered = 0;
    progress.history.obstacle = None;
    if progress.history.of(StepKind::Launch).is_none() {
        progress.history.begun.push(Begun {
            step: StepKind::Launch,
            at: now,
            update_id: None,
        });
    }
    if let Some(around) = &mut progress.around {
        around.belongings.apply(step, made);
    }
}

/// What can't be removed from a group that is as it should be is left with a warning: an update that has rolled every node
/// may not be rolled back for it.
fn failed(progress: &mut Progress, goal: &Goal, step: &LaunchStep, error: &CallError, now: u64) -> Result<(), Stop> {
    if let LaunchStep::TagTemplate { id, .. } = step {
        return not_tagged(progress, step, id, error, now);
    }
    let tidies = matches!(goal, Goal::Present(_)) && step.removes();
    if tidies {
        progress.history.tidying = match error.fault {
            Fault::InUse | Fault::Throttled | Fault::Unknown => progress.history.tidying.held_up(now),
            Fault::NotFound | Fault::Denied | Fault::Refused => Tidying::GivenUp,
        };
    }
    if tidies && progress.history.tidying == Tidying::GivenUp {
        progress.warn(format!(
            "the function could not remove what the node group no longer needs; the next update or the deletion removes it: {error}"
        ));
        return Ok(());
    }
    Err(meaning(progress, step, error))
}

/// A template that can't be tagged again is the group's nevertheless. Another delivery may have removed it meanwhile.
fn not_tagged(progress: &mut Progress, step: &LaunchStep, id: &str, error: &CallError, now: u64) -> Result<(), Stop> {
    match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse => return Err(unanswered(progress, error)),
        Fault::NotFound => {
            progress.around = None;
            return Ok(());
        }
        Fault::Denied | Fault::Refused => {}
    }
    if let Some(wait) = again_if_denied(progress, error) {
        return Err(wait);
    }
    progress.warn(format!(
        "launch template {id} of this node group has lost the function's tags, and {NOT_TAGGED_AGAIN}: {error}"
    ));
    done(progress, step, Made::Nothing, now);
    Ok(())
}

fn meaning(progress: &mut Progress, step: &LaunchStep, error: &CallError) -> Stop {
    // What we made a moment ago may not be seen everywhere yet. What others were to have made isn't waited for: a source
    // security group that is mistyped never comes.
    let is_about_ours = error.message.contains(step.resource());
    match error.fault {
        Fault::Throttled | Fault::Unknown => unanswered(progress, error),
        Fault::NotFound if !is_about_ours => Stop::Fail(error.to_string()),
        // A duplicate of this request made it a moment ago, or something still holds what is to go.
        Fault::InUse | Fault::NotFound => {
            tracing::info!(%error, "something else comes first");
            progress.history.obstacle = Some(error.to_string());
            Stop::Wait(Waiting::ForOthers)
        }
        Fault::Denied => denied(progress, error),
        Fault::Refused => Stop::Fail(error.to_string()),
    }
}
