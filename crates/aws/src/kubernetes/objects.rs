//! From Kubernetes objects to core's types. A field that an object omits is empty, as in Kubernetes itself.

#[cfg(test)]
mod tests;

use kube::api::DynamicObject;
use serde_json::Value;

use mng_core::workload::device_plugin::{DaemonSet, Toleration};
use mng_core::workload::drain::{DisruptionBudget, LabelSelector, Pod, PodOrigin, Requirement};
use mng_core::workload::nodes::{Node, Readiness, Scheduling};
use mng_core::workload::windows::{CONFIG_MAP, IPAM, Ipam};

pub fn node(object: &DynamicObject) -> Node {
    let cordoned = object.data.pointer("/spec/unschedulable") == Some(&Value::Bool(true));
    Node {
        name: name(object),
        labels: object.metadata.labels.clone().unwrap_or_default(),
        readiness: readiness(object),
        scheduling: if cordoned {
            Scheduling::Cordoned
        } else {
            Scheduling::Open
        },
    }
}

fn readiness(object: &DynamicObject) -> Readiness {
    if object.metadata.deletion_timestamp.is_some() {
        return Readiness::Leaving;
    }
    let conditions = list(&object.data, "/status/conditions");
    let Some(ready) = conditions.iter().find(|condition| condition["type"] == "Ready") else {
        return Readiness::Silent;
    };
    match ready["status"].as_str() {
        Some("True") => Readiness::Ready,
        _ => Readiness::NotReady {
            reason: text(ready, "/reason"),
            message: text(ready, "/message"),
        },
    }
}

pub fn daemon_set(object: &DynamicObject) -> DaemonSet {
    let template = "/spec/template/spec";
    let at = |key: &str| list(&object.data, &format!("{template}/{key}"));
    let containers = at("containers");
    let selector = object.data.pointer(&format!("{template}/nodeSelector"));
    DaemonSet {
        namespace: object.metadata.namespace.clone().unwrap_or_default(),
        name: name(object),
        uid: object.metadata.uid.clone().unwrap_or_default(),
        resource_version: object.metadata.resource_version.clone().unwrap_or_default(),
        labels: object.metadata.labels.clone().unwrap_or_default(),
        annotations: object.metadata.annotations.clone().unwrap_or_default(),
        images: containers.iter().map(|container| text(container, "/image")).collect(),
        tolerations: at("tolerations").iter().map(toleration).collect(),
        node_selector: selector.map(texts).unwrap_or_default(),
    }
}

fn toleration(value: &Value) -> Toleration {
    let given = |key: &str| value[key].as_str().map(str::to_owned);
    Toleration {
        key: given("key"),
        operator: given("operator"),
        value: given("value"),
        effect: given("effect"),
    }
}

pub fn pod(object: &DynamicObject) -> Pod {
    let metadata = &object.metadata;
    let owners = metadata.owner_references.clone().unwrap_or_default();
    let controller = owners.into_iter().find(|owner| owner.controller == Some(true));
    let annotations = metadata.annotations.clone().unwrap_or_default();
    Pod {
        namespace: metadata.namespace.clone().unwrap_or_default(),
        name: name(object),
        node: text(&object.data, "/spec/nodeName"),
        labels: metadata.labels.clone().unwrap_or_default(),
        controller: controller.map(|owner| (owner.kind, owner.name)),
        // The kubelet mirrors its own pods to the API, where they cannot be evicted.
        origin: if annotations.contains_key("kubernetes.io/config.mirror") {
            PodOrigin::Mirror
        } else {
            PodOrigin::Api
        },
        phase: text(&object.data, "/status/phase"),
        terminating_since: metadata.deletion_timestamp.as_ref().map(|since| since.0.to_string()),
        finalizers: metadata.finalizers.clone().unwrap_or_default(),
    }
}

pub fn disruption_budget(object: &DynamicObject) -> DisruptionBudget {
    let number = |at: &str| {
        let number = object.data.pointer(at).and_then(Value::as_i64).unwrap_or_default();
        i32::try_from(number).unwrap_or_default()
    };
    DisruptionBudget {
        namespace: object.metadata.namespace.clone().unwrap_or_default(),
        name: name(object),
        selector: object.data.pointer("/spec/selector").map(selector),
        allowed: number("/status/disruptionsAllowed"),
        healthy: number("/status/currentHealthy"),
        desired: number("/status/desiredHealthy"),
        expected: number("/status/expectedPods"),
    }
}

fn selector(value: &Value) -> LabelSelector {
    let requirement = |value: &Value| Requirement {
        key: text(value, "/key"),
        operator: text(value, "/operator"),
        values: list(value, "/values")
            .iter()
            .filter_map(|value| Some(value.as_str()?.to_owned()))
            .collect(),
    };
    LabelSelector {
        match_labels: texts(&value["matchLabels"]),
        match_expressions: list(value, "/matchExpressions").iter().map(requirement).collect(),
    }
}

/// The Windows setting in the network plugin's ConfigMap, and whether EKS's own add-on has set it.
pub fn ipam(object: &DynamicObject) -> Ipam {
    debug_assert_eq!(name(object), CONFIG_MAP);
    if object.data.pointer(&format!("/data/{IPAM}")).and_then(Value::as_str) == Some("true") {
        return Ipam::On;
    }
    let managers = object.metadata.managed_fields.clone().unwrap_or_default();
    let by_add_on = managers.iter().any(|entry| entry.manager.as_deref() == Some("eks"));
    if by_add_on { Ipam::OffByAddOn } else { Ipam::Off }
}

pub fn name(object: &DynamicObject) -> String {
    object.metadata.name.clone().unwrap_or_default()
}

fn text(value: &Value, at: &str) -> String {
    value.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, at: &str) -> &'a [Value] {
    value.pointer(at).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn texts<M: FromIterator<(String, String)>>(value: &Value) -> M {
    let map = value.as_object().into_iter().flatten();
    map.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
