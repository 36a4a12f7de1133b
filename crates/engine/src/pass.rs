//! Observe, decide, perform: again and again, until there is something to wait for or to answer.

use crate::answer::{fail, succeed};
use crate::by_event::{self, RemovalAfterFailure, undoing};
use crate::case::Case;
use crate::fault::PassStop;
use crate::perform::{AfterStep, StepContext, perform};
use crate::ports::{Cloud, DescribeNodegroup, DescribeUpdate, Logged};
use crate::progress::{Progress, Reads, Retries};
use crate::{cut_off, diagnosis, drain_watch, lookup, prepare, request_span, unfinished_replacements};
use mng_core::call_error::Fault;
use mng_core::decide::history::History;
use mng_core::decide::plan::Step;
use mng_core::decide::under_way::UnderWay;
use mng_core::decide::{Goal, NeededRead, Next, Observation, Surroundings, View, Waiting, decide};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::physical_id::PhysicalId;

/// How a pass ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Wait(Waiting),
    Answer(Answer),
}

/// Takes one pass at `now`, in seconds since the epoch.
pub async fn pass<C: Cloud>(cloud: &C, case: &Case, progress: &mut Progress, now: u64) -> Outcome {
    progress.begin_pass();
    let cloud = &Logged {
        cloud,
        log: progress.access.calls.clone(),
    };
    let outcome = until_it_ends(cloud, case, progress, now).await;
    progress.end_pass();
    outcome
}

async fn until_it_ends<C: Cloud>(cloud: &C, case: &Case, progress: &mut Progress, now: u64) -> Outcome {
    let before = undoing(case, &progress.stage);
    loop {
        let next = match round(cloud, case, progress, now).await {
            Ok(next) => next,
            Err(PassStop::Wait(_)) if now >= progress.history.deadline => Next::Fail(cut_off::reason(progress)),
            Err(PassStop::Wait(waiting)) => Next::Wait(waiting),
            Err(PassStop::Fail(reason)) => Next::Fail(reason),
        };
        if let Some(outcome) = ended(cloud, case, progress, next, now).await {
            return outcome;
        }
        if before == RemovalAfterFailure::NotYet && undoing(case, &progress.stage) == RemovalAfterFailure::Begun {
            return Outcome::Wait(Waiting::ForDelete);
        }
    }
}

/// How the pass ends; `None`: it goes on with another round.
async fn ended<C: Cloud>(cloud: &C, case: &Case, progress: &mut Progress, next: Next, now: u64) -> Option<Outcome> {
    let answer = match next {
        Next::Act(_) | Next::Look(_) => None,
        Next::Wait(waiting) => {
            if let Some(what) = UnderWay::waited_for(waiting) {
                progress.set_phase(what);
            }
            if waiting == Waiting::ForVersionUpdate {
                let target = progress.groups.target.as_deref();
                drain_watch::check(cloud, case, &mut progress.history, &mut progress.warnings, target, now).await;
            }
            return Some(Outcome::Wait(waiting));
        }
        Next::Done { .. } if unfinished_replacements::next(&mut progress.stage, &mut progress.history) => None,
        Next::Done { attributes, warnings } => succeed(case, progress, attributes, warnings),
        Next::Fail(reason) => fail(case, progress, reason),
        Next::FailedGroup(broken) => {
            // The headline is the reason where looking for the cause is cut off.
            progress.history.obstacle = Some(broken.headline.clone());
            let reason = diagnosis::reason(cloud, case, &broken).await;
            fail(case, progress, reason)
        }
    };
    answer.map(Outcome::Answer)
}

/// Prepares the goal, looks at its group, and takes steps until one changes the group or there is nothing to do. `Next::Act` comes back
/// where it is worth looking again at once.
async fn round<C: Cloud>(cloud: &C, case: &Case, progress: &mut Progress, now: u64) -> Result<Next, PassStop> {
    let Some(mut goal) = prepare::goal(cloud, case, progress, now).await? else {
        return Ok(nothing_to_do());
    };
    let mut seen = observe(cloud, case, &mut progress.history, &mut progress.reads, &goal, now).await?;
    if let (Goal::Present(desired), Observation::Present { group, .. }) = (&mut goal, &seen) {
        desired.inherit(&group.tags);
    }
    loop {
        let next = decide(&goal, &seen, view(progress, &goal, now));
        match next {
            Next::Look(look) => match lookup::read(cloud, case, progress, &goal, &look).await {
                Err(PassStop::Fail(why)) if look == NeededRead::Surroundings && matches!(goal, Goal::Present(_)) => {
                    return as_is(cloud, case, progress, &seen, why, now).await;
                }
                looked => looked?,
            },
            Next::Act(step) => {
                let creates = matches!(step, Step::Create(..));
                let scene = StepContext {
                    case,
                    goal: &goal,
                    seen: &seen,
                    now,
                };
                match perform(cloud, scene, progress, &step).await {
                    Ok(AfterStep::Decide) if case.requester().may_overlap() => {
                        seen = observe(cloud, case, &mut progress.history, &mut progress.reads, &goal, now).await?;
                    }
                    Ok(AfterStep::Decide) => {}
                    Ok(AfterStep::Look) => return Ok(Next::Act(step)),
                    Ok(AfterStep::Wait(waiting)) => return Ok(Next::Wait(waiting)),
                    // A rollback doesn't fail for a group that EKS refuses to create again, such as one of a Kubernetes version that EKS
                    // no longer takes.
                    Err(PassStop::Fail(why)) if creates && progress.stack.rolls_back() => {
                        return as_is(cloud, case, progress, &seen, why, now).await;
                    }
                    Err(stop) => return Err(stop),
                }
            }
            next => return Ok(next),
        }
    }
}

