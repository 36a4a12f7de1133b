//! Nodes follow the node groups: as many as are desired, new ones after an update, none after a delete.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::node::{self, NodePosition};
use super::resource::KubernetesResource;
use super::store::ObjectKey;
use super::{NodeRules, SimulatedCluster};
use crate::scaled;
use crate::world::World;

/// How far apart a group's nodes become Ready, in seconds of the service.
const STAGGER: f64 = 3.0;

/// How new nodes come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// Registered now, Ready later.
    Slowly,
    /// They have been there for long.
    Before,
}

/// A cluster and a node group of it.
type GroupKey = (String, String);

/// Brings a group's nodes to as many as it wants; without such a group, to none. What happened is of `since`: somebody
/// may look later.
pub fn follow(world: &mut World, group: &GroupKey, since: Instant, joining: Joining) {
    let World {
        options,
        groups,
        kubernetes,
        ..
    } = world;
    let held = kubernetes.held.get(group).cloned().unwrap_or_default();
    let Some(cluster) = kubernetes.clusters.get_mut(&group.0) else {
        return;
    };
    let shown = groups.get(group).map_or(&Value::Null, |group| &group.shown);
    let desired = shown["scalingConfig"]["desiredSize"].as_u64().unwrap_or_default();
    let wanted = usize::try_from(desired).unwrap_or_default().saturating_sub(held.absent);
    let present = cluster.nodes_of(&group.1);
    for key in present.iter().skip(wanted) {
        cluster.remove_node(key);
    }
    for index in present.len()..wanted {
        cluster.add_node(shown, &options.region, index);
    }
    let delay = |index: usize| match joining {
        Joining::Before => scaled(0.0, 1.0),
        Joining::Slowly => scaled(
            options.durations.node_ready + STAGGER * index as f64,
            options.time_scale,
        ),
    };
    let due = |index: usize| since + delay(index);
    cluster.let_become_ready(&group.1, &held, due);
}

/// All of a group's nodes are replaced, as after an update of what they run.
pub fn replace_nodes(world: &mut World, group: &GroupKey, since: Instant) {
    if let Some(cluster) = world.kubernetes.clusters.get_mut(&group.0) {
        for key in cluster.nodes_of(&group.1) {
            cluster.remove_node(&key);
        }
    }
    follow(world, group, since, Joining::Slowly);
}

/// A group's labels and taints reach the nodes that are there.
pub fn relabel(world: &mut World, group: &GroupKey, before: &Value) {
    let Some(after) = world.groups.get(group).map(|group| group.shown.clone()) else {
        return;
    };
    let Some(cluster) = world.kubernetes.clusters.get_mut(&group.0) else {
        return;
    };
    for key in cluster.nodes_of(&group.1) {
        cluster.change(&key, |node| {
            if let Some(labels) = node["metadata"]["labels"].as_object_mut() {
                let named = |value: &Value| value["labels"].as_object().cloned().unwrap_or_default();
                labels.retain(|label, _| !named(before).contains_key(label));
                labels.extend(named(&after));
            }
            if before["taints"] != after["taints"] {
                node::set_taints(node, &after["taints"]);
            }
        });
    }
}

impl SimulatedCluster {
    /// An update begins with a node from which nothing new is scheduled.
    pub fn cordon_one(&mut self, group: &str) {
        if let Some(key) = self.nodes_of(group).first() {
            self.change(key, |node| node["spec"]["unschedulable"] = json!(true));
        }
    }

    /// A failed update gives its nodes back.
    pub fn uncordon(&mut self, group: &str) {
        for key in self.nodes_of(group) {
            self.change(&key, |node| {
                if let Some(spec) = node["spec"].as_object_mut() {
                    spec.shift_remove("unschedulable");
                }
            });
        }
    }

    /// The oldest first.
    fn nodes_of(&self, group: &str) -> Vec<ObjectKey> {
        let all = self.store.list(KubernetesResource::Nodes, None);
        let mut own: Vec<_> = all
            .filter(|(_, node)| node::group(node) == Some(group))
            .map(|(key, node)| (node["metadata"]["uid"].to_string(), key.clone()))
            .collect();
        own.sort();
        own.into_iter().map(|(_, key)| key).collect()
    }

    fn add_node(&mut self, group: &Value, region: &str, index: usize) {
        self.nodes += 1;
        let place = NodePosition {
            region,
            number: self.nodes,
            index,
        };
        let key = (KubernetesResource::Nodes, String::new(), node::name(place));
        self.register(key, node::of_group(group, place), "kubelet");
    }

    /// What ran on it goes with it.
    fn remove_node(&mut self, key: &ObjectKey) {
        self.store.remove(key);
        self.ready_at.remove(key);
        let pods = self.store.list(KubernetesResource::Pods, None);
        let here: Vec<ObjectKey> = pods
            .filter(|(_, pod)| pod["spec"]["nodeName"] == key.2.as_str())
            .map(|(key, _)| key.clone())
            .collect();
        for pod in here {
            self.store.remove(&pod);
        }
    }

    /// Those that a rule holds aren't Ready; the others will be, one after the other.
    fn let_become_ready(&mut self, group: &str, held: &NodeRules, due: impl Fn(usize) -> Instant) {
        let mut waiting = 0;
        for (index, key) in self.nodes_of(group).into_iter().enumerate() {
            if index < held.unready {
                self.ready_at.remove(&key);
                self.change(&key, |node| node::not_ready(node, &held.reason, &held.message));
            } else if !self.store.get(&key).is_some_and(node::is_ready) {
                self.ready_at.entry(key).or_insert_with(|| due(waiting));
                waiting += 1;
            }
        }
    }
}
