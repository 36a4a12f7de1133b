//! What every cluster has from the start: a Linux node, CoreDNS on it, and the network plugin's settings.

use serde_json::{Value, json};

use super::resource::KubernetesResource;
use super::store::ObjectKey;
use super::{SimulatedCluster, node, ownership};

/// Not of a node group, as a self-managed one.
const NODE: &str = "ip-10-0-0-10.ec2.internal";

pub fn cluster(era: u64, region: &str, version: &str) -> SimulatedCluster {
    let mut cluster = SimulatedCluster {
        era,
        ..SimulatedCluster::default()
    };
    let in_system = |resource, name: &str| (resource, "kube-system".to_owned(), name.to_owned());
    let node = (KubernetesResource::Nodes, String::new(), NODE.to_owned());
    cluster.register(node, node::lone(NODE, region, version), "kubelet");
    let settings = json!({"data": {"enable-windows-ipam": "false"}});
    cluster.register(
        in_system(KubernetesResource::ConfigMaps, "amazon-vpc-cni"),
        settings,
        "eks",
    );
    cluster.register(
        in_system(KubernetesResource::Pods, "coredns-6b9575c64c-7xk2p"),
        core_dns(),
        "kubelet",
    );
    cluster
}

fn core_dns() -> Value {
    json!({
        "metadata": {"labels": {"k8s-app": "kube-dns", "eks.amazonaws.com/component": "coredns"}},
        "spec": {"nodeName": NODE, "containers": [{"name": "coredns", "image": "coredns"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    })
}

impl SimulatedCluster {
    /// Creates or replaces an object for a manager that owns all of it.
    pub fn register(&mut self, key: ObjectKey, mut object: Value, manager: &str) -> Value {
        object["apiVersion"] = json!(key.0.api_version());
        ownership::put(self.store.get(&key), &mut object, manager);
        self.store.put(key, object)
    }
}
