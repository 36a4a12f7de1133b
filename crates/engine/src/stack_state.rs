//! What the stack is doing, and the tags that it hands down: asked once, and in each pass again while it can't be described.

use std::collections::BTreeMap;

use super::catalogue::NOT_INHERITED;
use super::deletion::began;
use super::goal::{denied, unanswered};
use super::{Stop, stale_request};
use crate::ports::{Cloud, Stack};
use crate::progress::{Phase, Progress, Situation, Stage};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::Waiting;
use mng_core::decide::plan::Direction;
use mng_core::properties::tags::OWN_PREFIX;

/// How long, in seconds after a request was sent, a status of an ended operation may be of the operation before. CloudFormation sets
/// the status before it sends a request, and its reads are taken to lag by less.
const STATUS_LAGS_SECONDS: u64 = 60;

/// What the stack is doing at `now`, in seconds since the epoch. A request by event has no stack that would hand down tags or be
/// rolled back.
pub async fn situation<C: Cloud>(cloud: &C, progress: &mut Progress, now: u64) -> Result<Situation, Stop> {
    if progress.request.envelope.sent().is_some() {
        return Ok(progress.situation.insert(no_stack()).clone());
    }
    if let Some(known) = &progress.situation
        && (known.phase != Phase::Unknown || progress.stack_asked || progress.stage != Stage::Converge)
    {
        return Ok(known.clone());
    }
    let asked = cloud.stack(&progress.request.envelope.stack_id).await;
    let situation = match asked {
        Ok(stack) => described(cloud, progress, stack, now).await?,
        Err(error) => unknown(progress, &error)?,
    };
    progress.stack_asked = true;
    progress.situation = Some(situation.clone());
    Ok(situation)
}

/// Whether what was asked for is still wanted: a cancelled update is told by nothing but the stack's status.
pub fn is_superseded(progress: &Progress, phase: Phase) -> bool {
    let kind = progress.request.kind;
    let began = progress
        .situation
        .as_ref()
        .map_or(Phase::Unknown, |situation| situation.phase);
    match phase {
        Phase::Over => true,
        Phase::RollingBack | Phase::Ending => began.direction(kind) == Direction::Forward,
        Phase::Forward | Phase::Unknown => false,
    }
}

/// Where the request leads, as far as the stack is known.
pub fn direction(progress: &Progress) -> Direction {
    let situation = progress.situation.as_ref();
    let phase = situation.map_or(Phase::Unknown, |situation| situation.phase);
    phase.direction(progress.request.kind)
}

pub fn rolls_back(progress: &Progress) -> bool {
    progress
        .situation
        .as_ref()
        .is_some_and(|situation| situation.phase == Phase::RollingBack)
}

/// Tags that were unknown when the request began something stay unknown: what was begun without them isn't retagged or rolled.
async fn described<C: Cloud>(cloud: &C, progress: &mut Progress, stack: Stack, now: u64) -> Result<Situation, Stop> {
    progress.unanswered = 0;
    stale_request::refuse_taken_up(cloud, progress, &stack).await?;
    let phase = Phase::of(&stack.status);
    if phase == Phase::Over && may_lag(progress, now) {
        return Err(Stop::Wait(Waiting::ForAnAnswer));
    }
    progress.operation_began = began(&stack);
    let frozen = progress.situation.is_some() && !progress.history.begun.is_empty();
    if !frozen {
        progress.warnings.retain(|warning| !warning.starts_with(NOT_INHERITED));
    }
    Ok(Situation {
        phase,
        tags: (!frozen).then(|| inheritable(stack.tags)),
    })
}

fn may_lag(progress: &Progress, now: u64) -> bool {
    let sent = progress.request.envelope.issued_at();
    sent.is_some_and(|sent| now < sent + STATUS_LAGS_SECONDS)
}

/// A denial is asked again as any other is. After that the request goes on without, and each later pass asks once more.
fn unknown(progress: &mut Progress, error: &CallError) -> Result<Situation, Stop> {
    match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse => return Err(unanswered(progress, error)),
        Fault::Denied if progress.situation.is_none() => {
            if let wait @ Stop::Wait(_) = denied(progress, error) {
                return Err(wait);
            }
        }
        Fault::Denied | Fault::Refused | Fault::NotFound => {}
    }
    if progress.situation.is_none() {
        progress.warn(format!(
            "{NOT_INHERITED}, so the function adds and removes none of them: {error}"
        ));
    }
    Ok(Situation {
        phase: Phase::Unknown,
        tags: None,
    })
}

fn no_stack() -> Situation {
    Situation {
        tags: Some(BTreeMap::new()),
        phase: Phase::Forward,
    }
}

/// Tags that begin with `aws:` are AWS's own and can't be set, and those of the resource's own say what they don't mean here.
fn inheritable(tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let reserved = |key: &str| ["aws:", OWN_PREFIX].iter().any(|prefix| key.starts_with(prefix));
    tags.into_iter().filter(|(key, _)| !reserved(key)).collect()
}
