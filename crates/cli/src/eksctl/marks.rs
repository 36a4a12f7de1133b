//! `Labels` and `Tags`: the file's, and those of eksctl's own that do no harm on a group that isn't eksctl's.

use serde_json::{Map, Value, json};

use super::group::EksctlGroup;
use super::node_group::EksctlCluster;
use crate::note::NoteKind;

/// What eksctl labels nodes with, for pods to select them by.
const CLUSTER_LABEL: &str = "alpha.eksctl.io/cluster-name";
/// What eksctl finds a group's nodes by: `eksctl delete nodegroup` and `eksctl drain nodegroup` cordon and empty all that have
/// it (`ListOptions` of a node group, in v1alpha5). On a new node it would hand the new group to them too.
pub const GROUP_LABEL: &str = "alpha.eksctl.io/nodegroup-name";

/// What eksctl tags its own groups with.
const GROUP_TAGS: [&str; 2] = ["alpha.eksctl.io/nodegroup-name", "alpha.eksctl.io/nodegroup-type"];

/// The file's own, but for eksctl's two, which eksctl overwrites.
pub fn labels(group: &mut EksctlGroup, cluster: &EksctlCluster) -> Value {
    let mut labels = Map::new();
    for (key, value) in group.text_map("labels") {
        match key {
            CLUSTER_LABEL => {
                let text = format!("eksctl overwrites it; it is {}", cluster.name);
                group.note(&format!("labels.{key}"), NoteKind::Told, text);
            }
            GROUP_LABEL => {
                let text =
                    "it isn't set: eksctl overwrites it, and drains every node that has it when it deletes its group";
                group.note(&format!("labels.{key}"), NoteKind::Told, text);
            }
            key => _ = labels.insert(key.to_owned(), json!(value)),
        }
    }
    labels.insert(CLUSTER_LABEL.to_owned(), json!(cluster.name));
    Value::Object(labels)
}

/// The group's go before the cluster's. With a launch template of the user's own eksctl tags the group alone.
pub fn tags(group: &mut EksctlGroup, cluster: &EksctlCluster) -> Option<Value> {
    let mut tags = Map::new();
    for (key, value) in group.text_map("tags") {
        if GROUP_TAGS.contains(&key) {
            let text = "it isn't set: eksctl overwrites it, to mark its own groups";
            group.note(&format!("tags.{key}"), NoteKind::Told, text);
        } else {
            tags.insert(key.to_owned(), json!(value));
        }
    }
    for (key, value) in cluster.tags.iter().filter(|(key, _)| !GROUP_TAGS.contains(key)) {
        tags.entry(*key).or_insert_with(|| json!(value));
    }
    if group.text("launchTemplate.id").is_none() {
        tags.entry("Name")
            .or_insert_with(|| json!(instance_name(group, cluster)));
    }
    (!tags.is_empty()).then_some(Value::Object(tags))
}

/// As eksctl calls its instances.
fn instance_name(group: &EksctlGroup, cluster: &EksctlCluster) -> String {
    let prefix = group.text("instancePrefix").map(|prefix| format!("{prefix}-"));
    let default = || format!("{}-{}-Node", cluster.name, group.text("name").unwrap_or_default());
    let name = group.text("instanceName").map_or_else(default, ToOwned::to_owned);
    format!("{}{name}", prefix.unwrap_or_default())
}
