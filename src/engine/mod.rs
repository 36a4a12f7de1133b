//! Observe, decide, act. Knows ports and no AWS.
//!
//! # Guarantees
//! A pass may be repeated, run twice at once, or be cut off between any two calls: the next one looks again and goes on.
//! Every pass ends in an answer or in something to wait for.
//!
//! # Assumptions
//! The service takes the same client token for the same call, and shows a group that it has accepted within a minute.

mod act;
mod around;
mod beyond;
mod diagnosis;
mod goal;
mod late;
mod launch;
mod over;
mod preflight;
mod sent;
mod stall;
mod target;
mod under_way;
mod users;

use crate::cfn::answer::Answer;
use crate::cfn::physical_id::{PhysicalId, never_created};
use crate::cfn::request::{Request, RequestType};
use crate::nodegroup::decide::{Around, Goal, Look, Next, Observation, View, Waiting, decide};
use crate::nodegroup::history::StepKind;
use crate::nodegroup::name::name;
use crate::nodegroup::plan::Step;
use crate::nodegroup::spec::Spec;
use crate::nodegroup::under_way::UnderWay;
use crate::nodegroup::validate::validate;
use crate::ports::{Cloud, Fault, Noting};
use crate::progress::{Progress, Stage};
use crate::telemetry::request_span;

pub use over::{cut_off, given_up};
pub use sent::{Undoing, from_the_future, identified, too_late, too_many_tags, undoing};

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
    let undoing = sent::undoing(progress);
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
                    stall::look(cloud, progress, now).await;
                }
                return Outcome::Wait(waiting);
            }
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
        if undoing == Undoing::NotYet && sent::undoing(progress) == Undoing::Begun {
            return Outcome::Wait(Waiting::ForDelete);
        }
    }
}

/// The answer to a request that can't go on, whatever the reason. Its physical id follows the protocol: an Update and a
/// Delete keep theirs (a FAILED Update with another id makes CloudFormation delete a live group, aws-cdk issue 22670), a
/// Create names its group as soon as it has one: by `target` where that is known, since a release which was upgraded meanwhile
/// may have named it otherwise, and CloudFormation deletes by this id.
pub fn failed(request: &Request, target: Option<&str>, reason: String) -> Answer {
    let logical_id = &request.envelope.logical_resource_id;
    let named = || {
        let spec = validate(&request.properties, logical_id).ok()?;
        let name = target.map_or_else(|| name(&spec, &goal::owner(request)), str::to_owned);
        Some(
            PhysicalId {
                cluster: spec.cluster,
                name,
            }
            .to_string(),
        )
    };
    let given = request
        .envelope
        .physical_resource_id
        .clone()
        .filter(|id| !id.is_empty());
    let physical_id = given.or_else(named).unwrap_or_else(|| never_created(logical_id));
    Answer::Failed { physical_id, reason }
}

/// One look and, where something is to be done, the call that does it. `Next::Act` comes back only when it is worth
/// looking again at once.
async fn step<C: Cloud>(cloud: &C, progress: &mut Progress, now: u64) -> Result<Next, Stop> {
    let goal = goal::choose(cloud, progress).await?;
    let (cluster, name) = match &goal {
        Some(Goal::Present(desired)) => (&desired.spec.cluster, &desired.name),
        Some(Goal::Absent(identity) | Goal::AsIs { identity, .. }) => (&identity.cluster, &identity.name),
        None => {
            return Ok(Next::Done {
                attributes: [].into(),
                warnings: vec![],
            });
        }
    };
    request_span::about(cluster, name);
    let mut seen = observe(cloud, progress, cluster, name).await?;
    sent::note(progress, &seen, now);
    let goal = goal.as_ref().expect("matched above");
    loop {
        let next = decide(goal, &seen, view(progress, goal, now));
        if matches!((goal, &next), (Goal::Absent(_), Next::Act(_))) {
            late::still_to_be_removed(cloud, progress).await?;
        }
        match next {
            Next::Look(Look::Around) => match around::look(cloud, progress, goal).await {
                Err(Stop::Fail(why)) if matches!(goal, Goal::Present(_)) => {
                    return as_is(cloud, progress, why, now).await;
                }
                looked => looked?,
            },
            Next::Look(look) => beyond::look(cloud, progress, goal, &seen, look).await?,
            Next::Act(Step::Launch(step)) => {
                launch::act(cloud, progress, goal, &step, now).await?;
                seen = again(cloud, progress, goal, seen, now).await?;
            }
            Next::Act(step) if beyond::is_of(&step) => {
                beyond::act(cloud, progress, goal, &seen, step, now).await?;
                seen = again(cloud, progress, goal, seen, now).await?;
            }
            Next::Act(step) => return act::act(cloud, progress, goal, &seen, step, now).await,
            next => return Ok(next),
        }
    }
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
    let place = around::place(goal);
    let seen = observe(cloud, progress, &place.cluster, &place.name).await?;
    sent::note(progress, &seen, now);
    Ok(seen)
}

