//! Requests that come too late to count.
//!
//! A request may be taken up long after it was sent: it waited in Lambda's queue, its first delivery died, or it is a duplicate. By then
//! its stack does something else, and its status says what that is and not what the request was for.

use crate::answer::known_id;
use crate::case::Case;
use crate::fault::{PassStop, lasting};
use crate::ports::{Cloud, DescribeStack, DescribeStackResource, FindOperationStart, Record, Stack};
use crate::progress::{KnownGroups, KnownStack, Retries, StackPhase, Task};
use crate::stack_state::is_superseded;
use mng_core::decide::history::History;
use mng_core::protocol::request::RequestType;

/// In how many looks a Delete asks for its stack in vain before it goes on without. A function that doesn't reach CloudFormation any more
/// would never delete, which is worse than what it would miss: a duplicate, in just that time.
const ASKED_IN_VAIN: u32 = 5;

/// Refuses a request that is taken up when nobody wants it any more.
pub async fn refuse_stale_request<C: Cloud>(
    cloud: &C,
    case: &Case,
    retries: &mut Retries,
    stack: &Stack,
) -> Result<(), PassStop> {
    refuse(case, stack)?;
    match StackPhase::of(&stack.status) {
        StackPhase::RollingBack => refuse_cancelled(cloud, case, retries).await,
        StackPhase::Forward | StackPhase::Ending | StackPhase::Over | StackPhase::Unknown => Ok(()),
    }
}

/// Before each step but the first, and before that too where the look that asked for the stack came to nothing: a cancelled
/// stack doesn't tell the request that runs, two that pull in different directions would take turns, and what is made for a
/// stack that is gone belongs to nobody.
pub async fn ensure_still_wanted<C: Cloud>(
    cloud: &C,
    case: &Case,
    history: &History,
    known: &mut KnownStack,
    retries: &mut Retries,
) -> Result<(), PassStop> {
    let just_asked = history.begun.is_empty() && known.asked;
    if just_asked {
        return Ok(());
    }
    let Some(stack) = ask(cloud, case, known, retries).await? else {
        return Ok(());
    };
    refuse(case, &stack)?;
    if is_superseded(case.kind(), known, StackPhase::of(&stack.status)) {
        return Err(PassStop::Fail(format!(
            "the stack is {}, so the rest of this update was left",
            stack.status
        )));
    }
    Ok(())
}

/// Before anything is removed, in each pass. A Delete that comes again may meet a group that a later update has made under the name of the
/// one that is gone; and what a delivery of an update would undo may have been told by another, so that a later update works on it.
pub async fn ensure_removal_still_wanted<C: Cloud>(
    cloud: &C,
    case: &Case,
    stage: &Task,
    groups: &KnownGroups,
    stack: &mut KnownStack,
    retries: &mut Retries,
) -> Result<(), PassStop> {
    if stack.asked {
        return Ok(());
    }
    if matches!(stage, Task::Undo { .. }) {
        not_recorded(cloud, case, groups, retries).await?;
    }
    let stack = match ask(cloud, case, stack, retries).await {
        Err(_) if case.kind() == RequestType::Delete && retries.looks > ASKED_IN_VAIN => None,
        asked => asked?,
    };
    let ends = stack
        .as_ref()
        .is_some_and(|stack| StackPhase::of(&stack.status) == StackPhase::Ending);
    match stack.filter(|stack| !ends && is_of_before(case, stack)) {
        Some(_) => Err(PassStop::Fail(OF_BEFORE.to_owned())),
        None => Ok(()),
    }
}

/// Whether a stack does something else than when an update of it was sent.
pub fn has_started_another_operation(case: &Case, known: &KnownStack, stack: &Stack) -> bool {
    is_of_before(case, stack) || is_superseded(case.kind(), known, StackPhase::of(&stack.status))
}

/// What an update has made in place of another group isn't undone once CloudFormation names it: then another delivery of the update has
/// answered with it. Where the record can't be had, the marks on the group decide alone.
async fn not_recorded<C: Cloud>(
    cloud: &C,
    case: &Case,
    groups: &KnownGroups,
    retries: &mut Retries,
) -> Result<(), PassStop> {
    let Some(stack_id) = case.requester().stack_id() else {
        return Ok(());
    };
    let read = cloud
        .call(&DescribeStackResource {
            stack_id: stack_id.to_owned(),
            logical_id: case.owner.logical_id.clone(),
        })
        .await;
    match lasting(retries, read)? {
        Ok(Some(Record { physical_id, .. })) if Some(&physical_id) == known_id(case, groups).as_ref() => {
            Err(PassStop::Fail(format!(
                "CloudFormation names {physical_id} as the resource, so it stays"
            )))
        }
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "CloudFormation's record of the resource could not be had");
            Ok(())
        }
    }
}

/// The stack; `None` where there is none, or it can't be asked, which is no reason to stop, as at the start of the request. What a
/// request by event would be superseded by is on the group.
async fn ask<C: Cloud>(
    cloud: &C,
    case: &Case,
    known: &mut KnownStack,
    retries: &mut Retries,
) -> Result<Option<Stack>, PassStop> {
    let Some(stack_id) = case.requester().stack_id() else {
        return Ok(None);
    };
    known.asked = true;
    let read = cloud
        .call(&DescribeStack {
            stack_id: stack_id.to_owned(),
        })
        .await;
    Ok(lasting(retries, read)?.ok())
}

/// Why nothing is begun for a request whose stack's operation has ended.
pub const OVER: &str = "the stack's operation is over, so nothing more is changed for this request";

const OF_BEFORE: &str =
    "another update of the stack has begun since this request was sent, and nothing more is changed for it";

/// A request is sent after its stack's operation has begun, and before the next one does.
fn is_of_before(case: &Case, stack: &Stack) -> bool {
    stack.updated.is_some_and(|updated| case.was_sent_before(updated))
}

/// Refuses a request whose stack does something else by now. A duplicate may come hours later (Lambda delivers at least once), when its
/// stack is gone: what it made then would belong to nobody. An Update makes a group too where it finds none, and no stack that is
/// ending is updated.
fn refuse(case: &Case, stack: &Stack) -> Result<(), PassStop> {
    let why = match (case.kind(), StackPhase::of(&stack.status)) {
        (RequestType::Create, StackPhase::Ending | StackPhase::RollingBack) => {
            "the stack is no longer being created, so no node group was made for it"
        }
        (RequestType::Update, StackPhase::Ending) => {
            "the stack is being deleted or is gone, and nothing more is changed for it"
        }
        (RequestType::Update, StackPhase::RollingBack) => return Ok(()),
        _ if is_of_before(case, stack) => OF_BEFORE,
        _ => return Ok(()),
    };
    Err(PassStop::Fail(why.to_owned()))
}

/// An update that was cancelled before it was taken up isn't the rollback, which the stack's status alone would make it. Where the
/// stack's events aren't to be had it is taken for it, as what fails a rollback is worse. By the time they are read another update may have
/// begun, which is as late.
async fn refuse_cancelled<C: Cloud>(cloud: &C, case: &Case, retries: &mut Retries) -> Result<(), PassStop> {
    let read = cloud
        .call(&FindOperationStart {
            stack_id: case.request.envelope.stack_id.clone(),
        })
        .await;
    match lasting(retries, read)? {
        Ok(Some(began)) if case.was_sent_before(began) => Err(PassStop::Fail(
            "the stack began to roll back, or with another update, after this one was sent, so nothing was changed for it".to_owned(),
        )),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::warn!(%error, "when the rollback began is not known");
            Ok(())
        }
    }
}
