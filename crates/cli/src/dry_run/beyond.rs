//! What is beyond EKS: the Auto Scaling group, and the cluster's own API. Reads are the real ones, but for the nodes:
//! whether they come Ready is nothing that can be planned.

use std::collections::BTreeSet;
use std::time::Duration;

use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::CallError;
use mng_core::workload::device_plugin::{DaemonSet, NAME, NAMESPACE};
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::{Node, Readiness};
use mng_core::workload::windows::{Ipam, WindowsState};
use mng_engine::ports::{AutoScaling, Cloud, Kubernetes};
use serde_json::Value;

use super::{DryRun, applied, words};

impl<C: Cloud> AutoScaling for DryRun<C> {
    async fn scaling_group(&self, name: &str) -> Result<ScalingGroup, CallError> {
        let known = self.scene().scaling_group.clone();
        if let Some(known) = known.filter(|known| known.name == name) {
            return Ok(known);
        }
        let found = self.noting(self.real.scaling_group(name).await)?;
        self.scene().scaling_group = Some(found.clone());
        Ok(found)
    }

    async fn change_scaling_group(&self, name: &str, step: &ScalingStep) -> Result<(), CallError> {
        let mut scene = self.scene();
        let mut group = scene.scaling_group.take().unwrap_or_default();
        let (action, details) = change(&mut group, step);
        scene.scaling_group = Some(group);
        scene.call(action, name, details);
        Ok(())
    }
}

impl<C: Cloud> Kubernetes for DryRun<C> {
    async fn nodes(&self, cluster: &str, group: &str, _: &str) -> Result<Vec<Node>, CallError> {
        let found = self.node_groups().into_iter();
        let found = found.filter(|found| found.cluster == cluster && found.name == group);
        let wanted = found.map(|found| found.scaling.desired).sum::<i32>();
        let ready = |number| Node {
            name: format!("node {number}"),
            readiness: Readiness::Ready,
            ..Node::default()
        };
        Ok((0..wanted).map(ready).collect())
    }

    async fn node_change(&self, _: &str, _: &str, _: Duration) {}

    async fn daemon_sets(&self, cluster: &str) -> Result<Vec<DaemonSet>, CallError> {
        let known = self.scene().daemon_sets.clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = self.noting(self.real.daemon_sets(cluster).await)?;
        self.scene().daemon_sets = Some(found.clone());
        Ok(found)
    }

    async fn windows(&self, cluster: &str) -> Result<WindowsState, CallError> {
        let mut state = self.noting(self.real.windows(cluster).await)?;
        if self.scene().calls.iter().any(|call| call.action == applied::CONFIG_MAP) {
            state.ipam = Ipam::On;
        }
        Ok(state)
    }

    async fn drain(&self, cluster: &str, group: &str, named: Vec<String>) -> Result<Drain, CallError> {
        self.real.drain(cluster, group, named).await
    }

    async fn apply(&self, _: &str, object: &Value) -> Result<(), CallError> {
        let (action, resource, details) = applied::call(object);
        self.scene().call(action, &resource, details);
        if action == applied::DAEMON_SET {
            self.scene().runs(applied::daemon_set(object));
        }
        Ok(())
    }

    async fn create_plugin(&self, _: &str, object: &Value) -> Result<(), CallError> {
        let (_, resource, details) = applied::call(object);
        let mut scene = self.scene();
        scene.call(applied::CREATED, &resource, details);
        scene.runs(applied::daemon_set(object));
        Ok(())
    }

    async fn delete_plugin(&self, _: &str, _: &str, _: &str) -> Result<(), CallError> {
        let resource = format!("{NAMESPACE}/{NAME}");
        self.scene().call("delete daemonsets", &resource, String::new());
        self.scene().runs_no_plugin();
        Ok(())
    }
}

/// What a step does to a group, and how it is told.
pub fn change(group: &mut ScalingGroup, step: &ScalingStep) -> (&'static str, String) {
    let listed = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    match step {
        ScalingStep::Tag(tags) => {
            let told = words::set(&group.tags, tags);
            group.tags.extend(tags.clone());
            ("autoscaling:CreateOrUpdateTags", told)
        }
        ScalingStep::Untag(keys) => {
            group.tags.retain(|key, _| !keys.contains(key));
            ("autoscaling:DeleteTags", words::removed(keys))
        }
        ScalingStep::Suspend(processes) => {
            group.suspended.extend(processes.clone());
            ("autoscaling:SuspendProcesses", listed(processes))
        }
        ScalingStep::Resume(processes) => {
            group.suspended.retain(|process| !processes.contains(process));
            ("autoscaling:ResumeProcesses", listed(processes))
        }
    }
}
