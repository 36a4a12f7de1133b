//! Which group a Delete is about.

use crate::case::Case;
use crate::fault::{PassStop, lasting};
use crate::ports::{Cloud, DescribeStack};
use crate::prepare;
use crate::progress::{KnownStack, Retries};
use crate::stack_state;
use mng_core::decide::{DeleteScope, Identity};
use mng_core::protocol::physical_id::PhysicalId;

/// Where the stack doesn't tell when its operation began, a group may be one that a policy of Retain has kept, and stays.
const NOT_KNOWN: u64 = u64::MAX;

/// A Delete needs no valid properties: the id says which group. For an id that names no group, which CloudFormation makes up when a
/// Create is cancelled and which the function gives where it has created nothing, the name is derived as that Create derived it. Then
/// only a group that was created since the stack's operation began may be the Create's: an older one is kept on purpose. `None`: there is
/// no group that the Delete could be about.
pub async fn identity<C: Cloud>(
    cloud: &C,
    case: &Case,
    stack: &mut KnownStack,
    retries: &mut Retries,
) -> Result<Option<Identity>, PassStop> {
    if let Some(given) = PhysicalId::parse(case.physical_id()) {
        return Ok(Some(prepare::identity(case, given)));
    }
    let Some(derived) = case.derived_id() else {
        return Ok(None);
    };
    let since = operation_began(cloud, case, stack, retries).await?;
    Ok(Some(Identity {
        delete_scope: DeleteScope::CreatedSince(since),
        ..prepare::identity(case, derived)
    }))
}

async fn operation_began<C: Cloud>(
    cloud: &C,
    case: &Case,
    stack: &mut KnownStack,
    retries: &mut Retries,
) -> Result<u64, PassStop> {
    if let Some(began) = stack.operation_began {
        return Ok(began);
    }
    let read = cloud
        .call(&DescribeStack {
            stack_id: case.request.envelope.stack_id.clone(),
        })
        .await;
    let described = lasting(retries, read)?.ok();
    let began = described.as_ref().and_then(stack_state::operation_began);
    let began = began.unwrap_or(NOT_KNOWN);
    stack.operation_began = Some(began);
    Ok(began)
}
