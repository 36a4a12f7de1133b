//! What a test or an operator of the simulator may do from outside, under `/_simulator/`.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, patch, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::faults::{InjectedFault, OutcomeRule};
use crate::http::SharedWorld;
use crate::world::{Durations, Recorded, lock, merge};

/// `faults` and `outcomes` GET, POST, DELETE; `clusters` GET, POST; `clusters/NAME` DELETE; `nodegroups` GET, POST;
/// `nodegroups/CLUSTER/NAME` PATCH; `requests` GET, DELETE; `releases`, `durations` and `reset` POST.
pub fn router() -> Router<SharedWorld> {
    Router::new()
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/outcomes", get(outcomes).post(add_outcome).delete(clear_outcomes))
        .route("/clusters", get(clusters).post(put_cluster))
        .route("/clusters/{name}", delete(remove_cluster))
        .route("/nodegroups", get(node_groups).post(put_node_group))
        .route("/nodegroups/{cluster}/{name}", patch(patch_node_group))
        .route("/requests", get(requests).delete(forget_requests))
        .route("/releases", post(publish))
        .route("/durations", post(durations))
        .route("/reset", post(reset))
}

async fn faults(State(world): State<SharedWorld>) -> Json<Vec<InjectedFault>> {
    Json(lock(&world).faults.list().to_vec())
}

async fn add_fault(State(world): State<SharedWorld>, Json(fault): Json<InjectedFault>) {
    lock(&world).faults.add(fault);
}

async fn clear_faults(State(world): State<SharedWorld>) {
    lock(&world).faults.clear();
}

async fn outcomes(State(world): State<SharedWorld>) -> Json<Vec<OutcomeRule>> {
    Json(lock(&world).outcomes.clone())
}

async fn add_outcome(State(world): State<SharedWorld>, Json(rule): Json<OutcomeRule>) {
    lock(&world).outcomes.push(rule);
}

async fn clear_outcomes(State(world): State<SharedWorld>) {
    lock(&world).outcomes.clear();
}

async fn clusters(State(world): State<SharedWorld>) -> Json<Value> {
    Json(json!(lock(&world).clusters.values().collect::<Vec<_>>()))
}

async fn put_cluster(State(world): State<SharedWorld>, Json(cluster): Json<Value>) {
    lock(&world).put_cluster(cluster);
}

async fn remove_cluster(State(world): State<SharedWorld>, Path(name): Path<String>) {
    lock(&world).remove_cluster(&name);
}

async fn node_groups(State(world): State<SharedWorld>) -> Json<Value> {
    let mut world = lock(&world);
    world.settle();
    Json(json!(
        world.groups.values().map(|group| &group.shown).collect::<Vec<_>>()
    ))
}

async fn put_node_group(State(world): State<SharedWorld>, Json(group): Json<Value>) {
    lock(&world).put_node_group(group);
}

async fn patch_node_group(
    State(world): State<SharedWorld>,
    Path((cluster, name)): Path<(String, String)>,
    Json(changes): Json<Value>,
) -> StatusCode {
    if lock(&world).patch(&cluster, &name, changes) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

async fn requests(State(world): State<SharedWorld>) -> Json<Vec<Recorded>> {
    Json(lock(&world).requests.clone())
}

async fn forget_requests(State(world): State<SharedWorld>) {
    lock(&world).requests.clear();
}

async fn publish(State(world): State<SharedWorld>, Json(releases): Json<BTreeMap<String, String>>) {
    lock(&world).releases.extend(releases);
}

/// Those that are named change; the others stay.
async fn durations(State(world): State<SharedWorld>, Json(changes): Json<Value>) -> Result<(), (StatusCode, String)> {
    let mut world = lock(&world);
    let mut all = json!(world.options.durations);
    merge(&mut all, &changes);
    let refused = |error: serde_json::Error| (StatusCode::BAD_REQUEST, error.to_string());
    world.options.durations = serde_json::from_value::<Durations>(all).map_err(refused)?;
    Ok(())
}

async fn reset(State(world): State<SharedWorld>) {
    lock(&world).reset();
}
