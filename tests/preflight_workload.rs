//! What the properties ask of Kubernetes and of the zones is looked at before anything is made.

mod support;

use std::time::Duration;

use mng_engine::ports::Calls;
use serde_json::{Value, json};
use simulator::{Access, FaultKind, InjectedFault, When};
use support::flows::{create, reason};
use support::requests::untag;
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

/// What no step comes to ask for, none of it is a reason to refuse.
#[tokio::test]
async fn what_will_not_be_asked_needs_no_access() {
    let scene = Scene::start().await;
    let simulator = &scene.world.simulator;
    simulator.access("my-cluster", Access::NoEntry);
    let bottlerocket =
        json!({"NvidiaDevicePlugin": true, "AmiType": "BOTTLEROCKET_x86_64_NVIDIA", "InstanceTypes": ["g5.xlarge"]});
    let empty = json!({"WaitFor": "NodesReady", "ScalingConfig": {"MinSize": 0, "MaxSize": 3, "DesiredSize": 0}});
    let linux = json!({"WindowsSupport": true, "AmiType": "AL2023_x86_64_STANDARD"});
    for changes in [bottlerocket, empty, linux] {
        assert_eq!(scene.warnings_of_create(&changes).await, "", "{changes}");
    }
    let without_gpus = json!({"NvidiaDevicePlugin": true, "InstanceTypes": ["m5.large"]});
    let told = scene.warnings_of_create(&without_gpus).await;
    assert!(
        told.starts_with("NvidiaDevicePlugin: nothing was applied.") && !told.contains('['),
        "{told}"
    );

    simulator.access("my-cluster", Access::Granted);
    simulator.remove_object("my-cluster", "nodes", "", "ip-10-0-0-10.ec2.internal");
    let waiting = json!({"WindowsSupport": true, "AmiType": "AL2023_x86_64_STANDARD", "WaitFor": "NodesReady"});
    assert_eq!(scene.warnings_of_create(&waiting).await, "");
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer() {
    let scene = Scene::start().await;
    scene.cluster(json!({"endpoint": "https://127.0.0.1:1"}));
    scene.refused("kubernetes-unreachable", "my-cluster", &nodes()).await;
    scene.fine(&json!({})).await;
}

/// What a request at the cluster's API comes to, so many times.
fn befalls(scene: &Scene, operation: &str, times: u32, kind: FaultKind) {
    scene.world.simulator.fault(InjectedFault {
        operation: operation.to_owned(),
        nth: 1,
        times,
        when: When::Before,
        kind,
    });
}

#[tokio::test]
async fn a_lost_connection_is_no_reason_to_refuse() {
    let scene = Scene::start().await;
    befalls(&scene, "list nodes", 1, FaultKind::Reset);
    scene.fine(&nodes()).await;
}

/// It was reached, so nobody is told to move the function.
#[tokio::test]
async fn an_api_server_in_trouble_is_reached() {
    let scene = Scene::start().await;
    let trouble = FaultKind::Error {
        status: 500,
        code: "InternalError".to_owned(),
        message: "etcdserver: leader changed".to_owned(),
    };
    befalls(&scene, "list nodes", 3, trouble);
    scene.warned("not-checked", "leader changed", &nodes()).await;
    befalls(&scene, "list nodes", 3, FaultKind::Garbage);
    scene.warned("not-checked", "no readable answer", &nodes()).await;
}

/// Until the cluster was described so often, or nobody seems to come to that.
async fn looked_at(scene: &Scene, times: usize) {
    let looks = || {
        let requests = scene.world.simulator.requests();
        requests
            .iter()
            .filter(|made| made.operation == "DescribeCluster")
            .count()
    };
    for _ in 0..1000 {
        if looks() >= times {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A cluster that comes up has no endpoint, and lets nobody in.
#[tokio::test]
async fn a_cluster_that_comes_up_is_not_asked() {
    let scene = Scene::start().await;
    let simulator = &scene.world.simulator;
    simulator.access("my-cluster", Access::NoEntry);
    scene.cluster(json!({"status": "CREATING"}));
    let properties = scene.properties(&nodes());
    let request = scene.world.request("Create", None, &properties, None);
    let (created, ()) = tokio::join!(scene.world.answer(&request), async {
        looked_at(&scene, 3).await;
        assert_eq!(simulator.kubernetes_requests(), []);
        simulator.access("my-cluster", Access::Granted);
        scene.cluster(json!({"status": "ACTIVE"}));
    });
    assert_eq!(
        (&created["Status"], &created["Data"]["Warnings"]),
        (&json!("SUCCESS"), &json!(""))
    );
}

/// The DaemonSet goes with the property, which is better refused before anything else is done.
#[tokio::test]
async fn taking_the_plugin_out_needs_access_too() {
    let scene = Scene::start().await;
    let world = &scene.world;
    let old = scene.properties(&gpu());
    let id = create(world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world.simulator.access("my-cluster", Access::NoEntry);
    world.forget_calls();
    let mut new = scene.properties(&gpu());
    (new["NvidiaDevicePlugin"], new["Labels"]) = (json!(false), json!({"team": "blue"}));
    let update = || world.request("Update", Some(&id), &new, Some(&old));
    let refused = world.answer(&update()).await;
    for part in [
        "NvidiaDevicePlugin: list daemonsets",
        "remove the tag managed-node-group:device-plugin",
        "[no-access-entry]",
    ] {
        assert!(reason(&refused).contains(part), "{part}: {refused}");
    }
    assert!(world.changes().is_empty(), "{:?}", world.changes());

    let arn = world.group(&id)["nodegroupArn"].as_str().unwrap_or_default().to_owned();
    let untag = untag(&arn, "managed-node-group:device-plugin");
    world.function.cloud.aws.call(&untag).await.expect("the tag goes");
    let updated = world.answer(&update()).await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
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
