//! The one decision: from what is wanted, what is there and what was begun to the next thing to do.
//!
//! Everything is level-triggered. A retry, a duplicate, a crash, a cancelled stack and a hand-over between invocations are
//! all the same case: look again and go on.

use std::collections::BTreeMap;

use super::attributes::attributes;
use super::group::{NodeGroup, Status, describe_issues};
use super::history::{History, StepKind, UpdateState};
use super::ownership::{Owner, REPLACES_TAG, RESOURCE_TAG, STACK_TAG};
use super::plan::{Desired, Direction, Purpose, Step, plan};
use super::spec::{BlockPodImds, WaitFor};

/// After a create the service may say for a moment that it knows no such group: its reads are eventually consistent.
const VISIBLE_WITHIN_SECONDS: u64 = 60;

/// What a request is to bring about.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    Present(Box<Desired>),
    Absent(Identity),
    /// A rollback that can restore nothing, and may not fail for that: the group is left as it is.
    AsIs {
        identity: Identity,
        why: String,
    },
}

/// A node group by its name, and who may delete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub cluster: String,
    pub name: String,
    pub owner: Owner,
    pub which: Which,
}

/// What of the owner's may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    Any,
    /// Only what an update made in place of another group and did not finish.
    Unfinished,
}

/// What was seen. Only `Absent` means gone; every error but not-found is `Unknown`.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    Absent,
    Present {
        group: Box<NodeGroup>,
        update: Option<UpdateState>,
    },
    Unknown(String),
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    Act(Step),
    Wait(Waiting),
    Done {
        attributes: BTreeMap<String, String>,
        warnings: Vec<String>,
    },
    Fail(String),
}

/// What is waited for; how long is the schedule's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    ForCreate,
    ForConfigUpdate,
    ForVersionUpdate,
    ForDelete,
    /// Somebody else's update, or a status that isn't known.
    ForOthers,
    /// The service couldn't be asked.
    ForAnAnswer,
}

/// Decides. Total: each pair of goal and status has its answer, and a status that the service adds later has one too.
pub fn decide(goal: &Goal, seen: &Observation, history: &History, now: u64) -> Next {
    let next = match (goal, seen) {
        (_, Observation::Unknown(_)) => Next::Wait(Waiting::ForAnAnswer),
        (Goal::Present(desired), Observation::Absent) => make(desired, history, now),
        (Goal::Present(desired), Observation::Present { group, update }) => {
            keep(desired, group, update.as_ref(), history)
        }
        (Goal::Absent(_), Observation::Absent) => done(),
        (Goal::AsIs { identity, why }, Observation::Absent) => as_is(&gone(identity), why),
        (Goal::AsIs { why, .. }, Observation::Present { group, .. }) => as_is(group, why),
        (Goal::Absent(identity), Observation::Present { group, .. }) => remove(identity, group, history),
    };
    match next {
        Next::Wait(_) | Next::Act(_) if now >= history.deadline => Next::Fail(out_of_time(goal, seen)),
        next => next,
    }
}

fn make(desired: &Desired, history: &History, now: u64) -> Next {
    match history.of(StepKind::Create) {
        None if history.begun.is_empty() => Next::Act(Step::Create),
        Some(begun) if now < begun.at + VISIBLE_WITHIN_SECONDS => Next::Wait(Waiting::ForCreate),
        _ => Next::Fail(format!(
            "node group {}/{} was deleted by somebody else while this request worked on it; deploy again to make it anew",
            desired.spec.cluster, desired.name
        )),
    }
}

