//! Calls to the Kubernetes API of a cluster. An error with the fault `Denied` says which access is missing, and how to
//! give it.

use std::time::Duration;

use serde_json::Value;

use mng_core::call_error::CallError;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::Node;
use mng_core::workload::windows::WindowsState;

use super::{ApiRequest, ApiResponse, access};

/// The resource in the errors of a cluster's own API.
pub fn api_of(cluster: &str) -> String {
    format!("the Kubernetes API of cluster {cluster}")
}

/// What a cluster has allowed if a call succeeded.
fn allowed<A: ApiResponse>(answer: &A, actions: &[&str], cluster: &str) -> Vec<String> {
    match answer.error() {
        None => actions.iter().map(|action| access(action, &api_of(cluster))).collect(),
        Some(_) => vec![],
    }
}

/// Lists the nodes of a node group. The first poll of a request opens a watch; later polls in the same process read the
/// watch. The watch of another request may show a deleted group of the same name, so a request uses its own watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListNodes {
    pub group: PhysicalId,
    pub request_id: String,
}

impl ApiRequest for ListNodes {
    type Response = Result<Vec<Node>, CallError>;

    fn action(&self) -> &'static str {
        "list nodes"
    }

    fn resource(&self) -> String {
        api_of(&self.group.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action()], &self.group.cluster)
    }
}

/// Waits until the readiness of a node of the group changes, and at most for `at_most`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitNodeChange {
    pub group: PhysicalId,
    pub at_most: Duration,
}

impl ApiRequest for AwaitNodeChange {
    type Response = ();

    fn action(&self) -> &'static str {
        "watch nodes"
    }

    fn resource(&self) -> String {
        api_of(&self.group.cluster)
    }
}

/// Lists the DaemonSets of all namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListDaemonSets {
    pub cluster: String,
}

impl ApiRequest for ListDaemonSets {
    type Response = Result<Vec<DaemonSet>, CallError>;

    fn action(&self) -> &'static str {
        "list daemonsets"
    }

    fn resource(&self) -> String {
        api_of(&self.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action()], &self.cluster)
    }
}

/// Reads what Windows nodes need of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadWindowsState {
    pub cluster: String,
}

impl ApiRequest for ReadWindowsState {
    type Response = Result<WindowsState, CallError>;

    fn action(&self) -> &'static str {
        "list nodes"
    }

    fn resource(&self) -> String {
        api_of(&self.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action(), "get configmaps"], &self.cluster)
    }
}

/// Reads what blocks the drain of a group's cordoned nodes. A failed update uncordons its nodes, so `nodes` names those
/// that EKS has reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadDrain {
    pub group: PhysicalId,
    pub nodes: Vec<String>,
}

impl ApiRequest for ReadDrain {
    type Response = Result<Drain, CallError>;

    fn action(&self) -> &'static str {
        "list nodes"
    }

    fn resource(&self) -> String {
        api_of(&self.group.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action()], &self.group.cluster)
    }
}

/// Applies a whole object by server-side apply, under the function's own name. The function takes over the fields that
/// others have set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyObject {
    pub cluster: String,
    pub object: Value,
}

impl ApiRequest for ApplyObject {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        match self.object["kind"].as_str() {
            Some("ConfigMap") => "patch configmaps",
            _ => "patch daemonsets",
        }
    }

    fn resource(&self) -> String {
        api_of(&self.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action()], &self.cluster)
    }
}

/// Creates the DaemonSet of the device plugin. The fault is `InUse` if the DaemonSet exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDaemonSet {
    pub cluster: String,
    pub object: Value,
}

impl ApiRequest for CreateDaemonSet {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "create daemonsets"
    }

    fn resource(&self) -> String {
        api_of(&self.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action()], &self.cluster)
    }
}

/// Deletes the DaemonSet of the device plugin, unless the DaemonSet has changed since it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteDaemonSet {
    pub cluster: String,
    pub uid: String,
    pub resource_version: String,
}

impl ApiRequest for DeleteDaemonSet {
    type Response = Result<(), CallError>;

    fn action(&self) -> &'static str {
        "delete daemonsets"
    }

    fn resource(&self) -> String {
        api_of(&self.cluster)
    }

    fn allowed_by(&self, answer: &Self::Response) -> Vec<String> {
        allowed(answer, &[self.action()], &self.cluster)
    }
}
