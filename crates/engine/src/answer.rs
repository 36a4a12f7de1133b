//! How a request ends: its answer, what is cleared up before the answer, and the physical ID that the answer gives.

use crate::by_event;
use crate::case::Case;
use crate::progress::{KnownGroups, Progress, Task};
use crate::unfinished_replacements::{self as unfinished, CleanupResult};
use mng_core::decide::plan::StepKind;
use mng_core::decide::under_way::UnderWay;
use mng_core::protocol::answer::{Answer, Attributes};
use mng_core::protocol::physical_id::never_created;
use mng_core::protocol::request::RequestType;

/// The answer to a request that can't go on, whatever the reason. Its physical id follows the protocol: an Update and a
/// Delete keep theirs (a FAILED Update with another id makes CloudFormation delete a live group, aws-cdk issue 22670). A
/// Create names the group that it has created, `created`, and no other: CloudFormation deletes by this id, and a group that was there
/// before may be one that a policy of Retain has kept.
pub fn failed(case: &Case, created: Option<&str>, reason: String) -> Answer {
    let named = || {
        let derived = case.derived_id()?;
        let created = created.map(|name| case.id_of_name(name.to_owned()));
        // Nobody deletes by this answer what a sender of events has asked for.
        let of_event = Some(derived).filter(|_| case.requester().clears_up_after_itself());
        Some(created.or(of_event)?.to_string())
    };
    let given = Some(case.physical_id().to_owned()).filter(|id| !id.is_empty());
    let physical_id = given
        .or_else(named)
        .unwrap_or_else(|| never_created(&case.owner.logical_id));
    Answer::Failed { physical_id, reason }
}

/// The answer to a request that can't go on, and has come as far as it has.
fn ended(case: &Case, progress: &Progress, reason: String) -> Answer {
    failed(case, progress.created_name(case), reason)
}

/// A stage that is done: the answer, or `None` when something else comes before the answer.
pub fn succeed(case: &Case, progress: &mut Progress, attributes: Attributes, warnings: Vec<String>) -> Option<Answer> {
    match std::mem::take(&mut progress.stage) {
        Task::Undo { failure } => Some(ended(case, progress, failure)),
        Task::Converge | Task::RemoveAbandoned if unfinished::is_due(case, &progress.stack) => {
            progress.stage = unfinished::begin(case, &mut progress.groups, &mut progress.history, attributes, warnings);
            None
        }
        Task::Converge | Task::RemoveAbandoned => Some(success(case, progress, attributes, warnings)),
        Task::Sweep(sweep) => Some(success(case, progress, sweep.attributes, sweep.warnings)),
    }
}

fn success(case: &Case, progress: &Progress, mut attributes: Attributes, warnings: Vec<String>) -> Answer {
    let mut note = progress.warnings.0.clone();
    note.extend(warnings);
    let note = note.join("; ");
    if let Some(attribute) = attributes.get_mut("Warnings") {
        attribute.clone_from(&note);
    }
    Answer::Success {
        physical_id: success_id(case, &progress.groups),
        attributes,
        note,
    }
}

/// A stage that failed: the answer, or `None` when there is something to remove first or to do nevertheless.
pub fn fail(case: &Case, progress: &mut Progress, reason: String) -> Option<Answer> {
    match std::mem::take(&mut progress.stage) {
        // A later request has taken the group over, and it is theirs to end.
        Task::Undo { failure } if failure.starts_with(&reason) && case.requester().may_overlap() => {
            Some(ended(case, progress, failure))
        }
        Task::Undo { failure } => Some(ended(
            case,
            progress,
            format!("{failure}; and the function could not remove what this request had made: {reason}"),
        )),
        Task::Converge | Task::RemoveAbandoned if leaves_something(case, progress) => {
            progress.history.reset_for_removal();
            // Whether the group is still to be removed is another question to the stack.
            progress.stack.asked = false;
            by_event::allow_removal_after_failure(case, &mut progress.history, &mut progress.reads.lookups);
            progress.stage = Task::Undo {
                failure: progress.warnings.after(reason),
            };
            progress.set_phase(UnderWay::Undo);
            None
        }
        Task::Converge | Task::RemoveAbandoned => Some(ended(case, progress, progress.warnings.after(reason))),
        Task::Sweep(left) => match unfinished::leave(
            case,
            &mut progress.history,
            &mut progress.warnings,
            &progress.groups,
            left,
            &reason,
        ) {
            CleanupResult::ToGoOn(sweep) => {
                progress.stage = Task::Sweep(sweep);
                None
            }
            CleanupResult::Failed(reason) => Some(ended(case, progress, reason)),
            CleanupResult::Nothing(sweep) => Some(success(case, progress, sweep.attributes, sweep.warnings)),
        },
    }
}

/// Whether this very update made a group in place of the one that runs. CloudFormation never learns its name from a FAILED
/// answer, so nobody but this request removes it. Nor does anybody remove what a Create by event has made.
fn leaves_something(case: &Case, progress: &Progress) -> bool {
    if case.requester().clears_up_after_itself() {
        return by_event::may_leave_group(case, &progress.history);
    }
    let replaces = case.kind() == RequestType::Update && success_id(case, &progress.groups) != case.physical_id();
    let made = |kind| progress.history.of(kind).is_some();
    replaces && (made(StepKind::Create) || made(StepKind::Launch) || has_ec2_resources(case, progress))
}

/// Whether EC2 has something for the new group already. An earlier delivery of the request may have made it and died.
fn has_ec2_resources(case: &Case, progress: &Progress) -> bool {
    let target = progress.groups.target.as_ref();
    let surroundings = progress.reads.pass.surroundings.as_ref();
    let Some((target, surroundings)) = target.zip(surroundings) else {
        return false;
    };
    let group_ref = &surroundings.group_ref;
    let is_targets = group_ref.name == *target && group_ref.cluster == case.spec.cluster;
    is_targets && surroundings.ec2_resources.tags(group_ref).next().is_some()
}

/// The group that the passes are about, once it is known.
pub fn known_id(case: &Case, groups: &KnownGroups) -> Option<String> {
    Some(success_id(case, groups)).filter(|id| !id.is_empty())
}

fn success_id(case: &Case, groups: &KnownGroups) -> String {
    match (case.kind(), &groups.target) {
        (RequestType::Create | RequestType::Update, Some(name)) => case.id_of_name(name.clone()).to_string(),
        (RequestType::Create | RequestType::Update, None) | (RequestType::Delete, _) => case.physical_id().to_owned(),
    }
}
