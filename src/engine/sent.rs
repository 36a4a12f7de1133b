//! What is different about a request by event: nobody has told which group it is about, nobody rolls back what failed, and
//! nobody waits at the other end.

use super::goal::owner;
use super::preflight::told;
use crate::bus::codes::TOO_LATE;
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
