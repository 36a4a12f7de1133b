//! The DaemonSet that the function applies, and the node groups that it serves.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{DaemonSet, FIELD_MANAGER, NAME, NAMESPACE, Toleration, in_kubernetes};
use crate::properties::settings::{Taint, TaintEffect};
use crate::workload::nodes::NODEGROUP_LABEL;

/// The prefix of the annotation key of a group.
const PREFIX: &str = "node-groups.managed-node-group/";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const NAME_LABEL: &str = "app.kubernetes.io/name";
/// The directory of the sockets between the kubelet and its plugins (Kubernetes documentation, "Device Plugins").
const SOCKETS: &str = "/var/lib/kubelet/device-plugins";

/// A taint of a group, as the group's annotation stores it.
#[derive(Serialize, Deserialize)]
struct AnnotatedTaint {
    key: String,
    #[serde(default)]
    value: String,
    effect: String,
}

/// The annotations of the groups: key and value.
pub type GroupAnnotations = BTreeMap<String, String>;

pub fn annotation_key(group: &str) -> String {
    format!("{PREFIX}{group}")
}

pub fn annotation(group: &str, taints: &BTreeSet<Taint>) -> (String, String) {
    let told = taints.iter().map(|taint| AnnotatedTaint {
        key: taint.key.clone(),
        value: taint.value.clone(),
        effect: in_kubernetes(taint.effect).to_owned(),
    });
    (annotation_key(group), json!(told.collect::<Vec<_>>()).to_string())
}

/// The groups that a DaemonSet serves.
pub fn groups(daemon_set: &DaemonSet) -> GroupAnnotations {
    let ours = daemon_set.annotations.iter().filter(|(key, _)| key.starts_with(PREFIX));
    ours.map(|(key, value)| (key.clone(), value.clone())).collect()
}

pub fn has_our_label(daemon_set: &DaemonSet) -> bool {
    daemon_set.labels.get(MANAGED_BY).is_some_and(|by| by == FIELD_MANAGER)
}

/// Whether the DaemonSet already is what the function would apply. The comparison skips the node affinity, which
/// follows from the annotations.
pub fn matches(daemon_set: &DaemonSet, image: &str, wanted: &GroupAnnotations) -> bool {
    let live: BTreeSet<Toleration> = daemon_set.tolerations.iter().cloned().collect();
    groups(daemon_set) == *wanted && daemon_set.images == [image] && live == tolerations(wanted).into_iter().collect()
}

/// The object to create if there is no DaemonSet. It serves no group and runs on no node, so that the delivery which
/// applies the first group has a version to compare with.
///
/// In server-side apply the creator owns its fields together with the applier, so a later manifest cannot remove such a
/// field by omission. The object therefore has only three things: what a DaemonSet must have, the function's label, and
/// what a cluster's policies require of a container. A node selector term without expressions matches no node
/// (Kubernetes API reference, "NodeSelectorTerm").
pub fn bare(image: &str) -> Value {
    daemon_set(
        &metadata(),
        &json!({"affinity": affinity(&json!({})), "containers": [container(image)]}),
    )
}

/// The manifest for these groups. It has the content of NVIDIA's static manifest of v0.20.0. In addition it runs only
/// on the nodes of the groups, and on a node without a GPU it waits instead of failing.
///
/// The manifest applies only to the object that was read. With the version alone, Kubernetes would recreate an object
/// that somebody deleted meanwhile, with groups that have left; the UID prevents that.
pub fn render(image: &str, groups: &GroupAnnotations, seen: &DaemonSet) -> Value {
    let mut metadata = metadata();
    metadata["annotations"] = json!(groups);
    metadata["uid"] = json!(seen.uid);
    metadata["resourceVersion"] = json!(seen.resource_version);
    daemon_set(&metadata, &pod(image, groups))
}

fn daemon_set(metadata: &Value, pod: &Value) -> Value {
    let labels = json!({NAME_LABEL: NAME});
    json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata,
        "spec": {
            "selector": {"matchLabels": labels},
            "updateStrategy": {"type": "RollingUpdate"},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    })
}

fn metadata() -> Value {
    json!({"name": NAME, "namespace": NAMESPACE, "labels": {NAME_LABEL: NAME, MANAGED_BY: FIELD_MANAGER}})
}

fn pod(image: &str, groups: &GroupAnnotations) -> Value {
    let tolerations: Vec<Value> = tolerations(groups).iter().map(Toleration::to_json).collect();
    let of_groups = json!({"key": NODEGROUP_LABEL, "operator": "In", "values": names(groups)});
    let mut container = container(image);
    container["env"] = json!([{"name": "FAIL_ON_INIT_ERROR", "value": "false"}]);
    container["volumeMounts"] = json!([{"name": "device-plugins", "mountPath": SOCKETS}]);
    json!({
        "priorityClassName": "system-node-critical",
        "tolerations": tolerations,
        "affinity": affinity(&json!({"matchExpressions": [of_groups]})),
        "containers": [container],
        "volumes": [{"name": "device-plugins", "hostPath": {"path": SOCKETS, "type": "Directory"}}],
    })
}

fn affinity(term: &Value) -> Value {
    json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}})
}

fn container(image: &str) -> Value {
    json!({
        "name": "nvidia-device-plugin",
        "image": image,
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
    })
}

fn names(groups: &GroupAnnotations) -> Vec<&str> {
    groups.keys().filter_map(|key| key.strip_prefix(PREFIX)).collect()
}

/// The tolerations of NVIDIA's manifest, and each taint of the groups that these do not cover, each once.
fn tolerations(groups: &GroupAnnotations) -> Vec<Toleration> {
    let nvidia = Toleration {
        key: Some("nvidia.com/gpu".to_owned()),
        operator: Some("Exists".to_owned()),
        value: None,
        effect: Some("NoSchedule".to_owned()),
    };
    let taints: BTreeSet<Taint> = groups.values().flat_map(|told| taints(told)).collect();
    let others: BTreeSet<Toleration> = taints
        .iter()
        .filter(|taint| !nvidia.tolerates(taint))
        .map(toleration)
        .collect();
    std::iter::once(nvidia).chain(others).collect()
}

fn toleration(taint: &Taint) -> Toleration {
    let is_bare = taint.value.is_empty();
    Toleration {
        key: Some(taint.key.clone()),
        operator: Some(if is_bare { "Exists" } else { "Equal" }.to_owned()),
        value: (!is_bare).then(|| taint.value.clone()),
        effect: Some(in_kubernetes(taint.effect).to_owned()),
    }
}

/// An annotation that somebody damaged yields no taint. Its group writes the annotation anew at its next update.
fn taints(told: &str) -> Vec<Taint> {
    let told: Vec<AnnotatedTaint> = serde_json::from_str(told).unwrap_or_default();
    let taint = |told: AnnotatedTaint| {
        let effect = TaintEffect::parse(&told.effect)?;
        Some(Taint {
            key: told.key,
            effect,
            value: told.value,
        })
    };
    told.into_iter().filter_map(taint).collect()
}

impl Toleration {
    fn to_json(&self) -> Value {
        let parts = [
            ("key", &self.key),
            ("operator", &self.operator),
            ("value", &self.value),
            ("effect", &self.effect),
        ];
        let stated = parts
            .into_iter()
            .filter_map(|(name, part)| Some((name.to_owned(), json!(part.as_ref()?))));
        Value::Object(stated.collect::<Map<_, _>>())
    }
}
