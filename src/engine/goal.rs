//! From a request to its goal: what has to be looked up once before anything can be decided.

use std::collections::BTreeSet;

use super::{Stop, spec};
use crate::cfn::physical_id::PhysicalId;
use crate::cfn::request::{Properties, Request, RequestType};
use crate::nodegroup::decide::{Goal, Identity, Waiting};
use crate::nodegroup::name::name;
use crate::nodegroup::ownership::Owner;
use crate::nodegroup::plan::{Desired, Direction, Purpose};
use crate::nodegroup::scaling::DesiredSize;
use crate::nodegroup::spec::{LaunchTemplateVersion, Spec};
use crate::nodegroup::target::{Target, target};
use crate::nodegroup::validate::validate;
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

/// The goal of the stage at hand; `None` when there is nothing that could be the matter of a Delete.
pub async fn choose<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<Option<Goal>, Stop> {
    if progress.request.kind == RequestType::Delete {
        return Ok(to_delete(&progress.request).map(Goal::Absent));
    }
    let spec = spec(&progress.request).map_err(Stop::Fail)?;
    let situation = situation(cloud, progress).await?;
    let name = find_target(cloud, progress, &spec).await?;
    if let Some(identity) = to_remove(progress, &spec, &name) {
        return Ok(Some(Goal::Absent(identity)));
    }
    resolve_launch_template(cloud, progress, &spec).await?;
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
    })
}

fn named_by(properties: &Properties, request: &Request) -> Option<PhysicalId> {
    let spec = validate(properties, &request.envelope.logical_resource_id).ok()?;
    let name = name(&spec, &owner(request));
    Some(PhysicalId {
        cluster: spec.cluster,
        name,
    })
}

/// Asks CloudFormation once for the stack's tags and for what it is doing.
async fn situation<C: Cloud>(cloud: &C, progress: &mut Progress) -> Result<Situation, Stop> {
    if let Some(situation) = &progress.situation {
        return Ok(situation.clone());
    }
    let situation = match cloud.stack(&progress.request.envelope.stack_id).await {
        Ok(stack) => Situation {
            phase: Phase::of(&stack.status),
            tags: inheritable(stack.tags),
        },
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
    refuse_late_create(progress, situation.phase)?;
    let rolls_back = situation.phase == Phase::RollingBack && progress.request.kind == RequestType::Update;
    progress.stage = if rolls_back {
        Stage::RemoveAbandoned
    } else {
        Stage::Converge
    };
    progress.situation = Some(situation.clone());
    Ok(situation)
}

/// A duplicate of a Create may come hours later (Lambda delivers at least once), when its stack is gone: what it made then
/// would belong to nobody.
pub fn refuse_late_create(progress: &Progress, phase: Phase) -> Result<(), Stop> {
    let creates = progress.request.kind == RequestType::Create;
    if creates && matches!(phase, Phase::Ending | Phase::RollingBack) {
        return Err(Stop::Fail(
            "the stack is no longer being created, so no node group was made for it".to_owned(),
        ));
    }
    Ok(())
}

/// Tags that begin with `aws:` are AWS's own and can't be set.
fn inheritable(tags: std::collections::BTreeMap<String, String>) -> std::collections::BTreeMap<String, String> {
    tags.into_iter().filter(|(key, _)| !key.starts_with("aws:")).collect()
}

pub fn unanswered(progress: &mut Progress, error: &CallError) -> Stop {
    tracing::warn!(%error, "a call went unanswered");
    progress.unanswered += 1;
    Stop::Wait(Waiting::ForAnAnswer)
}

/// Which group an Update is about, asked once: the running one is looked at before a name is derived.
async fn find_target<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<String, Stop> {
    if let Some(name) = &progress.target {
        return Ok(name.clone());
    }
    let owner = owner(&progress.request);
    let current = progress
        .request
        .envelope
        .physical_resource_id
        .as_deref()
        .and_then(PhysicalId::parse);
    let name = match (progress.request.kind, current) {
        (RequestType::Update, Some(current)) => {
            let live = match cloud.node_group(&current.cluster, &current.name).await {
                Ok(live) => Some(live),
                Err(error) if error.fault == Fault::NotFound => None,
                Err(error) if error.fault == Fault::Denied => return Err(Stop::Fail(error.to_string())),
                Err(error) => return Err(unanswered(progress, &error)),
            };
            match target(spec, &owner, (&current.cluster, &current.name), live.as_ref()) {
                Ok(Target::Keep) => current.name,
                Ok(Target::Replace(name)) => name,
                Err(refusal) => return Err(Stop::Fail(refusal.to_string())),
            }
        }
        _ => name(spec, &owner),
    };
    progress.target = Some(name.clone());
    Ok(name)
}

/// The group to be removed in the stages that remove one.
fn to_remove(progress: &mut Progress, spec: &Spec, target: &str) -> Option<Identity> {
    let identity = |cluster: &str, name: &str| {
        Some(Identity {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
            owner: owner(&progress.request),
        })
    };
    match &progress.stage {
        Stage::Converge => None,
        Stage::Undo { .. } => identity(&spec.cluster, target),
        Stage::RemoveAbandoned => match abandoned(&progress.request, spec, target) {
            Some(PhysicalId { cluster, name }) => identity(&cluster, &name),
            None => {
                progress.stage = Stage::Converge;
                None
            }
        },
    }
}

/// In a rollback the old properties are those that failed. The group they name, if it is neither the one to be restored nor
/// the one CloudFormation knows, was made by an update that could not clear up after itself.
fn abandoned(request: &Request, spec: &Spec, target: &str) -> Option<PhysicalId> {
    let named = named_by(request.old_properties.as_ref()?, request)?;
    let known = request.envelope.physical_resource_id.as_deref() == Some(&named.to_string());
    let restored = named.cluster == spec.cluster && named.name == target;
    (!known && !restored).then_some(named)
}

/// `$Latest`, `$Default` and no version become a number, once a request: the service's own answer to them isn't documented.
async fn resolve_launch_template<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<(), Stop> {
    let Some(template) = spec
        .launch_template
        .as_ref()
        .filter(|_| progress.launch_template_version.is_none())
    else {
        return Ok(());
    };
    let version = match template.version {
        LaunchTemplateVersion::Number(number) => number.to_string(),
        LaunchTemplateVersion::Latest | LaunchTemplateVersion::Default => {
            match cloud.launch_template_version(template).await {
                Ok(version) => version,
                Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
                    return Err(unanswered(progress, &error));
                }
                Err(error) => return Err(Stop::Fail(format!("LaunchTemplate: {error}"))),
            }
        }
    };
    progress.launch_template_version = Some(version);
    Ok(())
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
    Desired {
        name,
        owner,
        tags,
        removed_tags,
        desired_size: desired_size(&progress.request, &spec),
        direction: situation.phase.direction(),
        purpose: if progress.request.kind == RequestType::Create {
            Purpose::Create
        } else {
            Purpose::Update
        },
        launch_template_version: progress.launch_template_version.clone(),
        default_ami_type: None,
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
