//! After a request's own work: replacements of the resource that an earlier update began and never finished are removed.
//!
//! An update that fails at its deadline leaves a group that EKS is still creating. Without a rollback (`--disable-rollback`) no
//! request comes that names this group, and it would run, and be billed, for ever. So each later Update and the Delete of the
//! resource look for such groups. A group goes only if all of this holds: it bears the resource's tags and the unconfirmed mark of a
//! replacement of the current group, EKS created it after the current group, CloudFormation still names the current group, and the stack
//! has not gone on since the request was sent: a later update makes its new group before CloudFormation names it.

use crate::answer::known_id;
use crate::case::Case;
use crate::fault::PassStop;
use crate::ports::{
    Cloud, DescribeNodegroup, DescribeStack, DescribeStackResource, Fate, FindIdsInEc2, ListNodegroups, Record,
};
use crate::progress::{KnownGroups, KnownStack, Progress, ReplacementCleanup, Retries, StackPhase, Task, Warnings};
use crate::texts::{NOT_LOOKED_FOR, UNFINISHED};
use crate::{prepare, stale_request};
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::history::History;
use mng_core::decide::{DeleteScope, Goal, Identity};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::{Confirmation, Replaces};
use mng_core::protocol::answer::Attributes;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::{Properties, RequestType};

/// How often unfinished replacements are looked for in vain before the request is answered without. The next request looks again.
const TRIES: u32 = 3;

/// What looking for unfinished replacements reads and writes of a request's progress.
pub struct ReplacementSearch<'a> {
    stage: &'a mut Task,
    stack: &'a mut KnownStack,
    groups: &'a KnownGroups,
    retries: &'a mut Retries,
}

impl<'a> ReplacementSearch<'a> {
    pub fn of(progress: &'a mut Progress) -> Self {
        Self {
            stage: &mut progress.stage,
            stack: &mut progress.stack,
            groups: &progress.groups,
            retries: &mut progress.reads.retries,
        }
    }
}

/// Whether a request looks for unfinished replacements. A Create has none, and requests by event replace nothing.
pub fn is_due(case: &Case, stack: &KnownStack) -> bool {
    let has_id = PhysicalId::parse(case.physical_id()).is_some();
    match case.kind() {
        RequestType::Create => false,
        RequestType::Update | RequestType::Delete => {
            has_id && stack.phase() != StackPhase::Over && case.requester().may_replace()
        }
    }
}

/// The request's own work is done; its answer waits.
pub fn begin(
    case: &Case,
    groups: &mut KnownGroups,
    history: &mut History,
    attributes: Attributes,
    warnings: Vec<String>,
) -> Task {
    if case.kind() == RequestType::Delete {
        groups.current_made = groups.current_made.or(history.first_made);
    }
    history.reset_for_another_group();
    Task::Sweep(ReplacementCleanup {
        attributes,
        warnings,
        left: None,
        tries: 0,
    })
}

/// The next group to remove; `None`: nothing is left.
pub async fn next_goal<C: Cloud>(
    cloud: &C,
    case: &Case,
    mut known: ReplacementSearch<'_>,
    sweep: &ReplacementCleanup,
) -> Result<Option<Goal>, PassStop> {
    let left = match &sweep.left {
        Some(left) => left.clone(),
        None => {
            let left = find_unfinished(cloud, case, &mut known, sweep).await?;
            note(known.stage, left.clone());
            left
        }
    };
    let Some(first) = left.first().and_then(|id| PhysicalId::parse(id)) else {
        return Ok(None);
    };
    Ok(Some(Goal::Absent(Identity {
        delete_scope: DeleteScope::InPlaceOf {
            id: case.physical_id().to_owned(),
            since: known.groups.current_made,
        },
        ..prepare::identity(case, first)
    })))
}

/// One of them is gone; gives whether others are left.
pub fn next(stage: &mut Task, history: &mut History) -> bool {
    let Task::Sweep(ReplacementCleanup { left: Some(left), .. }) = stage else {
        return false;
    };
    if left.len() < 2 {
        return false;
    }
    left.remove(0);
    history.reset_for_another_group();
    true
}

/// What becomes of a request for which a group could not be removed.
pub enum CleanupResult {
    ToGoOn(ReplacementCleanup),
    Nothing(ReplacementCleanup),
    /// Nobody would come for what a Delete leaves.
    Failed(String),
}

