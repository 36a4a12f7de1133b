//! What the properties ask of Kubernetes and of the zones is looked at before anything is made.

mod support;

use serde_json::{Value, json};
use simulator::Access;
use support::scene::Scene;

fn gpu() -> Value {
    json!({"NvidiaDevicePlugin": true, "AmiType": "AL2023_x86_64_NVIDIA", "InstanceTypes": ["g5.xlarge"]})
}

fn windows() -> Value {
    json!({"WindowsSupport": true, "AmiType": "WINDOWS_CORE_2022_x86_64"})
}

fn nodes() -> Value {
    json!({"WaitFor": "NodesReady"})
}

/// Each property that asks for something in the cluster needs access.
#[tokio::test]
async fn access_is_needed_before_anything_is_made() {
    let scene = Scene::start().await;
    let simulator = &scene.world.simulator;
    let forbidden = |plural: &str| Access::Forbidden {
        resources: vec![plural.to_owned()],
    };
    for (changes, plural) in [
        (nodes(), "nodes"),
        (gpu(), "daemonsets"),
        (windows(), "nodes"),
        (windows(), "configmaps"),
    ] {
        simulator.access("my-cluster", Access::NoEntry);
        scene
            .refused("no-access-entry", "aws eks create-access-entry", &changes)
            .await;
        simulator.access("my-cluster", forbidden(plural));
        scene.refused("kubernetes-forbidden", plural, &changes).await;
    }
    simulator.forget_kubernetes_requests();
    scene.fine(&json!({})).await;
    assert_eq!(simulator.kubernetes_requests(), [], "nothing asks for it");
    simulator.access("my-cluster", Access::Granted);
    scene.fine(&nodes()).await;
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer() {
    let scene = Scene::start().await;
    scene.cluster(json!({"endpoint": "https://127.0.0.1:1"}));
    scene.refused("kubernetes-unreachable", "my-cluster", &nodes()).await;
    scene.fine(&json!({})).await;
}

#[tokio::test]
async fn windows_nodes_need_a_linux_node() {
    let scene = Scene::start().await;
    let taken = scene
        .world
        .simulator
        .remove_object("my-cluster", "nodes", "", "ip-10-0-0-10.ec2.internal");
    assert_ne!(taken, Value::Null);
    scene
        .refused("windows-needs-linux", "the cluster has no Linux node", &windows())
        .await;
}

/// EKS makes the entry with the first group of a role, of a type that stays.
#[tokio::test]
async fn the_node_roles_access_entry_is_of_the_other_kind() {
    let scene = Scene::start().await;
    let role = scene.moto.seeds().node_role;
    let entry = |kind: &str| {
        let entry = json!({"principalArn": role, "type": kind});
        scene.world.simulator.put_access_entry("my-cluster", entry);
    };
    entry("EC2_WINDOWS");
    let linux = json!({"AmiType": "AL2023_x86_64_STANDARD"});
    scene.refused("node-access-entry-type", &role, &linux).await;
    entry("EC2_LINUX");
    scene
        .refused(
            "node-access-entry-type",
            "EC2_WINDOWS",
            &json!({"AmiType": "WINDOWS_CORE_2022_x86_64"}),
        )
        .await;
    scene.fine(&linux).await;
}

#[tokio::test]
async fn stateful_pods_stay_with_their_zone() {
    let scene = Scene::start().await;
    scene
        .warned("stateful-spans-zones", "us-east-1a", &json!({"Stateful": true}))
        .await;
    let one = json!({"Stateful": true, "Subnets": scene.moto.seeds().subnets[..1]});
    scene.fine(&one).await;
}
