//! Carrying out one step, and what its failure means.

use super::Stop;
use super::catalogue::{SETTINGS_STAY, TAGS_STAY};
use super::goal::{denied, unanswered};
use super::under_way::turn_to;
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stack_state::rolls_back;
use crate::stale_request;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::change::only_leaves_out;
use mng_core::decide::history::{Begun, StepKind};
use mng_core::decide::plan::Step;
use mng_core::decide::roll::outlasts;
use mng_core::decide::under_way::UnderWay;
use mng_core::decide::{Goal, Next, Observation, Waiting};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::name::digest;
use mng_core::nodegroup::ownership::UNFINISHED_TAG;
use mng_core::preflight::check::Check;
use mng_core::preflight::finding::Finding;
use mng_core::properties::spec::WaitFor;
use mng_core::properties::tags::OWN_PREFIX;

/// How long a launch template that was made a moment ago may be unknown to EKS. EC2's API is eventually consistent, in practice
/// within seconds (EC2 developer guide, "Eventual consistency").
const SEEN_WITHIN_SECONDS: u64 = 60;

/// Makes the call of `step` and notes that it was begun.
pub async fn act<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: &Observation,
    step: Step,
    now: u64,
) -> Result<Next, Stop> {
    if matches!(goal, Goal::Present(_)) {
        stale_request::still_wanted(cloud, progress).await?;
    }
    turn_to(progress, UnderWay::of(step.kind()));
    tracing::info!(begun = ?step.kind(), "begin");
    announce(progress, goal, seen, &step, now);
    let token = token(progress, &step);
    match call(cloud, goal, seen, &step, &token).await {
        Ok(update_id) => {
            note(progress, &step, now, update_id);
            if matches!(step, Step::Create(_)) {
                progress.history.forget_the_group_before();
            }
            Ok(after(goal, step))
        }
        Err(error) if can_do_without(goal, seen, &step, &error) => {
            progress.warn(format!(
                "{SETTINGS_STAY}, since EKS refuses to remove them; state the values that you want: {error}"
            ));
            note(progress, &step, now, None);
            Ok(Next::Act(step))
        }
        Err(error) if is_not_seen_yet(progress, &step, &error, now) => {
            progress.history.obstacle = Some(error.to_string());
            Err(Stop::Wait(Waiting::ForOthers))
        }
        Err(error) => match meaning(progress, &step, &error) {
            Stop::Fail(why) if goes_on_without(progress, &step) => {
                progress.warn(format!("{TAGS_STAY}: {why}"));
                finish_otherwise(cloud, seen, &step).await;
                note(progress, &step, now, None);
                Ok(after(goal, step))
            }
            stop => Err(stop),
        },
    }
}

/// Tags that can't be removed fail no rollback, and the function's own marks fail nothing.
fn goes_on_without(progress: &Progress, step: &Step) -> bool {
    match step {
        Step::Untag(keys) => rolls_back(progress) || keys.iter().all(|key| key.starts_with(OWN_PREFIX)),
        Step::Launch(_) | Step::Create(_) | Step::Tag(_) | Step::Delete => false,
        Step::UpdateVersion(_) | Step::UpdateConfig(_) => false,
        Step::Scaling(_) | Step::JoinPlugin { .. } | Step::LeavePlugin | Step::EnableWindows => false,
    }
}

/// A mark of an unfinished group that can't be removed is overwritten, so that no delivery of the event takes the group for unfinished.
async fn finish_otherwise<C: Cloud>(cloud: &C, seen: &Observation, step: &Step) {
    let (Observation::Present { group, .. }, Step::Untag(keys)) = (seen, step) else {
        return;
    };
    if keys.contains(UNFINISHED_TAG) {
        let finished = [(UNFINISHED_TAG.to_owned(), "finished".to_owned())].into();
        if let Err(error) = cloud.tag(&group.arn, &finished).await {
            tracing::warn!(%error, "the mark of an unfinished group stays");
        }
    }
}

fn note(progress: &mut Progress, step: &Step, now: u64, update_id: Option<String>) {
    progress.unanswered = 0;
    progress.history.obstacle = None;
    progress.history.begun.push(Begun {
        step: step.kind(),
        at: now,
        update_id,
    });
}

/// EKS doesn't document how a setting of repair is taken back. A group that keeps one fails neither an update nor a rollback.
fn can_do_without(goal: &Goal, seen: &Observation, step: &Step, error: &CallError) -> bool {
    match (goal, seen, step) {
        (Goal::Present(desired), Observation::Present { group, .. }, Step::UpdateConfig(_)) => {
            error.fault == Fault::Refused && only_leaves_out(desired, group)
        }
        _ => false,
    }
}

/// A roll that can't end before the deadline is told before it begins: EKS goes on with it, and the stack fails. EKS goes by the
/// settings that the group has then. Those that the template tightens follow the roll.
fn announce(progress: &mut Progress, goal: &Goal, seen: &Observation, step: &Step, now: u64) {
    let (Goal::Present(desired), Observation::Present { group, .. }, Step::UpdateVersion(_)) = (goal, seen, step)
    else {
        return;
    };
    let left = progress.history.deadline.saturating_sub(now);
    let told = outlasts(group.scaling.desired, group.update_settings.unavailable, left);
    if let Some(cause) = told.filter(|_| desired.spec.wait_for != WaitFor::Submitted) {
        let finding = Finding::new(Check::RollOutlastsTimeout, "ServiceTimeout", &group.name, cause);
        tracing::warn!(%finding, "announced");
        progress.warn(finding.to_string());
    }
}

