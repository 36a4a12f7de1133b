//! A stateful stand-in for Amazon EKS's node groups, over HTTP on loopback: statuses that change with time, updates
//! with ids, client tokens, one update at a time, throttling, health issues, and failures that a test chooses. Beside
//! it, over HTTPS, the clusters' own API, with nodes that follow the node groups.
//!
//! Every request is checked against the API's own model. What the simulator doesn't know it refuses rather than
//! invents.

// The function's clock and environment are injected, and clippy sees to it. The simulator is no part of the function.
#![allow(clippy::disallowed_methods)]

mod admin;
mod auto_scaling;
mod clock;
mod eks;
mod ends;
mod error;
mod faults;
mod http;
mod kubernetes;
mod launch_template;
mod model;
mod query_api;
mod routes;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

pub use faults::{FaultKind, InjectedFault, OutcomeRule, SimulatedOutcome, When};
pub use kubernetes::{Access, KubernetesRequest, NodesStay, ServerKey, TlsListener, WatchBehavior};
pub use world::{Durations, Recorded};

use kubernetes::ApiAddress;
use world::World;

/// How the simulated service behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// 0 takes a free one.
    pub port: u16,
    /// Multiplies every duration.
    pub time_scale: f64,
    /// Clusters that are there from the start, ACTIVE.
    pub clusters: Vec<String>,
    pub kubernetes_version: String,
    /// Calls a second and burst of the token bucket; `None` throttles nothing.
    pub throttle: Option<(f64, f64)>,
    /// Where clusters are, unless [`Simulator::put_cluster`] says otherwise.
    pub vpc: String,
    /// The security group that the service makes with a cluster; likewise.
    pub cluster_security_group: String,
    /// Where an Auto Scaling group is made for each node group, and where the launch templates of requests are looked
    /// up: an emulator of EC2 and EC2 Auto Scaling. `None` takes every launch template as it comes.
    pub auto_scaling_endpoint: Option<String>,
    pub region: String,
    pub account: String,
    /// Access keys and their secrets, by which tokens for the clusters' own API are signed.
    pub credentials: Vec<(String, String)>,
    /// What operations take, before the scale.
    pub durations: Durations,
    /// When it is at the start, in seconds since 1970; `None` is what the machine says.
    pub epoch: Option<f64>,
}

/// A running simulator. It stops when it is dropped.
pub struct Simulator {
    endpoint: String,
    world: Arc<Mutex<World>>,
    servers: Vec<JoinHandle<()>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            time_scale: 1.0,
            clusters: vec!["my-cluster".to_owned()],
            kubernetes_version: "1.34".to_owned(),
            throttle: None,
            vpc: "vpc-simulated".to_owned(),
            cluster_security_group: "sg-cluster".to_owned(),
            auto_scaling_endpoint: None,
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            // The second is what MiniStack gives a function: the account for an access key.
            credentials: [("test", "test"), ("123456789012", "test")]
                .map(|(key, secret)| (key.to_owned(), secret.to_owned()))
                .to_vec(),
            durations: Durations::default(),
            epoch: None,
        }
    }
}

impl Simulator {
    /// Starts on loopback.
    ///
    /// # Panics
    /// If the port is taken.
    pub async fn start(options: Options) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port))
            .await
            .expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (tls, authority) = TlsListener::bind(ServerKey::P256).await;
        let place = ApiAddress {
            url: format!("https://{}", tls.address()),
            authority,
        };
        let world = Arc::new(Mutex::new(World::new(options, place)));
        let servers = vec![
            serve(listener, http::router(Arc::clone(&world))),
            serve(tls, kubernetes::router(Arc::clone(&world))),
        ];
        Self {
            endpoint: format!("http://{address}"),
            world,
            servers,
        }
    }

    /// Starts without a socket, within a runtime: what is asked of it comes through [`Simulator::router`]. A cluster shows no
    /// endpoint that anybody could call.
    pub fn unserved(options: Options) -> Self {
        Self {
            endpoint: String::new(),
            world: Arc::new(Mutex::new(World::new(options, ApiAddress::default()))),
            servers: vec![],
        }
    }

    /// The service itself, which answers a request as the server does.
    pub fn router(&self) -> Router {
        http::router(Arc::clone(&self.world))
    }

    /// The base URL, for `AWS_ENDPOINT_URL_EKS`.
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Adds a cluster, or changes one: `name`, `status`, `version` and anything else that DescribeCluster shows.
    pub fn put_cluster(&self, cluster: Value) {
        self.world().put_cluster(cluster);
    }

    /// Adds a node group that nobody created here: `clusterName`, `nodegroupName`, and anything DescribeNodegroup shows.
    pub fn put_node_group(&self, group: Value) {
        self.world().put_node_group(group);
    }

    /// Changes what a live group shows, as an autoscaler or an operator does.
    pub fn patch_node_group(&self, cluster: &str, name: &str, changes: Value) {
        self.world().patch(cluster, name, changes);
    }

    /// Takes a cluster away; its node groups can't be reached any more.
    pub fn remove_cluster(&self, name: &str) {
        self.world().remove_cluster(name);
    }

    pub fn fault(&self, fault: InjectedFault) {
        self.world().faults.add(fault);
    }

    /// The faults that are still to befall a call.
    pub fn faults(&self) -> Vec<InjectedFault> {
        self.world().faults.list().to_vec()
    }

    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    pub fn outcome(&self, rule: OutcomeRule) {
        self.world().outcomes.push(rule);
    }

    pub fn outcomes(&self) -> Vec<OutcomeRule> {
        self.world().outcomes.clone()
    }

    pub fn clear_outcomes(&self) {
        self.world().outcomes.clear();
    }

    /// Publishes an AMI release, from now on the latest of a Kubernetes version.
    pub fn release(&self, version: &str, release: &str) {
        self.world().releases.insert(version.to_owned(), release.to_owned());
    }

    /// Makes everything as it was at the start, save for the settings.
    pub fn reset(&self) {
        self.world().reset();
    }

    /// What an operation takes from now on, before the scale.
    pub fn durations(&self, change: impl FnOnce(&mut Durations)) {
        change(&mut self.world().options.durations);
    }

    /// Every request so far, in order.
    pub fn requests(&self) -> Vec<Recorded> {
        self.world().requests.clone()
    }

    pub fn forget_requests(&self) {
        self.world().requests.clear();
    }

    /// All node groups as DescribeNodegroup shows them.
    pub fn node_groups(&self) -> Vec<Value> {
        let mut world = self.world();
        world.settle();
        world.groups.values().map(|group| group.shown.clone()).collect()
    }

    /// One node group, `null` if there is none.
    pub fn node_group(&self, cluster: &str, name: &str) -> Value {
        let mut world = self.world();
        world.settle();
        world
            .groups
            .get(&(cluster.to_owned(), name.to_owned()))
            .map_or(json!(null), |group| group.shown.clone())
    }

    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        world::lock(&self.world)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
        // Watches outlive the server that took their connections.
        self.world().kubernetes.clear();
    }
}

fn serve<L>(listener: L, app: Router) -> JoinHandle<()>
where
    L: Listener,
    L::Addr: std::fmt::Debug,
{
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            eprintln!("the simulator stopped: {error}");
        }
    })
}

/// Real time for a duration of the service.
fn scaled(seconds: f64, scale: f64) -> Duration {
    Duration::from_secs_f64((seconds * scale).max(0.0))
}
