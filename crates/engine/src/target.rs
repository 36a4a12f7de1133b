//! Which group the passes are about: the one that runs, one in its place, or one to be removed first.

use crate::case::Case;
use crate::fault::{PassStop, lasting, required};
use crate::lookup::{read_surroundings, types};
use crate::ports::{Cloud, DescribeNodegroup, TagResource};
use crate::progress::{KnownGroups, KnownStack, Progress, Reads, Task, Warnings};
use crate::texts::NOT_MARKED;
use crate::{by_event, prepare, rollback_target};
use mng_core::decide::history::History;
use mng_core::decide::target::{Target, target};
use mng_core::decide::{DeleteScope, Identity, RETAINED_GROUP, foreign, retained};
use mng_core::launch_template::ec2_resources::{Ec2Resources, GroupRef};
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::name::next_name;
use mng_core::nodegroup::ownership::{Confirmation, Owner, Replaces};
use mng_core::nodegroup::replacement_reasons::ComparisonFacts;
use mng_core::protocol::physical_id::PhysicalId;

/// How many names are tried for a new group.
const MOST_NAMES: usize = 8;

/// What an update is about, or why it can't be.
pub enum UpdateTarget {
    Name(String),
    NotToBeHad(String),
}

impl UpdateTarget {
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::NotToBeHad(_) => None,
        }
    }
}

/// Which group a request is about, asked once: in an update the running one is looked at before a name is derived.
pub async fn find_target<C: Cloud>(cloud: &C, case: &Case, progress: &mut Progress) -> Result<UpdateTarget, PassStop> {
    if let Some(name) = &progress.groups.target {
        return Ok(UpdateTarget::Name(name.clone()));
    }
    let found = match case.current() {
        Some(current) => of_update(cloud, case, progress, current).await?,
        // A stack's new group has the name that follows from its properties.
        None if !case.requester().may_take_over() => UpdateTarget::Name(case.name()),
        None => of_update(cloud, case, progress, case.id_of_name(case.name())).await?,
    };
    if let UpdateTarget::Name(name) = &found {
        progress.groups.target = Some(name.clone());
    }
    Ok(found)
}

/// A group as EKS shows it, read once in a pass; `None`: it isn't there.
pub async fn read_group<C: Cloud>(
    cloud: &C,
    reads: &mut Reads,
    id: &PhysicalId,
) -> Result<Option<NodeGroup>, PassStop> {
    if let Some(seen) = reads.pass.seen_group(id) {
        return Ok(seen);
    }
    let read = cloud.call(&DescribeNodegroup { group: id.clone() }).await;
    let group = required(&mut reads.retries, read)?;
    reads.pass.note_group(id.clone(), group.clone());
    Ok(group)
}

