//! The one decision: from what is wanted, what exists and what the request has begun, to the next thing to do.
//!
//! [`decide`] takes a [`Goal`] and an [`Observation`] and gives the [`Next`] step. It depends only on the current
//! state, not on past events. So a retry, a duplicate delivery, a crash, a cancelled stack and a hand-over between
//! invocations are all the same case: observe again and go on. [`mod@plan`] orders the steps of an update, and [`mod@target`]
//! decides whether an update needs a new group.

use std::collections::BTreeMap;

pub mod attributes;
pub mod change;
mod conflicting_requests;
pub mod desired;
mod failed_group;
mod goal;
pub mod history;
mod outside_eks;
mod own_template;
pub mod plan;
mod reasons;
mod removal;
pub mod roll;
mod settled;
pub mod target;
pub mod under_way;

use crate::decide::attributes::{InTemplate, attributes};
use crate::decide::desired::{Desired, Direction, NewGroup, Purpose, TemplateVersion};
use crate::decide::history::{History, UpdateState};
use crate::decide::plan::{Step, StepKind, VersionChange, plan};
use crate::nodegroup::group::{GroupTarget, NodeGroup, Status};
use crate::nodegroup::ownership::UNFINISHED_TAG;
use crate::properties::spec::WaitFor;

pub use goal::{DeleteScope, Goal, Identity};
pub use outside_eks::{OutsideEksFacts, OutsideEksPart};
pub use own_template::Surroundings;
pub use reasons::{FailedGroup, LEFT_AS_IT_IS, RETAINED_GROUP, STAYS, foreign, retained};
use reasons::{broken, operation_is_over, out_of_time, update_failed};

/// For a moment after a create, EKS may answer that the group does not exist: its reads are eventually consistent.
const VISIBLE_WITHIN_SECONDS: u64 = 60;

/// What the function observed. Only `Absent` means gone: every error except not-found is `Unknown`.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    Absent,
    Present {
        group: Box<NodeGroup>,
        update: Option<UpdateState>,
    },
    Unknown(String),
}

/// What the function knows at a poll, in addition to the group itself.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// `None` if this pass has not read them.
    pub surroundings: Option<&'a Surroundings>,
    pub outside_eks: &'a OutsideEksFacts,
    pub history: &'a History,
    /// Seconds since the epoch.
    pub now: u64,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Read something, and decide again.
    Look(NeededRead),
    Act(Step),
    Wait(Waiting),
    Done {
        attributes: BTreeMap<String, String>,
        warnings: Vec<String>,
    },
    Fail(String),
    /// The request fails, and the function first finds out why.
    FailedGroup(Box<FailedGroup>),
}

/// What is looked up only where the decision needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeededRead {
    /// The cluster, the instance types and the EC2 resources of the group.
    Surroundings,
    /// The Auto Scaling group of this name.
    ScalingGroup(String),
    /// The nodes of a group, in Kubernetes, of which so many are wanted.
    Nodes(GroupTarget, usize),
    /// The updates of the group that EKS began since the request was sent.
    Updates(GroupTarget),
}

/// What the request waits for. The schedule decides how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    ForCreate,
    ForConfigUpdate,
    ForVersionUpdate,
    ForDelete,
    /// Nodes that are not Ready.
    ForNodes,
    /// Somebody else's update, or a status that this version does not know.
    ForOthers,
    /// EKS could not be asked.
    ForAnAnswer,
}

/// Decides what to do next. Each pair of goal and status has a result, also a status that EKS adds later.
pub fn decide(goal: &Goal, seen: &Observation, view: View) -> Next {
    let next = match (goal, seen) {
        (_, Observation::Unknown(_)) => Next::Wait(Waiting::ForAnAnswer),
        (Goal::Present(desired), Observation::Absent) => make(desired, view),
        (Goal::Present(desired), Observation::Present { group, update }) => keep(desired, group, update.as_ref(), view),
        (Goal::Absent(identity), Observation::Absent) => own_template::clear(identity, view),
        (Goal::AsIs { identity, why }, Observation::Absent) => as_is(&gone(identity), why),
        (Goal::AsIs { why, .. }, Observation::Present { group, .. }) => as_is(group, why),
        (Goal::Absent(identity), Observation::Present { group, .. }) => removal::remove(identity, group, view),
        (Goal::Repeat(identity), Observation::Absent) => operation_is_over(identity),
        (Goal::Repeat(identity), Observation::Present { group, .. }) => repeat(identity, group),
    };
    match next {
        // The last of all, and quick: whoever has come as far is done.
        Next::Act(Step::Untag(..)) => next,
        Next::Wait(_) | Next::Act(_) if view.now >= view.history.deadline => out_of_time(goal, seen, view.history),
        next => next,
    }
}

