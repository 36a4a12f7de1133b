//! Looking at and changing what is beyond the service: the Auto Scaling group, and the cluster's own API.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Stop;
use super::act::still_wanted;
use super::goal::{rolls_back, unanswered};
use crate::auto_scaling::{ScalingStep, is_asked};
use crate::nodegroup::decide::{Goal, Look, Observation, Part, Waiting};
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::history::{Begun, StepKind};
use crate::nodegroup::ownership::PLUGIN_TAG;
use crate::nodegroup::plan::{Desired, Step};
use crate::ports::{CallError, Cloud, Fault};
use crate::progress::Progress;
use crate::workload::device_plugin::{Asked, Leave, NAME, Verdict, join, leave};
use crate::workload::nodes::{Node, Ready, ready};
use crate::workload::windows::{Ipam, lacks_linux, switched_on, warning};

/// How often it is asked for what can be gone on without, in a rollback or where the template asks for nothing of it, and how
/// often a cluster may deny access.
const TRIES: u32 = 3;

/// How often a cluster that can't be connected to is tried before a group keeps its device plugin for that: with the waits in
/// between some three minutes. An endpoint that was closed to the function stays so, and the way out is told sooner than an hour.
const LEAVE_TRIES: u32 = 8;

/// How often the device plugin is looked at and applied before something else is taken to undo it.
const JOINS: usize = 8;

/// Whether a step is beyond the service's own API.
pub fn is_of(step: &Step) -> bool {
    match step {
        Step::Scaling(_) | Step::JoinPlugin { .. } | Step::LeavePlugin | Step::EnableWindows => true,
        Step::Launch(_) | Step::Create(_) | Step::Delete => false,
        Step::Tag(_) | Step::Untag(_) | Step::UpdateVersion(_) | Step::UpdateConfig(_) => false,
    }
}

/// Looks up one thing for the next decision.
pub async fn look<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: &Observation,
    look: Look,
) -> Result<(), Stop> {
    let (Goal::Present(desired), Observation::Present { group, .. }) = (goal, seen) else {
        unreachable!("{look:?} is only asked for of a group that is to be there and is");
    };
    match look {
        Look::ScalingGroup => match cloud.scaling_group(&group.auto_scaling_group).await {
            Ok(found) => progress.beyond.scaling_group = Some(found),
            Err(error) if !is_asked(&desired.spec) && !is_worth_asking_again(progress, Part::ScalingGroup, &error) => {
                give_up(progress, Part::ScalingGroup, Some(&error));
            }
            Err(error) => return meaning(progress, Part::ScalingGroup, &error),
        },
        Look::Nodes | Look::Around => match nodes(cloud, progress, group).await {
            Ok(nodes) => {
                let wanted = usize::try_from(group.scaling.desired).unwrap_or_default();
                let count = ready(&nodes);
                tracing::info!(ready = count, wanted, "nodes");
                progress.history.ready = Some(Ready { ready: count, wanted });
                progress.watched = Some((group.cluster.clone(), group.name.clone()));
                progress.beyond.nodes = Some(nodes);
                progress.history.tries.remove(&Part::Nodes);
            }
            Err(error) => return meaning(progress, Part::Nodes, &error),
        },
    }
    answered(progress);
    Ok(())
}

async fn nodes<C: Cloud>(cloud: &C, progress: &Progress, group: &NodeGroup) -> Result<Vec<Node>, CallError> {
    let request_id = &progress.request.envelope.request_id;
    cloud.nodes(&group.cluster, &group.name, request_id).await
}

/// Carries one step out and notes it. A replay does the same again: nothing of it is done twice.
pub async fn act<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    goal: &Goal,
    seen: &Observation,
    step: Step,
    now: u64,
) -> Result<(), Stop> {
    let Observation::Present { group, .. } = seen else {
        unreachable!("{step:?} is only decided for a group that is there");
    };
    if matches!(goal, Goal::Present(_)) {
        still_wanted(cloud, progress).await?;
    }
    tracing::info!(step = ?step.kind(), "begin");
    let (part, done) = match (&step, goal) {
        (Step::Scaling(steps), _) => {
            progress.beyond.scaling_group = None;
            (Part::ScalingGroup, change_scaling_group(cloud, group, steps).await)
        }
        (Step::JoinPlugin { image }, Goal::Present(desired)) => {
            (Part::DevicePlugin, join_plugin(cloud, desired, group, image).await)
        }
        (Step::LeavePlugin, _) => match leave_plugin(cloud, group).await {
            Err(error) if is_out_of_reach(progress, &error) => return Err(Stop::Fail(error.to_string())),
            left => (Part::DevicePlugin, left.map(|()| None)),
        },
        (Step::EnableWindows, _) => match enable_windows(cloud, group).await {
            Ok(told) => (Part::Windows, Ok(told)),
            Err(Windows::NoLinux(told)) => return no_linux(progress, told),
            Err(Windows::Failed(error)) => (Part::Windows, Err(error)),
        },
        (step, goal) => unreachable!("{step:?} is never decided for {goal:?}"),
    };
    match done {
        Ok(told) => {
            told.into_iter().for_each(|warning| progress.warn(warning));
            begun(progress, step.kind(), now);
            Ok(())
        }
        Err(error) => meaning(progress, part, &error),
    }
}

