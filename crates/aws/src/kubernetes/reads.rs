//! The other reads and writes of a cluster, one request each.

use kube::Error;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, Preconditions};
use serde_json::Value;

use super::connection::{CONFIG_MAP, Connection, DAEMON_SET, NODE, ObjectKind, POD, POD_DISRUPTION_BUDGET};
use super::objects;
use mng_core::call_error::{CallError, Fault};
use mng_core::workload::device_plugin::{DaemonSet, FIELD_MANAGER, NAME, NAMESPACE};
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::{NODEGROUP_LABEL, Scheduling};
use mng_core::workload::windows::{self, Ipam, WindowsState, lacks_linux};

/// How many objects one request asks for. The function reads the objects of a large cluster in pages.
const PAGE: u32 = 500;

impl Connection {
    pub async fn daemon_sets(&self) -> Result<Vec<DaemonSet>, CallError> {
        let found = self
            .list("list daemonsets", &self.all(&DAEMON_SET), ListParams::default())
            .await?;
        Ok(found.iter().map(objects::daemon_set).collect())
    }

    /// Tests whether the function may list nodes.
    pub async fn see_nodes(&self) -> Result<(), CallError> {
        let seen = self.all(&NODE).list(&ListParams::default().limit(1)).await;
        seen.map(drop).map_err(|error| self.error("list nodes", &error))
    }

    /// The function lists pods only if no Linux node of EC2 can run CoreDNS.
    pub async fn windows(&self) -> Result<WindowsState, CallError> {
        let nodes = ListParams::default().labels("kubernetes.io/os=linux");
        let nodes = self.list("list nodes", &self.all(&NODE), nodes).await?;
        let mut state = WindowsState {
            linux: nodes.iter().map(objects::node).collect(),
            core_dns: vec![],
            ipam: self.ipam().await?,
        };
        if lacks_linux(&state).is_some() && !state.linux.is_empty() {
            let pods = ListParams::default().labels("k8s-app=kube-dns");
            let pods = self
                .list("list pods", &self.of_namespace(&POD, NAMESPACE), pods)
                .await?;
            let running = pods.iter().map(objects::pod).filter(|pod| pod.phase == "Running");
            state.core_dns = running.map(|pod| pod.node).collect();
        }
        Ok(state)
    }

    async fn ipam(&self) -> Result<Ipam, CallError> {
        let api = self.of_namespace(&CONFIG_MAP, NAMESPACE);
        match api.get_opt(windows::CONFIG_MAP).await {
            Ok(found) => Ok(found.as_ref().map(objects::ipam).unwrap_or_default()),
            Err(error) => Err(self.error("get configmaps", &error)),
        }
    }

    /// Reads the nodes of the group that are cordoned or in `named`, the pods on them, and the budgets of all
    /// namespaces.
    pub async fn drain(&self, group: &str, named: Vec<String>) -> Result<Drain, CallError> {
        let nodes = ListParams::default().labels(&format!("{NODEGROUP_LABEL}={group}"));
        let nodes = self.list("list nodes", &self.all(&NODE), nodes).await?;
        let mut drain = Drain {
            nodes: drained(&nodes, &named),
            ..Drain::default()
        };
        for node in &drain.nodes {
            let on_it = ListParams::default().fields(&format!("spec.nodeName={node}"));
            let pods = self.list("list pods", &self.all(&POD), on_it).await?;
            drain.pods.extend(pods.iter().map(objects::pod));
        }
        if !drain.pods.is_empty() {
            let api = self.all(&POD_DISRUPTION_BUDGET);
            let budgets = self
                .list("list poddisruptionbudgets", &api, ListParams::default())
                .await?;
            drain.budgets = budgets.iter().map(objects::disruption_budget).collect();
        }
        Ok(drain)
    }

    /// Server-side apply. It is forced: the object is the function's own, or a setting that the template asks for.
    pub async fn apply(&self, object: &Value) -> Result<(), CallError> {
        let (kind, action): (&ObjectKind, _) = match object["kind"].as_str() {
            Some("ConfigMap") => (&CONFIG_MAP, "patch configmaps"),
            _ => (&DAEMON_SET, "patch daemonsets"),
        };
        let at = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let api = self.of_namespace(kind, at("/metadata/namespace"));
        let parameters = PatchParams::apply(FIELD_MANAGER).force();
        let applied = api
            .patch(at("/metadata/name"), &parameters, &Patch::Apply(object))
            .await;
        applied.map(drop).map_err(|error| self.error(action, &error))
    }

    /// Creates the DaemonSet under the same field manager as an apply. Kubernetes nevertheless keeps the ownership of
    /// creation and of apply apart.
    pub async fn create_plugin(&self, object: &Value) -> Result<(), CallError> {
        const CREATE: &str = "create daemonsets";
        let object = serde_json::from_value::<DynamicObject>(object.clone());
        let object = object.map_err(|error| self.error(CREATE, &Error::SerdeError(error)))?;
        let parameters = PostParams {
            field_manager: Some(FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        let api = self.of_namespace(&DAEMON_SET, NAMESPACE);
        let created = api.create(&parameters, &object).await;
        created.map(drop).map_err(|error| self.error(CREATE, &error))
    }

    /// Deletes the DaemonSet. An object that is gone already counts as deleted.
    pub async fn delete_plugin(&self, uid: &str, resource_version: &str) -> Result<(), CallError> {
        let parameters = DeleteParams {
            preconditions: Some(Preconditions {
                uid: Some(uid.to_owned()),
                resource_version: Some(resource_version.to_owned()),
            }),
            ..DeleteParams::default()
        };
        let deleted = self
            .of_namespace(&DAEMON_SET, NAMESPACE)
            .delete(NAME, &parameters)
            .await;
        match deleted.map_err(|error| self.error("delete daemonsets", &error)) {
            Err(error) if error.fault == Fault::NotFound => Ok(()),
            deleted => deleted.map(drop),
        }
    }

    async fn list(
        &self,
        action: &'static str,
        api: &Api<DynamicObject>,
        parameters: ListParams,
    ) -> Result<Vec<DynamicObject>, CallError> {
        let mut parameters = parameters.limit(PAGE);
        let mut found = vec![];
        loop {
            let page = api
                .list(&parameters)
                .await
                .map_err(|error| self.error(action, &error))?;
            found.extend(page.items);
            match page.metadata.continue_.filter(|token| !token.is_empty()) {
                Some(token) => parameters.continue_token = Some(token),
                None => return Ok(found),
            }
        }
    }
}

fn drained(nodes: &[DynamicObject], named: &[String]) -> Vec<String> {
    let nodes = nodes.iter().map(objects::node);
    let drained = nodes.filter(|node| node.scheduling == Scheduling::Cordoned || named.contains(&node.name));
    drained.map(|node| node.name).collect()
}
