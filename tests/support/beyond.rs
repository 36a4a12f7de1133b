//! The Auto Scaling group and the cluster's API behind [`Cut`]: moto's and the simulator's, or a group in memory.

use std::time::Duration;

use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::CallError;
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::Node;
use mng_core::workload::windows::WindowsState;
use mng_engine::ports::{AutoScaling, Kubernetes};
use serde_json::Value;

use super::cut::Cut;

impl AutoScaling for Cut {
    async fn scaling_group(&self, name: &str) -> Result<ScalingGroup, CallError> {
        let read = async {
            match &self.moto {
                Some(moto) => moto.scaling_group(name).await,
                None => Ok(self.scaling_group.lock().unwrap().clone()),
            }
        };
        self.call("scaling_group", read).await
    }

    async fn change_scaling_group(&self, name: &str, step: &ScalingStep) -> Result<(), CallError> {
        let change = async {
            match &self.moto {
                Some(moto) => moto.change_scaling_group(name, step).await,
                None => {
                    change(&mut self.scaling_group.lock().unwrap(), step);
                    Ok(())
                }
            }
        };
        self.call(action(step), change).await
    }
}

impl Kubernetes for Cut {
    async fn nodes(&self, cluster: &str, group: &str, request_id: &str) -> Result<Vec<Node>, CallError> {
        self.call("nodes", self.aws.nodes(cluster, group, request_id)).await
    }

    async fn node_change(&self, cluster: &str, group: &str, patience: Duration) {
        let patience = self.patience.lock().unwrap().unwrap_or(patience);
        self.call("node_change", self.aws.node_change(cluster, group, patience))
            .await;
    }

    async fn daemon_sets(&self, cluster: &str) -> Result<Vec<DaemonSet>, CallError> {
        self.call("daemon_sets", self.aws.daemon_sets(cluster)).await
    }

    async fn windows(&self, cluster: &str) -> Result<WindowsState, CallError> {
        self.call("windows", self.aws.windows(cluster)).await
    }

    async fn drain(&self, cluster: &str, group: &str, named: Vec<String>) -> Result<Drain, CallError> {
        self.call("drain", self.aws.drain(cluster, group, named)).await
    }

    async fn apply(&self, cluster: &str, object: &Value) -> Result<(), CallError> {
        self.call("apply", self.aws.apply(cluster, object)).await
    }

    async fn create_plugin(&self, cluster: &str, object: &Value) -> Result<(), CallError> {
        self.call("create_plugin", self.aws.create_plugin(cluster, object))
            .await
    }

    async fn delete_plugin(&self, cluster: &str, uid: &str, resource_version: &str) -> Result<(), CallError> {
        self.call("delete_plugin", self.aws.delete_plugin(cluster, uid, resource_version))
            .await
    }
}

fn action(step: &ScalingStep) -> &'static str {
    match step {
        ScalingStep::Tag(_) => "autoscaling:CreateOrUpdateTags",
        ScalingStep::Untag(_) => "autoscaling:DeleteTags",
        ScalingStep::Suspend(_) => "autoscaling:SuspendProcesses",
        ScalingStep::Resume(_) => "autoscaling:ResumeProcesses",
    }
}

fn change(group: &mut ScalingGroup, step: &ScalingStep) {
    match step {
        ScalingStep::Tag(tags) => group.tags.extend(tags.clone()),
        ScalingStep::Untag(keys) => group.tags.retain(|key, _| !keys.contains(key)),
        ScalingStep::Suspend(processes) => group.suspended.extend(processes.clone()),
        ScalingStep::Resume(processes) => group.suspended.retain(|process| !processes.contains(process)),
    }
}
