//! What a test or an operator of the simulator may do from outside, under `/_simulator/`.

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::faults::{Fault, OutcomeRule};
use crate::http::Shared;
use crate::world::{Recorded, lock};

/// `faults` POST, DELETE; `outcomes` POST, DELETE; `clusters` POST; `clusters/NAME` DELETE; `nodegroups` GET, POST;
/// `nodegroups/CLUSTER/NAME` PATCH; `requests` GET, DELETE.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/outcomes", post(add_outcome).delete(clear_outcomes))
        .route("/clusters", post(put_cluster))
        .route("/clusters/{name}", axum::routing::delete(remove_cluster))
        .route("/nodegroups", get(node_groups).post(put_node_group))
        .route("/nodegroups/{cluster}/{name}", axum::routing::patch(patch))
        .route("/requests", get(requests).delete(forget_requests))
}

async fn add_fault(State(world): State<Shared>, Json(fault): Json<Fault>) {
    lock(&world).faults.add(fault);
}

async fn clear_faults(State(world): State<Shared>) {
    lock(&world).faults.clear();
}

async fn add_outcome(State(world): State<Shared>, Json(rule): Json<OutcomeRule>) {
    lock(&world).outcomes.push(rule);
}

async fn clear_outcomes(State(world): State<Shared>) {
    lock(&world).outcomes.clear();
}

async fn put_cluster(State(world): State<Shared>, Json(cluster): Json<Value>) {
    lock(&world).put_cluster(cluster);
}

async fn remove_cluster(State(world): State<Shared>, Path(name): Path<String>) {
    lock(&world).clusters.remove(&name);
}

async fn put_node_group(State(world): State<Shared>, Json(group): Json<Value>) {
    lock(&world).put_node_group(group);
}

async fn node_groups(State(world): State<Shared>) -> Json<Value> {
    let mut world = lock(&world);
    world.settle();
    Json(json!(
        world
            .groups
            .values()
            .map(|group| group.shown.clone())
            .collect::<Vec<_>>()
    ))
}

async fn patch(State(world): State<Shared>, Path((cluster, name)): Path<(String, String)>, Json(changes): Json<Value>) {
    lock(&world).patch(&cluster, &name, changes);
}

async fn requests(State(world): State<Shared>) -> Json<Vec<Recorded>> {
    Json(lock(&world).requests.clone())
}

async fn forget_requests(State(world): State<Shared>) {
    lock(&world).requests.clear();
}