async fn of_update<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    current: PhysicalId,
) -> Result<UpdateTarget, PassStop> {
    let live = match read_group(cloud, &mut progress.reads, &current).await? {
        Some(live) if !case.owner.owns(&live.tags) => return Ok(UpdateTarget::NotToBeHad(foreign(&live))),
        live => live,
    };
    if let Some(live) = &live {
        // Noted also where nothing more is looked at, since what comes before that fails.
        by_event::note_group(case, &mut progress.history, live);
    }
    progress.groups.current_made = live.as_ref().and_then(|live| live.created_at);
    let Progress {
        history, reads, stack, ..
    } = progress;
    let types = match known_types(cloud, case, history, reads, stack, (&current, live.as_ref())).await {
        Err(PassStop::Fail(why)) => return Ok(UpdateTarget::NotToBeHad(why)),
        types => types?,
    };
    let group_ref = group_ref_of(&current, &case.owner);
    let surroundings = progress
        .reads
        .pass
        .surroundings
        .as_ref()
        .filter(|surroundings| surroundings.group_ref == group_ref);
    let known = ComparisonFacts {
        own_template: surroundings
            .and_then(|surroundings| own_template(&surroundings.ec2_resources, &group_ref, live.as_ref())),
        types: &types,
    };
    let wanted = (current.cluster.as_str(), current.name.as_str());
    let target = target(&case.spec, &case.owner, wanted, live.as_ref(), &known);
    if matches!(target, Ok(Target::Replace(_)))
        && let Some(why) =
            rollback_target::reason_to_stay(case, &progress.stack, &progress.groups, live.as_ref(), &known)
    {
        return Ok(UpdateTarget::NotToBeHad(format!("node group {current} {why}")));
    }
    let fits = matches!(target, Ok(Target::Keep));
    if let Some(restored) = rollback_target::group(
        cloud,
        case,
        &mut progress.reads,
        (&progress.stack, &progress.groups),
        live.as_ref(),
        fits,
        &types,
    )
    .await?
    {
        mark(
            cloud,
            &mut progress.reads,
            &mut progress.warnings,
            live.as_ref(),
            Confirmation::TakenBack,
        )
        .await?;
        return Ok(restored);
    }
    Ok(match target {
        Ok(Target::Keep) => UpdateTarget::Name(current.name),
        Ok(Target::Replace(name)) => {
            mark(
                cloud,
                &mut progress.reads,
                &mut progress.warnings,
                live.as_ref(),
                Confirmation::Confirmed,
            )
            .await?;
            free_name(
                cloud,
                case,
                &mut progress.reads,
                (&progress.stack, &progress.groups),
                &current,
                name,
            )
            .await?
        }
        Err(refusal) => UpdateTarget::NotToBeHad(refusal.to_string()),
    })
}

/// The template that the resource made for the group: by its tags, or by the group that runs it where they were taken away.
pub fn own_template<'a>(seen: &'a Ec2Resources, group_ref: &GroupRef, live: Option<&NodeGroup>) -> Option<&'a str> {
    let running = live.and_then(|live| live.launch_template.as_ref());
    let stripped = || seen.stripped_template(group_ref, &running?.id);
    seen.template(group_ref)
        .or_else(stripped)
        .map(|template| template.id.as_str())
}

/// The name for a new group in place of `current`: `name`, or the next one that no other group of the resource has. A group that is
/// there and isn't an unfinished replacement of the current one was kept on purpose, or is still to be cleaned up. If the update took it
/// over, a later rollback would delete it. A rollback goes back to what is there. The same names follow in each delivery.
async fn free_name<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    (stack, groups): (&KnownStack, &KnownGroups),
    current: &PhysicalId,
    mut name: String,
) -> Result<UpdateTarget, PassStop> {
    if !case.requester().may_replace() {
        return Ok(UpdateTarget::Name(name));
    }
    if stack.rolls_back() {
        return group_of_derived_name(cloud, case, reads, groups, name).await;
    }
    for _ in 0..MOST_NAMES {
        let there = read_group(cloud, reads, &case.id_of_name(name.clone())).await?;
        let taken = there.filter(|group| case.owner.owns(&group.tags));
        let Some(taken) = taken.filter(|group| !replaces_current(case, groups, group, current)) else {
            return Ok(UpdateTarget::Name(name));
        };
        match next_name(&case.spec, &case.owner, &name) {
            Some(next) => name = next,
            None => return Ok(UpdateTarget::NotToBeHad(retained(&taken))),
        }
    }
    Ok(UpdateTarget::NotToBeHad(format!(
        "retained node groups of this resource have all {MOST_NAMES} names that the function tried for a new node group; set another \
         NodegroupNamePrefix, or delete the retained node groups [{RETAINED_GROUP}]"
    )))
}

/// A rollback goes back to the group of the name that follows from its properties, or creates it again. Where somebody else has the name,
/// the current group stays. So it does where the update that is rolled back needed no other group and the current one is gone: then the
/// group of that name may be one that was kept on purpose.
async fn group_of_derived_name<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    groups: &KnownGroups,
    name: String,
) -> Result<UpdateTarget, PassStop> {
    let may_be_retained = groups.current_made.is_none() && case.failed_properties_name_the_same_group();
    Ok(match read_group(cloud, reads, &case.id_of_name(name.clone())).await? {
        Some(group) if !case.owner.owns(&group.tags) => UpdateTarget::NotToBeHad(foreign(&group)),
        Some(group) if may_be_retained => UpdateTarget::NotToBeHad(retained(&group)),
        Some(group) => rollback_target::unless_delete_failed(&group),
        None => UpdateTarget::Name(name),
    })
}

