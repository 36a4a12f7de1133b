//! Looking at and changing what is beyond the service: the Auto Scaling group, and the cluster's own API.

mod plugin;
mod windows;

use super::Stop;
use super::goal::{again_if_denied, unanswered};
use super::under_way::turn_to;
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stack_state::rolls_back;
use crate::stale_request::still_wanted;
use mng_core::autoscaling::{ScalingStep, is_asked};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::history::{Begun, StepKind};
use mng_core::decide::plan::Step;
use mng_core::decide::under_way::UnderWay;
use mng_core::decide::{Goal, Look, Observation, Part, Waiting};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::workload::nodes::{Node, Ready, ready};
use plugin::{is_out_of_reach, join_plugin, leave_plugin};
use windows::{Windows, enable_windows};

/// How often it is asked for what can be gone on without, in a rollback or where the template asks for nothing of it, and how
/// often a cluster may deny access that never worked in the request.
const TRIES: u32 = 3;

/// Whether a step is beyond the service's own API.
pub fn is_of(step: &Step) -> bool {
    match step {
        Step::Scaling(_) | Step::JoinPlugin { .. } | Step::LeavePlugin | Step::EnableWindows => true,
        Step::Launch(_) | Step::Create(_) | Step::Delete => false,
        Step::Tag(_) | Step::Untag(_) | Step::UpdateVersion(_) | Step::UpdateConfig(_) => false,
    }
}

/// Looks up one thing for the next decision.
pub async fn look<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: &Observation,
    look: Look,
) -> Result<(), Stop> {
    let (Goal::Present(desired), Observation::Present { group, .. }) = (goal, seen) else {
        unreachable!("{look:?} is only asked for of a group that is to be there and is");
    };
    progress.asking_for = Some(match look {
        Look::ScalingGroup => Part::ScalingGroup,
        Look::Nodes | Look::Around | Look::Updates => Part::Nodes,
    });
    match look {
        Look::ScalingGroup => match cloud.scaling_group(&group.auto_scaling_group).await {
            Ok(found) => progress.beyond.scaling_group = Some(found),
            Err(error) if !is_asked(&desired.spec) && !is_worth_asking_again(progress, Part::ScalingGroup, &error) => {
                give_up(progress, Part::ScalingGroup, Some(&error));
            }
            Err(error) => return meaning(progress, Part::ScalingGroup, &error),
        },
        Look::Nodes | Look::Around | Look::Updates => match nodes(cloud, progress, group).await {
            Ok(nodes) => {
                let wanted = usize::try_from(group.scaling.desired).unwrap_or_default();
                let count = ready(&nodes);
                tracing::info!(ready = count, wanted, "nodes");
                progress.history.ready = Some(Ready { ready: count, wanted });
                progress.watched = Some((group.cluster.clone(), group.name.clone()));
                progress.beyond.nodes = Some(nodes);
                progress.history.tries.remove(&Part::Nodes);
            }
            Err(error) => return meaning(progress, Part::Nodes, &error),
        },
    }
    answered(progress);
    Ok(())
}

async fn nodes<C: Cloud>(cloud: &C, progress: &Progress, group: &NodeGroup) -> Result<Vec<Node>, CallError> {
    let request_id = &progress.request.envelope.request_id;
    cloud.nodes(&group.cluster, &group.name, request_id).await
}

/// Carries one step out and notes it. A replay does the same again: nothing of it is done twice.
pub async fn act<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: &Observation,
    step: Step,
    now: u64,
) -> Result<(), Stop> {
    let Observation::Present { group, .. } = seen else {
        unreachable!("{step:?} is only decided for a group that is there");
    };
    if matches!(goal, Goal::Present(_)) {
        still_wanted(cloud, progress).await?;
    }
    turn_to(progress, UnderWay::of(step.kind()));
    tracing::info!(begun = ?step.kind(), "begin");
    progress.asking_for = part_of(&step);
    let (part, done) = match (&step, goal) {
        (Step::Scaling(steps), _) => {
            progress.beyond.scaling_group = None;
            (Part::ScalingGroup, change_scaling_group(cloud, group, steps).await)
        }
        (Step::JoinPlugin { image }, Goal::Present(desired)) => {
            (Part::DevicePlugin, join_plugin(cloud, desired, group, image).await)
        }
        (Step::LeavePlugin, _) => match leave_plugin(cloud, group).await {
            Err(error) if is_out_of_reach(progress, &error) => return Err(Stop::Fail(error.to_string())),
            left => (Part::DevicePlugin, left.map(|()| None)),
        },
        (Step::EnableWindows, _) => match enable_windows(cloud, group).await {
            Ok(told) => (Part::Windows, Ok(told)),
            Err(Windows::NoLinux(told)) => return no_linux(progress, told),
            Err(Windows::Failed(error)) => (Part::Windows, Err(error)),
        },
        (step, goal) => unreachable!("{step:?} is never decided for {goal:?}"),
    };
    match done {
        Ok(told) => {
            told.into_iter().for_each(|warning| progress.warn(warning));
            begun(progress, step.kind(), now);
            Ok(())
        }
        Err(error) => meaning(progress, part, &error),
    }
}

