//! The desired size of a group: the template's, or an autoscaler's.

use super::Stop;
use super::goal::{again_if_denied, current, unanswered};
use super::restored::is_of_this_operation;
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stack_state::direction;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::history::Updates;
use mng_core::decide::plan::Direction;
use mng_core::properties::scaling::DesiredSize;
use mng_core::properties::spec::Spec;

/// How often the function asks EKS for the updates of a group without an answer. Then it decides by the live size alone, so that the
/// rollback doesn't fail.
const TRIES: u32 = 5;

/// Old properties tell this one thing of the sizes: whether the template's own value changed. In a rollback they are what failed, and
/// the size is taken back only where the failed update has set it. Where nobody knows whether this is a rollback, it may be one.
pub async fn desired<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    name: &str,
) -> Result<DesiredSize, Stop> {
    let size = by_properties(progress, spec);
    let DesiredSize::TakeBack { failed } = size else {
        return Ok(size);
    };
    if direction(progress) != Direction::RollingBack || was_created_with_it(progress, name) {
        return Ok(size);
    }
    Ok(
        match set_by_an_update(cloud, progress, (&spec.cluster, name), failed).await? {
            Updates::Found => size,
            Updates::None => DesiredSize::Live,
        },
    )
}

fn by_properties(progress: &Progress, spec: &Spec) -> DesiredSize {
    let Some(wanted) = spec.scaling.desired else {
        return DesiredSize::Live;
    };
    let old = progress.request.old_properties.as_ref();
    let old = old.and_then(|old| old.get("ScalingConfig")?.get("DesiredSize"));
    let old = old.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    match (old, direction(progress)) {
        (Some(old), _) if old == wanted.to_string() => DesiredSize::Live,
        (_, Direction::Forward) => DesiredSize::Template,
        (old, Direction::RollingBack | Direction::Unknown) => {
            let failed = old.and_then(|old| old.trim().parse().ok());
            failed.map_or(DesiredSize::Live, |failed| DesiredSize::TakeBack { failed })
        }
    }
}

/// Whether the failed update may have created the current group, with its size. It may too where times are unknown.
fn was_created_with_it(progress: &Progress, name: &str) -> bool {
    current(&progress.request).is_some_and(|current| current.name == name) && is_of_this_operation(progress)
}

/// Whether the last update of the group that set a size is of this operation and has set `failed`. The group may have come to the same
/// size before, by an autoscaler or by hand, so that the failed update had nothing to set. An autoscaler changes the Auto Scaling group, and
/// makes no update in EKS.
async fn set_by_an_update<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    (cluster, name): (&str, &str),
    failed: i32,
) -> Result<Updates, Stop> {
    if let Some(known) = progress.size_was_set {
        return Ok(known);
    }
    let since = progress.operation_began.unwrap_or_default();
    let set = match cloud.updates_since(cluster, name, since).await {
        Ok(updates) => {
            let sets = updates.iter().filter(|update| update.desired_size.is_some());
            let last = sets.max_by_key(|update| update.at);
            let is_failed = last.is_some_and(|update| update.desired_size == Some(failed));
            if is_failed { Updates::Found } else { Updates::None }
        }
        Err(error) => without_updates(progress, &error)?,
    };
    progress.size_was_set = Some(set);
    Ok(set)
}

fn without_updates(progress: &mut Progress, error: &CallError) -> Result<Updates, Stop> {
    match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse if progress.unanswered + 1 < TRIES => {
            Err(unanswered(progress, error))
        }
        Fault::Throttled | Fault::Unknown | Fault::InUse => Ok(Updates::Found),
        Fault::NotFound => Ok(Updates::None),
        Fault::Denied | Fault::Refused => again_if_denied(progress, error).map_or(Ok(Updates::Found), Err),
    }
}