fn keep(desired: &Desired, live: &NodeGroup, update: Option<&UpdateState>, history: &History) -> Next {
    if !desired.owner.owns(&live.tags) {
        return Next::Fail(foreign(live));
    }
    match &live.status {
        Status::Creating if submitted(desired) && desired.purpose == Purpose::Create => ready(desired, live, vec![]),
        Status::Creating => Next::Wait(Waiting::ForCreate),
        Status::Active | Status::Degraded => converge(desired, live, update, history),
        Status::Updating => follow(desired, live, history),
        Status::Deleting if history.of(StepKind::Create).is_some() => make(desired, history, u64::MAX),
        Status::Deleting => Next::Wait(Waiting::ForDelete),
        Status::CreateFailed => Next::Fail(failed("could not be created", live)),
        Status::DeleteFailed => Next::Fail(failed(
            "is half deleted: an earlier delete of it failed; delete it and deploy again",
            live,
        )),
        Status::Unknown(_) => Next::Wait(Waiting::ForOthers),
    }
}

/// A settled group: report the update that has ended, or begin the next step, or be done.
fn converge(desired: &Desired, live: &NodeGroup, update: Option<&UpdateState>, history: &History) -> Next {
    match update {
        Some(UpdateState::InProgress) => return follow(desired, live, history),
        Some(UpdateState::Failed(errors)) => return Next::Fail(update_failed(live, history, errors)),
        Some(UpdateState::Successful) | None => {}
    }
    let plan = match plan(desired, live) {
        Ok(plan) => plan,
        Err(downgrade) => return Next::Fail(downgrade.to_string()),
    };
    let (begun, missing): (Vec<Step>, Vec<Step>) = plan
        .steps
        .into_iter()
        .partition(|step| history.of(step.kind()).is_some());
    if let Some(step) = missing.into_iter().next() {
        return Next::Act(step);
    }
    let mut warnings = plan.warnings;
    warnings.extend(begun.iter().filter_map(still_differs));
    settled(desired, live, history, warnings)
}

/// `latest` is asked for anew at each request, so that it was followed is no difference that is left.
fn still_differs(step: &Step) -> Option<String> {
    let what = match step {
        Step::UpdateVersion(change) if change.release_version.is_none() && change.launch_template.is_none() => {
            return None;
        }
        Step::UpdateVersion(_) => "version",
        Step::UpdateConfig(_) => "configuration",
        Step::Tag(_) | Step::Untag(_) => "tags",
        Step::Create | Step::Delete => return None,
    };
    Some(format!(
        "EKS took the update, but the node group's {what} still differs from the template"
    ))
}

/// A DEGRADED group fails what made it so. One that was so before is reported as a warning, as is any in a rollback: its
/// status stays DEGRADED until a scale-out succeeds (containers-roadmap issue 2326), and would fail every update till then.
fn settled(desired: &Desired, live: &NodeGroup, history: &History, mut warnings: Vec<String>) -> Next {
    let before = history.first_status.as_deref() == Some(Status::Degraded.as_str());
    let excused = desired.direction == Direction::RollingBack || (before && desired.purpose == Purpose::Update);
    if live.status == Status::Degraded && !excused {
        return Next::Fail(failed("is degraded", live));
    }
    if !live.issues.is_empty() {
        warnings.push(failed("has health issues", live));
    }
    ready(desired, live, warnings)
}

fn ready(desired: &Desired, live: &NodeGroup, mut warnings: Vec<String>) -> Next {
    if desired.spec.block_pod_imds == BlockPodImds::Yes {
        warnings.push("BlockPodImds relies on what EKS does for AL2023, IMDSv2 with a hop limit of 1; it makes no launch template of its own yet".to_owned());
    }
    let open = desired
        .spec
        .remote_access
        .as_ref()
        .is_some_and(|access| access.ssh_key.is_some() && access.source_security_groups.is_empty());
    if open {
        warnings.push("SSH is open to 0.0.0.0/0, since RemoteAccess names no SourceSecurityGroups".to_owned());
    }
    Next::Done {
        attributes: attributes(live, &warnings),
        warnings,
    }
}