fn nothing_to_do() -> Next {
    Next::Done {
        attributes: [].into(),
        warnings: vec![],
    }
}

/// What can't be had fails an update, and leaves a rollback with what runs: the group that it goes back to where that is there, and else
/// the current one.
async fn as_is<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    seen: &Observation,
    why: String,
    now: u64,
) -> Result<Next, PassStop> {
    let target = progress.groups.target.clone();
    let mut goal = prepare::goal_that_leaves_group(cloud, case, progress, why, now).await?;
    if let (Observation::Present { group, .. }, Goal::AsIs { identity, .. }) = (seen, &mut goal) {
        progress.groups.target = target;
        (identity.cluster, identity.name) = (group.cluster.clone(), group.name.clone());
    }
    progress.history.reset_for_another_group();
    let seen = observe_group(cloud, case, &mut progress.history, &mut progress.reads, &goal).await?;
    Ok(decide(&goal, &seen, view(progress, &goal, now)))
}

/// What was looked up counts for the group that it was looked up for.
fn view<'a>(progress: &'a Progress, goal: &Goal, now: u64) -> View<'a> {
    let of_the_goal = |surroundings: &&Surroundings| surroundings.group_ref == goal.group_ref();
    View {
        surroundings: progress.reads.pass.surroundings.as_ref().filter(of_the_goal),
        outside_eks: &progress.reads.pass.outside_eks,
        history: &progress.history,
        now,
    }
}

async fn observe<C: Cloud>(
    cloud: &C,
    case: &Case,
    history: &mut History,
    reads: &mut Reads,
    goal: &Goal,
    now: u64,
) -> Result<Observation, PassStop> {
    let group_ref = goal.group_ref();
    request_span::about(&group_ref.cluster, &group_ref.name);
    let seen = observe_group(cloud, case, history, reads, goal).await?;
    by_event::note(case, history, &seen, now);
    Ok(seen)
}

async fn observe_group<C: Cloud>(
    cloud: &C,
    case: &Case,
    history: &mut History,
    reads: &mut Reads,
    goal: &Goal,
) -> Result<Observation, PassStop> {
    let group_ref = goal.group_ref();
    let id = PhysicalId {
        cluster: group_ref.cluster,
        name: group_ref.name,
    };
    let group = match shown(cloud, reads, &id).await? {
        GroupRead::Group(group) => group,
        GroupRead::Absent => return Ok(Observation::Absent),
        GroupRead::Unknown(problem) => return Ok(Observation::Unknown(problem)),
    };
    reads.retries.answered();
    history.first_made = history.first_made.or(group.created_at);
    let template = group.launch_template.as_ref().filter(|_| case.owner.owns(&group.tags));
    history.ran_template = template.map(|template| template.id.clone());
    history
        .first_status
        .get_or_insert_with(|| group.status.as_str().to_owned());
    let Some(update) = history.last_update().and_then(|begun| begun.update_id.clone()) else {
        return Ok(Observation::Present { group, update: None });
    };
    let read = DescribeUpdate {
        group: id,
        update_id: update,
    };
    match cloud.call(&read).await {
        Ok(update) => Ok(Observation::Present {
            group,
            update: Some(update),
        }),
        Err(error) if error.fault == Fault::Denied => Err(reads.retries.denied(&error)),
        Err(error) => Ok(Observation::Unknown(unknown(&mut reads.retries, error.to_string()))),
    }
}

enum GroupRead {
    Group(Box<NodeGroup>),
    Absent,
    Unknown(String),
}

/// The group as this pass has seen it already, or as EKS shows it now. A decision is taken once on what was seen.
async fn shown<C: Cloud>(cloud: &C, reads: &mut Reads, id: &PhysicalId) -> Result<GroupRead, PassStop> {
    let seen = reads.pass.seen_group(id);
    reads.pass.forget_groups();
    match seen {
        Some(Some(group)) => return Ok(GroupRead::Group(Box::new(group))),
        Some(None) => return Ok(GroupRead::Absent),
        None => {}
    }
    match cloud.call(&DescribeNodegroup { group: id.clone() }).await {
        Ok(group) => Ok(GroupRead::Group(Box::new(group))),
        Err(error) if error.fault == Fault::NotFound => Ok(GroupRead::Absent),
        Err(error) if error.fault == Fault::Denied => Err(reads.retries.denied(&error)),
        Err(error) => Ok(GroupRead::Unknown(unknown(&mut reads.retries, error.to_string()))),
    }
}

fn unknown(retries: &mut Retries, problem: String) -> String {
    tracing::warn!(problem, "the node group could not be observed");
    retries.count_lost_call();
    problem
}
