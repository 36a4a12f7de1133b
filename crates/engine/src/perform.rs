//! The one executor: makes the call of a step, notes that it was begun, and says what comes next.

use crate::case::Case;
use crate::device_plugin::{join_plugin, leave_plugin};
use crate::fault::PassStop;
use crate::outside_eks::answered;
use crate::ports::{
    ChangeEc2, ChangeScalingGroup, Cloud, CreateNodegroup, DeleteNodegroup, TagResource, UntagResource,
    UpdateNodegroupConfig, UpdateNodegroupVersion,
};
use crate::progress::{Progress, Reads, Task, Warnings};
use crate::step_failure::{AfterFailure, failed};
use crate::texts::TAGGED_AGAIN;
use crate::windows_support::{NotEnabled, enable_windows};
use crate::{stale_request, unfinished_replacements};
use mng_core::call_error::CallError;
use mng_core::decide::desired::Desired;
use mng_core::decide::history::{BegunStep, History};
use mng_core::decide::plan::{Step, StepKind, System};
use mng_core::decide::roll::outlasts;
use mng_core::decide::{Goal, Observation, OutsideEksPart, Waiting};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_core::nodegroup::group::{GroupTarget, NodeGroup};
use mng_core::nodegroup::name::digest;
use mng_core::preflight::check::Check;
use mng_core::preflight::finding::Finding;
use mng_core::properties::spec::WaitFor;

/// What a step is taken for, and what was seen before it at `now`, in seconds since the epoch.
#[derive(Clone, Copy)]
pub struct StepContext<'a> {
    pub case: &'a Case,
    pub goal: &'a Goal,
    pub seen: &'a Observation,
    pub now: u64,
}

impl<'a> StepContext<'a> {
    /// What is wanted of a group that is there.
    pub fn change(self) -> Option<(&'a Desired, &'a NodeGroup)> {
        if let (Goal::Present(desired), Observation::Present { group, .. }) = (self.goal, self.seen) {
            return Some((desired, group));
        }
        None
    }
}

/// What comes after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterStep {
    /// The group itself is unchanged: the next decision goes by what was seen.
    Decide,
    /// The group is looked at again at once.
    Look,
    Wait(Waiting),
}

/// What a call gave.
#[derive(Default)]
struct StepResult {
    update_id: Option<String>,
    made: Option<LaunchStepResult>,
    warning: Option<String>,
}

/// Why a step was not taken.
enum StepError {
    Call(CallError),
    /// Something that the step needs isn't there, such as Linux nodes for Windows support.
    Lacks(OutsideEksPart, String),
}

impl From<CallError> for StepError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// Takes one step. A replay does the same again: nothing of it is done twice.
///
/// # Errors
/// A wait, or why the request fails.
pub async fn perform<C: Cloud>(
    cloud: &C,
    scene: StepContext<'_>,
    progress: &mut Progress,
    step: &Step,
) -> Result<AfterStep, PassStop> {
    still_due(cloud, scene, progress, step).await?;
    begin(progress, step);
    announce(scene, &progress.history, &mut progress.warnings, step);
    let token = token(scene.case, progress.groups.target.as_deref(), step);
    match call(cloud, step.clone(), token).await {
        Ok(given) => {
            if let Some(warning) = given.warning.clone() {
                progress.warnings.add(warning);
            }
            taken(&mut progress.history, &mut progress.reads, step, given, scene.now);
            Ok(after(scene.goal, step))
        }
        Err(StepError::Lacks(part, why)) => progress.outside_eks().lacks(part, why).map(|()| AfterStep::Decide),
        Err(StepError::Call(error)) => match failed(cloud, scene, progress.outside_eks(), step, &error).await? {
            AfterFailure::GoOn => Ok(AfterStep::Decide),
            AfterFailure::CountsAsTaken(after) => {
                taken(
                    &mut progress.history,
                    &mut progress.reads,
                    step,
                    StepResult::default(),
                    scene.now,
                );
                Ok(after)
            }
        },
    }
}

