//! NVIDIA's device plugin: without it, Kubernetes doesn't know the GPUs of a node.
//!
//! It is one DaemonSet for the cluster, shared by all groups that ask for it. Each group has an annotation on it, so
//! that it goes with the last of them, and tolerates what each group's nodes are tainted with: NVIDIA's own manifest
//! tolerates `nvidia.com/gpu` alone and runs nowhere else.

mod call;
mod foreign;
mod manifest;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use self::call::{Call, call_for};
use crate::properties::device_plugin::{DEFAULT_VERSION, IMAGE};
use crate::properties::settings::{Taint, TaintEffect};

/// The DaemonSet. The name is our own, so that it never meets `nvidia-device-plugin-daemonset` of NVIDIA's static
/// manifest.
pub const NAME: &str = "managed-node-group-nvidia-device-plugin";
pub const NAMESPACE: &str = "kube-system";
/// Who applies it, for server-side apply.
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
    /// Of the pod's containers.
    pub images: Vec<String>,
    /// Of the pod.
    pub tolerations: Vec<Toleration>,
    /// Of the pod.
    pub node_selector: BTreeMap<String, String>,
}

/// A toleration, as Kubernetes has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Toleration {
    pub key: Option<String>,
    pub operator: Option<String>,
    pub value: Option<String>,
    pub effect: Option<String>,
}

/// What one group asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub group: &'a str,
    pub image: &'a str,
    pub taints: &'a BTreeSet<Taint>,
}

/// What is to become of the DaemonSet when a group asks for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// None is there. The object to create, which is for no group yet: of two groups that are the first at the same time,
    /// one creates it, and each applies to what is there.
    Create(Value),
    /// The manifest to apply. It has the uid and the version that were read: two groups at once don't undo each other.
    Apply(Value),
    AsItIs,
    /// Somebody else's plugin is there, and nothing of it is touched. The warning says what that means for the group.
    Foreign(String),
}

/// What is to become of the DaemonSet when a group no longer needs it.
#[derive(Debug, Clone, PartialEq)]
pub enum Leave {
    Nothing,
    Apply(Value),
    /// The group was the last one, or there was none. Both are preconditions: a group that joins in between is not undone.
    Delete {
        uid: String,
        resource_version: String,
    },
}

/// What to do so that the plugin runs on the group's nodes. `live` are the cluster's DaemonSets of all namespaces.
pub fn join(asked: &Asked, live: &[DaemonSet]) -> Verdict {
    if let Some(warning) = foreign::warning(asked, live) {
        return Verdict::Foreign(warning);
    }
    let Some(daemon_set) = ours(live) else {
        return Verdict::Create(manifest::bare(asked.image));
    };
    let mut groups = manifest::groups(daemon_set);
    let (key, value) = manifest::annotation(asked.group, asked.taints);
    groups.insert(key, value);
    match manifest::is_so(daemon_set, asked.image, &groups) {
        true => Verdict::AsItIs,
        false => Verdict::Apply(manifest::render(asked.image, &groups, daemon_set)),
    }
}

/// What to do when the group is deleted or asks for the plugin no more. One that is for no group, since whoever created it
/// died before it applied, goes too.
pub fn leave(group: &str, live: &[DaemonSet]) -> Leave {
    let Some(daemon_set) = ours(live) else {
        return Leave::Nothing;
    };
    let mut groups = manifest::groups(daemon_set);
    let own = groups.remove(&manifest::annotation_key(group));
    if groups.is_empty() {
        return Leave::Delete {
            uid: daemon_set.uid.clone(),
            resource_version: daemon_set.resource_version.clone(),
        };
    }
    if own.is_none() {
        return Leave::Nothing;
    }
    let default = format!("{IMAGE}:{DEFAULT_VERSION}");
    let image = daemon_set.images.first().unwrap_or(&default);
    Leave::Apply(manifest::render(image, &groups, daemon_set))
}

/// A taint's effect in Kubernetes' spelling.
pub fn in_kubernetes(effect: TaintEffect) -> &'static str {
    match effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::NoExecute => "NoExecute",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
    }
}

/// The one that we applied. One of our name without our label is somebody else's.
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
    /// Whether pods with it can be on a node with the taint (Kubernetes documentation, "Taints and Tolerations").
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
