//! From a request to its goal: what has to be looked up once before anything can be decided.

use std::collections::{BTreeMap, BTreeSet};

use super::target::{Found, find_target, to_remove};
use super::{Stop, by_event, custom_template, deletion, preflight, size, stale_request, sweep};
use crate::ports::Cloud;
use crate::progress::{Phase, Progress, Situation, Stage};
use crate::stack_state::situation;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::change::dropped;
use mng_core::decide::plan::{Desired, Purpose, StackTags};
use mng_core::decide::{Goal, Identity, Waiting, Which};
use mng_core::nodegroup::name::name;
use mng_core::nodegroup::ownership::{Channel, Owner};
use mng_core::nodegroup::request_order::{Requested, Turn};
use mng_core::nodegroup::tags::{Group, too_many};
use mng_core::properties::fields::Problem;
use mng_core::properties::scaling::DesiredSize;
use mng_core::properties::settings::Setting;
use mng_core::properties::spec::Spec;
use mng_core::properties::validate::{inspect, validate};
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::{Properties, Request, RequestType};

/// The resource that a request is about, as its node groups are tagged.
pub fn owner(request: &Request) -> Owner {
    let envelope = &request.envelope;
    Owner {
        stack_id: envelope.stack_id.clone(),
        logical_id: envelope.logical_resource_id.clone(),
    }
}

/// Which request this is, among those for the same resource.
pub fn turn(request: &Request) -> Turn {
    let envelope = &request.envelope;
    envelope.sent().map_or(Turn::OneByOne, |sent| {
        Turn::Sent(Requested {
            time: sent.time.clone(),
            id: envelope.request_id.clone(),
        })
    })
}

/// The goal of the stage at hand; `None` when there is nothing that could be the matter of a Delete.
pub async fn choose<C: Cloud>(cloud: &C, progress: &mut Progress, now: u64) -> Result<Option<Goal>, Stop> {
    if let Stage::Sweep(sweep) = progress.stage.clone() {
        return sweep::next_goal(cloud, progress, &sweep).await;
    }
    if progress.request.kind == RequestType::Delete {
        return Ok(deletion::identity_of(cloud, progress).await?.map(Goal::Absent));
    }
    if let Some(why) = progress.refused.clone() {
        return left_as_it_is(cloud, progress, why, now).await.map(Some);
    }
    let (spec, mut problems) = inspect(
        &progress.request.properties,
        &progress.request.envelope.logical_resource_id,
    );
    problems.extend(by_event::too_many_tags(&progress.request, &spec));
    if !problems.is_empty() {
        let findings = preflight::beside(cloud, progress, &spec).await;
        let why = preflight::told(&problems, &findings);
        return left_as_it_is(cloud, progress, why, now).await.map(Some);
    }
    let situation = situation(cloud, progress, now).await?;
    if situation.phase == Phase::Over && progress.stage == Stage::Converge {
        return repeated(cloud, progress).await.map(Some);
    }
    let seen = preflight::look(cloud, progress, &spec).await?;
    let target = find_target(cloud, progress, &spec).await?;
    let errors = seen.map(|seen| preflight::judge(progress, &spec, target.name(), seen));
    let name = match (target, errors.unwrap_or_default()) {
        (Found::Name(name), errors) if errors.is_empty() => name,
        (Found::Name(_), errors) => {
            let why = preflight::told(&[], &errors);
            return left_as_it_is(cloud, progress, why, now).await.map(Some);
        }
        (Found::NotToBeHad(why), errors) => {
            let also = errors.iter().map(|error| format!("; also {error}"));
            return left_as_it_is(cloud, progress, why + &also.collect::<String>(), now)
                .await
                .map(Some);
        }
    };
    if let Some(identity) = to_remove(progress, &spec, &name) {
        return Ok(Some(Goal::Absent(identity)));
    }
    if let Some(problem) = too_many_tags(&progress.request, &spec, &name, &situation) {
        let why = preflight::told(&[problem], &[]);
        return left_as_it_is(cloud, progress, why, now).await.map(Some);
    }
    custom_template::resolve(cloud, progress, &spec).await?;
    let size = size::desired(cloud, progress, &spec, &name).await?;
    Ok(Some(Goal::Present(Box::new(desired(
        progress, spec, name, situation, size,
    )))))
}

/// Tags that the stack doesn't tell take no room.
fn too_many_tags(request: &Request, spec: &Spec, name: &str, situation: &Situation) -> Option<Problem> {
    let kept = current(request).is_some_and(|current| current.name == name && current.cluster == spec.cluster);
    let group = if kept { Group::Kept } else { Group::New };
    too_many(spec, situation.tags.as_ref().unwrap_or(&BTreeMap::new()), group)
}

/// What is refused in an update is no reason to fail a rollback: nothing was changed then, or it was done by a release of
/// this function that took other properties. Only a stack that says it rolls back is believed. The answer names the group that is
/// left, which is the current one: CloudFormation deletes the current one if the answer names another.
pub async fn left_as_it_is<C: Cloud>(cloud: &C, progress: &mut Progress, why: String, now: u64) -> Result<Goal, Stop> {
    let Some(current) = current(&progress.request) else {
        return Err(Stop::Fail(why));
    };
    if situation(cloud, progress, now).await?.phase != Phase::RollingBack {
        return Err(Stop::Fail(why));
    }
    progress.stage = Stage::Converge;
    progress.target = None;
    Ok(Goal::AsIs {
        identity: identity(&progress.request, current),
        why,
    })
}

