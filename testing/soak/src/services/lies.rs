//! What a fiction does in a service's place.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::faults::DENIED;
use crate::fiction::Fiction;
use crate::world::{CLUSTER, World, held, request_number, text};

/// With a call that changes something in EKS.
pub async fn in_eks(world: &World, method: &Method) {
    if *method != Method::POST {
        return;
    }
    match world.fiction {
        Fiction::ForeignChange => change(world, "others", json!({"labels": {"a": "c"}})),
        Fiction::TouchedRetained => for_each_kept(world, &json!({"labels": {"a": "c"}})),
        Fiction::LostRetained => delete_what_is_kept(world).await,
        _ => {}
    }
}

/// With an answer, before it lies in the bucket.
pub fn in_an_answer(world: &World, said: &mut Value) {
    let asked = world.asked(text(said, "RequestId"));
    let kind = asked.as_ref().map(|asked| text(&asked.event, "RequestType").to_owned());
    let (is_success, is_update) = (said["Status"] == "SUCCESS", kind.as_deref() == Some("Update"));
    let id = text(said, "PhysicalResourceId").to_owned();
    let name = id.rsplit('/').next().unwrap_or_default();
    match world.fiction {
        Fiction::ChangedId if !is_success => said["PhysicalResourceId"] = json!("my-cluster/another"),
        Fiction::NeedlessReplacement if is_success => {
            let number = request_number(text(said, "RequestId"));
            said["PhysicalResourceId"] = json!(format!("{id}-{number}"));
        }
        Fiction::WrongWayBack if is_success && held(&world.stack).status == "UPDATE_ROLLBACK_IN_PROGRESS" => {
            said["PhysicalResourceId"] = json!(format!("{id}-2"));
        }
        Fiction::TakenOver if kind.as_deref() == Some("Create") => {
            if let Some(kept) = held(&world.kept).last() {
                said["Status"] = json!("SUCCESS");
                said["PhysicalResourceId"] = json!(format!("{CLUSTER}/{kept}"));
            }
        }
        Fiction::LostGroup if is_success && is_update => change(world, name, json!({"status": "DELETING"})),
        Fiction::ResetSize if is_success && is_update => {
            change(world, name, json!({"scalingConfig": {"desiredSize": 77}}));
        }
        Fiction::NeedlessRoll if is_success && is_update => change(world, name, json!({"releaseVersion": "1.0"})),
        Fiction::LeftFailed if is_success && is_update => {
            change(world, name, json!({"status": "CREATE_FAILED"}));
            said["Status"] = json!("FAILED");
            said["Reason"] = json!(format!("node group {id} could not be created"));
        }
        Fiction::SecondWork if asked.as_ref().is_some_and(|asked| asked.read.is_some()) => {
            change(world, name, json!({"labels": {"twice": "yes"}}));
        }
        Fiction::Impatience if asked.as_ref().is_some_and(|asked| asked.denied > 0) => {
            said["Status"] = json!("FAILED");
            said["Reason"] = json!(format!("eks:DescribeNodegroup: {DENIED}"));
        }
        _ => {}
    }
}

fn for_each_kept(world: &World, changes: &Value) {
    for kept in held(&world.kept).iter() {
        change(world, kept, changes.clone());
    }
}

async fn delete_what_is_kept(world: &World) {
    let kept = held(&world.kept).clone();
    for name in kept {
        let delete = Request::delete(format!("/clusters/{CLUSTER}/node-groups/{name}"));
        if let Ok(delete) = delete.body(Body::empty()) {
            let Ok(_) = world.simulator.router().oneshot(delete).await;
        }
    }
}

fn change(world: &World, name: &str, changes: Value) {
    world.simulator.patch_node_group(CLUSTER, name, changes);
}
