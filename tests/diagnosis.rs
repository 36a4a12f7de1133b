//! Every cause of a failure is made in the simulator and in moto, and the reason names it with its remedy.

mod support;

use mng_core::diagnosis::catalogue::{CauseRow, rows};
use serde_json::{Value, json};
use support::scene::Scene;
use support::world::World;

fn properties(max: usize) -> Value {
    json!({
        "ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::123456789012:role/node", "Subnets": ["subnet-1"],
        "ScalingConfig": {"MinSize": "1", "MaxSize": max.to_string()},
    })
}

fn of(kind: &str) -> Vec<CauseRow> {
    let found: Vec<CauseRow> = rows().filter(|row| row.kind == kind).collect();
    assert!(!found.is_empty(), "no {kind}");
    found
}

#[track_caller]
fn assert_told(answer: &Value, row: &CauseRow, said: &str) {
    let reason = answer["Reason"].as_str().unwrap_or_default();
    assert_eq!(answer["Status"], "FAILED", "{}: {answer}", row.explanation.code);
    for part in [said, row.explanation.remedy] {
        assert!(
            reason.contains(part),
            "{}: {part:?} in {reason:?}",
            row.explanation.code
        );
    }
}

#[tokio::test]
async fn every_health_issue() {
    let world = World::start(false).await;
    for row in of("health issue") {
        world.fails("Create", row.explanation.code, "as the test has it", "i-0123");
        let created = world.answer(&world.request("Create", None, &properties(2), None)).await;
        assert_told(
            &created,
            &row,
            &format!("{}: as the test has it [i-0123]", row.explanation.code),
        );
        let id = created["PhysicalResourceId"].as_str().expect("an id");
        let deleted = world
            .answer(&world.request("Delete", Some(id), &properties(2), None))
            .await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    }
    assert!(world.groups().is_empty(), "{:?}", world.groups());
}

#[tokio::test]
async fn every_update_error() {
    let world = World::start(false).await;
    let created = world.answer(&world.request("Create", None, &properties(2), None)).await;
    let id = created["PhysicalResourceId"].as_str().expect("an id").to_owned();
    world.stack_is("UPDATE_IN_PROGRESS");
    for (number, row) in of("update error").into_iter().enumerate() {
        world.fails("ConfigUpdate", row.explanation.code, "as the test has it", "subnet-1");
        let (new, old) = (properties(number + 3), properties(2));
        let updated = world
            .answer(&world.request("Update", Some(&id), &new, Some(&old)))
            .await;
        assert_told(
            &updated,
            &row,
            &format!("{}: as the test has it [subnet-1]", row.explanation.code),
        );
        assert_eq!(updated["PhysicalResourceId"].as_str(), Some(id.as_str()));
    }
    assert_eq!(
        world.group(&id)["scalingConfig"]["maxSize"],
        2,
        "a failed update changed it"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

async fn fail(scene: &Scene, code: &str) -> Value {
    let properties = scene.properties(&json!({}));
    scene
        .world
        .fails("Create", code, "Instances failed", "i-0123456789abcdef0");
    let created = scene
        .world
        .answer(&scene.world.request("Create", None, &properties, None))
        .await;
    let id = created["PhysicalResourceId"].as_str().expect("an id");
    let delete = scene.world.request("Delete", Some(id), &properties, None);
    assert_eq!(scene.world.answer(&delete).await["Status"], "SUCCESS");
    created
}

/// What the Auto Scaling group met is the cause, whatever the service calls it.
#[tokio::test]
async fn every_activity() {
    let scene = Scene::start().await;
    for row in of("Auto Scaling activity") {
        let activity = format!(
            "<DescribeScalingActivitiesResponse><DescribeScalingActivitiesResult><Activities><member>\
             <ActivityId>a</ActivityId><AutoScalingGroupName>g</AutoScalingGroupName><Cause>c</Cause>\
             <StartTime>2026-01-01T00:00:00Z</StartTime><StatusCode>Failed</StatusCode><StatusMessage>{}</StatusMessage>\
             <Description>Launching a new EC2 instance</Description></member></Activities>\
             </DescribeScalingActivitiesResult></DescribeScalingActivitiesResponse>",
            escaped(row.explanation.example)
        );
        let told = scene.moto.answer("DescribeScalingActivities", "", 200, &activity).await;
        told.expect("moto takes it");
        let created = fail(&scene, "AsgInstanceLaunchFailures").await;
        assert_told(&created, &row, "AsgInstanceLaunchFailures: Instances failed");
    }
}

/// What a node wrote to its console is the cause.
#[tokio::test]
async fn every_console_output() {
    let scene = Scene::start().await;
    for row in of("console output") {
        let output = base64(&format!(
            "[    0.000000] Linux version 6.1\n{}\n",
            row.explanation.example
        ));
        let console = format!(
            "<GetConsoleOutputResponse><instanceId>i-0123456789abcdef0</instanceId>\
             <timestamp>2026-01-01T00:00:00Z</timestamp><output>{output}</output></GetConsoleOutputResponse>"
        );
        let told = scene.moto.answer("GetConsoleOutput", "", 200, &console).await;
        told.expect("moto takes it");
        let created = fail(&scene, "NodeCreationFailure").await;
        assert_told(&created, &row, "NodeCreationFailure: Instances failed");
    }
}

fn base64(text: &str) -> String {
    aws_smithy_types::base64::encode(text)
}

/// A cause that the checks know is told where the service only says that nodes didn't join.
#[tokio::test]
async fn the_checks_are_run_again() {
    let scene = Scene::start().await;
    let bare = [
        ("RoleName", "eks-node"),
        ("PolicyArn", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
    ];
    let properties = scene.properties(&json!({"Preflight": "Off"}));
    scene.iam("DetachRolePolicy", &bare, "").await;
    scene
        .world
        .fails("Create", "NodeCreationFailure", "Instances failed", "i-0");
    let request = scene.world.request("Create", None, &properties, None);
    let created = scene.world.answer(&request).await;
    let reason = created["Reason"].as_str().unwrap_or_default();
    assert!(reason.contains("[role-worker-policy]"), "{reason}");
}