async fn change_scaling_group<C: Cloud>(
    cloud: &C,
    group: &NodeGroup,
    steps: &[ScalingStep],
) -> Result<Option<String>, CallError> {
    for step in steps {
        cloud.change_scaling_group(&group.auto_scaling_group, step).await?;
    }
    Ok(None)
}

/// The tag comes first: whatever happens behind it, the group says that there may be something in the cluster. A DaemonSet
/// that already has the group, as one has that an earlier group of the name left behind, is no reason to go without.
///
/// Looked at again until it is as it should be. Each apply is for the DaemonSet that was seen, as it was seen, so no two
/// groups undo each other's part. Where there is none, one is created first that is for no group: of two groups that are
/// the first at the same time, the other finds it.
async fn join_plugin<C: Cloud>(
    cloud: &C,
    desired: &Desired,
    group: &NodeGroup,
    image: &str,
) -> Result<Option<String>, CallError> {
    let asked = Asked {
        group: &group.name,
        image,
        taints: &desired.spec.taints,
    };
    let mut mark = Mark::of(group);
    for _ in 0..JOINS {
        let live = cloud.daemon_sets(&group.cluster).await?;
        match join(&asked, &live) {
            Verdict::Foreign(warning) => return Ok(Some(warning)),
            Verdict::AsItIs | Verdict::Create(_) | Verdict::Apply(_) if mark == Mark::Missing => {
                let tag = BTreeMap::from([(PLUGIN_TAG.to_owned(), "nvidia".to_owned())]);
                cloud.tag(&group.arn, &tag).await?;
                mark = Mark::New;
            }
            Verdict::AsItIs => return Ok(None),
            Verdict::Create(bare) => mark = create_marked(cloud, group, &bare, mark).await?,
            Verdict::Apply(manifest) => {
                let applied = cloud.apply(&group.cluster, &manifest).await;
                mark = written(cloud, group, mark, applied).await?;
            }
        }
    }
    Ok(Some(format!(
        "NvidiaDevicePlugin: {NAME} was applied, and something else changes it again and again"
    )))
}

/// None of ours was there a moment ago, so a tag speaks of nothing if this is refused, however old it is.
async fn create_marked<C: Cloud>(cloud: &C, group: &NodeGroup, bare: &Value, mark: Mark) -> Result<Mark, CallError> {
    match cloud.create_plugin(&group.cluster, bare).await {
        Err(error) if error.fault == Fault::InUse => Ok(mark),
        created => written(cloud, group, Mark::New, created).await,
    }
}

