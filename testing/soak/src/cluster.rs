//! What is in the cluster, and the Auto Scaling group beside it: at the ports. Nodes are those that the simulator lets join.

use std::collections::BTreeMap;
use std::time::Duration;

use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::{CallError, Fault};
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::{NODEGROUP_LABEL, Node, Readiness, Scheduling};
use mng_core::workload::windows::WindowsState;
use mng_engine::ports::{AutoScaling, Kubernetes};
use serde_json::Value;

use crate::cloud::Soaked;
use crate::world::{World, held, text};

impl AutoScaling for Soaked {
    async fn scaling_group(&self, name: &str) -> Result<ScalingGroup, CallError> {
        let world = &self.process.world;
        let read = async { Ok(held(&world.scaling_groups).get(name).cloned().unwrap_or_default()) };
        self.ported("autoscaling:DescribeAutoScalingGroups", "", read).await
    }

    async fn change_scaling_group(&self, name: &str, step: &ScalingStep) -> Result<(), CallError> {
        let world = &self.process.world;
        let change = async {
            let mut groups = held(&world.scaling_groups);
            apply(groups.entry(name.to_owned()).or_default(), step);
            Ok(())
        };
        self.ported("autoscaling:CreateOrUpdateTags", "", change).await
    }
}

fn apply(group: &mut ScalingGroup, step: &ScalingStep) {
    match step {
        ScalingStep::Tag(tags) => group.tags.extend(tags.clone()),
        ScalingStep::Untag(keys) => group.tags.retain(|key, _| !keys.contains(key)),
        ScalingStep::Suspend(processes) => group.suspended.extend(processes.clone()),
        ScalingStep::Resume(processes) => group.suspended.retain(|process| !processes.contains(process)),
    }
}

impl Kubernetes for Soaked {
    async fn nodes(&self, cluster: &str, group: &str, _: &str) -> Result<Vec<Node>, CallError> {
        let read = async { Ok(nodes(&self.process.world, cluster, group)) };
        self.ported("list nodes", group, read).await
    }

    async fn node_change(&self, _: &str, _: &str, patience: Duration) {
        tokio::time::sleep(patience).await;
    }

    async fn daemon_sets(&self, _: &str) -> Result<Vec<DaemonSet>, CallError> {
        self.ported("list daemonsets", "", async { Ok(vec![]) }).await
    }

    async fn windows(&self, _: &str) -> Result<WindowsState, CallError> {
        Err(not_here("get configmaps"))
    }

    async fn drain(&self, _: &str, group: &str, _: Vec<String>) -> Result<Drain, CallError> {
        self.ported("list pods", group, async { Ok(Drain::default()) }).await
    }

    async fn apply(&self, _: &str, _: &Value) -> Result<(), CallError> {
        Err(not_here("patch daemonsets"))
    }

    async fn create_plugin(&self, _: &str, _: &Value) -> Result<(), CallError> {
        Err(not_here("create daemonsets"))
    }

    async fn delete_plugin(&self, _: &str, _: &str, _: &str) -> Result<(), CallError> {
        Err(not_here("delete daemonsets"))
    }
}

/// No life asks for the device plugin or for Windows.
fn not_here(action: &'static str) -> CallError {
    CallError {
        action,
        resource: String::new(),
        fault: Fault::Refused,
        code: "not here".to_owned(),
        message: "there is no such thing in this cluster".to_owned(),
    }
}

fn nodes(world: &World, cluster: &str, group: &str) -> Vec<Node> {
    let all = world.simulator.objects(cluster, "nodes");
    let own = all
        .iter()
        .filter(|node| node["metadata"]["labels"][NODEGROUP_LABEL] == group);
    own.map(node).collect()
}

fn node(node: &Value) -> Node {
    let conditions = node["status"]["conditions"].as_array();
    let ready = conditions.into_iter().flatten().find(|one| one["type"] == "Ready");
    let readiness = match ready {
        None => Readiness::Silent,
        Some(ready) if ready["status"] == "True" => Readiness::Ready,
        Some(ready) => Readiness::NotReady {
            reason: text(ready, "reason").to_owned(),
            message: text(ready, "message").to_owned(),
        },
    };
    Node {
        name: text(&node["metadata"], "name").to_owned(),
        labels: BTreeMap::new(),
        readiness,
        scheduling: Scheduling::Open,
    }
}
