//! The steps after EKS has the wanted group: the settings of its Auto Scaling group, what runs for it in the cluster,
//! and the wait for Ready nodes.

use serde::{Deserialize, Serialize};

use super::plan::{PluginForGroup, PluginMark, Step};
use super::reasons::{FailedGroup, unready};
use super::{NeededRead, Next, View, Waiting};
use crate::autoscaling::{self, ScalingGroup, Steps};
use crate::decide::desired::{Desired, Direction, Purpose};
use crate::decide::plan::StepKind;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::PLUGIN_TAG;
use crate::properties::spec::{DevicePlugin, WaitFor, WindowsSupport};
use crate::workload::device_plugin::{PluginDecision, plugin_decision};
use crate::workload::nodes::{Node, ready};

/// What this pass has read outside EKS. A field is `None` until it is read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutsideEksFacts {
    pub scaling_group: Option<ScalingGroup>,
    pub nodes: Option<Vec<Node>>,
}

/// One part outside EKS. A rollback goes on without a part that the function cannot read or change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OutsideEksPart {
    ScalingGroup,
    Windows,
    DevicePlugin,
    Nodes,
}

/// The next missing step. `None` if nothing is missing, or if a rollback has no time left for it.
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

/// The function reads the Auto Scaling group if it may bear anything of the resource. A group that was just created
/// bears nothing.
fn scaling_group(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    let due = autoscaling::is_asked(&desired.spec) || desired.purpose == Purpose::Update;
    if !due || live.auto_scaling_group.is_empty() || is_given_up(view, OutsideEksPart::ScalingGroup) {
        return None;
    }
    let Some(group) = &view.outside_eks.scaling_group else {
        return Some(Next::Look(NeededRead::ScalingGroup(live.auto_scaling_group.clone())));
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
    Some(Next::Act(Step::Scaling(live.auto_scaling_group.clone(), steps)))
}

/// The function reads this setting once in each request, since another tool may have switched it off.
fn windows(desired: &Desired, live: &NodeGroup, view: View) -> Option<Next> {
    let asked = desired.spec.windows_support == WindowsSupport::Enabled && live.ami_type.is_windows();
    let due =
        asked && view.history.of(StepKind::EnableWindows).is_none() && !is_given_up(view, OutsideEksPart::Windows);
    due.then(|| Next::Act(Step::EnableWindows(live.cluster.clone())))
}

/// A group that has the plugin bears a tag that says so. Without the tag the cluster has nothing of this group, and the
/// function needs no access to the cluster to remove it.
fn device_plugin(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    if is_given_up(view, OutsideEksPart::DevicePlugin) {
        return None;
    }
    let due = |step: Step| view.history.of(step.kind()).is_none().then_some(Next::Act(step));
    match (
        plugin_decision(&desired.spec, &live.ami_type, types(view)),
        &desired.spec.device_plugin,
    ) {
        (PluginDecision::Apply, DevicePlugin::Nvidia { image }) => {
            due(Step::JoinPlugin(Box::new(for_group(desired, live, image))))
        }
        (call, _) => {
            if let PluginDecision::Warn(warning) = call {
                warnings.push(warning);
            }
            has_plugin(live).then(|| Step::LeavePlugin(live.target())).and_then(due)
        }
    }
}

fn for_group(desired: &Desired, live: &NodeGroup, image: &str) -> PluginForGroup {
    PluginForGroup {
        group: live.target(),
        image: image.to_owned(),
        taints: desired.spec.taints.clone(),
        mark: if has_plugin(live) {
            PluginMark::Set
        } else {
            PluginMark::Missing
        },
    }
}

/// Before the group goes, so that its tag tells what there is to do for as long as there is something.
pub fn leave(live: &NodeGroup, view: View) -> Option<Next> {
    let due = has_plugin(live)
        && view.history.of(StepKind::LeavePlugin).is_none()
        && !is_given_up(view, OutsideEksPart::DevicePlugin);
    due.then(|| Next::Act(Step::LeavePlugin(live.target())))
}

fn nodes(desired: &Desired, live: &NodeGroup, view: View, warnings: &mut Vec<String>) -> Option<Next> {
    let wanted = usize::try_from(live.scaling.desired).unwrap_or_default();
    if desired.spec.wait_for != WaitFor::NodesReady || wanted == 0 || is_given_up(view, OutsideEksPart::Nodes) {
        return None;
    }
    let Some(nodes) = &view.outside_eks.nodes else {
        return Some(Next::Look(NeededRead::Nodes(live.target(), wanted)));
    };
    if ready(nodes) >= wanted {
        return None;
    }
    match (view.now >= view.history.deadline, desired.direction) {
        (false, _) => Some(Next::Wait(Waiting::ForNodes)),
        (true, Direction::Forward | Direction::Unknown) => Some(unready(live, nodes, wanted)),
        // A rollback restores the earlier state. It does not fail because nodes do not come up.
        (true, Direction::RollingBack) => {
            warnings.push(FailedGroup::of_nodes(live, nodes, wanted));
            None
        }
    }
}

/// How many nodes are Ready, if the function asked Kubernetes.
pub fn ready_nodes(desired: &Desired, live: &NodeGroup, view: View) -> Option<usize> {
    if desired.spec.wait_for != WaitFor::NodesReady || is_given_up(view, OutsideEksPart::Nodes) {
        return None;
    }
    match &view.outside_eks.nodes {
        Some(nodes) => Some(ready(nodes)),
        None => (live.scaling.desired == 0).then_some(0),
    }
}

fn has_plugin(live: &NodeGroup) -> bool {
    live.tags.contains_key(PLUGIN_TAG)
}

fn is_given_up(view: View, part: OutsideEksPart) -> bool {
    view.history.given_up.contains(&part)
}

fn types(view: View<'_>) -> &[crate::node::instance_type::InstanceTypeFacts] {
    view.surroundings
        .map_or(&[], |surroundings| surroundings.types.as_slice())
}
