//! How a request ends: its answer, what is cleared up before the answer, and the physical ID that the answer gives.

use super::{by_event, goal, preflight, sweep, under_way};
use crate::progress::{Progress, Stage};
use mng_core::decide::history::StepKind;
use mng_core::decide::under_way::UnderWay;
use mng_core::properties::spec::Spec;
use mng_core::properties::validate::validate;
use mng_core::protocol::answer::{Answer, Attributes};
use mng_core::protocol::physical_id::{PhysicalId, never_created};
use mng_core::protocol::request::{Request, RequestType};

/// The answer to a request that can't go on, whatever the reason. Its physical id follows the protocol: an Update and a
/// Delete keep theirs (a FAILED Update with another id makes CloudFormation delete a live group, aws-cdk issue 22670). A
/// Create names the group that it has created, `created`, and no other: CloudFormation deletes by this id, and a group that was there
/// before may be one that a policy of Retain has kept.
pub fn failed(request: &Request, created: Option<&str>, reason: String) -> Answer {
    let logical_id = &request.envelope.logical_resource_id;
    let given = request
        .envelope
        .physical_resource_id
        .clone()
        .filter(|id| !id.is_empty());
    let named = || {
        let of_event = || Some(derived_id(request)?.name).filter(|_| request.envelope.sent().is_some());
        let name = created.map(str::to_owned).or_else(of_event)?;
        let cluster = derived_id(request)?.cluster;
        Some(PhysicalId { cluster, name }.to_string())
    };
    let physical_id = given.or_else(named).unwrap_or_else(|| never_created(logical_id));
    Answer::Failed { physical_id, reason }
}

/// The group that a request's properties name; `None`: they can't be read.
pub fn derived_id(request: &Request) -> Option<PhysicalId> {
    goal::named_by(&request.properties, request)
}

/// The answer to a request that can't go on, and has come as far as it has.
fn ended(progress: &Progress, reason: String) -> Answer {
    failed(&progress.request, progress.created_name(), reason)
}

/// A stage that is done: the answer, or `None` when something else comes before the answer.
pub fn succeed(progress: &mut Progress, attributes: Attributes, warnings: Vec<String>) -> Option<Answer> {
    match std::mem::take(&mut progress.stage) {
        Stage::Undo { failure } => Some(ended(progress, failure)),
        Stage::Converge | Stage::RemoveAbandoned if sweep::is_due(progress) => {
            sweep::begin(progress, attributes, warnings);
            None
        }
        Stage::Converge | Stage::RemoveAbandoned => Some(success(progress, attributes, warnings)),
        Stage::Sweep(sweep) => Some(success(progress, sweep.attributes, sweep.warnings)),
    }
}

fn success(progress: &Progress, mut attributes: Attributes, warnings: Vec<String>) -> Answer {
    let mut note = progress.warnings.clone();
    note.extend(warnings);
    let note = note.join("; ");
    if let Some(told) = attributes.get_mut("Warnings") {
        told.clone_from(&note);
    }
    Answer::Success {
        physical_id: success_id(progress),
        attributes,
        note,
    }
}

/// A stage that failed: the answer, or `None` when there is something to clear up first or to do nevertheless.
pub fn fail(progress: &mut Progress, reason: String) -> Option<Answer> {
    match std::mem::take(&mut progress.stage) {
        // A later request has taken the group over, and it is theirs to end.
        Stage::Undo { failure } if failure.starts_with(&reason) && progress.request.envelope.sent().is_some() => {
            Some(ended(progress, failure))
        }
        Stage::Undo { failure } => Some(ended(
            progress,
            format!("{failure}; and the function could not remove what this request had made: {reason}"),
        )),
        Stage::Converge | Stage::RemoveAbandoned if leaves_something(progress) => {
            progress.history.turn_to_undoing();
            // Whether it is still to be removed is another question.
            progress.stack_asked = false;
            by_event::make_ready_to_undo(progress);
            progress.stage = Stage::Undo {
                failure: with_warnings(progress, reason),
            };
            under_way::turn_to(progress, UnderWay::Undo);
            None
        }
        Stage::Converge | Stage::RemoveAbandoned => Some(ended(progress, with_warnings(progress, reason))),
        Stage::Sweep(left) => match sweep::leave(progress, left, &reason) {
            sweep::Left::ToGoOn(sweep) => {
                progress.stage = Stage::Sweep(sweep);
                None
            }
            sweep::Left::Failed(reason) => Some(ended(progress, reason)),
            sweep::Left::Nothing(sweep) => Some(success(progress, sweep.attributes, sweep.warnings)),
        },
    }
}

/// What was announced before, such as a roll that outlasts its time, explains a failure.
fn with_warnings(progress: &Progress, reason: String) -> String {
    let told = |warning: &&String| !reason.contains(warning.as_str());
    let warnings: Vec<&str> = progress.warnings.iter().filter(told).map(String::as_str).collect();
    if warnings.is_empty() {
        return reason;
    }
    format!("{reason}. Warnings before that: {}", warnings.join("; "))
}

/// Whether this very update made a group in place of the one that runs. CloudFormation never learns its name from a FAILED
/// answer, so nobody but this request removes it. Nor does anybody remove what a Create by event has made.
fn leaves_something(progress: &Progress) -> bool {
    if progress.request.envelope.sent().is_some() {
        return by_event::leaves_something(progress);
    }
    let replaces = progress.request.kind == RequestType::Update && success_id(progress) != current_id(progress);
    let made = |kind| progress.history.of(kind).is_some();
    replaces && (made(StepKind::Create) || made(StepKind::Launch))
}

/// The group that the passes are about, once it is known.
pub fn known_id(progress: &Progress) -> Option<String> {
    Some(success_id(progress)).filter(|id| !id.is_empty())
}

pub fn current_id(progress: &Progress) -> String {
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