/// Asks whether the step is still wanted, where the safety of a group needs a second look: CloudFormation may have cancelled the update,
/// or a later request may have begun.
async fn still_due<C: Cloud>(
    cloud: &C,
    scene: StepContext<'_>,
    progress: &mut Progress,
    step: &Step,
) -> Result<(), PassStop> {
    let case = scene.case;
    match (scene.goal, step) {
        // Several steps in EC2 follow one another within seconds, so the stack is asked once in a pass.
        (Goal::Present(_), Step::Launch(launch)) if launch.removes() || progress.stack.asked => Ok(()),
        (Goal::Present(_), _) => {
            let retries = &mut progress.reads.retries;
            stale_request::ensure_still_wanted(cloud, case, &progress.history, &mut progress.stack, retries).await
        }
        (Goal::Absent(_), _) => match progress.stage {
            Task::Sweep(_) => {
                unfinished_replacements::ensure_still_unfinished(
                    cloud,
                    case,
                    unfinished_replacements::ReplacementSearch::of(progress),
                )
                .await
            }
            Task::Converge | Task::RemoveAbandoned | Task::Undo { .. } => {
                stale_request::ensure_removal_still_wanted(
                    cloud,
                    case,
                    &progress.stage,
                    &progress.groups,
                    &mut progress.stack,
                    &mut progress.reads.retries,
                )
                .await
            }
        },
        (Goal::AsIs { .. } | Goal::Repeat(_), _) => Ok(()),
    }
}

fn begin(progress: &mut Progress, step: &Step) {
    progress.reads.pass.forget_groups();
    progress.set_phase(step.kind().under_way());
    match step {
        Step::Launch(launch) => tracing::info!(begun = launch.action(), "begin"),
        step => tracing::info!(begun = ?step.kind(), "begin"),
    }
    match step.kind().system() {
        System::Outside(part) => progress.reads.pass.asking_for = Some(part),
        System::Eks | System::Ec2 => {}
    }
    if let Step::Scaling(..) = step {
        progress.reads.pass.outside_eks.scaling_group = None;
    }
}

/// A roll that can't end before the deadline is told before it begins: EKS goes on with it, and the stack fails. EKS goes by the
/// settings that the group has then. Those that the template tightens follow the roll.
fn announce(scene: StepContext, history: &History, warnings: &mut Warnings, step: &Step) {
    let (Some((desired, group)), StepKind::UpdateVersion) = (scene.change(), step.kind()) else {
        return;
    };
    let left = history.deadline.saturating_sub(scene.now);
    let cause = outlasts(group.scaling.desired, group.update_settings.unavailable, left);
    if let Some(cause) = cause.filter(|_| desired.spec.wait_for != WaitFor::Submitted) {
        let finding = Finding::new(Check::RollOutlastsTimeout, "ServiceTimeout", &group.name, cause);
        tracing::warn!(%finding, "announced");
        warnings.add(finding.to_string());
    }
}

/// The same request, step and content make the same token, so that a replay is the same call to the service; a RequestId
/// that comes again after weeks with other content (aws-cdk issue 35957) is not. The service wants 33 to 126 characters.
fn token(case: &Case, target: Option<&str>, step: &Step) -> String {
    let envelope = &case.request.envelope;
    let who = [&envelope.stack_id, &envelope.logical_resource_id, &envelope.request_id];
    digest(&format!("{who:?} {} {target:?}", content(step)), 64)
}

/// What a step asks for, without what was seen of the group: that differs from one delivery to the next.
fn content(step: &Step) -> String {
    let kind = step.kind();
    match step {
        Step::Launch(launch) => format!("{kind:?}({launch:?})"),
        Step::Create(_, group) => format!("{kind:?}({group:?})"),
        Step::Tag(_, tags) => format!("{kind:?}({tags:?})"),
        Step::Untag(_, keys) => format!("{kind:?}({keys:?})"),
        Step::UpdateVersion(_, change) => format!("{kind:?}({change:?})"),
        Step::UpdateConfig(_, change) => format!("{kind:?}({change:?})"),
        Step::Scaling(..) | Step::Delete(_) => format!("{kind:?}"),
        Step::JoinPlugin(_) | Step::LeavePlugin(_) | Step::EnableWindows(_) => format!("{kind:?}"),
    }
}

