//! What is different about a request by event: nobody has told which group it is about, nobody rolls back what failed, and
//! nobody waits at the other end.

use super::goal::{owner, turn};
use super::preflight::told;
use crate::progress::{Progress, Stage};
use mng_core::decide::Observation;
use mng_core::decide::history::Seen;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::name::name;
use mng_core::properties::fields::Problem;
use mng_core::properties::rule::Rule;
use mng_core::properties::spec::Spec;
use mng_core::properties::validate::inspect;
use mng_core::protocol::eventbridge::codes::TOO_LATE;
use mng_core::protocol::eventbridge::request::refusal;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::{Request, RequestType};

/// What clearing up after a failed Create may take beyond the request's own time, in seconds. EKS deletes a group in some
/// minutes, and no URL runs out meanwhile.
const CLEARING_SECONDS: u64 = 900;

/// EKS takes 50 tags on a resource. Those of the resource's own are whose it is (two), the request that it follows, the mark of an
/// unfinished one, and that it has the device plugin.
const MOST_TAGS: usize = 45;

/// The properties that a name follows from.
const NAMING: [&str; 3] = ["ClusterName", "NodegroupName", "NodegroupNamePrefix"];

/// The same request, about the group that it names by its properties if not by the physical id. An Update whose properties can't
/// be read stays as it is: it is told so with all the others that are wrong.
///
/// # Errors
/// What a Delete says of its group can't be read.
pub fn identified(mut request: Request) -> Result<Request, String> {
    if request.kind == RequestType::Create || request.envelope.physical_resource_id.is_some() {
        return Ok(request);
    }
    let (spec, problems) = inspect(&request.properties, &request.envelope.logical_resource_id);
    let of_the_name = |problem: &Problem| NAMING.contains(&problem.path.as_str());
    let problems: Vec<Problem> = problems.into_iter().filter(of_the_name).collect();
    match (problems.is_empty(), request.kind) {
        (true, _) => {
            let (name, cluster) = (name(&spec, &owner(&request)), spec.cluster);
            request.envelope.physical_resource_id = Some(PhysicalId { cluster, name }.to_string());
            Ok(request)
        }
        (false, RequestType::Delete) => Err(told(&problems, &[])),
        (false, RequestType::Create | RequestType::Update) => Ok(request),
    }
}

/// How far, in seconds, a sender's clock may be ahead of the function's.
const AHEAD_SECONDS: u64 = 300;

/// Why a request that is taken up at `now` can't be of now. The time is the sender's own (API reference, `PutEventsRequestEntry`), and
/// a group that follows a request of next year would follow no other till then.
pub fn from_the_future(progress: &Progress, now: u64) -> Option<String> {
    let sent = progress.request.envelope.sent()?;
    sent.sent_at().filter(|at| *at > now + AHEAD_SECONDS).map(|_| {
        refusal(&[format!(
            "time: {} is more than {AHEAD_SECONDS} seconds ahead; leave Time out of the entry and EventBridge fills it in",
            sent.time
        )])
    })
}

/// Why a request that is taken up at `now` is too old. EventBridge delivers late, and archives replay. `None` for a Create whose
/// earlier delivery may have died over what it made: that is removed, and then it is told.
pub fn too_late(progress: &mut Progress, now: u64) -> Option<String> {
    let sent = progress.request.envelope.sent()?;
    let history = &progress.history;
    if now < history.deadline {
        return None;
    }
    let failure = format!(
        "not carried out: the event was sent at {}, and its time of {} seconds was over when it came; send the request anew if it is \
         still wanted [{TOO_LATE}]",
        sent.time,
        history.deadline - history.began
    );
    let Some(name) = may_have_made(progress) else {
        return Some(failure);
    };
    progress.target = Some(name);
    progress.history.deadline = now;
    make_ready_to_undo(progress);
    progress.stage = Stage::Undo { failure };
    None
}

/// The name of the group that an earlier delivery may have begun with: of a Create that could be carried out.
fn may_have_made(progress: &Progress) -> Option<String> {
    let request = &progress.request;
    let (spec, problems) = inspect(&request.properties, &request.envelope.logical_resource_id);
    let good = problems.is_empty() && too_many_tags(request, &spec).is_none();
    (good && request.kind == RequestType::Create).then(|| name(&spec, &owner(request)))
}

/// More tags than a group by events has room for: beside those that a stack's may have it bears one until it is finished.
pub fn too_many_tags(request: &Request, spec: &Spec) -> Option<Problem> {
    let too_many = request.envelope.sent().is_some() && spec.tags.len() > MOST_TAGS;
    too_many.then(|| Problem {
        path: "Tags".to_owned(),
        rule: Rule::TooMany,
        message: format!(
            "expected at most {MOST_TAGS} tags in a request by event, got {}",
            spec.tags.len()
        ),
    })
}

/// Notes what a look has seen at `now`.
pub fn note(progress: &mut Progress, seen: &Observation, now: u64) {
    match seen {
        Observation::Present { group, .. } => note_group(progress, group),
        Observation::Absent if progress.request.envelope.sent().is_some() => {
            let since = match progress.history.seen {
                Some(Seen::Absent { since }) => since,
                _ => now,
            };
            progress.history.seen = Some(Seen::Absent { since });
        }
        Observation::Absent | Observation::Unknown(_) => {}
    }
}

/// Notes whose a group is that is there.
pub fn note_group(progress: &mut Progress, group: &NodeGroup) {
    if progress.request.envelope.sent().is_none() {
        return;
    }
    let (owner, turn) = (owner(&progress.request), turn(&progress.request));
    let is_its_own = turn.superseded_by(&group.tags).is_none() && turn.has_not_finished(&group.tags);
    progress.history.seen = Some(match owner.owns(&group.tags) {
        false => Seen::Foreign,
        true if is_its_own => Seen::Unfinished,
        true => Seen::Settled,
    });
}

/// Whether a failed Create may have made something that nobody else will remove: what it has begun on the service's side is told
/// by what the last look saw. What was there before it stays, whatever fails.
pub fn leaves_something(progress: &Progress) -> bool {
    let may_have_made = match progress.history.seen {
        Some(Seen::Absent { .. } | Seen::Unfinished | Seen::Foreign) => true,
        Some(Seen::Settled) | None => false,
    };
    progress.request.kind == RequestType::Create && may_have_made
}

/// Whether what a request by event has made is being removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undoing {
    NotYet,
    /// The cause is in the progress, and has to be handed over before anything is removed: a delivery that finds nothing left could
    /// only say that somebody has deleted it.
    Begun,
}

pub fn undoing(progress: &Progress) -> Undoing {
    match progress.stage {
        Stage::Undo { .. } if progress.request.envelope.sent().is_some() => Undoing::Begun,
        Stage::Undo { .. } | Stage::Converge | Stage::RemoveAbandoned | Stage::Sweep(_) => Undoing::NotYet,
    }
}

/// Time for clearing up, which a stack's rollback would have of its own; and nothing that is checked before a group is made
/// keeps one from being removed.
pub fn make_ready_to_undo(progress: &mut Progress) {
    if progress.request.envelope.sent().is_some() {
        progress.history.deadline += CLEARING_SECONDS;
        progress.preflight_done = true;
    }
}