fn make(desired: &Desired, view: View) -> Next {
    match view.history.of(StepKind::Create) {
        None if conflicting_requests::only_changes(desired) => {
            Next::Fail(conflicting_requests::nothing_to_change(desired))
        }
        None if view.history.has_not_touched_group() => {
            conflicting_requests::wait_for_ec2_removal(desired, view).unwrap_or_else(|| create(desired, view))
        }
        Some(begun) if view.now < begun.at + VISIBLE_WITHIN_SECONDS => Next::Wait(Waiting::ForCreate),
        _ => deleted_meanwhile(desired),
    }
}

fn deleted_meanwhile(desired: &Desired) -> Next {
    Next::Fail(format!(
        "node group {}/{} was deleted by somebody else while this request worked on it; deploy again to make it anew",
        desired.spec.cluster, desired.name
    ))
}

fn create(desired: &Desired, view: View) -> Next {
    let template = match own_template::template(desired, None, view) {
        Ok(template) => template,
        Err(next) => return next,
    };
    Next::Act(Step::Create(
        Box::new(desired.clone()),
        NewGroup {
            template,
            default_ami_type: own_template::default_ami_type(desired, view),
        },
    ))
}

fn keep(desired: &Desired, live: &NodeGroup, update: Option<&UpdateState>, view: View) -> Next {
    if !desired.owner.owns(&live.tags) {
        return Next::Fail(foreign(live));
    }
    if let Some(later) = desired.order.superseded_by(&live.tags) {
        return Next::Fail(conflicting_requests::superseded(live, &later));
    }
    if is_retained(desired, live, view) {
        return Next::Fail(retained(live));
    }
    match &live.status {
        Status::Creating if submitted(desired) && desired.purpose == Purpose::Create => accepted(desired, live, view),
        Status::Creating => Next::Wait(Waiting::ForCreate),
        Status::Active | Status::Degraded => converge(desired, live, update, view),
        Status::Updating => follow(desired, live, view),
        Status::Deleting if view.history.of(StepKind::Create).is_some() => deleted_meanwhile(desired),
        Status::Deleting => Next::Wait(Waiting::ForDelete),
        Status::CreateFailed => failed_group::next(desired, live, view),
        Status::DeleteFailed if desired.direction == Direction::RollingBack => as_is(
            live,
            "EKS failed to delete it; delete it by hand, and the next update makes it again",
        ),
        Status::DeleteFailed => broken(
            "is half deleted: an earlier delete of it failed; delete it and deploy again",
            live,
        ),
        Status::Unknown(_) => Next::Wait(Waiting::ForOthers),
    }
}

/// A Create of a stack never takes over a group that existed before. A `DeletionPolicy` of `Retain` has kept such a
/// group, and the rollback of this Create would delete it.
fn is_retained(desired: &Desired, live: &NodeGroup, view: View) -> bool {
    desired.purpose == Purpose::Create
        && !desired.owner.requester.may_take_over()
        && view.history.of(StepKind::Create).is_none()
        && live.status != Status::Deleting
        && desired.is_of_before(live) == Some(true)
}

/// With `WaitFor: Submitted` the request is done when EKS has accepted the group. A finished group bears no mark, so
/// the mark goes first.
fn accepted(desired: &Desired, live: &NodeGroup, view: View) -> Next {
    if live.tags.contains_key(UNFINISHED_TAG) && view.history.of(StepKind::Untag).is_none() {
        return Next::Act(Step::Untag(live.target(), [UNFINISHED_TAG.to_owned()].into()));
    }
    ready(desired, live, view, vec![])
}

/// For a settled group: reports the update that has ended, or begins the next step, or ends the request. Before it
/// changes anything in EC2, it refuses a downgrade and tags the group with the event that the group follows.
fn converge(desired: &Desired, live: &NodeGroup, update: Option<&UpdateState>, view: View) -> Next {
    match update {
        Some(UpdateState::InProgress) => return follow(desired, live, view),
        Some(UpdateState::Failed(errors)) => return update_failed(live, view.history, errors),
        Some(UpdateState::Successful) | None => {}
    }
    let plan = match plan(desired, live, None) {
        Ok(plan) => plan,
        Err(downgrade) => return Next::Fail(downgrade.to_string()),
    };
    if let Some(next) = conflicting_requests::tag_with_request_first(desired, live, plan, view) {
        return next;
    }
    match own_template::template(desired, Some(live), view) {
        Ok(template) => step(desired, live, &template, view),
        Err(next) => next,
    }
}