/// What can't be looked up fails an update, and leaves a rollback with what runs.
async fn as_is<C: Cloud>(cloud: &C, progress: &mut Progress, why: String, now: u64) -> Result<Next, Stop> {
    let goal = goal::left_as_it_is(cloud, progress, why).await?;
    let place = around::place(&goal);
    let seen = observe(cloud, progress, &place.cluster, &place.name).await?;
    Ok(decide(&goal, &seen, view(progress, &goal, now)))
}

/// What was looked up counts for the group that it was looked up for.
fn view<'a>(progress: &'a Progress, goal: &Goal, now: u64) -> View<'a> {
    let of_the_goal = |around: &&Around| around.place == around::place(goal);
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
    let history = &mut progress.history;
    history.first_made = history.first_made.or(group.created_at);
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

/// The answer to a request that can't go on, and has come as far as it has.
fn ended(progress: &Progress, reason: String) -> Answer {
    failed(&progress.request, progress.target.as_deref(), reason)
}

/// A stage that is done: the answer, or `None` when the request's own work comes next.
fn succeed(
    progress: &mut Progress,
    attributes: crate::cfn::answer::Attributes,
    warnings: Vec<String>,
) -> Option<Answer> {
    match std::mem::take(&mut progress.stage) {
        Stage::RemoveAbandoned => {
            turn_to_the_rollback(progress);
            None
        }
        Stage::Undo { failure } => Some(ended(progress, failure)),
        Stage::Converge => {
            let physical_id = success_id(progress);
            let mut note = progress.warnings.clone();
            note.extend(warnings);
            let mut attributes = attributes;
            if let Some(told) = attributes.get_mut("Warnings") {
                *told = note.join("; ");
            }
            Some(Answer::Success {
                physical_id,
                attributes,
                note: note.join("; "),
            })
        }
    }
}

/// A stage that failed: the answer, or `None` when there is something to clear up first or to do nevertheless.
fn fail(progress: &mut Progress, reason: String) -> Option<Answer> {
    match std::mem::take(&mut progress.stage) {
        // The rollback itself matters more than what the failed update left behind.
        Stage::RemoveAbandoned => {
            progress.warn(format!("what the failed update made is left behind: {reason}"));
            turn_to_the_rollback(progress);
            None
        }
        // A later request has taken the group over, and it is theirs to end.
        Stage::Undo { failure } if failure == reason && progress.request.envelope.sent().is_some() => {
            Some(ended(progress, failure))
        }
        Stage::Undo { failure } => Some(ended(
            progress,
            format!("{failure}; and what it had made is left behind: {reason}"),
        )),
        Stage::Converge if leaves_something(progress) => {
            progress.history.turn_to_undoing();
            // Whether it is still to be removed is another question.
            progress.stack_asked = false;
            sent::make_ready_to_undo(progress);
            progress.stage = Stage::Undo { failure: reason };
            under_way::turn_to(progress, UnderWay::Undo);
            None
        }
        Stage::Converge => Some(ended(progress, with_warnings(progress, reason))),
    }
}

/// What the failed update left behind is dealt with; what the rollback restores comes next.
fn turn_to_the_rollback(progress: &mut Progress) {
    progress.history.turn_to_another_group();
    under_way::turn_to(progress, UnderWay::Prepare);
}

/// What was announced before, such as a roll that outlasts its time, explains a failure.
fn with_warnings(progress: &Progress, reason: String) -> String {
    let told = |warning: &&String| !reason.contains(warning.as_str());
    let warnings: Vec<&str> = progress.warnings.iter().filter(told).map(String::as_str).collect();
    if warnings.is_empty() {
        return reason;
    }
    format!("{reason}. Told before: {}", warnings.join("; "))
}

/// Whether this very update made a group in place of the one that runs. CloudFormation never learns its name from a FAILED
/// answer, so nobody but this request removes it. Nor does anybody remove what a Create by event has made.
fn leaves_something(progress: &Progress) -> bool {
    if progress.request.envelope.sent().is_some() {
        return sent::leaves_something(progress);
    }
    let replaces = progress.request.kind == RequestType::Update && success_id(progress) != current_id(progress);
    let made = |kind| progress.history.of(kind).is_some();
    replaces && (made(StepKind::Create) || made(StepKind::Launch))
}

/// The group that the passes are about, once it is known.
pub fn known_id(progress: &Progress) -> Option<String> {
    Some(success_id(progress)).filter(|id| !id.is_empty())
}

fn current_id(progress: &Progress) -> String {
    progress
        .request
        .envelope
        .physical_resource_id
        .clone()
        .unwrap_or_default()
}

fn success_id(progress: &Progress) -> String {
    let request = &progress.request;
    let cluster = spec(request).map(|spec| spec.cluster).unwrap_or_default();
    match (&request.kind, &progress.target) {
        (RequestType::Create | RequestType::Update, Some(name)) => PhysicalId {
            cluster,
            name: name.clone(),
        }
        .to_string(),
        _ => current_id(progress),
    }
}

fn spec(request: &Request) -> Result<Spec, String> {
    validate(&request.properties, &request.envelope.logical_resource_id)
        .map_err(|problems| preflight::told(&problems, &[]))
}
