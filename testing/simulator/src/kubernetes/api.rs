//! What a test does to a cluster and asks of it.

use serde_json::{Value, json};

use super::resource::{KubernetesResource, Scope};
use super::store::ObjectKey;
use super::{Access, Joining, KubernetesRequest, NodeRules, NodesStay, WatchBehavior, follow};
use crate::world::World;
use crate::{Simulator, clock};

/// Who owns what a test puts there, unless the object says so itself.
const SOMEBODY: &str = "kubectl";

impl Simulator {
    /// What the function may do in a cluster from now on.
    ///
    /// # Panics
    /// If there is no such cluster, as everything here does.
    pub fn access(&self, cluster: &str, access: Access) {
        self.cluster(cluster, |cluster| cluster.access = access);
    }

    /// The next requests to a cluster are answered with 401, as where its webhook for tokens fails.
    pub fn deny(&self, cluster: &str, times: u32) {
        self.cluster(cluster, |cluster| cluster.denials = times);
    }

    /// Creates or replaces an object. Its fields belong to the manager `kubectl`, unless it has `managedFields`.
    ///
    /// # Panics
    /// If its kind is unknown here or it has no name.
    pub fn put_object(&self, cluster: &str, mut object: Value) -> Value {
        let resource =
            KubernetesResource::of(&object).unwrap_or_else(|| panic!("the simulator knows no such kind: {object}"));
        let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default();
        assert!(!text("name").is_empty(), "an object needs a name: {object}");
        let key = key(resource, text("namespace"), text("name"));
        let owned = !object["metadata"]["managedFields"].is_null();
        self.cluster(cluster, |cluster| {
            if owned {
                cluster.store.put(key, object.take())
            } else {
                cluster.register(key, object.take(), SOMEBODY)
            }
        })
    }

    /// Takes an object away, by its kind or plural. What was there; `null` for nothing.
    pub fn remove_object(&self, cluster: &str, kind: &str, namespace: &str, name: &str) -> Value {
        let key = key(named(kind), namespace, name);
        self.cluster(cluster, |cluster| cluster.store.remove(&key).unwrap_or_default())
    }

    /// One object, by its kind or plural; `null` if there is none.
    pub fn object(&self, cluster: &str, kind: &str, namespace: &str, name: &str) -> Value {
        let key = key(named(kind), namespace, name);
        self.cluster(cluster, |cluster| cluster.store.get(&key).cloned().unwrap_or_default())
    }

    /// All objects of a kind or plural, in all namespaces.
    pub fn objects(&self, cluster: &str, kind: &str) -> Vec<Value> {
        let list = |cluster: &mut super::SimulatedCluster| {
            let all = cluster.store.list(named(kind), None);
            all.map(|(_, object)| object.clone()).collect()
        };
        self.cluster(cluster, list)
    }

    /// Every request to the clusters' API so far, in order. [`Simulator::requests`] has those to EKS.
    pub fn kubernetes_requests(&self) -> Vec<KubernetesRequest> {
        self.world().kubernetes.requests.clone()
    }

    pub fn forget_kubernetes_requests(&self) {
        self.world().kubernetes.requests.clear();
    }

    /// Forgets a cluster's history: a watch from any version that somebody was told by now is answered with 410.
    pub fn compact(&self, cluster: &str) {
        self.cluster(cluster, |cluster| cluster.store.compact());
    }

    /// Ends the watches of a cluster that are open, as a server that restarts.
    pub fn end_watches(&self, cluster: &str) {
        self.world().kubernetes.end_watches(cluster);
    }

    /// What becomes of the watches of a cluster that are begun from now on.
    pub fn watches(&self, cluster: &str, watches: WatchBehavior) {
        self.cluster(cluster, |cluster| cluster.watches = watches);
    }

    /// How many bookmarks the watchers of a cluster were told so far.
    pub fn bookmarks(&self, cluster: &str) -> u64 {
        self.cluster(cluster, |cluster| cluster.bookmarks)
    }

    /// From now on some of a group's nodes stay away or not Ready, those that there are and those to come.
    pub fn nodes_stay(&self, cluster: &str, group: &str, stay: NodesStay) {
        let mut world = self.world();
        world.settle();
        let group = (cluster.to_owned(), group.to_owned());
        let held = world.kubernetes.held.entry(group.clone()).or_default();
        match stay {
            NodesStay::Absent { count } => held.absent = count,
            NodesStay::Unready { count, reason, message } => {
                *held = NodeRules {
                    unready: count,
                    reason,
                    message,
                    absent: held.absent,
                };
            }
        }
        if world.has_nodes(&group) {
            follow(&mut world, &group, clock::now(), Joining::Slowly);
        }
    }

    /// Puts an access entry of a cluster: `principalArn`, `type`, `kubernetesGroups`, `username`.
    pub fn put_access_entry(&self, cluster: &str, entry: Value) {
        self.world().put_access_entry(cluster, entry);
    }

    pub fn remove_access_entry(&self, cluster: &str, principal: &str) {
        let key = (cluster.to_owned(), principal.to_owned());
        self.world().access_entries.remove(&key);
    }

    fn cluster<R>(&self, name: &str, with: impl FnOnce(&mut super::SimulatedCluster) -> R) -> R {
        let mut world = self.world();
        world.settle();
        let known: Vec<String> = world.kubernetes.clusters.keys().cloned().collect();
        // The lock is let go before the panic: the other tests of the process say what they have to say themselves.
        let Some(cluster) = world.kubernetes.clusters.get_mut(name) else {
            drop(world);
            panic!("there is no cluster {name}, but {known:?}");
        };
        with(cluster)
    }
}

impl World {
    /// Whether a group has come to have nodes.
    pub fn has_nodes(&self, group: &(String, String)) -> bool {
        let status = self.groups.get(group).map(|group| group.shown["status"].clone());
        status.is_some_and(|status| status != json!("CREATING") && status != json!("CREATE_FAILED"))
    }
}

fn named(kind: &str) -> KubernetesResource {
    KubernetesResource::named(kind).unwrap_or_else(|| panic!("the simulator knows no kind {kind}"))
}

fn key(resource: KubernetesResource, namespace: &str, name: &str) -> ObjectKey {
    let namespace = match (resource.scope(), namespace) {
        (Scope::Cluster, _) => "",
        (Scope::Namespace, "") => "default",
        (Scope::Namespace, given) => given,
    };
    (resource, namespace.to_owned(), name.to_owned())
}
