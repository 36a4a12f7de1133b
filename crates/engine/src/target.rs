//! Which group the passes are about: the one that runs, one in its place, or one to be removed first.

use super::catalogue::NOT_MARKED;
use super::ends::current_id;
use super::goal::{again_if_denied, current, denied, identity, owner, unanswered};
use super::{Stop, by_event, restored};
use crate::ports::Cloud;
use crate::progress::{Progress, Stage};
use crate::stack_state::rolls_back;
use crate::surroundings::{look_around, types};
use mng_core::call_error::Fault;
use mng_core::decide::target::{Target, target};
use mng_core::decide::{Identity, RETAINED_GROUP, Which, foreign, retained};
use mng_core::launch_template::ec2_resources::{Belongings, Place};
use mng_core::node::image::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::name::{name as derived_name, next_name};
use mng_core::nodegroup::ownership::{Channel, Confirmation, Owner, Replaces};
use mng_core::nodegroup::replacement_reasons::Known;
use mng_core::properties::spec::Spec;
use mng_core::protocol::physical_id::PhysicalId;

/// How many names are tried for a new group.
const MOST_NAMES: usize = 8;

/// What an update is about, or why it can't be.
pub enum Found {
    Name(String),
    NotToBeHad(String),
}

impl Found {
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::NotToBeHad(_) => None,
        }
    }
}

/// Which group a request is about, asked once: in an update the running one is looked at before a name is derived.
pub async fn find_target<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<Found, Stop> {
    if let Some(name) = &progress.target {
        return Ok(Found::Name(name.clone()));
    }
    let found = match current(&progress.request) {
        Some(current) => of_update(cloud, progress, spec, current).await?,
        None => of_create(cloud, progress, spec).await?,
    };
    if let Found::Name(name) = &found {
        progress.target = Some(name.clone());
    }
    Ok(found)
}

/// A stack's new group has the name that follows from its properties. One that is asked for by an event may be there already and
/// is taken up, if it can be.
async fn of_create<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<Found, Stop> {
    let owner = owner(&progress.request);
    let name = derived_name(spec, &owner);
    match owner.channel() {
        Channel::Stack => Ok(Found::Name(name)),
        Channel::Events => {
            let cluster = spec.cluster.clone();
            of_update(cloud, progress, spec, PhysicalId { cluster, name }).await
        }
    }
}

async fn of_update<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    current: PhysicalId,
) -> Result<Found, Stop> {
    let owner = owner(&progress.request);
    let live = match cloud.node_group(&current.cluster, &current.name).await {
        Ok(live) if !owner.owns(&live.tags) => return Ok(Found::NotToBeHad(foreign(&live))),
        Ok(live) => {
            // Seen also where nothing more is looked at, since what comes before that fails.
            by_event::note_group(progress, &live);
            Some(live)
        }
        Err(error) if error.fault == Fault::NotFound => None,
        Err(error) if error.fault == Fault::Denied => return Err(denied(progress, &error)),
        Err(error) => return Err(unanswered(progress, &error)),
    };
    progress.current_made = live.as_ref().and_then(|live| live.created_at);
    let types = match known_types(cloud, progress, spec, &current, live.as_ref()).await {
        Err(Stop::Fail(why)) => return Ok(Found::NotToBeHad(why)),
        types => types?,
    };
    let place = place_of(&current, &owner);
    let around = progress.around.as_ref().filter(|around| around.place == place);
    let known = Known {
        own_template: around.and_then(|around| own_template(&around.belongings, &place, live.as_ref())),
        types: &types,
    };
    let target = target(spec, &owner, (&current.cluster, &current.name), live.as_ref(), &known);
    let fits = matches!(target, Ok(Target::Keep));
    if matches!(target, Ok(Target::Replace(_)))
        && let Some(why) = restored::stays(progress, spec, live.as_ref(), &known)
    {
        return Ok(Found::NotToBeHad(format!("node group {current} {why}")));
    }
    if let Some(restored) = restored::group(cloud, progress, spec, live.as_ref(), fits, &types).await? {
        mark(cloud, progress, live.as_ref(), Confirmation::TakenBack).await?;
        return Ok(restored);
    }
    Ok(match target {
        Ok(Target::Keep) => Found::Name(current.name),
        Ok(Target::Replace(name)) => {
            mark(cloud, progress, live.as_ref(), Confirmation::Confirmed).await?;
            free_name(cloud, progress, spec, &current, name).await?
        }
        Err(refusal) => Found::NotToBeHad(refusal.to_string()),
    })
}

/// The template that the resource made for the group: by its tags, or by the group that runs it where they were taken away.
pub fn own_template<'a>(seen: &'a Belongings, place: &Place, live: Option<&NodeGroup>) -> Option<&'a str> {
    let running = live.and_then(|live| live.launch_template.as_ref());
    let stripped = || seen.stripped_template(place, &running?.id);
    seen.template(place)
        .or_else(stripped)
        .map(|template| template.id.as_str())
}

