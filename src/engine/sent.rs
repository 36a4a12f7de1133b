//! What is different about a request by event: nobody has told which group it is about, nobody rolls back what failed, and
//! nobody waits at the other end.

use super::goal::owner;
use super::preflight::told;
use crate::bus::codes::{BAD_REQUEST, TOO_LATE};
use crate::cfn::physical_id::PhysicalId;
use crate::cfn::request::{Request, RequestType};
use crate::nodegroup::fields::Problem;
use crate::nodegroup::history::StepKind;
use crate::nodegroup::name::name;
use crate::nodegroup::validate::inspect;
use crate::progress::Progress;

/// What clearing up after a failed Create may take beyond the request's own time, in seconds. EKS deletes a group in some
/// minutes, and no URL runs out meanwhile.
const CLEARING_SECONDS: u64 = 900;

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
        format!(
            "nothing was changed, 1 problem(s) with the request: (1) time: {} is more than {AHEAD_SECONDS} seconds ahead; leave Time out \
             of the entry and EventBridge fills it in [{BAD_REQUEST}]",
            sent.time
        )
    })
}

/// Why a request that is taken up at `now` is too old. EventBridge delivers late, and archives replay.
pub fn too_late(progress: &Progress, now: u64) -> Option<String> {
    let sent = progress.request.envelope.sent()?;
    let history = &progress.history;
    (now >= history.deadline).then(|| {
        format!(
            "nothing was changed: the event was sent at {}, and its time of {} seconds was over when it came; send the request anew \
             if it is still wanted [{TOO_LATE}]",
            sent.time,
            history.deadline - history.began
        )
    })
}

/// Whether a failed Create has made something that nobody else will remove. What was there before it stays, whatever fails.
pub fn leaves_something(progress: &Progress) -> bool {
    let made = |kind| progress.history.of(kind).is_some();
    let was_there = progress.history.first_status.is_some();
    progress.request.kind == RequestType::Create && (made(StepKind::Create) || (made(StepKind::Launch) && !was_there))
}

/// Time for clearing up, which a stack's rollback would have of its own.
pub fn gain_time(progress: &mut Progress) {
    if progress.request.envelope.sent().is_some() {
        progress.history.deadline += CLEARING_SECONDS;
    }
}
