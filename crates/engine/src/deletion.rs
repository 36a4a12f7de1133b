//! Which group a Delete is about.

use super::Stop;
use super::goal::{denied, identity, named_by, unanswered};
use crate::ports::{Cloud, Stack};
use crate::progress::{CLOCKS_APART_SECONDS, Progress};
use mng_core::call_error::Fault;
use mng_core::decide::{Identity, Which};
use mng_core::protocol::physical_id::PhysicalId;

/// Where the stack doesn't tell when its operation began, a group may be one that a policy of Retain has kept, and stays.
const NOT_KNOWN: u64 = u64::MAX;

/// A Delete needs no valid properties: the id says which group. For an id that names no group, which CloudFormation makes up when a
/// Create is cancelled and which the function gives where it has created nothing, the name is derived as that Create derived it. Then
/// only a group that was created since the stack's operation began may be the Create's: an older one is kept on purpose. `None`: there is
/// nothing that could be the matter.
pub async fn identity_of<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<Option<Identity>, Stop> {
    let request = &progress.request;
    let given = request
        .envelope
        .physical_resource_id
        .as_deref()
        .and_then(PhysicalId::parse);
    if let Some(given) = given {
        return Ok(Some(identity(request, given)));
    }
    let Some(derived) = named_by(&request.properties, request) else {
        return Ok(None);
    };
    let since = operation_began(cloud, progress).await?;
    Ok(Some(Identity {
        which: Which::CreatedSince(since),
        ..identity(&progress.request, derived)
    }))
}

async fn operation_began<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<u64, Stop> {
    if let Some(began) = progress.operation_began {
        return Ok(began);
    }
    let told = match cloud.stack(&progress.request.envelope.stack_id).await {
        Ok(stack) => began(&stack),
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(unanswered(progress, &error));
        }
        Err(error) if error.fault == Fault::Denied => match denied(progress, &error) {
            wait @ Stop::Wait(_) => return Err(wait),
            Stop::Fail(_) => None,
        },
        Err(_) => None,
    };
    let began = told.unwrap_or(NOT_KNOWN);
    progress.operation_began = Some(began);
    Ok(began)
}

/// When the operation of a stack began, in seconds since the epoch, less what clocks may be apart.
pub fn began(stack: &Stack) -> Option<u64> {
    let began = stack.updated.max(stack.created)?;
    Some(began.saturating_sub(CLOCKS_APART_SECONDS))
}
