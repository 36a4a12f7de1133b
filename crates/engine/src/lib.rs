//! Observe, decide, act. Knows ports and no AWS.
//!
//! # Guarantees
//! A pass may be repeated, run twice at once, or be cut off between any two calls: the next one looks again and goes on.
//! Every pass ends in an answer or in something to wait for.
//!
//! # Assumptions
//! The service takes the same client token for the same call, and shows a group that it has accepted within a minute.

mod act;
mod by_event;
pub mod catalogue;
mod custom_template;
mod deletion;
mod diagnosis;
mod drain_watch;
mod ends;
pub mod failures;
mod goal;
mod launch;
mod outside_eks;
mod over;
pub mod polling;
pub mod ports;
mod preflight;
pub mod progress;
pub mod request_span;
mod restored;
mod size;
mod stack_state;
mod stale_request;
mod surroundings;
mod sweep;
pub mod tally;
mod target;
mod under_way;

use crate::ports::{Cloud, Noting};
use crate::progress::{Progress, Stage};
use ends::{fail, succeed};
use mng_core::call_error::Fault;
use mng_core::decide::history::Updates;
use mng_core::decide::plan::Step;
use mng_core::decide::{Around, Goal, Look, Next, Observation, View, Waiting, decide};
use mng_core::protocol::answer::Answer;

pub use by_event::{Undoing, from_the_future, identified, too_late, too_many_tags, undoing};
pub use ends::{derived_id, failed, known_id};
pub use over::{cut_off, given_up};

/// How a pass ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Wait(Waiting),
    Answer(Answer),
}

/// Why a pass can't go on: it has to wait, or the request fails.
#[derive(Debug, Clone, PartialEq)]
enum Stop {
    Wait(Waiting),
    Fail(String),
}

/// Looks, decides and acts until there is something to wait for or to answer. `now` is in seconds since the epoch.
pub async fn pass<C: Cloud>(cloud: &C, progress: &mut Progress, now: u64) -> Outcome {
    progress.begin_pass();
    let cloud = &Noting {
        cloud,
        calls: progress.calls.clone(),
    };
    let outcome = looks(cloud, progress, now).await;
    progress.note_allowed();
    outcome
}

async fn looks<C: Cloud>(cloud: &C, progress: &mut Progress, now: u64) -> Outcome {
    let undoing = by_event::undoing(progress);
    loop {
        let next = match step(cloud, progress, now).await {
            Ok(next) => next,
            Err(Stop::Wait(_)) if now >= progress.history.deadline => Next::Fail(over::reason(progress)),
            Err(Stop::Wait(waiting)) => Next::Wait(waiting),
            Err(Stop::Fail(reason)) => Next::Fail(reason),
        };
        match next {
            Next::Act(_) | Next::Look(_) => {}
            Next::Wait(waiting) => {
                under_way::wait(progress, waiting);
                if waiting == Waiting::ForVersionUpdate {
                    drain_watch::look(cloud, progress, now).await;
                }
                return Outcome::Wait(waiting);
            }
            // Another unfinished replacement is left.
            Next::Done { .. } if sweep::next(progress) => {}
            Next::Done { attributes, warnings } => {
                if let Some(answer) = succeed(progress, attributes, warnings) {
                    return Outcome::Answer(answer);
                }
            }
            Next::Fail(reason) => {
                if let Some(answer) = fail(progress, reason) {
                    return Outcome::Answer(answer);
                }
            }
            Next::Broken(broken) => {
                // Told in any case, also where looking for the cause is cut off.
                progress.history.obstacle = Some(broken.headline.clone());
                let reason = diagnosis::reason(cloud, progress, &broken).await;
                if let Some(answer) = fail(progress, reason) {
                    return Outcome::Answer(answer);
                }
            }
        }
        if undoing == Undoing::NotYet && by_event::undoing(progress) == Undoing::Begun {
            return Outcome::Wait(Waiting::ForDelete);
        }
    }
}

/// One look and, where something is to be done, the call that does it. `Next::Act` comes back only when it is worth
/// looking again at once.
async fn step<C: Cloud>(cloud: &C, progress: &mut Progress, now: u64) -> Result<Next, Stop> {
    let Some(mut goal) = goal::choose(cloud, progress, now).await? else {
        return Ok(Next::Done {
            attributes: [].into(),
            warnings: vec![],
        });
    };
    let place = surroundings::place(&goal);
    request_span::about(&place.cluster, &place.name);
    let mut seen = observe(cloud, progress, &place.cluster, &place.name).await?;
    by_event::note(progress, &seen, now);
    if let (Goal::Present(desired), Observation::Present { group, .. }) = (&mut goal, &seen) {
        desired.inherit(&group.tags);
    }
    let goal = &goal;
    loop {
        let next = decide(goal, &seen, view(progress, goal, now));
        if matches!((goal, &next), (Goal::Absent(_), Next::Act(_))) {
            still_to_be_removed(cloud, progress).await?;
        }
        match next {
            Next::Look(Look::Updates) => look_for_updates(cloud, progress, goal).await?,
            Next::Look(Look::Around) => match surroundings::look(cloud, progress, goal).await {
                Err(Stop::Fail(why)) if matches!(goal, Goal::Present(_)) => {
                    return as_is(cloud, progress, &seen, why, now).await;
                }
                looked => looked?,
            },
            Next::Look(look) => outside_eks::look(cloud, progress, goal, &seen, look).await?,
            Next::Act(Step::Launch(step)) => {
                launch::act(cloud, progress, goal, &step, now).await?;
                seen = again(cloud, progress, goal, seen, now).await?;
            }
            Next::Act(step) if outside_eks::is_of(&step) => {
                outside_eks::act(cloud, progress, goal, &seen, step, now).await?;
                seen = again(cloud, progress, goal, seen, now).await?;
            }
            Next::Act(step) => return act_on_group(cloud, progress, goal, &seen, step, now).await,
            next => return Ok(next),
        }
    }
}

