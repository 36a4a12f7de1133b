//! All that the simulated service knows, and how it changes with time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::auto_scaling::AutoScalingQueue;
use crate::clock::Calendar;
use crate::faults::{Faults, OutcomeRule, SimulatedOutcome};
use crate::kubernetes::{self, ApiAddress, Joining, SimulatedKubernetes};
use crate::query_api::QueryApi;
use crate::{Options, clock, scaled};

/// What operations take, in seconds of the service.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    pub create: f64,
    pub delete: f64,
    pub config_update: f64,
    pub version_update: f64,
    /// From a node's registration until it is Ready.
    pub node_ready: f64,
}

pub struct World {
    pub options: Options,
    pub clusters: BTreeMap<String, Value>,
    pub groups: BTreeMap<(String, String), SimulatedGroup>,
    pub updates: BTreeMap<String, Update>,
    /// Client tokens, with what was asked and what was answered.
    pub tokens: HashMap<String, (Value, Value)>,
    pub faults: Faults,
    pub outcomes: Vec<OutcomeRule>,
    pub requests: Vec<Recorded>,
    /// The latest AMI release of a Kubernetes version, where a test published one.
    pub releases: BTreeMap<String, String>,
    pub auto_scaling: AutoScalingQueue,
    /// Where launch templates are looked up.
    pub ec2: Option<QueryApi>,
    /// The clusters' own API.
    pub kubernetes: SimulatedKubernetes,
    /// By cluster and principal.
    pub access_entries: BTreeMap<(String, String), Value>,
    calendar: Calendar,
    bucket: Bucket,
    serial: u64,
}

/// A node group: what DescribeNodegroup shows, and what becomes of it.
pub struct SimulatedGroup {
    pub shown: Value,
    pub pending: Option<Pending>,
}

/// Something under way, and its end.
pub struct Pending {
    pub at: Instant,
    pub end: Completion,
}

pub enum Completion {
    Created(SimulatedOutcome),
    Deleted(SimulatedOutcome),
    Updated {
        id: String,
        changes: Value,
        outcome: SimulatedOutcome,
        /// The status that the update found.
        before: String,
    },
}

/// An update, as DescribeUpdate shows it.
pub struct Update {
    pub cluster: String,
    pub nodegroup: String,
    pub shown: Value,
}

/// One request that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub operation: String,
    pub cluster: String,
    pub nodegroup: String,
    pub query: Vec<(String, String)>,
    pub body: Value,
    /// 0: there was no answer.
    pub status: u16,
    pub code: String,
}

struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// Small regions take about so long.
impl Default for Durations {
    fn default() -> Self {
        Self {
            create: 180.0,
            delete: 120.0,
            config_update: 20.0,
            version_update: 300.0,
            node_ready: 40.0,
        }
    }
}