/// The same request, step and content make the same token, so that a replay is the same call to the service; a RequestId
/// that comes again after weeks with other content (aws-cdk issue 35957) is not. The service wants 33 to 126 characters.
pub fn token(progress: &Progress, step: &Step) -> String {
    let envelope = &progress.request.envelope;
    let who = [&envelope.stack_id, &envelope.logical_resource_id, &envelope.request_id];
    digest(&format!("{who:?} {step:?} {:?}", progress.target), 64)
}

async fn call<C: Cloud>(
    cloud: &C,
    goal: &Goal,
    seen: &Observation,
    step: &Step,
    token: &str,
) -> Result<Option<String>, CallError> {
    match (goal, seen, step) {
        (Goal::Present(desired), _, Step::Create(group)) => cloud.create(desired, group, token).await.map(|()| None),
        (Goal::Absent(identity), _, Step::Delete) => {
            cloud.delete(&identity.cluster, &identity.name).await.map(|()| None)
        }
        (Goal::Present(desired), _, Step::Delete) => {
            cloud.delete(&desired.spec.cluster, &desired.name).await.map(|()| None)
        }
        (Goal::Absent(_), Observation::Present { group, .. }, step @ Step::Tag(_)) => {
            update(cloud, group, step, token).await
        }
        (Goal::Present(_), Observation::Present { group, .. }, step) => update(cloud, group, step, token).await,
        (goal, _, step) => unreachable!("{step:?} is never decided for {goal:?}"),
    }
}

async fn update<C: Cloud>(cloud: &C, group: &NodeGroup, step: &Step, token: &str) -> Result<Option<String>, CallError> {
    match step {
        Step::Tag(tags) => cloud.tag(&group.arn, tags).await.map(|()| None),
        Step::Untag(keys) => cloud.untag(&group.arn, keys).await.map(|()| None),
        Step::UpdateVersion(change) => cloud.update_version(group, change, token).await.map(Some),
        Step::UpdateConfig(change) => cloud.update_config(group, change, token).await.map(Some),
        Step::Launch(_) | Step::Create(_) | Step::Delete => unreachable!("{step:?} updates nothing"),
        Step::Scaling(_) | Step::JoinPlugin { .. } | Step::LeavePlugin | Step::EnableWindows => {
            unreachable!("{step:?} is beyond the service")
        }
    }
}

/// After a step that settles at once, or when nobody waits, it is worth looking again right away.
fn after(goal: &Goal, step: Step) -> Next {
    let submitted = matches!(goal, Goal::Present(desired) if desired.spec.wait_for == WaitFor::Submitted);
    match step.kind() {
        StepKind::Tag | StepKind::Untag | StepKind::Launch => Next::Act(step),
        StepKind::Scaling | StepKind::JoinPlugin | StepKind::LeavePlugin | StepKind::EnableWindows => Next::Act(step),
        _ if submitted => Next::Act(step),
        StepKind::Create => Next::Wait(Waiting::ForCreate),
        StepKind::UpdateVersion => Next::Wait(Waiting::ForVersionUpdate),
        StepKind::UpdateConfig => Next::Wait(Waiting::ForConfigUpdate),
        StepKind::Delete => Next::Wait(Waiting::ForDelete),
    }
}

/// EC2 shows a launch template or a version that it has just made a little later to others, EKS among them.
fn is_not_seen_yet(progress: &Progress, step: &Step, error: &CallError, now: u64) -> bool {
    let template = match step {
        Step::Create(group) => Some(&group.template.identity),
        Step::UpdateVersion(change) => change.launch_template.as_ref().map(|(identity, _)| identity),
        Step::Launch(_) | Step::Tag(_) | Step::Untag(_) | Step::UpdateConfig(_) | Step::Delete => None,
        Step::Scaling(_) | Step::JoinPlugin { .. } | Step::LeavePlugin | Step::EnableWindows => None,
    };
    let made = progress.history.of(StepKind::Launch).map(|begun| begun.at);
    let message = error.message.to_lowercase();
    let is_missing = ["not found", "not exist", "notfound"]
        .iter()
        .any(|word| message.contains(word));
    let names_it = template.is_some_and(|identity| error.message.contains(identity.as_str()));
    is_missing && names_it && made.is_some_and(|at| now < at + SEEN_WITHIN_SECONDS)
}

fn meaning(progress: &mut Progress, step: &Step, error: &CallError) -> Stop {
    match (error.fault, step) {
        (Fault::Throttled | Fault::Unknown, _) => unanswered(progress, error),
        // Another operation runs, or a group of the name has appeared: the next look tells which.
        (Fault::InUse, _) => {
            tracing::info!(%error, "something else comes first");
            Stop::Wait(Waiting::ForOthers)
        }
        (Fault::NotFound, Step::Create(_)) => Stop::Fail(error.to_string()),
        (Fault::NotFound, _) => Stop::Wait(Waiting::ForOthers),
        (Fault::Denied, _) => denied(progress, error),
        (Fault::Refused, _) => Stop::Fail(error.to_string()),
    }
}