/// A rollback doesn't fail for a group that EKS refuses to create again, such as one of a Kubernetes version that EKS no longer
/// takes.
async fn act_on_group<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: &Observation,
    step: Step,
    now: u64,
) -> Result<Next, Stop> {
    let creates = matches!(step, Step::Create(_));
    match act::act(cloud, progress, goal, seen, step, now).await {
        Err(Stop::Fail(why)) if creates && stack_state::rolls_back(progress) => {
            as_is(cloud, progress, seen, why, now).await
        }
        acted => acted,
    }
}

/// Asked once in each pass, before anything is removed.
async fn still_to_be_removed<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<(), Stop> {
    match progress.stage {
        Stage::Sweep(_) => sweep::still_unfinished(cloud, progress).await,
        Stage::Converge | Stage::RemoveAbandoned | Stage::Undo { .. } => {
            stale_request::still_to_be_removed(cloud, progress).await
        }
    }
}

/// Updates of the group that EKS began since the request was sent, and that this delivery hasn't begun itself.
async fn look_for_updates<C: Cloud>(cloud: &C, progress: &mut Progress, goal: &Goal) -> Result<(), Stop> {
    let (place, since) = (surroundings::place(goal), progress.sent().unwrap_or_default());
    let begun: Vec<String> = progress
        .history
        .begun
        .iter()
        .filter_map(|begun| begun.update_id.clone())
        .collect();
    let found = match cloud.updates_since(&place.cluster, &place.name, since).await {
        Ok(updates) => updates.iter().any(|update| !begun.contains(&update.id)),
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(goal::unanswered(progress, &error));
        }
        Err(error) => {
            progress.warn(format!("{}: {error}", catalogue::DEGRADED_BY));
            false
        }
    };
    progress.history.updates_since_sent = Some(if found { Updates::Found } else { Updates::None });
    Ok(())
}

/// The group once more after a step beside it: a later event may have taken it over. A stack's requests come one at a time.
async fn again<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: Observation,
    now: u64,
) -> Result<Observation, Stop> {
    if progress.request.envelope.sent().is_none() {
        return Ok(seen);
    }
    let place = surroundings::place(goal);
    let seen = observe(cloud, progress, &place.cluster, &place.name).await?;
    by_event::note(progress, &seen, now);
    Ok(seen)
}

/// What can't be had fails an update, and leaves a rollback with what runs: the group that it goes back to where that is there, and else
/// the current one.
async fn as_is<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    seen: &Observation,
    why: String,
    now: u64,
) -> Result<Next, Stop> {
    let target = progress.target.clone();
    let mut goal = goal::left_as_it_is(cloud, progress, why, now).await?;
    if let (Observation::Present { group, .. }, Goal::AsIs { identity, .. }) = (seen, &mut goal) {
        progress.target = target;
        (identity.cluster, identity.name) = (group.cluster.clone(), group.name.clone());
    }
    let place = surroundings::place(&goal);
    progress.history.turn_to_another_group();
    let seen = observe(cloud, progress, &place.cluster, &place.name).await?;
    Ok(decide(&goal, &seen, view(progress, &goal, now)))
}

/// What was looked up counts for the group that it was looked up for.
fn view<'a>(progress: &'a Progress, goal: &Goal, now: u64) -> View<'a> {
    let of_the_goal = |around: &&Around| around.place == surroundings::place(goal);
    View {
        around: progress.around.as_ref().filter(of_the_goal),
        beyond: &progress.beyond,
        history: &progress.history,
        now,
    }
}

async fn observe<C: Cloud>(cloud: &C, progress: &mut Progress, cluster: &str, name: &str) -> Result<Observation, Stop> {
    let group = match cloud.node_group(cluster, name).await {
        Ok(group) => Box::new(group),
        Err(error) if error.fault == Fault::NotFound => return Ok(Observation::Absent),
        Err(error) if error.fault == Fault::Denied => return Err(goal::denied(progress, &error)),
        Err(error) => return Ok(unknown(progress, error.to_string())),
    };
    progress.unanswered = 0;
    let is_ours = goal::owner(&progress.request).owns(&group.tags);
    let history = &mut progress.history;
    history.first_made = history.first_made.or(group.created_at);
    let template = group.launch_template.as_ref().filter(|_| is_ours);
    history.ran_template = template.map(|template| template.id.clone());
    history
        .first_status
        .get_or_insert_with(|| group.status.as_str().to_owned());
    let Some(id) = progress.history.last_update().and_then(|begun| begun.update_id.clone()) else {
        return Ok(Observation::Present { group, update: None });
    };
    match cloud.update(cluster, name, &id).await {
        Ok(update) => Ok(Observation::Present {
            group,
            update: Some(update),
        }),
        Err(error) if error.fault == Fault::Denied => Err(goal::denied(progress, &error)),
        Err(error) => Ok(unknown(progress, error.to_string())),
    }
}

fn unknown(progress: &mut Progress, problem: String) -> Observation {
    tracing::warn!(problem, "the node group could not be observed");
    progress.lose_call();
    Observation::Unknown(problem)
}
