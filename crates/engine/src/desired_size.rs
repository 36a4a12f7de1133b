//! The desired size of a group: the template's, or an autoscaler's.

use crate::case::Case;
use crate::fault::{PassStop, lasting};
use crate::ports::{Cloud, ListUpdates};
use crate::progress::{KnownGroups, KnownStack, Reads, Retries};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::desired::Direction;
use mng_core::decide::history::Updates;
use mng_core::properties::scaling::DesiredSize;
use mng_core::protocol::physical_id::PhysicalId;

/// How often the function asks EKS for the updates of a group without an answer. Then it decides by the live size alone, so that the
/// rollback doesn't fail.
const TRIES: u32 = 5;

/// Old properties tell this one thing of the sizes: whether the template's own value changed. In a rollback they are what failed, and
/// the size is taken back only where the failed update has set it. Where nobody knows whether this is a rollback, it may be one.
pub async fn desired<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    groups: &mut KnownGroups,
    stack: &KnownStack,
    name: &str,
) -> Result<DesiredSize, PassStop> {
    let size = by_properties(case, stack);
    let DesiredSize::TakeBack { failed } = size else {
        return Ok(size);
    };
    // The failed update may have created the current group, with its size. It may too where times are unknown.
    let is_current = case.current().is_some_and(|current| current.name == name);
    let created_with_it = is_current && groups.current_is_of_this_operation(stack);
    if stack.direction(case.kind()) != Direction::RollingBack || created_with_it {
        return Ok(size);
    }
    Ok(
        match set_by_an_update(cloud, reads, groups, stack, case.id_of_name(name.to_owned()), failed).await? {
            Updates::Found => size,
            Updates::None => DesiredSize::Live,
        },
    )
}

fn by_properties(case: &Case, stack: &KnownStack) -> DesiredSize {
    let Some(wanted) = case.spec.scaling.desired else {
        return DesiredSize::Live;
    };
    let old = case.request.old_properties.as_ref();
    let old = old.and_then(|old| old.get("ScalingConfig")?.get("DesiredSize"));
    let old = old.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    match (old, stack.direction(case.kind())) {
        (Some(old), _) if old == wanted.to_string() => DesiredSize::Live,
        (_, Direction::Forward) => DesiredSize::Template,
        (old, Direction::RollingBack | Direction::Unknown) => {
            let failed = old.and_then(|old| old.trim().parse().ok());
            failed.map_or(DesiredSize::Live, |failed| DesiredSize::TakeBack { failed })
        }
    }
}

/// Whether the last update of the group that set a size is of this operation and has set `failed`. The group may have come to the same
/// size before, by an autoscaler or by hand, so that the failed update had nothing to set. An autoscaler changes the Auto Scaling group, and
/// makes no update in EKS.
async fn set_by_an_update<C: Cloud>(
    cloud: &C,
    reads: &mut Reads,
    groups: &mut KnownGroups,
    stack: &KnownStack,
    group: PhysicalId,
    failed: i32,
) -> Result<Updates, PassStop> {
    if let Some(known) = groups.size_was_set {
        return Ok(known);
    }
    let since = stack.operation_began.unwrap_or_default();
    let set = match cloud.call(&ListUpdates { group, since }).await {
        Ok(updates) => {
            let sets = updates.iter().filter(|update| update.desired_size.is_some());
            let last = sets.max_by_key(|update| update.at);
            let is_failed = last.is_some_and(|update| update.desired_size == Some(failed));
            if is_failed { Updates::Found } else { Updates::None }
        }
        Err(error) => without_updates(&mut reads.retries, error)?,
    };
    groups.size_was_set = Some(set);
    Ok(set)
}

fn without_updates(retries: &mut Retries, error: CallError) -> Result<Updates, PassStop> {
    match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse if retries.unanswered + 1 < TRIES => {
            Err(retries.retry(&error))
        }
        Fault::Throttled | Fault::Unknown | Fault::InUse => Ok(Updates::Found),
        Fault::NotFound => Ok(Updates::None),
        Fault::Denied | Fault::Refused => lasting::<()>(retries, Err(error)).map(|_| Updates::Found),
    }
}
