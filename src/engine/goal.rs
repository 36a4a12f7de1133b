//! From a request to its goal: what has to be looked up once before anything can be decided.

use std::collections::{BTreeMap, BTreeSet};

use super::target::{Found, find_target, to_remove};
use super::{Stop, late, preflight, sent, users};
use crate::cfn::physical_id::PhysicalId;
use crate::cfn::request::{Properties, Request, RequestType};
use crate::nodegroup::decide::{Goal, Identity, Waiting, Which};
use crate::nodegroup::name::name;
use crate::nodegroup::ownership::{Channel, OWN_PREFIX, Owner};
use crate::nodegroup::plan::{Desired, Direction, Purpose};
use crate::nodegroup::scaling::DesiredSize;
use crate::nodegroup::spec::Spec;
use crate::nodegroup::turn::{Requested, Turn};
use crate::nodegroup::validate::{inspect, validate};
use crate::ports::{CallError, Cloud, Fault};
use crate::progress::{Phase, Progress, Situation, Stage};

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
pub async fn choose<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<Option<Goal>, Stop> {
    if progress.request.kind == RequestType::Delete {
        return Ok(to_delete(&progress.request).map(Goal::Absent));
    }
    if let Some(why) = progress.refused.clone() {
        return left_as_it_is(cloud, progress, why).await.map(Some);
    }
    let (spec, mut problems) = inspect(
        &progress.request.properties,
        &progress.request.envelope.logical_resource_id,
    );
    problems.extend(sent::too_many_tags(&progress.request, &spec));
    if !problems.is_empty() {
        let findings = preflight::beside(cloud, progress, &spec).await;
        let why = preflight::told(&problems, &findings);
        return left_as_it_is(cloud, progress, why).await.map(Some);
    }
    let situation = situation(cloud, progress).await?;
    let seen = preflight::look(cloud, progress, &spec).await?;
    let target = find_target(cloud, progress, &spec).await?;
    let errors = seen.map(|seen| preflight::judge(progress, &spec, target.name(), seen));
    let name = match (target, errors.unwrap_or_default()) {
        (Found::Name(name), errors) if errors.is_empty() => name,
        (Found::Name(_), errors) => {
            let why = preflight::told(&[], &errors);
            return left_as_it_is(cloud, progress, why).await.map(Some);
        }
        (Found::NotToBeHad(why), errors) => {
            let also = errors.iter().map(|error| format!("; also {error}"));
            return left_as_it_is(cloud, progress, why + &also.collect::<String>())
                .await
                .map(Some);
        }
    };
    if let Some(identity) = to_remove(progress, &spec, &name) {
        return Ok(Some(Goal::Absent(identity)));
    }
    users::resolve(cloud, progress, &spec).await?;
    Ok(Some(Goal::Present(Box::new(desired(progress, spec, name, situation)))))
}

/// A Delete needs no valid properties: the id says which group. For an id never given by this function, which
/// CloudFormation makes up when a create is cancelled, the name is derived as that create derived it.
fn to_delete(request: &Request) -> Option<Identity> {
    let given = request
        .envelope
        .physical_resource_id
        .as_deref()
        .and_then(PhysicalId::parse);
    let PhysicalId { cluster, name } = given.or_else(|| named_by(&request.properties, request))?;
    Some(Identity {
        cluster,
        name,
        owner: owner(request),
        which: Which::Any,
        turn: turn(request),
    })
}