/// A test that panicked while it held the lock says so itself.
pub fn lock(world: &Arc<Mutex<World>>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub fn new(options: Options, place: ApiAddress) -> Self {
        let burst = options.throttle.map_or(0.0, |(_, burst)| burst);
        let endpoint = options.auto_scaling_endpoint.clone();
        let ec2 = endpoint.map(|endpoint| QueryApi::new(endpoint, options.region.clone()));
        let mut world = Self {
            clusters: BTreeMap::new(),
            groups: BTreeMap::new(),
            updates: BTreeMap::new(),
            tokens: HashMap::new(),
            faults: Faults::default(),
            outcomes: Vec::new(),
            requests: Vec::new(),
            releases: BTreeMap::new(),
            auto_scaling: AutoScalingQueue::new(ec2.clone()),
            ec2,
            kubernetes: SimulatedKubernetes::at(place),
            access_entries: BTreeMap::new(),
            calendar: Calendar::from(options.epoch),
            bucket: Bucket {
                tokens: burst,
                filled: clock::now(),
            },
            serial: 0,
            options,
        };
        world.put_first_clusters();
        world
    }

    /// As it was at the start, with the settings of now.
    pub fn reset(&mut self) {
        for group in std::mem::take(&mut self.groups).into_values() {
            self.auto_scaling.remove(&group.shown);
        }
        self.clusters.clear();
        self.kubernetes.clear();
        self.access_entries.clear();
        self.updates.clear();
        self.tokens.clear();
        self.faults.clear();
        self.outcomes.clear();
        self.requests.clear();
        self.releases.clear();
        self.put_first_clusters();
    }

    fn put_first_clusters(&mut self) {
        for name in self.options.clusters.clone() {
            self.put_cluster(json!({ "name": name }));
        }
    }

    /// Whether the token bucket lets one more call through.
    pub fn admits(&mut self) -> bool {
        let Some((rate, burst)) = self.options.throttle else {
            return true;
        };
        let now = clock::now();
        let refill = now.duration_since(self.bucket.filled).as_secs_f64() * rate;
        self.bucket = Bucket {
            tokens: (self.bucket.tokens + refill).min(burst),
            filled: now,
        };
        if self.bucket.tokens < 1.0 {
            return false;
        }
        self.bucket.tokens -= 1.0;
        true
    }

    /// An id that nothing else has, in the shape of a UUID.
    pub fn new_id(&mut self) -> String {
        self.serial += 1;
        let serial = self.serial;
        format!(
            "{serial:08x}-0000-4000-8000-{:012x}",
            serial.wrapping_mul(0x9e37_79b9_7f4a) & 0xffff_ffff_ffff
        )
    }

    /// Now, as the service writes it.
    pub fn timestamp(&self) -> f64 {
        self.calendar.timestamp()
    }

    /// When something that takes so many seconds of the service is over.
    pub fn after(&self, seconds: f64) -> Instant {
        clock::now() + scaled(seconds, self.options.time_scale)
    }

    pub fn put_cluster(&mut self, changes: Value) {
        let name = changes["name"].as_str().unwrap_or("my-cluster").to_owned();
        let (region, account) = (&self.options.region, &self.options.account);
        let (vpc, security_group) = (&self.options.vpc, &self.options.cluster_security_group);
        let place = &self.kubernetes.place;
        let fresh = json!({
            "name": name, "status": "ACTIVE", "version": self.options.kubernetes_version,
            "arn": format!("arn:aws:eks:{region}:{account}:cluster/{name}"),
            "createdAt": self.timestamp(), "platformVersion": "eks.1",
            "endpoint": format!("{}/{name}", place.url),
            "certificateAuthority": {"data": STANDARD.encode(&place.authority)},
            "resourcesVpcConfig": {
                "vpcId": vpc, "clusterSecurityGroupId": security_group, "subnetIds": [], "securityGroupIds": [],
                "endpointPublicAccess": true, "endpointPrivateAccess": true,
            },
            "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
        });
        let cluster = self.clusters.entry(name.clone()).or_insert(fresh);
        merge(cluster, &changes);
        let version = cluster["version"].as_str().unwrap_or_default();
        self.kubernetes.open(&name, &self.options.region, version);
    }

    /// Its node groups stay, but can't be reached any more.
    pub fn remove_cluster(&mut self, name: &str) {
        self.clusters.remove(name);
        self.kubernetes.clusters.remove(name);
    }

    pub fn put_node_group(&mut self, changes: Value) {
        let cluster = changes["clusterName"].as_str().unwrap_or("my-cluster").to_owned();
        let name = changes["nodegroupName"].as_str().unwrap_or("foreign").to_owned();
        let body =
            json!({"nodegroupName": name, "subnets": ["subnet-1"], "nodeRole": "arn:aws:iam::123456789012:role/node"});
        let mut shown = crate::eks::create::shown(self, &cluster, body.as_object().expect("an object"), None);
        shown["status"] = json!("ACTIVE");
        merge(&mut shown, &changes);
        let key = (cluster, name);
        self.groups.insert(key.clone(), SimulatedGroup { shown, pending: None });
        if self.has_nodes(&key) {
            kubernetes::follow(self, &key, clock::now(), Joining::Before);
            self.kubernetes.wake(clock::now());
        }
    }

    /// Whether there was such a group to change. What is due happens first, or it would undo the change.
    pub fn patch(&mut self, cluster: &str, name: &str, changes: Value) -> bool {
        self.settle();
        let key = (cluster.to_owned(), name.to_owned());
        let Some(group) = self.groups.get_mut(&key) else {
            return false;
        };
        let before = group.shown.clone();
        merge(&mut group.shown, &changes);
        if self.has_nodes(&key) {
            kubernetes::relabel(self, &key, &before);
            kubernetes::follow(self, &key, clock::now(), Joining::Slowly);
        }
        true
    }

    /// Lets everything happen that is due.
    pub fn settle(&mut self) {
        let now = clock::now();
        let due = |group: &SimulatedGroup| group.pending.as_ref().is_some_and(|pending| pending.at <= now);
        let due: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, group)| due(group))
            .map(|(key, _)| key.clone())
            .collect();
        for key in due {
            let Some(pending) = self.groups.get_mut(&key).and_then(|group| group.pending.take()) else {
                continue;
            };
            self.end(&key, pending);
        }
        self.kubernetes.wake(now);
    }
}

/// Sets fields, deep in objects.
pub fn merge(target: &mut Value, changes: &Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (key, value) in changes {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (target, changes) => *target = changes.clone(),
    }
}
