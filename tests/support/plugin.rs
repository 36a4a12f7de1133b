//! Groups with GPUs, and the one DaemonSet for all of them.

use std::collections::BTreeSet;

use mng_aws::Aws;
use mng_core::properties::settings::Taint;
use mng_core::workload::device_plugin::{JoinDecision, LeaveDecision, NAME, PluginRequest, join, leave};
use mng_engine::ports::Calls;
use serde_json::{Value, json};

use super::flows::properties;
use super::requests::{apply, create_daemon_set, delete_daemon_set, list_daemon_sets};
use super::world::{World, aws};

pub const TAG: &str = "managed-node-group:device-plugin";

/// A group with GPUs and a taint, with changes; `null` takes a property away.
pub fn gpu(changes: &Value) -> Value {
    let mut wanted = properties(&json!({
        "NodegroupName": "gpu", "AmiType": "AL2023_x86_64_NVIDIA", "InstanceTypes": ["g5.xlarge"],
        "Taints": [{"Key": "team", "Value": "vision", "Effect": "NO_SCHEDULE"}], "NvidiaDevicePlugin": true,
    }));
    for (key, value) in changes.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    wanted.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    wanted
}

pub fn plugin(world: &World) -> Value {
    world.simulator.object("my-cluster", "daemonsets", "kube-system", NAME)
}

/// The groups on whose nodes it runs.
pub fn groups(daemon_set: &Value) -> &Value {
    let affinity = &daemon_set["spec"]["template"]["spec"]["affinity"]["nodeAffinity"];
    let terms = &affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"];
    assert_eq!(
        terms[0]["matchExpressions"][0]["key"], "eks.amazonaws.com/nodegroup",
        "{terms}"
    );
    &terms[0]["matchExpressions"][0]["values"]
}

pub fn is_marked(world: &World, id: &str) -> bool {
    world.group(id)["tags"].get(TAG).is_some()
}

pub async fn delete(world: &World, id: &str, properties: &Value) -> Value {
    world.stack_is("DELETE_IN_PROGRESS");
    world.answer(&world.request("Delete", Some(id), properties, None)).await
}

/// Another function's work for another group, as fast as can be: no more than its calls to the cluster.
pub struct Other {
    aws: Aws,
    asked: PluginRequest<'static>,
}

impl Other {
    pub async fn of(world: &World) -> Self {
        static NO_TAINTS: BTreeSet<Taint> = BTreeSet::new();
        Self {
            aws: aws(&world.simulator.endpoint()).await,
            asked: PluginRequest {
                group: "other",
                image: "nvcr.io/nvidia/k8s-device-plugin:v0.20.0",
                taints: &NO_TAINTS,
            },
        }
    }

    /// What it would do next.
    pub async fn verdict(&self) -> JoinDecision {
        let live = self.aws.call(&list_daemon_sets("my-cluster")).await.unwrap();
        join(&self.asked, &live)
    }

    /// Creates the DaemonSet, and dies before anything is applied.
    pub async fn creates(&self) {
        let JoinDecision::Create(bare) = self.verdict().await else {
            panic!("it is there already")
        };
        let create = create_daemon_set("my-cluster", bare);
        self.aws.call(&create).await.unwrap();
    }

    pub async fn joins(&self) {
        loop {
            match self.verdict().await {
                JoinDecision::Create(_) => self.creates().await,
                JoinDecision::Apply(manifest) => self.aws.call(&apply("my-cluster", manifest)).await.unwrap(),
                JoinDecision::AsItIs => return,
                JoinDecision::Foreign(told) => panic!("{told}"),
            }
        }
    }

    pub async fn leaves(&self) {
        let live = self.aws.call(&list_daemon_sets("my-cluster")).await.unwrap();
        match leave(self.asked.group, &live) {
            LeaveDecision::Nothing => {}
            LeaveDecision::Apply(manifest) => self.aws.call(&apply("my-cluster", manifest)).await.unwrap(),
            LeaveDecision::Delete { uid, resource_version } => {
                let delete = delete_daemon_set("my-cluster", &uid, &resource_version);
                self.aws.call(&delete).await.unwrap();
            }
        }
    }
}