/// What is refused in an update is no reason to fail a rollback: nothing was changed then, or it was done by a release of
/// this function that took other properties. Only a stack that says it rolls back is believed.
pub async fn left_as_it_is<C: Cloud>(cloud: &C, progress: &mut Progress, why: String) -> Result<Goal, Stop> {
    let Some(PhysicalId { cluster, name }) = current(&progress.request) else {
        return Err(Stop::Fail(why));
    };
    if situation(cloud, progress).await?.phase != Phase::RollingBack {
        return Err(Stop::Fail(why));
    }
    progress.stage = Stage::Converge;
    let identity = Identity {
        cluster,
        name,
        owner: owner(&progress.request),
        which: Which::Any,
        turn: turn(&progress.request),
    };
    Ok(Goal::AsIs { identity, why })
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

/// A request by event has no stack that would hand down tags or be rolled back.
const NO_STACK: Situation = Situation {
    tags: BTreeMap::new(),
    phase: Phase::Forward,
};

/// Asks CloudFormation once for the stack's tags and for what it is doing.
async fn situation<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<Situation, Stop> {
    if let Some(situation) = &progress.situation {
        return Ok(situation.clone());
    }
    if progress.request.envelope.sent().is_some() {
        return Ok(progress.situation.insert(NO_STACK).clone());
    }
    let situation = match cloud.stack(&progress.request.envelope.stack_id).await {
        Ok(stack) => {
            late::refuse_taken_up(cloud, progress, &stack).await?;
            Situation {
                phase: Phase::of(&stack.status),
                tags: inheritable(stack.tags),
            }
        }
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(unanswered(progress, &error));
        }
        Err(error) => {
            progress.warn(format!("stack tags could not be inherited: {error}"));
            Situation {
                phase: Phase::Unknown,
                tags: [].into(),
            }
        }
    };
    progress.unanswered = 0;
    progress.stack_asked = true;
    let rolls_back = situation.phase == Phase::RollingBack && progress.request.kind == RequestType::Update;
    progress.stage = if rolls_back {
        Stage::RemoveAbandoned
    } else {
        Stage::Converge
    };
    progress.situation = Some(situation.clone());
    Ok(situation)
}

/// Tags that begin with `aws:` are AWS's own and can't be set, and those of the resource's own say what they don't mean here.
fn inheritable(tags: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let reserved = |key: &str| ["aws:", OWN_PREFIX].iter().any(|prefix| key.starts_with(prefix));
    tags.into_iter().filter(|(key, _)| !reserved(key)).collect()
}

pub fn unanswered(progress: &mut Progress, error: &CallError) -> Stop {
    tracing::warn!(%error, "a call went unanswered");
    progress.lose_call();
    Stop::Wait(Waiting::ForAnAnswer)
}

/// How often a request asks for what its role doesn't allow, about half a minute in all. CloudFormation may have changed the
/// role's policy in the same deployment, moments ago, and IAM tells everybody some seconds later (aws-cdk issue 37675).
const DENIALS: u32 = 5;

/// A call that the role doesn't allow: not yet, perhaps.
pub fn denied(progress: &mut Progress, error: &CallError) -> Stop {
    progress.denials += 1;
    if progress.denials < DENIALS {
        return unanswered(progress, error);
    }
    Stop::Fail(error.to_string())
}

pub fn rolls_back(progress: &Progress) -> bool {
    progress
        .situation
        .as_ref()
        .is_some_and(|situation| situation.phase == Phase::RollingBack)
}

fn desired(progress: &Progress, spec: Spec, name: String, situation: Situation) -> Desired {
    let owner = owner(&progress.request);
    let mut tags = situation.tags;
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
        removed_tags,
        desired_size: desired_size(&progress.request, &spec),
        direction: situation.phase.direction(),
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

/// Old properties tell this one thing of the sizes: whether the template's own value changed.
fn desired_size(request: &Request, spec: &Spec) -> DesiredSize {
    let Some(wanted) = spec.scaling.desired else {
        return DesiredSize::Live;
    };
    let old = request
        .old_properties
        .as_ref()
        .and_then(|old| old.get("ScalingConfig")?.get("DesiredSize"));
    match old.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)) {
        Some(old) if old == wanted.to_string() => DesiredSize::Live,
        _ => DesiredSize::Template,
    }
}

/// Whether what was asked for is still wanted: a cancelled update is told by nothing but the stack's status.
pub fn is_superseded(progress: &Progress, phase: Phase) -> bool {
    let began = progress
        .situation
        .as_ref()
        .map_or(Phase::Unknown, |situation| situation.phase);
    began.direction() == Direction::Forward && matches!(phase, Phase::RollingBack | Phase::Ending)
}