/// The group at hand is left, for `reason`.
pub fn leave(
    case: &Case,
    history: &mut History,
    warnings: &mut Warnings,
    groups: &KnownGroups,
    mut sweep: ReplacementCleanup,
    reason: &str,
) -> CleanupResult {
    let mut left = sweep.left.take().unwrap_or_default();
    let why = match left.first() {
        Some(id) => format!("{UNFINISHED} {id}, and the function could not remove it: {reason}"),
        None => format!("{NOT_LOOKED_FOR} of earlier updates: {reason}"),
    };
    match (case.kind(), left.is_empty()) {
        (RequestType::Delete, false) => return CleanupResult::Failed(format!("{why}; delete the stack again")),
        (RequestType::Create | RequestType::Update, false) => {
            warnings.add(format!("{why}; {}", what_comes_of_it(case, groups)));
        }
        (_, true) => warnings.add(why),
    }
    left.drain(..left.len().min(1));
    history.reset_for_another_group();
    let is_done = left.is_empty();
    sweep.left = Some(left);
    if is_done {
        CleanupResult::Nothing(sweep)
    } else {
        CleanupResult::ToGoOn(sweep)
    }
}

/// Unfinished replacements are known by the group that they were to replace. After a replacement no request names that one.
fn what_comes_of_it(case: &Case, groups: &KnownGroups) -> &'static str {
    if known_id(case, groups).as_deref() == Some(case.physical_id()) {
        "the next update or the deletion of the resource tries again"
    } else {
        "no later request looks for it, so delete it by hand"
    }
}

/// Before a group is removed: CloudFormation may have read another answer meanwhile, or a later update have begun.
pub async fn ensure_still_unfinished<C: Cloud>(
    cloud: &C,
    case: &Case,
    known: ReplacementSearch<'_>,
) -> Result<(), PassStop> {
    if known.stack.asked {
        return Ok(());
    }
    match is_current(cloud, case, known.stack).await {
        Ok(true) => {
            known.stack.asked = true;
            Ok(())
        }
        Ok(false) => Err(PassStop::Fail(
            "CloudFormation no longer names the node group that this request is about, or the stack has gone on"
                .to_owned(),
        )),
        Err(error) => Err(known.retries.retry(&error)),
    }
}

fn note(stage: &mut Task, found: Vec<String>) {
    if !found.is_empty() {
        tracing::warn!(
            ?found,
            "the function removes unfinished replacements of an earlier update"
        );
    }
    if let Task::Sweep(sweep) = stage {
        sweep.left = Some(found);
    }
}

async fn find_unfinished<C: Cloud>(
    cloud: &C,
    case: &Case,
    known: &mut ReplacementSearch<'_>,
    sweep: &ReplacementCleanup,
) -> Result<Vec<String>, PassStop> {
    match unfinished(cloud, case, known).await {
        Ok(found) => Ok(found),
        Err(error) if is_passing(&error) && sweep.tries + 1 < TRIES => {
            if let Task::Sweep(sweep) = known.stage {
                sweep.tries += 1;
            }
            Err(known.retries.retry(&error))
        }
        Err(error) => Err(PassStop::Fail(error.to_string())),
    }
}

fn is_passing(error: &CallError) -> bool {
    match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse | Fault::Denied => true,
        Fault::NotFound | Fault::Refused => false,
    }
}

/// Groups by their tags, and what is in EC2 for a group that isn't there: an update may have died before there was one. Only what is
/// found costs another call, and mostly there is nothing.
async fn unfinished<C: Cloud>(cloud: &C, case: &Case, known: &ReplacementSearch<'_>) -> Result<Vec<String>, CallError> {
    let mut found = Vec::new();
    let find = FindIdsInEc2 {
        owner: case.owner.clone(),
    };
    let in_ec2 = cloud.call(&find).await?;
    for id in in_ec2.iter().filter_map(|id| PhysicalId::parse(id)) {
        let due = is_due_for_removal(cloud, case, known.groups, &id, AbsentGroup::LeavesSomething).await?;
        found.extend(due.then(|| id.to_string()));
    }
    for cluster in clusters(case) {
        for name in names(cloud, &cluster).await? {
            let id = PhysicalId {
                cluster: cluster.clone(),
                name,
            };
            let is_known = in_ec2.contains(&id.to_string());
            let due =
                !is_known && is_due_for_removal(cloud, case, known.groups, &id, AbsentGroup::LeavesNothing).await?;
            found.extend(due.then(|| id.to_string()));
        }
    }
    if found.is_empty() || is_current(cloud, case, known.stack).await? {
        return Ok(found);
    }
    Ok(vec![])
}