async fn call<C: Cloud>(cloud: &C, step: Step, token: String) -> Result<StepResult, StepError> {
    let mut given = StepResult::default();
    match step {
        Step::Launch(step) => {
            given.warning = tagged_again(&step);
            given.made = Some(cloud.call(&ChangeEc2 { step, token }).await?);
        }
        Step::Create(desired, group) => cloud.call(&CreateNodegroup { desired, group, token }).await?,
        Step::Tag(GroupTarget { arn, .. }, tags) => cloud.call(&TagResource { arn, tags }).await?,
        Step::Untag(GroupTarget { arn, .. }, keys) => cloud.call(&UntagResource { arn, keys }).await?,
        Step::UpdateVersion(target, change) => {
            let group = target.id();
            let id = cloud.call(&UpdateNodegroupVersion { group, change, token }).await?;
            given.update_id = Some(id);
        }
        Step::UpdateConfig(target, change) => {
            let group = target.id();
            let id = cloud.call(&UpdateNodegroupConfig { group, change, token }).await?;
            given.update_id = Some(id);
        }
        Step::Delete(target) => cloud.call(&DeleteNodegroup { group: target.id() }).await?,
        Step::Scaling(name, steps) => {
            for step in steps {
                let name = name.clone();
                cloud.call(&ChangeScalingGroup { name, step }).await?;
            }
        }
        Step::JoinPlugin(wanted) => given.warning = join_plugin(cloud, &wanted).await?,
        Step::LeavePlugin(group) => leave_plugin(cloud, &group).await?,
        Step::EnableWindows(cluster) => match enable_windows(cloud, &cluster).await {
            Ok(warning) => given.warning = warning,
            Err(NotEnabled::NoLinuxNodes(why)) => return Err(StepError::Lacks(OutsideEksPart::Windows, why)),
            Err(NotEnabled::Failed(error)) => return Err(error.into()),
        },
    }
    Ok(given)
}

fn tagged_again(step: &LaunchStep) -> Option<String> {
    let LaunchStep::TagTemplate { id, .. } = step else {
        return None;
    };
    Some(format!(
        "launch template {id} of this node group {TAGGED_AGAIN}, and the function tagged the launch template again"
    ))
}

/// What comes after a step. When nobody waits for the group, it is worth looking again right away.
pub fn after(goal: &Goal, step: &Step) -> AfterStep {
    let submitted = matches!(goal, Goal::Present(desired) if desired.spec.wait_for == WaitFor::Submitted);
    match (step.kind().system(), step.kind().waits_for()) {
        (System::Ec2 | System::Outside(_), _) => AfterStep::Decide,
        (System::Eks, Some(waiting)) if !submitted => AfterStep::Wait(waiting),
        (System::Eks, _) => AfterStep::Look,
    }
}

/// Notes what a step has begun, and what it has changed of what the pass has seen: EC2's reads lag behind its writes.
fn taken(history: &mut History, reads: &mut Reads, step: &Step, given: StepResult, now: u64) {
    note(history, reads, step, given.update_id, now);
    if let (Step::Launch(launch), Some(surroundings)) = (step, &mut reads.pass.surroundings) {
        surroundings
            .ec2_resources
            .apply(launch, given.made.unwrap_or(LaunchStepResult::Nothing));
    }
}

/// Notes that a step was begun, with the ID of the update that EKS gave for it.
fn note(history: &mut History, reads: &mut Reads, step: &Step, update_id: Option<String>, now: u64) {
    answered(history, reads);
    history.note(BegunStep {
        step: step.kind(),
        at: now,
        update_id,
    });
    if let Step::Create(..) = step {
        history.forget_previous_group();
    }
}
