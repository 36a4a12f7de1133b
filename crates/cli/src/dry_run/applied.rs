//! What would be in a cluster after something was applied.

use std::collections::BTreeMap;

use mng_core::workload::device_plugin::{DaemonSet, NAME, NAMESPACE, Toleration};
use mng_core::workload::windows::IPAM;
use serde_json::Value;

/// The actions.
pub const CONFIG_MAP: &str = "patch configmaps";
pub const DAEMON_SET: &str = "patch daemonsets";
pub const CREATED: &str = "create daemonsets";

/// The call that applies an object: its action, what it is on, and what matters of it.
pub fn call(object: &Value) -> (&'static str, String, String) {
    let resource = format!(
        "{}/{}",
        text(object, "/metadata/namespace"),
        text(object, "/metadata/name")
    );
    match object["kind"].as_str() {
        Some("ConfigMap") => (CONFIG_MAP, resource, format!("~{IPAM}")),
        _ => (DAEMON_SET, resource, images(object).join(", ")),
    }
}

/// The DaemonSet of a manifest, as the cluster would show it.
pub fn daemon_set(manifest: &Value) -> DaemonSet {
    let tolerations = list(manifest, "/spec/template/spec/tolerations");
    DaemonSet {
        namespace: text(manifest, "/metadata/namespace"),
        name: text(manifest, "/metadata/name"),
        labels: texts(manifest, "/metadata/labels"),
        annotations: texts(manifest, "/metadata/annotations"),
        images: images(manifest),
        tolerations: tolerations.iter().map(toleration).collect(),
        ..DaemonSet::default()
    }
}

/// Whether it is the one that is applied for node groups.
pub fn is_ours(daemon_set: &DaemonSet) -> bool {
    daemon_set.namespace == NAMESPACE && daemon_set.name == NAME
}

fn toleration(value: &Value) -> Toleration {
    let part = |key: &str| value[key].as_str().map(str::to_owned);
    Toleration {
        key: part("key"),
        operator: part("operator"),
        value: part("value"),
        effect: part("effect"),
    }
}

fn images(manifest: &Value) -> Vec<String> {
    let containers = list(manifest, "/spec/template/spec/containers");
    containers.iter().map(|container| text(container, "/image")).collect()
}

fn texts(object: &Value, pointer: &str) -> BTreeMap<String, String> {
    let map = object.pointer(pointer).and_then(Value::as_object);
    let entries = map.into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    let list = object.pointer(pointer).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

fn text(object: &Value, pointer: &str) -> String {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}