/// Whether a group was made in place of the current one, by this update or by one before it that failed. Where the current group is gone, so
/// that it has no time, only what was created since the request was sent is taken for the request's.
fn replaces_current(case: &Case, known: &KnownGroups, group: &NodeGroup, current: &PhysicalId) -> bool {
    let Some(replaces) = Replaces::on(&group.tags).filter(|replaces| replaces.id == current.to_string()) else {
        return false;
    };
    match (replaces.known, known.current_made) {
        (Confirmation::TakenBack, _) | (Confirmation::Confirmed, Some(_)) => false,
        (Confirmation::Confirmed | Confirmation::Unconfirmed, None) => {
            let sent = case.sent();
            sent.is_none_or(|sent| group.created_at.is_some_and(|made| made >= sent))
        }
        (Confirmation::Unconfirmed, Some(current)) => group.created_at.is_none_or(|made| made >= current),
    }
}

/// That a request names a group shows that CloudFormation has learnt of it. It may be kept when it is replaced or taken back, and
/// unconfirmed a later request could take it for what a failed update has left behind.
async fn mark<C: Cloud>(
    cloud: &C,
    reads: &mut Reads,
    warnings: &mut Warnings,
    live: Option<&NodeGroup>,
    known: Confirmation,
) -> Result<(), PassStop> {
    let tags = live.and_then(|live| Some((live, Replaces::on(&live.tags)?.becomes(known)?)));
    let Some((marked, tags)) = tags else {
        return Ok(());
    };
    let tagged = cloud
        .call(&TagResource {
            arn: marked.arn.clone(),
            tags,
        })
        .await;
    if let Err(error) = lasting(&mut reads.retries, tagged)? {
        let (NodeGroup { cluster, name, .. }, mark) = (marked, confirmation_text(known));
        warnings.add(format!("{NOT_MARKED} {cluster}/{name} as {mark}: {error}"));
    }
    Ok(())
}

fn confirmation_text(known: Confirmation) -> &'static str {
    match known {
        Confirmation::Unconfirmed => "unfinished",
        Confirmation::Confirmed => "recorded by CloudFormation",
        Confirmation::TakenBack => "taken back by a rollback",
    }
}

/// Whose launch template the running group has, and whether its image goes with the types, is looked up where it matters:
/// the own template holds one of the two, and a user's decides for itself.
async fn known_types<C: Cloud>(
    cloud: &C,
    case: &Case,
    history: &mut History,
    reads: &mut Reads,
    stack: &KnownStack,
    (current, live): (&PhysicalId, Option<&NodeGroup>),
) -> Result<Vec<InstanceTypeFacts>, PassStop> {
    let spec = &case.spec;
    if live.is_none() || spec.launch_template.is_some() || spec.cluster != current.cluster {
        return Ok(vec![]);
    }
    read_surroundings(cloud, history, reads, stack, group_ref_of(current, &case.owner), spec).await?;
    types(cloud, reads, stack, spec).await
}

pub fn group_ref_of(group: &PhysicalId, owner: &Owner) -> GroupRef {
    GroupRef {
        cluster: group.cluster.clone(),
        name: group.name.clone(),
        owner: owner.clone(),
    }
}

/// The group to be removed in the stage that removes what the request itself has made.
pub fn to_remove(case: &Case, stage: &Task, known: &KnownGroups, target: &str) -> Option<Identity> {
    let Task::Undo { .. } = stage else {
        return None;
    };
    let delete_scope = match case.requester().clears_up_after_itself() {
        false => DeleteScope::InPlaceOf {
            id: case.physical_id().to_owned(),
            since: case.sent().max(known.current_made),
        },
        true => DeleteScope::OfThisRequest,
    };
    Some(Identity {
        delete_scope,
        ..prepare::identity(case, case.id_of_name(target.to_owned()))
    })
}
