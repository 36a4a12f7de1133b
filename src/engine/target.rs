//! Which group the passes are about: the one that runs, one in its place, or one to be removed first.

use super::Stop;
use super::around::{look_around, types};
use super::goal::{current, denied, owner, turn, unanswered};
use super::sent;
use crate::cfn::physical_id::PhysicalId;
use crate::cfn::request::Request;
use crate::launch_template::belongings::Place;
use crate::nodegroup::decide::{Identity, Which, foreign};
use crate::nodegroup::fits::Known;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::image::InstanceTypeFacts;
use crate::nodegroup::name::{name, replacement_name};
use crate::nodegroup::ownership::{Channel, Owner, REPLACES_TAG};
use crate::nodegroup::spec::Spec;
use crate::nodegroup::target::{Target, target};
use crate::nodegroup::validate::validate;
use crate::ports::{Cloud, Fault};
use crate::progress::{Phase, Progress, Stage};

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
    let name = name(spec, &owner);
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
            sent::note_group(progress, &live);
            Some(live)
        }
        Err(error) if error.fault == Fault::NotFound => None,
        Err(error) if error.fault == Fault::Denied => return Err(denied(progress, &error)),
        Err(error) => return Err(unanswered(progress, &error)),
    };
    let types = match known_types(cloud, progress, spec, &current, live.as_ref()).await {
        Err(Stop::Fail(why)) => return Ok(Found::NotToBeHad(why)),
        types => types?,
    };
    let place = place_of(&current, &owner);
    let around = progress.around.as_ref().filter(|around| around.place == place);
    let known = Known {
        own_template: around.and_then(|around| Some(around.belongings.template(&place)?.id.as_str())),
        types: &types,
    };
    let target = target(spec, &owner, (&current.cluster, &current.name), live.as_ref(), &known);
    let fits = matches!(target, Ok(Target::Keep));
    if let Some(replaced) = replaced_before(cloud, progress, spec, live.as_ref(), fits).await? {
        return Ok(Found::Name(replaced));
    }
    Ok(match target {
        Ok(Target::Keep) => Found::Name(current.name),
        Ok(Target::Replace(name)) => {
            acknowledge(cloud, progress, live.as_ref()).await?;
            Found::Name(name)
        }
        Err(refusal) => Found::NotToBeHad(refusal.to_string()),
    })
}

/// A rollback after a replacement that went well, since something else in the stack failed, goes back to the group that was replaced.
/// The new one says which that was. Its name need not follow from the properties of before, where the group was kept although
/// they changed; and the new group may fit those as well, where they leave open what it was replaced for. `fits`: whether it does. Then
/// only the name tells this rollback from one of a later update, after which the replaced group may be there still, kept on purpose.
async fn replaced_before<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    live: Option<&NodeGroup>,
    fits: bool,
) -> Result<Option<String>, Stop> {
    let situation = progress.situation.as_ref();
    let rolls_back = situation.is_some_and(|situation| situation.phase == Phase::RollingBack);
    let Some(replaced) = live.and_then(|live| PhysicalId::parse(live.tags.get(REPLACES_TAG)?)) else {
        return Ok(None);
    };
    let owner = owner(&progress.request);
    let is_meant = !fits || name(spec, &owner) == replaced.name;
    if !rolls_back || replaced.cluster != spec.cluster || !is_meant {
        return Ok(None);
    }
    match cloud.node_group(&replaced.cluster, &replaced.name).await {
        Ok(group) => Ok(Some(replaced.name).filter(|_| owner.owns(&group.tags))),
        Err(error) if error.fault == Fault::NotFound => Ok(None),
        Err(error) if error.fault == Fault::Denied => Err(denied(progress, &error)),
        Err(error) => Err(unanswered(progress, &error)),
    }
}

/// That a request names a group shows that CloudFormation has learnt of it. It may be kept when it is replaced, and with the mark of
/// its own making a later rollback could take it for what a failed update has left behind.
async fn acknowledge<C: Cloud>(cloud: &C, progress: &mut Progress, live: Option<&NodeGroup>) -> Result<(), Stop> {
    let Some(marked) = live.filter(|live| live.tags.contains_key(REPLACES_TAG)) else {
        return Ok(());
    };
    match cloud.untag(&marked.arn, &[REPLACES_TAG.to_owned()].into()).await {
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            Err(unanswered(progress, &error))
        }
        Err(error) => {
            progress.warn(format!("the group that is replaced keeps a mark: {error}"));
            Ok(())
        }
        Ok(()) => Ok(()),
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

fn place_of(group: &PhysicalId, owner: &Owner) -> Place {
    Place {
        cluster: group.cluster.clone(),
        name: group.name.clone(),
        owner: owner.clone(),
    }
}

/// The group to be removed in the stages that remove one.
pub fn to_remove(progress: &mut Progress, spec: &Spec, target: &str) -> Option<Identity> {
    let owner = owner(&progress.request);
    match &progress.stage {
        Stage::Converge => None,
        Stage::Undo { .. } => {
            let (cluster, name) = (spec.cluster.clone(), target.to_owned());
            let which = match owner.channel() {
                Channel::Stack => Which::OfThisUpdate,
                Channel::Events => Which::OfThisRequest,
            };
            Some(Identity {
                cluster,
                name,
                owner,
                which,
                turn: turn(&progress.request),
            })
        }
        Stage::RemoveAbandoned => match abandoned(&progress.request, spec, target) {
            Some(PhysicalId { cluster, name }) => Some(Identity {
                cluster,
                name,
                owner,
                which: Which::InPlaceOf(
                    progress
                        .request
                        .envelope
                        .physical_resource_id
                        .clone()
                        .unwrap_or_default(),
                ),
                turn: turn(&progress.request),
            }),
            None => {
                progress.stage = Stage::Converge;
                None
            }
        },
    }
}

/// In a rollback the old properties are those that failed. The group they name, if it is neither the one to be restored nor
/// the one CloudFormation knows, may have been made by an update that could not clear up after itself. Where they name the
/// one it knows, it would have been made under the name that a replacement has then.
fn abandoned(request: &Request, spec: &Spec, target: &str) -> Option<PhysicalId> {
    let failed = validate(request.old_properties.as_ref()?, &request.envelope.logical_resource_id).ok()?;
    let known = current(request)?;
    let name = if failed.cluster == known.cluster {
        replacement_name(&failed, &owner(request), &known.name)
    } else {
        name(&failed, &owner(request))
    };
    let made = PhysicalId {
        cluster: failed.cluster,
        name,
    };
    let restored = made.cluster == spec.cluster && made.name == target;
    (made != known && !restored).then_some(made)
}
