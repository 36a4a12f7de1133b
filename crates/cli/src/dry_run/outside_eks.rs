//! The Auto Scaling group and the cluster's own API in a dry run. Reads are the real ones, except for the nodes: no plan
//! can know whether nodes become Ready.

use std::collections::BTreeSet;

use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::CallError;
use mng_core::workload::device_plugin::{DaemonSet, NAME, NAMESPACE};
use mng_core::workload::nodes::{Node, Readiness};
use mng_core::workload::windows::{Ipam, WindowsState};
use mng_engine::ports::{
    ApiRequest, ApplyObject, AwaitNodeChange, ChangeScalingGroup, CreateDaemonSet, DeleteDaemonSet,
    DescribeScalingGroup, ListDaemonSets, ListNodes, ReadDrain, ReadWindowsState,
};

use super::state::DryRunState;
use super::{Planned, applied, words};

type Result<T> = std::result::Result<T, CallError>;

impl Planned for DescribeScalingGroup {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<ScalingGroup>> {
        let known = state.scaling_group.clone();
        known.filter(|known| known.name == self.name).map(Ok)
    }

    fn kept(&self, state: &mut DryRunState, answer: Result<ScalingGroup>) -> Result<ScalingGroup> {
        if let Ok(found) = &answer {
            state.scaling_group = Some(found.clone());
        }
        answer
    }
}

impl Planned for ChangeScalingGroup {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        let mut group = state.scaling_group.take().unwrap_or_default();
        let details = details(&group, &self.step);
        group.apply(&self.step);
        state.scaling_group = Some(group);
        state.call(self.action(), &self.name, details);
        Some(Ok(()))
    }
}

impl Planned for ListNodes {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<Vec<Node>>> {
        let found = state.groups.values().flatten();
        let found = found.filter(|found| found.id() == self.group);
        let wanted = found.map(|found| found.scaling.desired).sum::<i32>();
        let ready = |number| Node {
            name: format!("node {number}"),
            readiness: Readiness::Ready,
            ..Node::default()
        };
        Some(Ok((0..wanted).map(ready).collect()))
    }
}

impl Planned for AwaitNodeChange {
    fn answered(&self, _: &mut DryRunState) -> Option<()> {
        Some(())
    }
}

impl Planned for ListDaemonSets {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<Vec<DaemonSet>>> {
        state.daemon_sets.clone().map(Ok)
    }

    fn kept(&self, state: &mut DryRunState, answer: Result<Vec<DaemonSet>>) -> Result<Vec<DaemonSet>> {
        if let Ok(found) = &answer {
            state.daemon_sets = Some(found.clone());
        }
        answer
    }
}

impl Planned for ReadWindowsState {
    fn kept(&self, state: &mut DryRunState, answer: Result<WindowsState>) -> Result<WindowsState> {
        let is_switched_on = state.calls.iter().any(|call| call.action == applied::CONFIG_MAP);
        answer.map(|state| WindowsState {
            ipam: if is_switched_on { Ipam::On } else { state.ipam },
            ..state
        })
    }
}

impl Planned for ApplyObject {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        let (action, resource, details) = applied::call(&self.object);
        state.call(action, &resource, details);
        if action == applied::DAEMON_SET {
            state.runs(applied::daemon_set(&self.object));
        }
        Some(Ok(()))
    }
}

impl Planned for CreateDaemonSet {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        let (_, resource, details) = applied::call(&self.object);
        state.call(self.action(), &resource, details);
        state.runs(applied::daemon_set(&self.object));
        Some(Ok(()))
    }
}

impl Planned for DeleteDaemonSet {
    fn answered(&self, state: &mut DryRunState) -> Option<Result<()>> {
        state.call(self.action(), &format!("{NAMESPACE}/{NAME}"), String::new());
        state.runs_no_plugin();
        Some(Ok(()))
    }
}

impl Planned for ReadDrain {}

/// What matters of a step on an Auto Scaling group.
pub fn details(group: &ScalingGroup, step: &ScalingStep) -> String {
    let listed = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    match step {
        ScalingStep::Tag(tags) => words::set(&group.tags, tags),
        ScalingStep::Untag(keys) => words::removed(keys),
        ScalingStep::Suspend(processes) | ScalingStep::Resume(processes) => listed(processes),
    }
}
