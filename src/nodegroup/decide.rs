//! The one decision: from what is wanted, what is there and what was begun to the next thing to do.
//!
//! Everything is level-triggered. A retry, a duplicate, a crash, a cancelled stack and a hand-over between invocations are
//! all the same case: look again and go on.

use std::collections::BTreeMap;

mod beyond;
mod own;
mod reasons;
mod turns;

use super::attributes::{InTemplate, attributes};
use super::group::{NodeGroup, Status};
use super::history::{History, StepKind, UpdateState};
use super::ownership::{Owner, REPLACES_TAG, UNFINISHED_TAG};
use super::plan::{Desired, Direction, NewGroup, Purpose, Step, TemplateVersion, VersionChange, plan};
use super::spec::WaitFor;
use super::turn::Turn;
use crate::launch_template::belongings::Place;

pub use beyond::{Beyond, Part};
pub use own::Around;
pub use reasons::{Broken, foreign};
use reasons::{broken, has_issues, out_of_time, update_failed};

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
    /// Only what an update made in place of the group with this physical id.
    InPlaceOf(String),
    /// What this very update of a stack made in place of another, and not what another delivery of it has made anew.
    OfThisUpdate,
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
        (Goal::Absent(identity), Observation::Absent) => own::clear(identity, view),
        (Goal::AsIs { identity, why }, Observation::Absent) => as_is(&gone(identity), why),
        (Goal::AsIs { why, .. }, Observation::Present { group, .. }) => as_is(group, why),
        (Goal::Absent(identity), Observation::Present { group, .. }) => remove(identity, group, view),
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
        None if turns::only_changes(desired) => Next::Fail(turns::nothing_to_change(desired)),
        None if view.history.is_before_the_group() => {
            turns::waits_for_what_goes(desired, view).unwrap_or_else(|| create(desired, view))
        }
        Some(begun) if view.now < begun.at + VISIBLE_WITHIN_SECONDS => Next::Wait(Waiting::ForCreate),
        _ => Next::Fail(format!(
            "node group {}/{} was deleted by somebody else while this request worked on it; deploy again to make it anew",
            desired.spec.cluster, desired.name
        )),
    }
}

fn create(desired: &Desired, view: View) -> Next {
    let template = match own::template(desired, None, view) {
        Ok(template) => template,
        Err(next) => return next,
    };
    Next::Act(Step::Create(NewGroup {
        template,
        default_ami_type: own::default_ami_type(desired, view),
    }))
}

fn keep(desired: &Desired, live: &NodeGroup, update: Option<&UpdateState>, view: View) -> Next {
    if !desired.owner.owns(&live.tags) {
        return Next::Fail(foreign(live));
    }
    if let Some(later) = desired.turn.superseded_by(&live.tags) {
        return Next::Fail(turns::superseded(live, &later));
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
        Status::CreateFailed => broken("could not be created", live),
        Status::DeleteFailed => broken(
            "is half deleted: an earlier delete of it failed; delete it and deploy again",
            live,
        ),
        Status::Unknown(_) => Next::Wait(Waiting::ForOthers),
    }
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
    if let Some(next) = turns::told_first(desired, live, plan, view) {
        return next;
    }
    match own::template(desired, Some(live), view) {
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
    match (settled(desired, live, view, warnings), untag.into_iter().next()) {
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

/// A DEGRADED group fails what made it so. One that was so before is reported as a warning, as is any in a rollback: its
/// status stays DEGRADED until a scale-out succeeds (containers-roadmap issue 2326), and would fail every update till then.
fn settled(desired: &Desired, live: &NodeGroup, view: View, mut warnings: Vec<String>) -> Next {
    let before = view.history.first_status.as_deref() == Some(Status::Degraded.as_str());
    let excused = desired.direction == Direction::RollingBack || (before && desired.purpose == Purpose::Update);
    if live.status == Status::Degraded && !excused {
        return broken("is degraded", live);
    }
    if let Some(step) = own::tidy(desired, live, view) {
        return Next::Act(Step::Launch(step));
    }
    if let Some(next) = beyond::next(desired, live, view, &mut warnings) {
        return next;
    }
    if !live.issues.is_empty() {
        warnings.push(has_issues(live));
    }
    ready(desired, live, view, warnings)
}

fn ready(desired: &Desired, live: &NodeGroup, view: View, mut warnings: Vec<String>) -> Next {
    let Some(in_template) = own::in_template(desired, live, view) else {
        return Next::Look(Look::Around);
    };
    warnings.extend(own::warnings(desired, live, view));
    Next::Done {
        attributes: attributes(live, &in_template, beyond::ready_nodes(desired, live, view), &warnings),
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

fn remove(identity: &Identity, live: &NodeGroup, view: View) -> Next {
    if matches!(&identity.which, Which::InPlaceOf(id) if live.tags.get(REPLACES_TAG) != Some(id)) {
        return done();
    }
    if !identity.owner.owns(&live.tags) {
        return turns::of_a_foreign_group(identity, live, own::clear_beside(identity, live, view));
    }
    if identity.which == Which::OfThisRequest && !identity.turn.has_not_finished(&live.tags) {
        return done();
    }
    if identity.which == Which::OfThisUpdate && made_anew(live, view) {
        return done();
    }
    if let Some(later) = identity.turn.superseded_by(&live.tags) {
        return Next::Fail(turns::superseded(live, &later));
    }
    let untold = turns::is_to_be_told(identity, live, view);
    let gone = matches!(live.status, Status::Deleting);
    if let Some(next) = beyond::leave(live, view).filter(|_| !gone && !untold) {
        return next;
    }
    match &live.status {
        Status::Active | Status::Degraded | Status::CreateFailed | Status::DeleteFailed if untold => {
            Next::Act(Step::Tag(identity.turn.tags()))
        }
        Status::Active | Status::Degraded | Status::CreateFailed => Next::Act(Step::Delete),
        Status::DeleteFailed if view.history.of(StepKind::Delete).is_none() => Next::Act(Step::Delete),
        Status::DeleteFailed => broken(
            "could not be deleted; once what holds it is gone, delete the stack again",
            live,
        ),
        Status::Deleting => Next::Wait(Waiting::ForDelete),
        Status::Creating | Status::Updating | Status::Unknown(_) => Next::Wait(Waiting::ForOthers),
    }
}

/// Another delivery of the same update may have removed what is to be undone, and made it anew.
fn made_anew(live: &NodeGroup, view: View) -> bool {
    let made = view.history.first_made.zip(live.created_at);
    made.is_some_and(|(first, now)| first != now)
}

fn as_is(live: &NodeGroup, why: &str) -> Next {
    let warnings = vec![format!("the node group was left as it is: {why}")];
    Next::Done {
        attributes: attributes(live, &InTemplate::default(), None, &warnings),
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

#[cfg(test)]
mod tests;
