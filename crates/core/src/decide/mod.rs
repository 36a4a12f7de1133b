//! The one decision: from what is wanted, what is there and what was begun to the next thing to do.
//!
//! Everything is level-triggered. A retry, a duplicate, a crash, a cancelled stack and a hand-over between invocations are
//! all the same case: look again and go on.

use std::collections::BTreeMap;

pub mod attributes;
pub mod change;
mod conflicting_requests;
mod failed_group;
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
use crate::decide::history::{History, StepKind, UpdateState};
use crate::decide::plan::{Desired, Direction, NewGroup, Purpose, Step, TemplateVersion, VersionChange, plan};
use crate::launch_template::ec2_resources::Place;
use crate::nodegroup::group::{NodeGroup, Status};
use crate::nodegroup::ownership::{Channel, Owner, UNFINISHED_TAG};
use crate::nodegroup::request_order::Turn;
use crate::properties::spec::WaitFor;

pub use outside_eks::{Beyond, Part};
pub use own_template::Around;
pub use reasons::{Broken, LEFT_AS_IT_IS, RETAINED_GROUP, STAYS, foreign, retained};
use reasons::{broken, operation_is_over, out_of_time, update_failed};

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
    /// The stack's operation is over, and so is this request: nothing is begun, and the answer repeats what runs.
    Repeat(Identity),
}

/// A node group by its name, and who may delete it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub cluster: String,
    pub name: String,
    pub owner: Owner,
    pub which: Which,
    /// Which request this is, among those for the same resource.
    pub turn: Turn,
}

impl Identity {
    /// Where the group's belongings in EC2 are found.
    pub fn place(&self) -> Place {
        Place {
            cluster: self.cluster.clone(),
            name: self.name.clone(),
            owner: self.owner.clone(),
        }
    }
}

/// What of the owner's may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    Any,
    /// Only what was created then or later, in seconds since the epoch. Of a Create that CloudFormation never learnt a group's name of:
    /// a group that was there before its stack's operation began is kept on purpose.
    CreatedSince(u64),
    /// Only an unfinished replacement: made in place of the group with this physical ID, at `since` or later in seconds since the
    /// epoch, and not made anew meanwhile by another delivery.
    InPlaceOf {
        id: String,
        since: Option<u64>,
    },
    /// Only what this very request by event made and did not finish.
    OfThisRequest,
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

/// What is known at a look beside the group itself.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// `None`: not looked up in this pass.
    pub around: Option<&'a Around>,
    pub beyond: &'a Beyond,
    pub history: &'a History,
    /// Seconds since the epoch.
    pub now: u64,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Look something up, and decide again.
    Look(Look),
    Act(Step),
    Wait(Waiting),
    Done {
        attributes: BTreeMap<String, String>,
        warnings: Vec<String>,
    },
    Fail(String),
    /// It failed, and why is to be found out.
    Broken(Box<Broken>),
}

/// What is looked up only where the decision needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// What the group has around it.
    Around,
    ScalingGroup,
    /// Its nodes, in Kubernetes.
    Nodes,
    /// The updates of the group that EKS began since the request was sent.
    Updates,
}

/// What is waited for; how long is the schedule's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    ForCreate,
    ForConfigUpdate,
    ForVersionUpdate,
    ForDelete,
    /// Nodes that aren't Ready.
    ForNodes,
    /// Somebody else's update, or a status that isn't known.
    ForOthers,
    /// The service couldn't be asked.
    ForAnAnswer,
}

/// Decides. Total: each pair of goal and status has its answer, and a status that the service adds later has one too.
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
        Next::Act(Step::Untag(_)) => next,
        Next::Wait(_) | Next::Act(_) if view.now >= view.history.deadline => out_of_time(goal, seen, view.history),
        next => next,
    }
}

