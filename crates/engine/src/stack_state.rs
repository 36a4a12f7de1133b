//! What the stack is doing, and the tags that it hands down: asked once, and in each pass again while it can't be described.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::fault::{PassStop, lasting};
use crate::ports::{Cloud, DescribeStack, Stack};
use crate::progress::{CLOCKS_APART_SECONDS, KnownStack, Progress, Retries, StackPhase, StackState, Task, Warnings};
use crate::stale_request;
use crate::texts::NOT_INHERITED;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::Waiting;
use mng_core::decide::desired::Direction;
use mng_core::decide::history::History;
use mng_core::properties::tags::OWN_PREFIX;
use mng_core::protocol::request::RequestType;

/// How long, in seconds after a request was sent, a status of an ended operation may be of the operation before. CloudFormation sets
/// the status before it sends a request, and its reads are taken to lag by less.
const STATUS_LAGS_SECONDS: u64 = 60;

/// What the stack is doing at `now`, in seconds since the epoch. A sender of events has no stack that would hand down tags or be rolled
/// back.
pub async fn situation<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    now: u64,
) -> Result<StackState, PassStop> {
    let Some(stack_id) = case.requester().stack_id() else {
        return Ok(progress.stack.situation.insert(no_stack()).clone());
    };
    if let Some(known) = &progress.stack.situation
        && (known.phase != StackPhase::Unknown || progress.stack.asked || progress.stage != Task::Converge)
    {
        return Ok(known.clone());
    }
    let situation = match cloud
        .call(&DescribeStack {
            stack_id: stack_id.to_owned(),
        })
        .await
    {
        Ok(stack) => {
            progress.reads.retries.answered();
            stale_request::refuse_stale_request(cloud, case, &mut progress.reads.retries, &stack).await?;
            let Progress {
                history,
                stack: known,
                warnings,
                ..
            } = progress;
            described(case, history, known, warnings, stack, now)?
        }
        Err(error) => {
            let is_first = progress.stack.situation.is_none();
            unknown(&mut progress.reads.retries, &mut progress.warnings, is_first, error)?
        }
    };
    progress.stack.asked = true;
    progress.stack.situation = Some(situation.clone());
    Ok(situation)
}

/// Whether what was asked for is no longer wanted: a cancelled update is told by nothing but the stack's status.
pub fn is_superseded(kind: RequestType, known: &KnownStack, phase: StackPhase) -> bool {
    match phase {
        StackPhase::Over => true,
        StackPhase::RollingBack | StackPhase::Ending => known.direction(kind) == Direction::Forward,
        StackPhase::Forward | StackPhase::Unknown => false,
    }
}

/// When the operation of a stack began, in seconds since the epoch, less what clocks may be apart.
pub fn operation_began(stack: &Stack) -> Option<u64> {
    let began = stack.updated.max(stack.created)?;
    Some(began.saturating_sub(CLOCKS_APART_SECONDS))
}

/// Tags that were unknown when the request began something stay unknown: what was begun without them isn't retagged or rolled.
fn described(
    case: &Case,
    history: &History,
    known: &mut KnownStack,
    warnings: &mut Warnings,
    stack: Stack,
    now: u64,
) -> Result<StackState, PassStop> {
    let phase = StackPhase::of(&stack.status);
    if phase == StackPhase::Over && may_lag(case, now) {
        return Err(PassStop::Wait(Waiting::ForAnAnswer));
    }
    known.operation_began = operation_began(&stack);
    let frozen = known.situation.is_some() && !history.begun.is_empty();
    if !frozen {
        warnings.0.retain(|warning| !warning.starts_with(NOT_INHERITED));
    }
    Ok(StackState {
        phase,
        tags: (!frozen).then(|| inheritable(stack.tags)),
    })
}

fn may_lag(case: &Case, now: u64) -> bool {
    let sent = case.request.envelope.issued_at();
    sent.is_some_and(|sent| now < sent + STATUS_LAGS_SECONDS)
}

/// A denial is asked again as any other is. After that the request goes on without, and each later pass asks once more.
fn unknown(
    retries: &mut Retries,
    warnings: &mut Warnings,
    is_first: bool,
    error: CallError,
) -> Result<StackState, PassStop> {
    if (is_first || error.fault != Fault::Denied)
        && let Err(error) = lasting::<()>(retries, Err(error.clone()))?
        && is_first
    {
        warnings.add(format!(
            "{NOT_INHERITED}, so the function adds and removes none of them: {error}"
        ));
    }
    Ok(StackState {
        phase: StackPhase::Unknown,
        tags: None,
    })
}

fn no_stack() -> StackState {
    StackState {
        tags: Some(BTreeMap::new()),
        phase: StackPhase::Forward,
    }
}

/// Tags that begin with `aws:` are AWS's own and can't be set, and those of the resource's own say what they don't mean here.
fn inheritable(tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let reserved = |key: &str| ["aws:", OWN_PREFIX].iter().any(|prefix| key.starts_with(prefix));
    tags.into_iter().filter(|(key, _)| !reserved(key)).collect()
}
