//! The calls of a Create's first pass, from the request to CreateNodegroup.

mod support;

use serde_json::json;
use simulator::Recorded;
use support::scene::Scene;
use support::world::Death;

/// The calls that the function makes twice on purpose.
///
/// - `DescribeStack`: CloudFormation may cancel the Create while the function reads and makes EC2 resources. So the
///   function asks for the stack at the beginning and once more before CreateNodegroup.
const TWICE: [&str; 1] = ["DescribeStack"];

#[tokio::test]
async fn no_call_is_made_twice_without_a_reason() {
    let scene = Scene::start().await;
    let properties = scene.properties(&json!({"RemoteAccess": {"PublicKey": KEY}}));
    let request = scene.world.request("Create", None, &properties, None);
    scene.world.die(Death::Never);
    let answer = scene.world.answer(&request).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");

    let made = scene.world.function.cloud.made.lock().unwrap().clone();
    let created = made.iter().position(|call| *call == "CreateNodegroup");
    let mut calls = made[..=created.expect("the group is created")].to_vec();
    calls.sort_unstable();
    let repeated = calls.windows(2).filter(|pair| pair[0] == pair[1]);
    let repeated: Vec<&str> = repeated.map(|pair| pair[0]).collect();
    assert_eq!(repeated, TWICE, "{made:?}");

    let eks = scene.world.simulator.requests();
    let created = eks.iter().position(|request| request.operation == "CreateNodegroup");
    let before = &eks[..created.expect("the group is created")];
    let mut calls: Vec<String> = before.iter().map(call).collect();
    let count = calls.len();
    calls.sort_unstable();
    calls.dedup();
    assert_eq!(calls.len(), count, "EKS was asked twice: {before:#?}");
}

/// Any key.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl somebody@example.com";

fn call(request: &Recorded) -> String {
    format!("{} {} {}", request.operation, request.cluster, request.nodegroup)
}
