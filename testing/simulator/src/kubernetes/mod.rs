//! The clusters' own API, as far as whoever makes node groups needs it: who is let in, a few kinds of objects with
//! selectors, watches and server-side apply, and nodes that follow the node groups.

mod api;
mod apply;
mod fields;
mod first;
mod follow;
mod http;
mod list;
mod node;
mod ownership;
mod paths;
mod resource;
mod selector;
mod signature;
mod status;
mod store;
mod time;
mod tls;
mod token;
mod watch;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

pub use follow::{Joining, follow, relabel, replace_nodes};
pub use http::router;
pub use tls::{ServerKey, TlsListener};

use store::{ObjectKey, Store};

/// What the function's principal may do in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Access {
    /// Everything.
    #[default]
    Granted,
    /// There is no access entry: 401, as with a token that isn't valid.
    NoEntry,
    /// There is one that allows everything but these, by their plurals: 403.
    Forbidden { resources: Vec<String> },
    /// There is one that lets everything be seen and nothing be changed: 403 for that.
    ReadOnly,
}

/// Nodes of a group that don't become what they should. Each of the two holds until it is set anew; a count of 0 lifts
/// it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodesStay {
    /// The oldest so many nodes aren't Ready, for a reason and with a message.
    Unready {
        count: usize,
        reason: String,
        message: String,
    },
    /// So many of the desired nodes never register.
    Absent { count: usize },
}

/// What becomes of the watches of a cluster that are begun from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum WatchBehavior {
    /// They last as long as was asked.
    #[default]
    Last,
    /// They end before they have told anything.
    EndAtOnce,
    /// They are answered a while after they were asked for.
    BeginLate,
    /// They are never answered.
    NeverBegin,
}

/// One request to a cluster's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KubernetesRequest {
    pub cluster: String,
    pub method: String,
    /// Without the cluster: `/api/v1/nodes`.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// The header by which somebody says who they are.
    pub authorization: String,
    /// 0 where a fault befell it before it was answered.
    pub status: u16,
}

/// Where all clusters' API is.
#[derive(Debug, Clone, Default)]
pub struct ApiAddress {
    /// `https://127.0.0.1:PORT`; a cluster's name follows.
    pub url: String,
    /// The authority's PEM.
    pub authority: String,
}

#[derive(Default)]
pub struct SimulatedKubernetes {
    pub place: ApiAddress,
    pub clusters: BTreeMap<String, SimulatedCluster>,
    pub requests: Vec<KubernetesRequest>,
    held: BTreeMap<(String, String), NodeRules>,
    eras: u64,
}

#[derive(Default)]
pub struct SimulatedCluster {
    store: Store,
    access: Access,
    /// How many requests are still to be answered with 401.
    denials: u32,
    watches: WatchBehavior,
    /// How many bookmarks watchers were told.
    bookmarks: u64,
    /// It changes when all open watches are to end.
    era: u64,
    /// When nodes become Ready.
    ready_at: BTreeMap<ObjectKey, Instant>,
    /// How many nodes there ever were: the next one's address.
    nodes: u32,
}

/// The rules for a group's nodes.
#[derive(Debug, Clone, Default)]
struct NodeRules {
    unready: usize,
    reason: String,
    message: String,
    absent: usize,
}

impl SimulatedKubernetes {
    pub fn at(place: ApiAddress) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// A cluster's API, if it isn't there yet, with what every cluster has from the start.
    pub fn open(&mut self, cluster: &str, region: &str, version: &str) {
        if !self.clusters.contains_key(cluster) {
            let era = self.next_era();
            self.clusters
                .insert(cluster.to_owned(), first::cluster(era, region, version));
        }
    }

    /// No cluster is left, and every watch ends.
    pub fn clear(&mut self) {
        self.clusters.clear();
        self.requests.clear();
        self.held.clear();
    }

    pub fn end_watches(&mut self, cluster: &str) {
        let era = self.next_era();
        if let Some(cluster) = self.clusters.get_mut(cluster) {
            cluster.era = era;
        }
    }

    /// Lets nodes become Ready whose time has come.
    pub fn wake(&mut self, now: Instant) {
        self.clusters.values_mut().for_each(|cluster| cluster.wake(now));
    }

    fn next_era(&mut self) -> u64 {
        self.eras += 1;
        self.eras
    }
}

impl SimulatedCluster {
    /// In the order of their times, which is the order in which watchers see them.
    fn wake(&mut self, now: Instant) {
        let mut due: Vec<(Instant, ObjectKey)> = self
            .ready_at
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(key, at)| (*at, key.clone()))
            .collect();
        due.sort();
        for (_, key) in due {
            self.ready_at.remove(&key);
            self.change(&key, node::becomes_ready);
        }
    }

    fn change(&mut self, key: &ObjectKey, change: impl FnOnce(&mut Value)) {
        if let Some(mut object) = self.store.get(key).cloned() {
            change(&mut object);
            self.store.put(key.clone(), object);
        }
    }
}
