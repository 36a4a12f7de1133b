//! From a request to its goal, in a straight line: the stack, the checks, the target, the goal. Each is asked for once.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::fault::{PassStop, at_once, lasting};
use crate::ports::{Cloud, DescribeLaunchTemplate, DescribeStackResource};
use crate::progress::{KnownGroups, KnownStack, Progress, Reads, Retries, StackPhase, StackState, Task};
use crate::stack_state::situation;
use crate::target::{UpdateTarget, find_target, to_remove};
use crate::{by_event, delete_target, desired_size, preflight, stale_request, unfinished_replacements};
use mng_core::decide::change::dropped;
use mng_core::decide::desired::{Desired, Purpose, StackTags};
use mng_core::decide::under_way::UnderWay;
use mng_core::decide::{DeleteScope, Goal, Identity};
use mng_core::nodegroup::tags::{GroupExistence, too_many};
use mng_core::properties::fields::Problem;
use mng_core::properties::scaling::DesiredSize;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::RequestType;

/// Why there is no goal to make a group present.
enum NoGoal {
    Stop(PassStop),
    /// The request can't be carried out. A rollback then leaves what runs.
    Refused(String),
}

impl From<PassStop> for NoGoal {
    fn from(stop: PassStop) -> Self {
        Self::Stop(stop)
    }
}

/// The goal of the stage at hand; `None` where there is no group that a Delete could be about.
pub async fn goal<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    now: u64,
) -> Result<Option<Goal>, PassStop> {
    if let Task::Sweep(sweep) = progress.stage.clone() {
        let unfinished = unfinished_replacements::ReplacementSearch::of(progress);
        let goal = unfinished_replacements::next_goal(cloud, case, unfinished, &sweep).await?;
        progress.set_phase(UnderWay::RemoveAbandoned);
        return Ok(goal);
    }
    if case.kind() == RequestType::Delete {
        let identity = delete_target::identity(cloud, case, &mut progress.stack, &mut progress.reads.retries).await?;
        return Ok(identity.map(Goal::Absent));
    }
    match present(cloud, case, progress, now).await {
        Ok(goal) => Ok(Some(goal)),
        Err(NoGoal::Stop(stop)) => Err(stop),
        Err(NoGoal::Refused(why)) => goal_that_leaves_group(cloud, case, progress, why, now).await.map(Some),
    }
}

async fn present<C: Cloud>(cloud: &C, case: &Case, progress: &mut Progress, now: u64) -> Result<Goal, NoGoal> {
    if let Some(why) = &progress.refused {
        return Err(NoGoal::Refused(why.clone()));
    }
    refuse_problems(cloud, case).await?;
    let situation = situation(cloud, case, progress, now).await?;
    if situation.phase == StackPhase::Over && progress.stage == Task::Converge {
        return Ok(repeated(cloud, case, &mut progress.reads.retries, &mut progress.groups).await?);
    }
    let facts = preflight::run(cloud, case, &mut progress.history, &mut progress.reads, &progress.stack).await?;
    let target = find_target(cloud, case, progress).await?;
    let errors = facts.map(|facts| {
        let lookups = &mut progress.reads.lookups;
        preflight::judge(
            case,
            lookups,
            &mut progress.warnings,
            &progress.stack,
            target.name(),
            facts,
        )
    });
    let name = target_name(target, &errors.unwrap_or_default())?;
    if let Some(identity) = to_remove(case, &progress.stage, &progress.groups, &name) {
        return Ok(Goal::Absent(identity));
    }
    if let Some(problem) = too_many_tags(case, &name, &situation) {
        return Err(NoGoal::Refused(preflight::refusal(&[problem], &[])));
    }
    resolve_template_version(cloud, case, &mut progress.reads, &progress.stack).await?;
    let size = desired_size::desired(
        cloud,
        case,
        &mut progress.reads,
        &mut progress.groups,
        &progress.stack,
        &name,
    )
    .await?;
    let desired = desired(case, &progress.stack, name, situation, size);
    Ok(Goal::Present(Box::new(Desired {
        launch_template_version: progress.reads.lookups.launch_template_version.clone(),
        ..desired
    })))
}

/// What the properties alone speak against, with what the checks find besides: one deployment shows both.
async fn refuse_problems<C: Cloud>(cloud: &C, case: &Case) -> Result<(), NoGoal> {
    let mut problems = case.problems.clone();
    problems.extend(by_event::too_many_tags(case));
    if problems.is_empty() {
        return Ok(());
    }
    let findings = preflight::errors_beside_invalid_properties(cloud, case).await;
    Err(NoGoal::Refused(preflight::refusal(&problems, &findings)))
}

fn target_name(target: UpdateTarget, errors: &[mng_core::preflight::finding::Finding]) -> Result<String, NoGoal> {
    match target {
        UpdateTarget::Name(name) if errors.is_empty() => Ok(name),
        UpdateTarget::Name(_) => Err(NoGoal::Refused(preflight::refusal(&[], errors))),
        UpdateTarget::NotToBeHad(why) => {
            let also = errors.iter().map(|error| format!("; also {error}"));
            Err(NoGoal::Refused(why + &also.collect::<String>()))
        }
    }
}

