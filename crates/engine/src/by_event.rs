//! What is different about a request by event: nobody has told which group it is about, nobody rolls back what failed, and
//! nobody waits at the other end.

use crate::case::Case;
use crate::preflight;
use crate::progress::{Lookups, Progress, Task};
use mng_core::decide::Observation;
use mng_core::decide::history::{History, SeenOwner};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::properties::fields::Problem;
use mng_core::properties::rule::Rule;
use mng_core::protocol::eventbridge::codes::TOO_LATE;
use mng_core::protocol::eventbridge::request::refusal;
use mng_core::protocol::request::{EventEnvelope, Reply, RequestType};

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
pub fn identified(mut case: Case) -> Result<Case, String> {
    if case.kind() == RequestType::Create || case.request.envelope.physical_resource_id.is_some() {
        return Ok(case);
    }
    let of_the_name = |problem: &&Problem| NAMING.contains(&problem.path.as_str());
    let problems: Vec<Problem> = case.problems.iter().filter(of_the_name).cloned().collect();
    match (problems.is_empty(), case.kind()) {
        (true, _) => {
            let id = case.id_of_name(case.name());
            case.request.envelope.physical_resource_id = Some(id.to_string());
            Ok(case)
        }
        (false, RequestType::Delete) => Err(preflight::refusal(&problems, &[])),
        (false, RequestType::Create | RequestType::Update) => Ok(case),
    }
}

/// How far, in seconds, a sender's clock may be ahead of the function's.
const AHEAD_SECONDS: u64 = 300;

/// Why a request that is taken up at `now` can't be of now. The time is the sender's own (API reference, `PutEventsRequestEntry`), and
/// a group that follows a request of next year would follow no other till then.
pub fn sent_in_the_future(case: &Case, now: u64) -> Option<String> {
    let sent = event(case)?;
    sent.sent_at().filter(|at| *at > now + AHEAD_SECONDS).map(|_| {
        refusal(&[format!(
            "time: {} is more than {AHEAD_SECONDS} seconds ahead; leave Time out of the entry and EventBridge fills it in",
            sent.time
        )])
    })
}

/// Why a request that is taken up at `now` is too old. EventBridge delivers late, and archives replay. `None` for a Create whose
/// earlier delivery may have died over what it made: that is removed, and then it is told.
pub fn too_old(case: &Case, progress: &mut Progress, now: u64) -> Option<String> {
    let sent = event(case)?;
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
    let Some(name) = may_have_made(case) else {
        return Some(failure);
    };
    progress.groups.target = Some(name);
    progress.history.deadline = now;
    allow_removal_after_failure(case, &mut progress.history, &mut progress.reads.lookups);
    progress.stage = Task::Undo { failure };
    None
}

/// What EventBridge said of the event that the request was, if it was one.
fn event(case: &Case) -> Option<&EventEnvelope> {
    match &case.request.envelope.reply {
        Reply::Url(_) => None,
        Reply::Bus(sent) => Some(sent),
    }
}

/// The name of the group that an earlier delivery may have begun with: of a Create that could be carried out.
fn may_have_made(case: &Case) -> Option<String> {
    let good = case.problems.is_empty() && too_many_tags(case).is_none();
    (good && case.kind() == RequestType::Create).then(|| case.name())
}

/// More tags than a group by events has room for: beside those that a stack's may have it bears one until it is finished.
pub fn too_many_tags(case: &Case) -> Option<Problem> {
    let count = case.spec.tags.len();
    (case.requester().may_overlap() && count > MOST_TAGS).then(|| Problem {
        path: "Tags".to_owned(),
        rule: Rule::TooMany,
        message: format!("expected at most {MOST_TAGS} tags in a request by event, got {count}"),
    })
}

/// Notes what a look has seen at `now`.
pub fn note(case: &Case, history: &mut History, seen: &Observation, now: u64) {
    match seen {
        Observation::Present { group, .. } => note_group(case, history, group),
        Observation::Absent if case.requester().clears_up_after_itself() => {
            let since = match history.seen {
                Some(SeenOwner::Absent { since }) => since,
                Some(SeenOwner::Unfinished | SeenOwner::Foreign | SeenOwner::Settled) | None => now,
            };
            history.seen = Some(SeenOwner::Absent { since });
        }
        Observation::Absent | Observation::Unknown(_) => {}
    }
}

/// Notes whose a group is that is there.
pub fn note_group(case: &Case, history: &mut History, group: &NodeGroup) {
    if !case.requester().clears_up_after_itself() {
        return;
    }
    let order = &case.order;
    let is_its_own = order.superseded_by(&group.tags).is_none() && order.has_not_finished(&group.tags);
    history.seen = Some(match case.owner.owns(&group.tags) {
        false => SeenOwner::Foreign,
        true if is_its_own => SeenOwner::Unfinished,
        true => SeenOwner::Settled,
    });
}

/// Whether a failed Create may have made something that nobody else will remove: what it has begun on the service's side is told
/// by what the last look saw. What was there before it stays, whatever fails.
pub fn may_leave_group(case: &Case, history: &History) -> bool {
    let may_have_made = match history.seen {
        Some(SeenOwner::Absent { .. } | SeenOwner::Unfinished | SeenOwner::Foreign) => true,
        Some(SeenOwner::Settled) | None => false,
    };
    case.kind() == RequestType::Create && may_have_made
}

/// Whether what a request by event has made is being removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalAfterFailure {
    NotYet,
    /// The cause is in the progress, and has to be handed over before anything is removed: a delivery that finds nothing left could
    /// only say that somebody has deleted it.
    Begun,
}

pub fn undoing(case: &Case, stage: &Task) -> RemovalAfterFailure {
    match stage {
        Task::Undo { .. } if case.requester().clears_up_after_itself() => RemovalAfterFailure::Begun,
        Task::Undo { .. } | Task::Converge | Task::RemoveAbandoned | Task::Sweep(_) => RemovalAfterFailure::NotYet,
    }
}

/// Time for clearing up, which a stack's rollback would have of its own; and nothing that is checked before a group is made
/// keeps one from being removed.
pub fn allow_removal_after_failure(case: &Case, history: &mut History, lookups: &mut Lookups) {
    if case.requester().clears_up_after_itself() {
        history.deadline += CLEARING_SECONDS;
        lookups.preflight_done = true;
    }
}