/// Where the cluster doesn't let the function in, nothing was written, and a tag of this very request goes again.
async fn written<C: Cloud>(
    cloud: &C,
    group: &NodeGroup,
    mark: Mark,
    done: Result<(), CallError>,
) -> Result<Mark, CallError> {
    let refused = done.as_ref().is_err_and(|error| error.fault == Fault::Denied);
    if refused && mark == Mark::New {
        cloud
            .untag(&group.arn, &BTreeSet::from([PLUGIN_TAG.to_owned()]))
            .await?;
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
    fn of(group: &NodeGroup) -> Self {
        match group.tags.contains_key(PLUGIN_TAG) {
            true => Self::Known,
            false => Self::Missing,
        }
    }
}

/// A cluster that is gone has no plugin any more.
async fn leave_plugin<C: Cloud>(cloud: &C, group: &NodeGroup) -> Result<(), CallError> {
    let live = match cloud.daemon_sets(&group.cluster).await {
        Ok(live) => live,
        Err(error) if error.fault == Fault::NotFound => return Ok(()),
        Err(error) => return Err(advised(error, group)),
    };
    match leave(&group.name, &live) {
        Leave::Nothing => {}
        Leave::Apply(manifest) => cloud
            .apply(&group.cluster, &manifest)
            .await
            .map_err(|error| advised(error, group))?,
        Leave::Delete { uid, resource_version } => cloud
            .delete_plugin(&group.cluster, &uid, &resource_version)
            .await
            .map_err(|error| advised(error, group))?,
    }
    cloud.untag(&group.arn, &BTreeSet::from([PLUGIN_TAG.to_owned()])).await
}

/// Who can't give access back, or open the way to the cluster, has another way out.
fn advised(error: CallError, group: &NodeGroup) -> CallError {
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

/// A rollback goes on without instead.
fn is_out_of_reach(progress: &Progress, error: &CallError) -> bool {
    let tries = progress
        .history
        .tries
        .get(&Part::DevicePlugin)
        .copied()
        .unwrap_or_default();
    let unconnected = error.fault == Fault::Unknown && error.code.starts_with("no ");
    unconnected && tries + 1 >= LEAVE_TRIES && !rolls_back(progress)
}

enum Windows {
    NoLinux(String),
    Failed(CallError),
}

async fn enable_windows<C: Cloud>(cloud: &C, group: &NodeGroup) -> Result<Option<String>, Windows> {
    let state = cloud.windows(&group.cluster).await.map_err(Windows::Failed)?;
    if let Some(why) = lacks_linux(&state) {
        let told = format!("WindowsSupport: {why}; add a Linux node group first");
        // Where it is on already this is no step that lacks something, and Linux nodes come and go.
        return match state.ipam {
            Ipam::On => Ok(Some(told)),
            Ipam::Off | Ipam::OffByAddOn => Err(Windows::NoLinux(told)),
        };
    }
    if let Some(config_map) = switched_on(&state) {
        cloud
            .apply(&group.cluster, &config_map)
            .await
            .map_err(Windows::Failed)?;
    }
    Ok(warning(&state))
}

fn no_linux(progress: &mut Progress, told: String) -> Result<(), Stop> {
    if !rolls_back(progress) {
        return Err(Stop::Fail(told));
    }
    progress.warn(told);
    give_up(progress, Part::Windows, None);
    Ok(())
}

/// What a failed call means. A rollback goes on without: it never fails for what isn't the service's.
fn meaning(progress: &mut Progress, part: Part, error: &CallError) -> Result<(), Stop> {
    let again = is_worth_asking_again(progress, part, error);
    if rolls_back(progress) && !again {
        progress.warn(format!("left as it is: {error}"));
        give_up(progress, part, Some(error));
        return Ok(());
    }
    *progress.history.tries.entry(part).or_default() += 1;
    match error.fault {
        // Two groups of one stack at once: the next look sees what the other has done.
        Fault::InUse => Err(Stop::Wait(Waiting::ForOthers)),
        Fault::Throttled | Fault::Unknown => {
            progress.history.obstacle = Some(error.to_string());
            Err(unanswered(progress, error))
        }
        Fault::Denied if again => {
            progress.history.obstacle = Some(error.to_string());
            Err(unanswered(progress, error))
        }
        Fault::NotFound | Fault::Denied | Fault::Refused => Err(Stop::Fail(error.to_string())),
    }
}

fn is_worth_asking_again(progress: &Progress, part: Part, error: &CallError) -> bool {
    let passes = match error.fault {
        Fault::Throttled | Fault::Unknown | Fault::InUse => true,
        // A cluster denies also while its webhook for tokens fails, and for a while after access was given.
        Fault::Denied => part != Part::ScalingGroup,
        Fault::NotFound | Fault::Refused => false,
    };
    let tries = progress.history.tries.get(&part).copied().unwrap_or_default();
    passes && tries + 1 < TRIES
}

fn give_up(progress: &mut Progress, part: Part, error: Option<&CallError>) {
    if let Some(error) = error {
        tracing::warn!(%error, ?part, "gone on without");
    }
    answered(progress);
    progress.history.given_up.insert(part);
}

fn begun(progress: &mut Progress, step: StepKind, at: u64) {
    answered(progress);
    progress.history.begun.push(Begun {
        step,
        at,
        update_id: None,
    });
}

fn answered(progress: &mut Progress) {
    progress.unanswered = 0;
    progress.history.obstacle = None;
}