fn step(desired: &Desired, live: &NodeGroup, template: &TemplateVersion, view: View) -> Next {
    let plan = match plan(desired, live, Some(template)) {
        Ok(plan) => plan,
        Err(downgrade) => return Next::Fail(downgrade.to_string()),
    };
    let (begun, missing): (Vec<Step>, Vec<Step>) = plan
        .steps
        .into_iter()
        .partition(|step| view.history.of(step.kind()).is_some());
    let (untag, mut missing): (Vec<Step>, Vec<Step>) =
        missing.into_iter().partition(|step| matches!(step, Step::Untag(..)));
    if !missing.is_empty() {
        return Next::Act(missing.swap_remove(0));
    }
    let mut warnings = plan.warnings;
    warnings.extend(begun.iter().filter_map(|step| still_differs(step, live)));
    match (settled::next(desired, live, view, warnings), untag.into_iter().next()) {
        // Some of these tags say that the group is not finished, so they go after everything else.
        (Next::Done { .. }, Some(untag)) => Next::Act(untag),
        (next, _) => next,
    }
}

fn still_differs(step: &Step, live: &NodeGroup) -> Option<String> {
    let what = match step {
        Step::UpdateVersion(_, change) if only_follows(change, live) => return None,
        Step::UpdateVersion(..) => "version",
        Step::UpdateConfig(..) => "configuration",
        Step::Tag(..) | Step::Untag(..) => "tags",
        Step::Launch(_) | Step::Create(..) | Step::Delete(_) => return None,
        Step::Scaling(..) | Step::JoinPlugin(_) | Step::LeavePlugin(_) | Step::EnableWindows(_) => return None,
    };
    Some(format!(
        "EKS took the update, but the node group's {what} still differs from the template"
    ))
}

/// Each request resolves `latest` anew, so a newer release alone is no difference that is left.
fn only_follows(change: &VersionChange, live: &NodeGroup) -> bool {
    let runs = change.version.as_ref().is_none_or(|version| *version == live.version);
    runs && change.release_version.is_none() && change.launch_template.is_none()
}

fn ready(desired: &Desired, live: &NodeGroup, view: View, mut warnings: Vec<String>) -> Next {
    let Some(in_template) = own_template::in_template(desired, live, view) else {
        return Next::Look(NeededRead::Surroundings);
    };
    warnings.extend(own_template::warnings(desired, live, view));
    Next::Done {
        attributes: attributes(
            live,
            &in_template,
            outside_eks::ready_nodes(desired, live, view),
            &warnings,
        ),
        warnings,
    }
}

/// An update runs. With `WaitFor: Submitted` the request is done once the last update has begun.
fn follow(desired: &Desired, live: &NodeGroup, view: View) -> Next {
    let Some(begun) = view.history.last_update() else {
        return Next::Wait(Waiting::ForOthers);
    };
    let is_missing = |step: &Step| view.history.of(step.kind()).is_none();
    let left = plan(desired, live, None).is_ok_and(|plan| plan.steps.iter().any(is_missing));
    match begun.step {
        _ if submitted(desired) && !left => ready(desired, live, view, vec![]),
        StepKind::UpdateVersion => Next::Wait(Waiting::ForVersionUpdate),
        _ => Next::Wait(Waiting::ForConfigUpdate),
    }
}

fn submitted(desired: &Desired) -> bool {
    desired.spec.wait_for == WaitFor::Submitted
}

fn as_is(live: &NodeGroup, why: &str) -> Next {
    let warnings = vec![format!("{LEFT_AS_IT_IS}: {why}")];
    Next::Done {
        attributes: attributes(live, &InTemplate::default(), None, &warnings),
        warnings,
    }
}

fn repeat(identity: &Identity, live: &NodeGroup) -> Next {
    if !identity.owner.owns(&live.tags) {
        return Next::Fail(foreign(live));
    }
    Next::Done {
        attributes: attributes(live, &InTemplate::default(), None, &[]),
        warnings: vec![],
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

#[cfg(test)]
mod tests;