/// An update runs. With `WaitFor: Submitted` the last one begun is as good as done.
fn follow(desired: &Desired, live: &NodeGroup, history: &History) -> Next {
    let Some(begun) = history.last_update() else {
        return Next::Wait(Waiting::ForOthers);
    };
    let left = plan(desired, live).is_ok_and(|plan| plan.steps.iter().any(|step| history.of(step.kind()).is_none()));
    match begun.step {
        _ if submitted(desired) && !left => ready(desired, live, vec![]),
        StepKind::UpdateVersion => Next::Wait(Waiting::ForVersionUpdate),
        _ => Next::Wait(Waiting::ForConfigUpdate),
    }
}

fn submitted(desired: &Desired) -> bool {
    desired.spec.wait_for == WaitFor::Submitted
}

fn remove(identity: &Identity, live: &NodeGroup, history: &History) -> Next {
    let finished = !live.tags.contains_key(REPLACES_TAG);
    if !identity.owner.owns(&live.tags) || (identity.which == Which::Unfinished && finished) {
        return done();
    }
    match &live.status {
        Status::Active | Status::Degraded | Status::CreateFailed => Next::Act(Step::Delete),
        Status::DeleteFailed if history.of(StepKind::Delete).is_none() => Next::Act(Step::Delete),
        Status::DeleteFailed => Next::Fail(failed(
            "could not be deleted; once what holds it is gone, delete the stack again",
            live,
        )),
        Status::Deleting => Next::Wait(Waiting::ForDelete),
        Status::Creating | Status::Updating | Status::Unknown(_) => Next::Wait(Waiting::ForOthers),
    }
}

fn as_is(live: &NodeGroup, why: &str) -> Next {
    let warnings = vec![format!("the node group was left as it is: {why}")];
    Next::Done {
        attributes: attributes(live, &warnings),
        warnings,
    }
}

fn gone(identity: &Identity) -> NodeGroup {
    NodeGroup {
        cluster: identity.cluster.clone(),
        name: identity.name.clone(),
        ..NodeGroup::default()
    }
}

fn done() -> Next {
    Next::Done {
        attributes: BTreeMap::new(),
        warnings: vec![],
    }
}

fn failed(what: &str, live: &NodeGroup) -> String {
    format!(
        "node group {}/{} {what}: {}",
        live.cluster,
        live.name,
        describe_issues(&live.issues)
    )
}

fn update_failed(live: &NodeGroup, history: &History, errors: &str) -> String {
    let what = match history.last_update().map(|begun| begun.step) {
        Some(StepKind::UpdateVersion) => "the version update",
        _ => "the configuration update",
    };
    format!(
        "{what} of node group {}/{} failed, and the group keeps what it had: {errors}",
        live.cluster, live.name
    )
}

/// Says that a group is somebody else's, and how that is told.
pub fn foreign(live: &NodeGroup) -> String {
    format!(
        "node group {}/{} exists and isn't this resource's, so nothing was changed: its tags {STACK_TAG} and {RESOURCE_TAG} \
         don't name this stack and resource; choose another NodegroupName, or remove that group",
        live.cluster, live.name
    )
}

/// Says how far it got and what goes on by itself: EKS doesn't stop because CloudFormation does.
fn out_of_time(goal: &Goal, seen: &Observation) -> String {
    let (cluster, name) = match goal {
        Goal::Present(desired) => (&desired.spec.cluster, &desired.name),
        Goal::Absent(identity) | Goal::AsIs { identity, .. } => (&identity.cluster, &identity.name),
    };
    let state = match seen {
        Observation::Absent => "doesn't exist yet".to_owned(),
        Observation::Unknown(problem) => format!("could not be observed: {problem}"),
        Observation::Present { group, .. } if group.issues.is_empty() => format!("is {}", group.status.as_str()),
        Observation::Present { group, .. } => {
            format!("is {}: {}", group.status.as_str(), describe_issues(&group.issues))
        }
    };
    format!(
        "the time given by ServiceTimeout is over; node group {cluster}/{name} {state}. What EKS has begun goes on by itself: \
         watch it with `aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name {name}`"
    )
}

#[cfg(test)]
mod tests;
