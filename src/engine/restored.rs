//! Which group a rollback goes back to.

use super::Stop;
use super::goal::{denied, owner, unanswered};
use super::situation::direction;
use super::target::{Found, own_template, place_of};
use crate::cfn::physical_id::PhysicalId;
use crate::nodegroup::fits::{Known, replacements};
use crate::nodegroup::group::{NodeGroup, Status};
use crate::nodegroup::image::InstanceTypeFacts;
use crate::nodegroup::name::name;
use crate::nodegroup::ownership::{Confirmation, Replaces};
use crate::nodegroup::plan::Direction;
use crate::nodegroup::spec::{Naming, Spec};
use crate::ports::{Cloud, Fault};
use crate::progress::Progress;

/// How many replacements of replacements are followed. Without a rollback (`--disable-rollback`) each failed deployment may add one
/// that CloudFormation hasn't cleaned up.
const LONGEST_CHAIN: usize = 16;

/// A rollback after a replacement that went well, since something else in the stack failed, goes back to the group that was replaced.
/// Each group says which one it replaced, so the chain is followed to the first group that fits the properties.
///
/// `current_fits` says whether the current group fits them. If it does, only an unconfirmed replacement goes back, and only by one: the
/// replaced group doesn't fit the properties that it was replaced for, so a replaced group that fits shows that this rollback takes
/// the replacement back. Further up the chain there may be a group that was kept on purpose. Where the stack can't be described, an
/// unconfirmed replacement that doesn't fit goes back by one as well: a rollback comes right after the replacement.
///
/// By its name alone, though it doesn't fit, the replaced group is gone back to in the operation that has replaced it: it may have been
/// replaced for its launch template or its architecture, which no name tells. A later rollback may meet it as one that was kept on
/// purpose.
pub async fn group<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    live: Option<&NodeGroup>,
    current_fits: bool,
    types: &[InstanceTypeFacts],
) -> Result<Option<Found>, Stop> {
    let Some(replaces) = live.and_then(|live| Replaces::on(&live.tags)) else {
        return Ok(None);
    };
    let named = PhysicalId {
        cluster: spec.cluster.clone(),
        name: name(spec, &owner(&progress.request)),
    };
    let is_fresh = match replaces.known {
        Confirmation::Unconfirmed | Confirmation::TakenBack => true,
        Confirmation::Confirmed => false,
    };
    let longest = match (direction(progress), current_fits, is_fresh) {
        (Direction::RollingBack, true, true) | (Direction::Unknown, false, true) => 1,
        (Direction::RollingBack, false, _) => LONGEST_CHAIN,
        (Direction::RollingBack, true, false) | (Direction::Forward, ..) => 0,
        (Direction::Unknown, true, _) | (Direction::Unknown, false, false) => 0,
    };
    let mut next = PhysicalId::parse(replaces.id);
    for _ in 0..longest {
        let Some(group) = replaced(cloud, progress, next.as_ref()).await? else {
            return Ok(None);
        };
        let is_named = is_fresh && next.as_ref() == Some(&named) && (!current_fits || is_of_this_operation(progress));
        if is_named || fits(cloud, progress, spec, &group, types).await? {
            return Ok(Some(as_target(&group)));
        }
        next = Replaces::on(&group.tags).and_then(|replaces| PhysicalId::parse(replaces.id));
    }
    Ok(None)
}

/// Whether the current group was created since the stack's operation began, as far as that is known.
fn is_of_this_operation(progress: &Progress) -> bool {
    let times = progress.operation_began.zip(progress.current_made);
    times.is_none_or(|(began, made)| made >= began)
}

/// A group that EKS failed to delete can't be used again, and the current one stays.
pub fn as_target(group: &NodeGroup) -> Found {
    match group.status {
        Status::DeleteFailed => Found::NotToBeHad(format!(
            "EKS failed to delete node group {}/{}, which the rollback would go back to",
            group.cluster, group.name
        )),
        Status::Creating | Status::Active | Status::Updating | Status::Deleting => Found::Name(group.name.clone()),
        Status::CreateFailed | Status::Degraded | Status::Unknown(_) => Found::Name(group.name.clone()),
    }
}

async fn replaced<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    id: Option<&PhysicalId>,
) -> Result<Option<NodeGroup>, Stop> {
    let Some(id) = id else {
        return Ok(None);
    };
    let owner = owner(&progress.request);
    match cloud.node_group(&id.cluster, &id.name).await {
        Ok(group) => Ok(owner.owns(&group.tags).then_some(group)),
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        Err(error) if error.fault == Fault::Denied => Err(denied(progress, &error)),
        Err(error) => Err(unanswered(progress, &error)),
    }
}

/// Whose launch template the group runs EC2 tells. Where it can't be asked the group is taken to run its own.
async fn fits<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    group: &NodeGroup,
    types: &[InstanceTypeFacts],
) -> Result<bool, Stop> {
    let id = PhysicalId {
        cluster: group.cluster.clone(),
        name: group.name.clone(),
    };
    let place = place_of(&id, &owner(&progress.request));
    let running = group.launch_template.as_ref().map(|template| template.id.clone());
    let seen = match cloud.belongings(&place).await {
        Ok(seen) => seen,
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(unanswered(progress, &error));
        }
        Err(error) => {
            tracing::warn!(%error, "whose launch template a replaced group runs is not known");
            return Ok(has_no_difference(spec, group, running.as_deref(), types));
        }
    };
    Ok(has_no_difference(
        spec,
        group,
        own_template(&seen, &place, Some(group)),
        types,
    ))
}

fn has_no_difference(spec: &Spec, group: &NodeGroup, own_template: Option<&str>, types: &[InstanceTypeFacts]) -> bool {
    let known = Known { own_template, types };
    // An explicit name alone replaces a group that has no other difference.
    let is_named = match &spec.naming {
        Naming::Explicit(name) => *name == group.name,
        Naming::Generated { .. } => true,
    };
    is_named && replacements(spec, group, &known).is_empty()
}