async fn names<C: Cloud>(cloud: &C, cluster: &str) -> Result<Vec<String>, CallError> {
    let list = ListNodegroups {
        cluster: cluster.to_owned(),
    };
    match cloud.call(&list).await {
        Err(error) if error.fault == Fault::NotFound => Ok(vec![]),
        names => names,
    }
}

/// What is there of a group that doesn't exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AbsentGroup {
    LeavesSomething,
    LeavesNothing,
}

async fn is_due_for_removal<C: Cloud>(
    cloud: &C,
    case: &Case,
    groups: &KnownGroups,
    id: &PhysicalId,
    absent: AbsentGroup,
) -> Result<bool, CallError> {
    let (text, current) = (id.to_string(), case.physical_id());
    if text == current || known_id(case, groups).as_ref() == Some(&text) {
        return Ok(false);
    }
    match cloud.call(&DescribeNodegroup { group: id.clone() }).await {
        Ok(group) if case.owner.owns(&group.tags) => Ok(is_replacement_of(groups.current_made, &group, current)),
        // Somebody else has the name, and what was made for ours lies beside.
        Ok(_) => Ok(absent == AbsentGroup::LeavesSomething),
        Err(error) if error.fault == Fault::NotFound => Ok(absent == AbsentGroup::LeavesSomething),
        Err(error) => Err(error),
    }
}

fn is_replacement_of(current_made: Option<u64>, group: &NodeGroup, current: &str) -> bool {
    let replaces = Replaces::on(&group.tags);
    let unconfirmed = replaces.is_some_and(|it| it.id == current && it.known == Confirmation::Unconfirmed);
    let newer = current_made.is_none_or(|made| group.created_at.is_some_and(|created| created >= made));
    unconfirmed && newer
}

/// Whether no later request has begun for the resource. For a Delete CloudFormation's record is enough: if the user had added the resource
/// again, its status would not be `DELETE_*`.
async fn is_current<C: Cloud>(cloud: &C, case: &Case, known: &KnownStack) -> Result<bool, CallError> {
    let recorded = records_current(cloud, case).await?;
    if !recorded || case.kind() == RequestType::Delete {
        return Ok(recorded);
    }
    let stack = cloud
        .call(&DescribeStack {
            stack_id: case.request.envelope.stack_id.clone(),
        })
        .await?;
    Ok(!stale_request::has_started_another_operation(case, known, &stack))
}

/// Whether CloudFormation names the group that the request is about, and in a Delete whether it deletes the resource itself: the cleanup
/// after a replacement deletes the replaced group alone, and the mark of the new one isn't confirmed yet. Where the record can't be had
/// nothing is removed.
async fn records_current<C: Cloud>(cloud: &C, case: &Case) -> Result<bool, CallError> {
    let envelope = &case.request.envelope;
    let recorded = cloud
        .call(&DescribeStackResource {
            stack_id: envelope.stack_id.clone(),
            logical_id: envelope.logical_resource_id.clone(),
        })
        .await;
    match recorded {
        Ok(Some(Record { physical_id, fate })) => {
            let ends_with_it = match (case.kind(), fate) {
                (RequestType::Delete, Fate::Kept) => false,
                (RequestType::Delete, Fate::Deleted) | (RequestType::Create | RequestType::Update, _) => true,
            };
            Ok(ends_with_it && Some(physical_id) == envelope.physical_resource_id)
        }
        Ok(None) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Those of the current group and of the properties, without repeats.
fn clusters(case: &Case) -> Vec<String> {
    let request = &case.request;
    let of = |properties: &Properties| {
        properties
            .get("ClusterName")
            .and_then(|name| name.as_str())
            .map(str::to_owned)
    };
    let current = PhysicalId::parse(case.physical_id()).map(|id| id.cluster);
    let old = request.old_properties.as_ref().and_then(of);
    let mut clusters: Vec<String> = current.into_iter().chain(of(&request.properties)).chain(old).collect();
    clusters.sort();
    clusters.dedup();
    clusters
}
