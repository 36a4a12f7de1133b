//! Which group a rollback goes back to.

use crate::case::Case;
use crate::fault::{PassStop, at_once};
use crate::ports::{Cloud, DescribeEc2Resources};
use crate::progress::{KnownGroups, KnownStack, Reads};
use crate::target::{UpdateTarget, group_ref_of, own_template, read_group};
use mng_core::decide::desired::Direction;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::nodegroup::group::{NodeGroup, Status};
use mng_core::nodegroup::ownership::{Confirmation, Replaces};
use mng_core::nodegroup::replacement_reasons::{ComparisonFacts, replacements};
use mng_core::properties::spec::{Naming, Spec};
use mng_core::protocol::physical_id::PhysicalId;

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
/// A replaced group may not fit the properties that it had, because somebody has deleted its launch template, or because the new
/// properties need another architecture. Then the rollback recognises it by its name, but only in the operation that replaced it. In a
/// later operation a policy of Retain may have kept the group.
pub async fn group<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    (stack, groups): (&KnownStack, &KnownGroups),
    live: Option<&NodeGroup>,
    current_fits: bool,
    types: &[InstanceTypeFacts],
) -> Result<Option<UpdateTarget>, PassStop> {
    let Some(replaces) = live.and_then(|live| Replaces::on(&live.tags)) else {
        return Ok(None);
    };
    let named = case.id_of_name(case.name());
    let is_fresh = match replaces.known {
        Confirmation::Unconfirmed | Confirmation::TakenBack => true,
        Confirmation::Confirmed => false,
    };
    let longest = match (stack.direction(case.kind()), current_fits, is_fresh) {
        (Direction::RollingBack, true, true) | (Direction::Unknown, false, true) => 1,
        (Direction::RollingBack, false, _) => LONGEST_CHAIN,
        (Direction::RollingBack, true, false) | (Direction::Forward, ..) => 0,
        (Direction::Unknown, true, _) | (Direction::Unknown, false, false) => 0,
    };
    let mut next = PhysicalId::parse(replaces.id);
    for _ in 0..longest {
        let Some(group) = replaced(cloud, case, reads, next.as_ref()).await? else {
            return Ok(None);
        };
        let of_this_operation = groups.current_is_of_this_operation(stack);
        let is_named = is_fresh && next.as_ref() == Some(&named) && (!current_fits || of_this_operation);
        if is_named || fits(cloud, case, reads, &group, types).await? {
            return Ok(Some(unless_delete_failed(&group)));
        }
        next = Replaces::on(&group.tags).and_then(|replaces| PhysicalId::parse(replaces.id));
    }
    Ok(None)
}

/// Why a rollback stays with the current group though that doesn't fit; `None`: it doesn't.
pub fn reason_to_stay(
    case: &Case,
    stack: &KnownStack,
    groups: &KnownGroups,
    live: Option<&NodeGroup>,
    known: &ComparisonFacts,
) -> Option<&'static str> {
    let live = live.filter(|_| stack.rolls_back())?;
    if is_taken_back_in_place(case, live) {
        return Some(
            "no longer fits the template, such as after somebody has deleted its launch template, and the update that is rolled back needed \
             no other group",
        );
    }
    let lost = lacks_its_template_alone(case, live, known) && !groups.current_is_of_this_operation(stack);
    lost.then_some(
        "has lost its launch template, which somebody has deleted, and else fits; the next update replaces the group",
    )
}

/// Whether a rollback takes back an update that changed the current group in place: the failed properties and those of before need the
/// same group. A running group isn't replaced for what somebody else has done to it meanwhile.
fn is_taken_back_in_place(case: &Case, live: &NodeGroup) -> bool {
    let replaces = Replaces::on(&live.tags);
    let is_fresh = replaces.is_some_and(|replaces| replaces.known != Confirmation::Confirmed);
    !is_fresh && case.failed_properties_name_the_same_group()
}

/// Whether a group differs from what is wanted in nothing but its launch template, and neither the failed properties nor those of before
/// name one of the user's: then it ran the resource's own, and somebody has deleted that. A rollback leaves such a group, if it takes no
/// replacement back: CloudFormation would delete the running group for another one.
fn lacks_its_template_alone(case: &Case, live: &NodeGroup, known: &ComparisonFacts) -> bool {
    let keeps_its_name = match case.spec.naming {
        Naming::Generated { .. } => true,
        Naming::Explicit(_) => false,
    };
    let names_none = |spec: &Spec| spec.launch_template.is_none();
    let ran_its_own = names_none(&case.spec) && case.old.as_ref().is_some_and(names_none);
    keeps_its_name && ran_its_own && replacements(&case.spec, live, known) == ["LaunchTemplate"]
}

/// A group that EKS failed to delete can't be used again, and the current one stays.
pub fn unless_delete_failed(group: &NodeGroup) -> UpdateTarget {
    match group.status {
        Status::DeleteFailed => UpdateTarget::NotToBeHad(format!(
            "EKS failed to delete node group {}/{}, which the rollback would go back to",
            group.cluster, group.name
        )),
        Status::Creating | Status::Active | Status::Updating | Status::Deleting => {
            UpdateTarget::Name(group.name.clone())
        }
        Status::CreateFailed | Status::Degraded | Status::Unknown(_) => UpdateTarget::Name(group.name.clone()),
    }
}

async fn replaced<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    id: Option<&PhysicalId>,
) -> Result<Option<NodeGroup>, PassStop> {
    let Some(id) = id else {
        return Ok(None);
    };
    let group = read_group(cloud, reads, id).await?;
    Ok(group.filter(|group| case.owner.owns(&group.tags)))
}

/// Whose launch template the group runs EC2 tells. Where it can't be asked the group is taken to run its own.
async fn fits<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    group: &NodeGroup,
    types: &[InstanceTypeFacts],
) -> Result<bool, PassStop> {
    let id = PhysicalId {
        cluster: group.cluster.clone(),
        name: group.name.clone(),
    };
    let group_ref = group_ref_of(&id, &case.owner);
    let read = cloud
        .call(&DescribeEc2Resources {
            group_ref: group_ref.clone(),
        })
        .await;
    let seen = match at_once(&mut reads.retries, read)? {
        Ok(seen) => seen,
        Err(error) => {
            tracing::warn!(%error, "whose launch template a replaced group runs is not known");
            let running = group.launch_template.as_ref().map(|template| template.id.as_str());
            return Ok(has_no_difference(&case.spec, group, running, types));
        }
    };
    let own = own_template(&seen, &group_ref, Some(group));
    Ok(has_no_difference(&case.spec, group, own, types))
}

fn has_no_difference(spec: &Spec, group: &NodeGroup, own_template: Option<&str>, types: &[InstanceTypeFacts]) -> bool {
    let known = ComparisonFacts { own_template, types };
    // An explicit name alone replaces a group that has no other difference.
    let is_named = match &spec.naming {
        Naming::Explicit(name) => *name == group.name,
        Naming::Generated { .. } => true,
    };
    is_named && replacements(spec, group, &known).is_empty()
}
