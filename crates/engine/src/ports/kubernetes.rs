//! What the engine needs of the cluster itself, and of the Auto Scaling group behind a node group.

use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::CallError;
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::Node;
use mng_core::workload::windows::WindowsState;

/// The Kubernetes API of a cluster. Each error of it that is `Denied` says which access is missing, and how it is given.
pub trait Kubernetes: Send + Sync {
    /// The nodes of a group. A request that looks again in the same process is given those of the watch that its first look
    /// opened. What another request has watched may be of a group of that name that is gone.
    fn nodes(
        &self,
        cluster: &str,
        group: &str,
        request_id: &str,
    ) -> impl Future<Output = Result<Vec<Node>, CallError>> + Send;
    /// Ends when the readiness of a node has changed, and at the latest after `patience`.
    fn node_change(&self, cluster: &str, group: &str, patience: Duration) -> impl Future<Output = ()> + Send;
    /// Those of all namespaces.
    fn daemon_sets(&self, cluster: &str) -> impl Future<Output = Result<Vec<DaemonSet>, CallError>> + Send;
    /// What Windows nodes need of the cluster.
    fn windows(&self, cluster: &str) -> impl Future<Output = Result<WindowsState, CallError>> + Send;
    /// What blocks the drain of a group's cordoned nodes, and of those that are named: a failed update uncordons its own.
    fn drain(
        &self,
        cluster: &str,
        group: &str,
        named: Vec<String>,
    ) -> impl Future<Output = Result<Drain, CallError>> + Send;
    /// Server-side apply of a whole object, in the function's own name. What others have set in it is taken over.
    fn apply(&self, cluster: &str, object: &Value) -> impl Future<Output = Result<(), CallError>> + Send;
    /// Creates the device plugin's DaemonSet; `InUse` where it is there already.
    fn create_plugin(&self, cluster: &str, object: &Value) -> impl Future<Output = Result<(), CallError>> + Send;
    /// Deletes the device plugin's DaemonSet if it is still the one that was seen.
    fn delete_plugin(
        &self,
        cluster: &str,
        uid: &str,
        resource_version: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// EC2 Auto Scaling, for the group that the service made.
pub trait AutoScaling: Send + Sync {
    fn scaling_group(&self, name: &str) -> impl Future<Output = Result<ScalingGroup, CallError>> + Send;
    /// The one call of a step.
    fn change_scaling_group(
        &self,
        name: &str,
        step: &ScalingStep,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
}