/// The group that CloudFormation has recorded of a stack whose operation is over.
async fn repeated<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<Goal, Stop> {
    let envelope = &progress.request.envelope;
    let recorded = match cloud.record(&envelope.stack_id, &envelope.logical_resource_id).await {
        Ok(recorded) => recorded.and_then(|record| PhysicalId::parse(&record.physical_id)),
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(unanswered(progress, &error));
        }
        Err(error) => {
            tracing::warn!(%error, "CloudFormation's record of the resource could not be had");
            None
        }
    };
    let derived = named_by(&progress.request.properties, &progress.request);
    let cluster = derived.as_ref().map(|id| id.cluster.clone());
    let known = recorded.or_else(|| current(&progress.request)).or(derived);
    let Some(known) = known.filter(|known| Some(&known.cluster) == cluster.as_ref()) else {
        return Err(Stop::Fail(stale_request::OVER.to_owned()));
    };
    progress.target = Some(known.name.clone());
    Ok(Goal::Repeat(identity(&progress.request, known)))
}

/// A group by its name, as a request of its owner sees it.
pub fn identity(request: &Request, PhysicalId { cluster, name }: PhysicalId) -> Identity {
    Identity {
        cluster,
        name,
        owner: owner(request),
        which: Which::Any,
        turn: turn(request),
    }
}

/// The group that CloudFormation knows the resource by, in an update.
pub fn current(request: &Request) -> Option<PhysicalId> {
    let id = request
        .envelope
        .physical_resource_id
        .as_deref()
        .filter(|_| request.kind == RequestType::Update)?;
    PhysicalId::parse(id)
}

/// The group that properties of this resource name.
pub fn named_by(properties: &Properties, request: &Request) -> Option<PhysicalId> {
    let spec = validate(properties, &request.envelope.logical_resource_id).ok()?;
    let name = name(&spec, &owner(request));
    Some(PhysicalId {
        cluster: spec.cluster,
        name,
    })
}

pub fn unanswered(progress: &mut Progress, error: &CallError) -> Stop {
    tracing::warn!(%error, "a call went unanswered");
    progress.lose_call();
    Stop::Wait(Waiting::ForAnAnswer)
}

/// How often in a row a request asks for what its role doesn't allow, about half a minute in all. CloudFormation may have changed the
/// role's policy in the same deployment, moments ago, and IAM tells everybody some seconds later (aws-cdk issue 37675).
const DENIALS: u32 = 5;

/// A call that the role doesn't allow: not yet, perhaps. Denials count while each look meets one of the same action: some that come
/// now and then within an hour fail nothing.
pub fn denied(progress: &mut Progress, error: &CallError) -> Stop {
    let look = progress.looks;
    let denied = progress.denied.entry(error.action.to_owned()).or_default();
    let goes_on = look <= denied.look + 1;
    denied.in_a_row = if goes_on { denied.in_a_row + 1 } else { 1 };
    denied.look = look;
    if denied.in_a_row < DENIALS {
        return unanswered(progress, error);
    }
    Stop::Fail(error.to_string())
}

/// The wait for a denial that may pass; `None`: it lasts, or is no denial.
pub fn again_if_denied(progress: &mut Progress, error: &CallError) -> Option<Stop> {
    let stop = (error.fault == Fault::Denied).then(|| denied(progress, error))?;
    match stop {
        Stop::Wait(_) => Some(stop),
        Stop::Fail(_) => None,
    }
}

fn desired(progress: &Progress, spec: Spec, name: String, situation: Situation, size: DesiredSize) -> Desired {
    let owner = owner(&progress.request);
    let stack_tags = match &situation.tags {
        Some(_) => StackTags::Known,
        None => StackTags::Unknown,
    };
    let mut tags = situation.tags.unwrap_or_default();
    tags.extend(spec.tags.clone());
    let removed_tags = old_tags(progress)
        .into_iter()
        .filter(|key| !tags.contains_key(key))
        .collect();
    tags.extend(owner.tags());
    let turn = turn(&progress.request);
    tags.extend(turn.tags());
    Desired {
        name,
        tags,
        stack_tags,
        removed_tags,
        dropped: dropped_settings(&progress.request, &spec),
        desired_size: size,
        direction: situation.phase.direction(progress.request.kind),
        sent: progress.sent().filter(|_| owner.channel() == Channel::Stack),
        // It marks what was made in place of another, which events never do.
        current_id: current(&progress.request)
            .filter(|_| owner.channel() == Channel::Stack)
            .map(|id| id.to_string()),
        turn,
        purpose: if progress.request.kind == RequestType::Create {
            Purpose::Create
        } else {
            Purpose::Update
        },
        launch_template_version: progress.launch_template_version.clone(),
        owner,
        spec,
    }
}

fn old_tags(progress: &Progress) -> BTreeSet<String> {
    let tags = progress
        .request
        .old_properties
        .as_ref()
        .and_then(|old| old.get("Tags")?.as_object());
    tags.map(|tags| tags.keys().cloned().collect()).unwrap_or_default()
}

fn dropped_settings(request: &Request, spec: &Spec) -> BTreeSet<Setting> {
    let before = |old: &Properties| inspect(old, &request.envelope.logical_resource_id).0;
    let old = request.old_properties.as_ref();
    old.map(|old| dropped(spec, &before(old))).unwrap_or_default()
}
