//! The device plugin's DaemonSet, which all groups of a cluster that ask for it share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::outside_eks::OutsideEks;
use crate::ports::{ApplyObject, Cloud, CreateDaemonSet, DeleteDaemonSet, ListDaemonSets, TagResource, UntagResource};
use mng_core::call_error::{CallError, Fault, NO_ANSWER};
use mng_core::decide::OutsideEksPart;
use mng_core::decide::plan::{PluginForGroup, PluginMark};
use mng_core::nodegroup::group::GroupTarget;
use mng_core::nodegroup::ownership::PLUGIN_TAG;
use mng_core::workload::device_plugin::{JoinDecision, LeaveDecision, NAME, PluginRequest, join, leave};

/// How often a cluster that can't be connected to is tried before a group keeps its device plugin for that: with the waits in
/// between some three minutes. An endpoint that was closed to the function stays so, and the way out is told sooner than an hour.
const LEAVE_TRIES: u32 = 8;

/// How often the device plugin is looked at and applied before something else is taken to undo it.
const JOINS: usize = 8;

/// The tag comes first: whatever happens behind it, the group says that there may be something in the cluster. A DaemonSet
/// that already has the group, as one has that an earlier group of the name left behind, is no reason to go without.
///
/// Looked at again until it is as it should be. Each apply is for the DaemonSet that was seen, as it was seen, so no two
/// groups undo each other's part. Where there is none, one is created first that is for no group: of two groups that are
/// the first at the same time, the other finds it.
pub async fn join_plugin<C: Cloud>(cloud: &C, wanted: &PluginForGroup) -> Result<Option<String>, CallError> {
    let group = &wanted.group;
    let asked = PluginRequest {
        group: &group.name,
        image: &wanted.image,
        taints: &wanted.taints,
    };
    let mut mark = Mark::of(wanted.mark);
    for _ in 0..JOINS {
        let live = cloud.call(&daemon_sets_of(group)).await?;
        match join(&asked, &live) {
            JoinDecision::Foreign(warning) => return Ok(Some(warning)),
            JoinDecision::AsItIs | JoinDecision::Create(_) | JoinDecision::Apply(_) if mark == Mark::Missing => {
                cloud.call(&tag(group)).await?;
                mark = Mark::New;
            }
            JoinDecision::AsItIs => return Ok(None),
            JoinDecision::Create(bare) => mark = create_marked(cloud, group, &bare, mark).await?,
            JoinDecision::Apply(manifest) => {
                let applied = cloud.call(&apply(group, manifest)).await;
                mark = written(cloud, group, mark, applied).await?;
            }
        }
    }
    Ok(Some(format!(
        "NvidiaDevicePlugin: {NAME} was applied, and something else changes it again and again"
    )))
}

/// None of ours was there a moment ago, so a tag speaks of nothing if this is refused, however old it is.
async fn create_marked<C: Cloud>(cloud: &C, group: &GroupTarget, bare: &Value, mark: Mark) -> Result<Mark, CallError> {
    let create = CreateDaemonSet {
        cluster: group.cluster.clone(),
        object: bare.clone(),
    };
    match cloud.call(&create).await {
        Err(error) if error.fault == Fault::InUse => Ok(mark),
        created => written(cloud, group, Mark::New, created).await,
    }
}

/// Where the cluster doesn't let the function in, nothing was written, and a tag of this very request goes again.
async fn written<C: Cloud>(
    cloud: &C,
    group: &GroupTarget,
    mark: Mark,
    done: Result<(), CallError>,
) -> Result<Mark, CallError> {
    let refused = done.as_ref().is_err_and(|error| error.fault == Fault::Denied);
    if refused && mark == Mark::New {
        cloud.call(&untag(group)).await?;
    }
    done.map(|()| Mark::Known)
}

/// The tag that says that there may be something in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Missing,
    /// Set a moment ago, before anything was created or applied.
    New,
    Known,
}

impl Mark {
    fn of(mark: PluginMark) -> Self {
        match mark {
            PluginMark::Set => Self::Known,
            PluginMark::Missing => Self::Missing,
        }
    }
}

/// A cluster that is gone has no plugin any more.
pub async fn leave_plugin<C: Cloud>(cloud: &C, group: &GroupTarget) -> Result<(), CallError> {
    let live = match cloud.call(&daemon_sets_of(group)).await {
        Ok(live) => live,
        Err(error) if error.fault == Fault::NotFound => return Ok(()),
        Err(error) => return Err(advised(error, group)),
    };
    match leave(&group.name, &live) {
        LeaveDecision::Nothing => {}
        LeaveDecision::Apply(manifest) => {
            let applied = cloud.call(&apply(group, manifest)).await;
            applied.map_err(|error| advised(error, group))?;
        }
        LeaveDecision::Delete { uid, resource_version } => {
            let delete = DeleteDaemonSet {
                cluster: group.cluster.clone(),
                uid,
                resource_version,
            };
            cloud.call(&delete).await.map_err(|error| advised(error, group))?;
        }
    }
    cloud.call(&untag(group)).await
}

fn daemon_sets_of(group: &GroupTarget) -> ListDaemonSets {
    ListDaemonSets {
        cluster: group.cluster.clone(),
    }
}

fn apply(group: &GroupTarget, object: Value) -> ApplyObject {
    ApplyObject {
        cluster: group.cluster.clone(),
        object,
    }
}

fn tag(group: &GroupTarget) -> TagResource {
    TagResource {
        arn: group.arn.clone(),
        tags: BTreeMap::from([(PLUGIN_TAG.to_owned(), "nvidia".to_owned())]),
    }
}

fn untag(group: &GroupTarget) -> UntagResource {
    UntagResource {
        arn: group.arn.clone(),
        keys: BTreeSet::from([PLUGIN_TAG.to_owned()]),
    }
}

/// Who can't give access back, or open the way to the cluster, has another way out.
fn advised(error: CallError, group: &GroupTarget) -> CallError {
    if !matches!(error.fault, Fault::Denied | Fault::Unknown) {
        return error;
    }
    CallError {
        message: format!(
            "{}; or, to leave the device plugin's DaemonSet in the cluster, remove the tag {PLUGIN_TAG} from the node group: `aws \
             eks untag-resource --resource-arn {} --tag-keys {PLUGIN_TAG}`",
            error.message, group.arn
        ),
        ..error
    }
}

/// A rollback goes on without instead. A cluster that has answered in this request is waited for until the deadline.
pub fn is_out_of_reach(outside: &OutsideEks, error: &CallError) -> bool {
    let tries = outside.tries(OutsideEksPart::DevicePlugin);
    let unconnected = error.fault == Fault::Unknown && error.code == NO_ANSWER;
    let was_reached = outside.access.has_let_in(&error.resource);
    unconnected && tries + 1 >= LEAVE_TRIES && !was_reached && !outside.stack.rolls_back()
}
