//! NVIDIA's device plugin: without it, Kubernetes does not know the GPUs of a node.
//!
//! The cluster has one DaemonSet, which all groups that ask for the plugin share. Each group has an annotation on the
//! DaemonSet, so the last group removes it. The DaemonSet tolerates the taints of each group's nodes, while NVIDIA's
//! own manifest tolerates only `nvidia.com/gpu` and runs on no other tainted node.

mod decision;
mod foreign;
mod manifest;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use self::decision::{PluginDecision, plugin_decision};
use crate::properties::device_plugin::{DEFAULT_VERSION, IMAGE};
use crate::properties::settings::{Taint, TaintEffect};

/// The name of the DaemonSet. It differs from `nvidia-device-plugin-daemonset`, the name in NVIDIA's static manifest.
pub const NAME: &str = "managed-node-group-nvidia-device-plugin";
pub const NAMESPACE: &str = "kube-system";
/// The field manager for server-side apply.
pub const FIELD_MANAGER: &str = "managed-node-group";

/// A DaemonSet as read from the cluster.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DaemonSet {
    pub namespace: String,
    pub name: String,
    pub uid: String,
    pub resource_version: String,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// The images of the pod's containers.
    pub images: Vec<String>,
    /// The tolerations of the pod.
    pub tolerations: Vec<Toleration>,
    /// The node selector of the pod.
    pub node_selector: BTreeMap<String, String>,
}

/// A toleration, in Kubernetes' fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Toleration {
    pub key: Option<String>,
    pub operator: Option<String>,
    pub value: Option<String>,
    pub effect: Option<String>,
}

/// What one group asks for.
#[derive(Debug, Clone, Copy)]
pub struct PluginRequest<'a> {
    pub group: &'a str,
    pub image: &'a str,
    pub taints: &'a BTreeSet<Taint>,
}

/// What the function does with the DaemonSet when a group asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinDecision {
    /// There is no DaemonSet. The object to create serves no group yet: if two groups come first at the same time, one
    /// of them creates the object, and each applies its own annotation to it.
    Create(Value),
    /// The manifest to apply. It has the UID and the version that were read, so two groups at once do not undo each
    /// other.
    Apply(Value),
    AsItIs,
    /// There is a plugin of somebody else, which the function does not touch. The warning says what that means for the
    /// group.
    Foreign(String),
}

/// What the function does with the DaemonSet when a group no longer needs it.
#[derive(Debug, Clone, PartialEq)]
pub enum LeaveDecision {
    Nothing,
    Apply(Value),
    /// No other group uses the DaemonSet. UID and version are preconditions of the deletion, so a group that joins in
    /// between keeps the plugin.
    Delete {
        uid: String,
        resource_version: String,
    },
}

/// Decides how the plugin gets onto the group's nodes. `live` are the DaemonSets of all namespaces of the cluster.
pub fn join(asked: &PluginRequest, live: &[DaemonSet]) -> JoinDecision {
    if let Some(warning) = foreign::warning(asked, live) {
        return JoinDecision::Foreign(warning);
    }
    let Some(daemon_set) = ours(live) else {
        return JoinDecision::Create(manifest::bare(asked.image));
    };
    let mut groups = manifest::groups(daemon_set);
    let (key, value) = manifest::annotation(asked.group, asked.taints);
    groups.insert(key, value);
    match manifest::matches(daemon_set, asked.image, &groups) {
        true => JoinDecision::AsItIs,
        false => JoinDecision::Apply(manifest::render(asked.image, &groups, daemon_set)),
    }
}

/// Decides what to do when the group is deleted or no longer asks for the plugin. A DaemonSet that serves no group goes
/// too: a delivery created it and died before it applied a group.
pub fn leave(group: &str, live: &[DaemonSet]) -> LeaveDecision {
    let Some(daemon_set) = ours(live) else {
        return LeaveDecision::Nothing;
    };
    let mut groups = manifest::groups(daemon_set);
    let own = groups.remove(&manifest::annotation_key(group));
    if groups.is_empty() {
        return LeaveDecision::Delete {
            uid: daemon_set.uid.clone(),
            resource_version: daemon_set.resource_version.clone(),
        };
    }
    if own.is_none() {
        return LeaveDecision::Nothing;
    }
    let default = format!("{IMAGE}:{DEFAULT_VERSION}");
    let image = daemon_set.images.first().unwrap_or(&default);
    LeaveDecision::Apply(manifest::render(image, &groups, daemon_set))
}

/// The effect of a taint in Kubernetes' spelling.
pub fn in_kubernetes(effect: TaintEffect) -> &'static str {
    match effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::NoExecute => "NoExecute",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
    }
}

/// The DaemonSet that the function applied. A DaemonSet of that name without the function's label belongs to somebody
/// else.
fn ours(live: &[DaemonSet]) -> Option<&DaemonSet> {
    live.iter()
        .find(|daemon_set| daemon_set.has_our_name() && manifest::has_our_label(daemon_set))
}

impl DaemonSet {
    fn has_our_name(&self) -> bool {
        self.namespace == NAMESPACE && self.name == NAME
    }
}

impl Toleration {
    /// Whether pods with this toleration can be on a node with the taint (Kubernetes documentation, "Taints and
    /// Tolerations").
    fn tolerates(&self, taint: &Taint) -> bool {
        let fits =
            |stated: &Option<String>, real: &str| stated.as_deref().is_none_or(|text| text.is_empty() || text == real);
        let fits_value = match self.operator.as_deref() {
            Some("Exists") => true,
            _ => self.key.is_some() && self.value.as_deref().unwrap_or_default() == taint.value,
        };
        fits(&self.key, &taint.key) && fits(&self.effect, in_kubernetes(taint.effect)) && fits_value
    }
}
