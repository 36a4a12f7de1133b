//! What comes once the group is as it should be for the service: what its Auto Scaling group is given, what runs in the
//! cluster for it, and its nodes being Ready.

use serde::{Deserialize, Serialize};

use super::history::StepKind;
use super::plan::{Desired, Direction, Purpose, Step};
use super::reasons::{Broken, unready};
use super::{Look, Next, View, Waiting};
use crate::autoscaling::{self, ScalingGroup, Steps};
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::PLUGIN_TAG;
use crate::properties::spec::{DevicePlugin, WaitFor, WindowsSupport};
use crate::workload::device_plugin::{Call, call_for};
use crate::workload::nodes::{Node, ready};

/// What was looked up of it in this pass. `None`: not yet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beyond {
    pub scaling_group: Option<ScalingGroup>,
    pub nodes: Option<Vec<Node>>,
}

/// A part of it, which a rollback goes on without where it can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    ScalingGroup,
    Windows,
    DevicePlugin,
    Nodes,
}

/// The next thing that is missing; `None` when nothing is, or when a rollback has no time left for it.
pub fn next(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    let next = scaling_group(desired, live, view, warnings)
        .or_else(|| windows(desired, live, view))
        .or_else(|| device_plugin(desired, live, view, warnings))
        .or_else(|| nodes(desired, live, view, warnings))?;
    let over = view.now >= view.history.deadline && desired.direction == Direction::RollingBack;
    if over {
        let told = "the time given by ServiceTimeout is over, so not all that is beyond EKS itself was restored";
        warnings.push(told.to_owned());
    }
    (!over).then_some(next)
}

/// Whether anything of the resource's may be on the Auto Scaling group: a group that was just made has nothing of it.
fn scaling_group(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    let due = autoscaling::is_asked(&desired.spec) || desired.purpose == Purpose::Update;
    if !due || live.auto_scaling_group.is_empty() || is_given_up(view, Part::ScalingGroup) {
        return None;
    }
    let Some(group) = &view.beyond.scaling_group else {
        return Some(Next::Look(Look::ScalingGroup));
    };
    let Steps { steps, warnings: told } = autoscaling::steps(&desired.spec, &desired.tags, live, types(view), group);
    warnings.extend(told);
    if steps.is_empty() {
        return None;
    }
    if view.history.of(StepKind::Scaling).is_some() {
        let name = &live.auto_scaling_group;
        warnings.push(format!(
            "Auto Scaling took the changes to {name}, but it still differs from the template"
        ));
        return None;
    }
    Some(Next::Act(Step::Scaling(steps)))
}

/// Looked at once in each request: another tool may have switched it off.
fn windows(desired: &Desired, live: &NodeGroup, view: View) -> Option<Next> {
    let asked = desired.spec.windows_support == WindowsSupport::Enabled && live.ami_type.is_windows();
    let due = asked && view.history.of(StepKind::EnableWindows).is_none() && !is_given_up(view, Part::Windows);
    due.then_some(Next::Act(Step::EnableWindows))
}

/// A group that has the plugin bears a tag that says so: without it nothing of it is in the cluster, and no access to the
/// cluster is needed to take it away.
fn device_plugin(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    if is_given_up(view, Part::DevicePlugin) {
        return None;
    }
    let due = |step: Step| view.history.of(step.kind()).is_none().then_some(Next::Act(step));
    match (
        call_for(&desired.spec, &live.ami_type, types(view)),
        &desired.spec.device_plugin,
    ) {
        (Call::Apply, DevicePlugin::Nvidia { image }) => due(Step::JoinPlugin { image: image.clone() }),
        (call, _) => {
            if let Call::Warn(warning) = call {
                warnings.push(warning);
            }
            has_plugin(live).then_some(Step::LeavePlugin).and_then(due)
        }
    }
}

/// Before the group goes, so that its tag tells what there is to do for as long as there is something.
pub fn leave(live: &NodeGroup, view: View) -> Option<Next> {
    let due =
        has_plugin(live) && view.history.of(StepKind::LeavePlugin).is_none() && !is_given_up(view, Part::DevicePlugin);
    due.then_some(Next::Act(Step::LeavePlugin))
}

fn nodes(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    let wanted = usize::try_from(live.scaling.desired).unwrap_or_default();
    if desired.spec.wait_for != WaitFor::NodesReady || wanted == 0 || is_given_up(view, Part::Nodes) {
        return None;
    }
    let Some(nodes) = &view.beyond.nodes else {
        return Some(Next::Look(Look::Nodes));
    };
    if ready(nodes) >= wanted {
        return None;
    }
    match (view.now >= view.history.deadline, desired.direction) {
        (false, _) => Some(Next::Wait(Waiting::ForNodes)),
        (true, Direction::Forward | Direction::Unknown) => Some(unready(live, nodes, wanted)),
        // A rollback restores what was; whether its nodes come up is no reason to fail it.
        (true, Direction::RollingBack) => {
            warnings.push(Broken::of_nodes(live, nodes, wanted));
            None
        }
    }
}

/// How many nodes are Ready, where it was asked.
pub fn ready_nodes(desired: &Desired, live: &NodeGroup, view: View) -> Option<usize> {
    if desired.spec.wait_for != WaitFor::NodesReady || is_given_up(view, Part::Nodes) {
        return None;
    }
    match &view.beyond.nodes {
        Some(nodes) => Some(ready(nodes)),
        None => (live.scaling.desired == 0).then_some(0),
    }
}

fn has_plugin(live: &NodeGroup) -> bool {
    live.tags.contains_key(PLUGIN_TAG)
}

fn is_given_up(view: View, part: Part) -> bool {
    view.history.given_up.contains(&part)
}

fn types(view: View<'_>) -> &[crate::node::image::InstanceTypeFacts] {
    view.around.map_or(&[], |around| around.types.as_slice())
}