/// The name for a new group in place of `current`: `name`, or the next one that no other group of the resource has. A group that is
/// there and isn't an unfinished replacement of the current one was kept on purpose, or is still to be cleaned up. If the update took it
/// over, a later rollback would delete it. A rollback goes back to what is there. The same names follow in each delivery.
async fn free_name<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    current: &PhysicalId,
    mut name: String,
) -> Result<Found, Stop> {
    let owner = owner(&progress.request);
    if owner.channel() == Channel::Events {
        return Ok(Found::Name(name));
    }
    if rolls_back(progress) {
        return there_again(cloud, progress, spec, name).await;
    }
    for _ in 0..MOST_NAMES {
        let taken = match cloud.node_group(&spec.cluster, &name).await {
            Ok(group) => owner.owns(&group.tags).then_some(group),
            Err(error) if error.fault == Fault::NotFound => None,
            Err(error) if error.fault == Fault::Denied => return Err(denied(progress, &error)),
            Err(error) => return Err(unanswered(progress, &error)),
        };
        let Some(taken) = taken.filter(|group| !is_in_place_of(progress, group, current)) else {
            return Ok(Found::Name(name));
        };
        match next_name(spec, &owner, &name) {
            Some(next) => name = next,
            None => return Ok(Found::NotToBeHad(retained(&taken))),
        }
    }
    Ok(Found::NotToBeHad(format!(
        "retained node groups of this resource have all {MOST_NAMES} names that the function tried for a new node group; set another \
         NodegroupNamePrefix, or delete the retained node groups [{RETAINED_GROUP}]"
    )))
}

/// A rollback goes back to the group of the name that follows from its properties, or creates it again. Where somebody else has the name,
/// the current group stays. So it does where the update that is rolled back needed no other group and the current one is gone: then the
/// group of that name may be one that was kept on purpose.
async fn there_again<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec, name: String) -> Result<Found, Stop> {
    let may_be_retained =
        progress.current_made.is_none() && restored::failed_ones_name_the_same(&progress.request, spec);
    match cloud.node_group(&spec.cluster, &name).await {
        Ok(group) if owner(&progress.request).owns(&group.tags) => Ok(match may_be_retained {
            true => Found::NotToBeHad(retained(&group)),
            false => restored::as_target(&group),
        }),
        Ok(group) => Ok(Found::NotToBeHad(foreign(&group))),
        Err(error) if error.fault == Fault::NotFound => Ok(Found::Name(name)),
        Err(error) if error.fault == Fault::Denied => Err(denied(progress, &error)),
        Err(error) => Err(unanswered(progress, &error)),
    }
}

/// Whether a group was made in place of the current one, by this update or by one before it that failed. Where the current group is gone, so
/// that it has no time, only what was created since the request was sent is taken for the request's.
fn is_in_place_of(progress: &Progress, group: &NodeGroup, current: &PhysicalId) -> bool {
    let Some(replaces) = Replaces::on(&group.tags).filter(|replaces| replaces.id == current.to_string()) else {
        return false;
    };
    match (replaces.known, progress.current_made) {
        (Confirmation::TakenBack, _) | (Confirmation::Confirmed, Some(_)) => false,
        (Confirmation::Confirmed | Confirmation::Unconfirmed, None) => {
            let sent = progress.sent();
            sent.is_none_or(|sent| group.created_at.is_some_and(|made| made >= sent))
        }
        (Confirmation::Unconfirmed, Some(current)) => group.created_at.is_none_or(|made| made >= current),
    }
}

/// That a request names a group shows that CloudFormation has learnt of it. It may be kept when it is replaced or taken back, and
/// unconfirmed a later request could take it for what a failed update has left behind.
async fn mark<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    live: Option<&NodeGroup>,
    known: Confirmation,
) -> Result<(), Stop> {
    let tags = live.and_then(|live| Some((live, Replaces::on(&live.tags)?.becomes(known)?)));
    let Some((marked, tags)) = tags else {
        return Ok(());
    };
    match cloud.tag(&marked.arn, &tags).await {
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            Err(unanswered(progress, &error))
        }
        Err(error) => {
            if let Some(wait) = again_if_denied(progress, &error) {
                return Err(wait);
            }
            let (NodeGroup { cluster, name, .. }, mark) = (marked, in_words(known));
            progress.warn(format!("{NOT_MARKED} {cluster}/{name} as {mark}: {error}"));
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn in_words(known: Confirmation) -> &'static str {
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
    progress: &mut Progress,
    spec: &Spec,
    current: &PhysicalId,
    live: Option<&NodeGroup>,
) -> Result<Vec<InstanceTypeFacts>, Stop> {
    if live.is_none() || spec.launch_template.is_some() || spec.cluster != current.cluster {
        return Ok(vec![]);
    }
    let place = place_of(current, &owner(&progress.request));
    look_around(cloud, progress, place, spec).await?;
    types(cloud, progress, spec).await
}

pub fn place_of(group: &PhysicalId, owner: &Owner) -> Place {
    Place {
        cluster: group.cluster.clone(),
        name: group.name.clone(),
        owner: owner.clone(),
    }
}

/// The group to be removed in the stage that removes what the request itself has made.
pub fn to_remove(progress: &Progress, spec: &Spec, target: &str) -> Option<Identity> {
    let Stage::Undo { .. } = progress.stage else {
        return None;
    };
    let owner = owner(&progress.request);
    let which = match owner.channel() {
        Channel::Stack => Which::InPlaceOf {
            id: current_id(progress),
            since: progress.sent().max(progress.current_made),
        },
        Channel::Events => Which::OfThisRequest,
    };
    let made = PhysicalId {
        cluster: spec.cluster.clone(),
        name: target.to_owned(),
    };
    Some(Identity {
        which,
        ..identity(&progress.request, made)
    })
}