/// Tags that the stack doesn't tell take no room.
fn too_many_tags(case: &Case, name: &str, situation: &StackState) -> Option<Problem> {
    let kept = case
        .current()
        .is_some_and(|current| current == case.id_of_name(name.to_owned()));
    let group = if kept {
        GroupExistence::Kept
    } else {
        GroupExistence::New
    };
    too_many(&case.spec, situation.tags.as_ref().unwrap_or(&BTreeMap::new()), group)
}

/// The number of the version of the user's own launch template, where the checks didn't read it. `$Latest`, `$Default` and no version
/// become a number: EKS's own answer to them isn't documented.
async fn resolve_template_version<C: Cloud>(
    cloud: &C,
    case: &Case,
    reads: &mut Reads,
    stack: &KnownStack,
) -> Result<(), PassStop> {
    let wanted = case.spec.launch_template.as_ref();
    let Some(wanted) = wanted.filter(|_| reads.lookups.launch_template_version.is_none()) else {
        return Ok(());
    };
    let read = cloud
        .call(&DescribeLaunchTemplate {
            template: wanted.clone(),
        })
        .await;
    match lasting(&mut reads.retries, read)? {
        Ok(template) => reads.lookups.launch_template_version = Some(template.version.to_string()),
        // The template of before may be gone; the version that runs then stands.
        Err(_) if stack.rolls_back() => {}
        Err(error) => return Err(PassStop::Fail(format!("LaunchTemplate: {error}"))),
    }
    Ok(())
}

/// What is refused in an update is no reason to fail a rollback: nothing was changed then, or it was done by a release of
/// this function that took other properties. Only a stack that says it rolls back is believed. The answer names the group that is
/// left, which is the current one: CloudFormation deletes the current one if the answer names another.
pub async fn goal_that_leaves_group<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    why: String,
    now: u64,
) -> Result<Goal, PassStop> {
    let Some(current) = case.current() else {
        return Err(PassStop::Fail(why));
    };
    if situation(cloud, case, progress, now).await?.phase != StackPhase::RollingBack {
        return Err(PassStop::Fail(why));
    }
    progress.stage = Task::Converge;
    progress.groups.target = None;
    Ok(Goal::AsIs {
        identity: identity(case, current),
        why,
    })
}

/// The group that CloudFormation has recorded of a stack whose operation is over.
async fn repeated<C: Cloud>(
    cloud: &C,
    case: &Case,
    retries: &mut Retries,
    groups: &mut KnownGroups,
) -> Result<Goal, PassStop> {
    let envelope = &case.request.envelope;
    let read = cloud
        .call(&DescribeStackResource {
            stack_id: envelope.stack_id.clone(),
            logical_id: envelope.logical_resource_id.clone(),
        })
        .await;
    let recorded = match at_once(retries, read)? {
        Ok(recorded) => recorded.and_then(|record| PhysicalId::parse(&record.physical_id)),
        Err(error) => {
            tracing::warn!(%error, "CloudFormation's record of the resource could not be had");
            None
        }
    };
    let derived = case.derived_id();
    let cluster = derived.as_ref().map(|id| id.cluster.clone());
    let known = recorded.or_else(|| case.current()).or(derived);
    let Some(known) = known.filter(|known| Some(&known.cluster) == cluster.as_ref()) else {
        return Err(PassStop::Fail(stale_request::OVER.to_owned()));
    };
    groups.target = Some(known.name.clone());
    Ok(Goal::Repeat(identity(case, known)))
}

/// A group by its name, as a request of its owner sees it.
pub fn identity(case: &Case, PhysicalId { cluster, name }: PhysicalId) -> Identity {
    Identity {
        cluster,
        name,
        owner: case.owner.clone(),
        delete_scope: DeleteScope::Any,
        order: case.order.clone(),
    }
}

fn desired(case: &Case, stack: &KnownStack, name: String, situation: StackState, size: DesiredSize) -> Desired {
    let spec = &case.spec;
    let stack_tags = match &situation.tags {
        Some(_) => StackTags::Known,
        None => StackTags::Unknown,
    };
    let mut tags = situation.tags.unwrap_or_default();
    tags.extend(spec.tags.clone());
    let removed_tags = old_tags(case)
        .into_iter()
        .filter(|key| !tags.contains_key(key))
        .collect();
    tags.extend(case.owner.tags());
    tags.extend(case.order.tags());
    // Both mark what was made in place of another group.
    let may_replace = case.requester().may_replace();
    Desired {
        name,
        tags,
        stack_tags,
        removed_tags,
        dropped: case.old.as_ref().map(|old| dropped(spec, old)).unwrap_or_default(),
        desired_size: size,
        direction: stack.direction(case.kind()),
        sent: case.sent().filter(|_| may_replace),
        current_id: case.current().filter(|_| may_replace).map(|id| id.to_string()),
        order: case.order.clone(),
        purpose: match case.kind() {
            RequestType::Create => Purpose::Create,
            RequestType::Update | RequestType::Delete => Purpose::Update,
        },
        launch_template_version: None,
        owner: case.owner.clone(),
        spec: spec.clone(),
    }
}

fn old_tags(case: &Case) -> BTreeSet<String> {
    let old = case.request.old_properties.as_ref();
    let tags = old.and_then(|old| old.get("Tags")?.as_object());
    tags.map(|tags| tags.keys().cloned().collect()).unwrap_or_default()
}