fn part_of(step: &Step) -> Option<Part> {
    match step {
        Step::Scaling(_) => Some(Part::ScalingGroup),
        Step::JoinPlugin { .. } | Step::LeavePlugin => Some(Part::DevicePlugin),
        Step::EnableWindows => Some(Part::Windows),
        Step::Launch(_) | Step::Create(_) | Step::Delete => None,
        Step::Tag(_) | Step::Untag(_) | Step::UpdateVersion(_) | Step::UpdateConfig(_) => None,
    }
}

/// After a pass that was cut off while it asked for something beyond the service, at the deadline: a rollback goes on without.
/// Says whether it does.
pub fn gone_on_without(progress: &mut Progress) -> bool {
    let Some(part) = progress.asking_for.filter(|_| rolls_back(progress)) else {
        return false;
    };
    if progress.history.given_up.contains(&part) {
        return false;
    }
    let call = progress.calls.under_way().unwrap_or_default();
    progress.warn(format!("left as it is: {call}: no answer came in time"));
    give_up(progress, part, None);
    true
}

async fn change_scaling_group<C: Cloud>(
    cloud: &C,
    group: &NodeGroup,
    steps: &[ScalingStep],
) -> Result<Option<String>, CallError> {
    for step in steps {
        cloud.change_scaling_group(&group.auto_scaling_group, step).await?;
    }
    Ok(None)
}

fn no_linux(progress: &mut Progress, told: String) -> Result<(), Stop> {
    if !rolls_back(progress) {
        return Err(Stop::Fail(told));
    }
    progress.warn(told);
    give_up(progress, Part::Windows, None);
    Ok(())
}

/// What a failed call means. A rollback goes on without: it never fails for what isn't the service's.
fn meaning(progress: &mut Progress, part: Part, error: &CallError) -> Result<(), Stop> {
    if part == Part::ScalingGroup
        && let Some(wait) = again_if_denied(progress, error)
    {
        return Err(wait);
    }
    progress.asking_for = None;
    let again = is_worth_asking_again(progress, part, error);
    if rolls_back(progress) && !again {
        progress.warn(format!("left as it is: {error}"));
        give_up(progress, part, Some(error));
        return Ok(());
    }
    *progress.history.tries.entry(part).or_default() += 1;
    match error.fault {
        // Two groups of one stack at once: the next look sees what the other has done.
        Fault::InUse => Err(Stop::Wait(Waiting::ForOthers)),
        Fault::Throttled | Fault::Unknown => {
            progress.history.obstacle = Some(error.to_string());
            Err(unanswered(progress, error))
        }
        Fault::Denied if again => {
            progress.history.obstacle = Some(denial(progress, error));
            Err(unanswered(progress, error))
        }
        Fault::NotFound | Fault::Denied | Fault::Refused => Err(Stop::Fail(error.to_string())),
    }
}

/// Access that worked before isn't given anew.
fn denial(progress: &Progress, error: &CallError) -> String {
    match progress.was_allowed(error) {
        true => format!(
            "{error}; the cluster allowed this earlier in this request, so its authenticator or its access entry has failed since"
        ),
        false => error.to_string(),
    }
}

/// Access that worked in this request is asked for until the deadline: a cluster whose authenticator is out denies it to everybody.
/// A rollback goes on without sooner.
fn is_worth_asking_again(progress: &Progress, part: Part, error: &CallError) -> bool {
    if error.fault == Fault::Denied && !rolls_back(progress) && progress.was_allowed(error) {
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

fn give_up(progress: &mut Progress, part: Part, error: Option<&CallError>) {
    if let Some(error) = error {
        tracing::warn!(%error, ?part, "gone on without");
    }
    answered(progress);
    progress.history.given_up.insert(part);
}

fn begun(progress: &mut Progress, step: StepKind, at: u64) {
    answered(progress);
    progress.history.begun.push(Begun {
        step,
        at,
        update_id: None,
    });
}

fn answered(progress: &mut Progress) {
    progress.asking_for = None;
    progress.unanswered = 0;
    progress.history.obstacle = None;
}