fn make(desired: &Desired, view: View) -> Next {
    match view.history.of(StepKind::Create) {
        None if conflicting_requests::only_changes(desired) => {
            Next::Fail(conflicting_requests::nothing_to_change(desired))
        }
        None if view.history.is_before_the_group() => {
            conflicting_requests::waits_for_what_goes(desired, view).unwrap_or_else(|| create(desired, view))
        }
        Some(begun) if view.now < begun.at + VISIBLE_WITHIN_SECONDS => Next::Wait(Waiting::ForCreate),
        _ => Next::Fail(format!(
            "node group {}/{} was deleted by somebody else while this request worked on it; deploy again to make it anew",
            desired.spec.cluster, desired.name
        )),
    }
}

fn create(desired: &Desired, view: View) -> Next {
    let template = match own_template::template(desired, None, view) {
        Ok(template) => template,
        Err(next) => return next,
    };
    Next::Act(Step::Create(NewGroup {
        template,
        default_ami_type: own_template::default_ami_type(desired, view),
    }))
}

fn keep(desired: &Desired, live: &NodeGroup, update: Option<&UpdateState>, view: View) -> Next {
    if !desired.owner.owns(&live.tags) {
        return Next::Fail(foreign(live));
    }
    if let Some(later) = desired.turn.superseded_by(&live.tags) {
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
        Status::Deleting if view.history.of(StepKind::Create).is_some() => {
            make(desired, View { now: u64::MAX, ..view })
        }
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

/// A stack's Create never takes over a group that was there before: a `DeletionPolicy` of `Retain` has kept it, and the rollback of
/// this Create would delete it.
fn is_retained(desired: &Desired, live: &NodeGroup, view: View) -> bool {
    desired.purpose == Purpose::Create
        && desired.owner.channel() == Channel::Stack
        && view.history.of(StepKind::Create).is_none()
        && live.status != Status::Deleting
        && desired.is_of_before(live) == Some(true)
}

/// Nobody waits for the group to come up, so the request is done with it; and what is done leaves no mark.
fn accepted(desired: &Desired, live: &NodeGroup, view: View) -> Next {
    if live.tags.contains_key(UNFINISHED_TAG) && view.history.of(StepKind::Untag).is_none() {
        return Next::Act(Step::Untag([UNFINISHED_TAG.to_owned()].into()));
    }
    ready(desired, live, view, vec![])
}

/// A settled group: report the update that has ended, or begin the next step, or be done. A downgrade is refused before
/// anything is made in EC2, and so is the group told which event it follows.
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
    if let Some(next) = conflicting_requests::told_first(desired, live, plan, view) {
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
        missing.into_iter().partition(|step| matches!(step, Step::Untag(_)));
    if !missing.is_empty() {
        return Next::Act(missing.swap_remove(0));
    }
    let mut warnings = plan.warnings;
    warnings.extend(begun.iter().filter_map(|step| still_differs(step, live)));
    match (settled::next(desired, live, view, warnings), untag.into_iter().next()) {
        // Some of these tags say that the group isn't finished, which it isn't before everything else is.
        (Next::Done { .. }, Some(untag)) => Next::Act(untag),
        (next, _) => next,
    }
}

fn still_differs(step: &Step, live: &NodeGroup) -> Option<String> {
    let what = match step {
        Step::UpdateVersion(change) if only_follows(change, live) => return None,
        Step::UpdateVersion(_) => "version",
        Step::UpdateConfig(_) => "configuration",
        Step::Tag(_) | Step::Untag(_) => "tags",
        Step::Launch(_) | Step::Create(_) | Step::Delete => return None,
        Step::Scaling(_) | Step::JoinPlugin { .. } | Step::LeavePlugin | Step::EnableWindows => return None,
    };
    Some(format!(
        "EKS took the update, but the node group's {what} still differs from the template"
    ))
}

/// `latest` is asked for anew at each request, so that it was followed is no difference that is left.
fn only_follows(change: &VersionChange, live: &NodeGroup) -> bool {
    let runs = change.version.as_ref().is_none_or(|version| *version == live.version);
    runs && change.release_version.is_none() && change.launch_template.is_none()
}

fn ready(desired: &Desired, live: &NodeGroup, view: View, mut warnings: Vec<String>) -> Next {
    let Some(in_template) = own_template::in_template(desired, live, view) else {
        return Next::Look(Look::Around);
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

/// An update runs. With `WaitFor: Submitted` the last one begun is as good as done.
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
