//! The cluster and the Auto Scaling group of the node group, at the ports. Nodes are those that the simulator lets join.

use std::collections::BTreeMap;

use mng_core::autoscaling::ScalingGroup;
use mng_core::call_error::{CallError, Fault};
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::{NODEGROUP_LABEL, Node, Readiness, Scheduling};
use mng_core::workload::windows::WindowsState;
use mng_engine::ports::{
    ApiRequest, ApplyObject, AwaitNodeChange, Calls, ChangeScalingGroup, CreateDaemonSet, DeleteDaemonSet,
    DescribeScalingGroup, ListDaemonSets, ListNodes, ReadDrain, ReadWindowsState,
};
use serde_json::Value;

use crate::cloud::Faulty;
use crate::world::{World, held, text};

type Result<T> = std::result::Result<T, CallError>;

impl Calls<DescribeScalingGroup> for Faulty {
    async fn call(&self, request: &DescribeScalingGroup) -> Result<ScalingGroup> {
        let groups = &self.process.world.scaling_groups;
        let read = async { Ok(held(groups).get(&request.name).cloned().unwrap_or_default()) };
        self.ported(request.action(), "", read).await
    }
}

/// All steps have the name of one action, so that the seeds of earlier releases play the same lives.
impl Calls<ChangeScalingGroup> for Faulty {
    async fn call(&self, request: &ChangeScalingGroup) -> Result<()> {
        let groups = &self.process.world.scaling_groups;
        let change = async {
            let mut groups = held(groups);
            groups.entry(request.name.clone()).or_default().apply(&request.step);
            Ok(())
        };
        self.ported("autoscaling:CreateOrUpdateTags", "", change).await
    }
}

impl Calls<ListNodes> for Faulty {
    async fn call(&self, request: &ListNodes) -> Result<Vec<Node>> {
        let group = &request.group;
        let read = async { Ok(nodes(&self.process.world, &group.cluster, &group.name)) };
        self.ported(request.action(), &group.name, read).await
    }
}

impl Calls<AwaitNodeChange> for Faulty {
    async fn call(&self, request: &AwaitNodeChange) {
        tokio::time::sleep(request.at_most).await;
    }
}

impl Calls<ListDaemonSets> for Faulty {
    async fn call(&self, request: &ListDaemonSets) -> Result<Vec<DaemonSet>> {
        self.ported(request.action(), "", async { Ok(vec![]) }).await
    }
}

impl Calls<ReadDrain> for Faulty {
    async fn call(&self, request: &ReadDrain) -> Result<Drain> {
        self.ported("list pods", &request.group.name, async { Ok(Drain::default()) })
            .await
    }
}

impl Calls<ReadWindowsState> for Faulty {
    async fn call(&self, _: &ReadWindowsState) -> Result<WindowsState> {
        Err(not_here("get configmaps"))
    }
}

impl Calls<ApplyObject> for Faulty {
    async fn call(&self, request: &ApplyObject) -> Result<()> {
        Err(not_here(request.action()))
    }
}

impl Calls<CreateDaemonSet> for Faulty {
    async fn call(&self, request: &CreateDaemonSet) -> Result<()> {
        Err(not_here(request.action()))
    }
}

impl Calls<DeleteDaemonSet> for Faulty {
    async fn call(&self, request: &DeleteDaemonSet) -> Result<()> {
        Err(not_here(request.action()))
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
