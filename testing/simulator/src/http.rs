//! From an HTTP request to an operation and back, with throttling and faults on the way.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::Value;

use crate::error::EksError;
use crate::faults::{FaultKind, When};
use crate::routes::RoutedCall;
use crate::world::{Recorded, World, lock};
use crate::{admin, eks, launch_template, model, routes};

pub type SharedWorld = Arc<Mutex<World>>;

pub fn router(world: SharedWorld) -> Router {
    Router::new()
        .nest("/_simulator", admin::router())
        .fallback(serve)
        .with_state(world)
}

async fn serve(
    State(world): State<SharedWorld>,
    method: Method,
    uri: Uri,
    Query(query): Query<Vec<(String, String)>>,
    body: Bytes,
) -> Response {
    let mut call = match routes::call(&method, uri.path(), query, &body) {
        Ok(call) => call,
        Err(error) => return error.into_response(),
    };
    let fault = {
        let mut world = lock(&world);
        if !world.admits() {
            return answer(&mut world, &call, Err(EksError::throttled()));
        }
        world.faults.befall(call.operation)
    };
    match fault {
        None => {
            let result = perform(&world, &mut call).await;
            answer(&mut lock(&world), &call, result)
        }
        Some(fault) => {
            if fault.when == When::After {
                // The effect is what counts: its own answer is lost, good or bad.
                let _ = perform(&world, &mut call).await;
            }
            go_wrong(&world, &call, fault.kind).await
        }
    }
}

async fn perform(world: &SharedWorld, call: &mut RoutedCall) -> Result<Value, EksError> {
    model::check_query(call.operation, &call.query)?;
    model::check(call.operation, &call.body)?;
    // Asked before the lock is taken: it must not be held while another service is waited for.
    let ec2 = lock(world).ec2.clone();
    if let (Some(ec2), Some(named)) = (ec2, call.body.get("launchTemplate")) {
        call.template = Some(launch_template::look_up(&ec2, named).await);
    }
    let mut world = lock(world);
    world.settle();
    eks::perform(&mut world, call)
}

fn answer(world: &mut World, call: &RoutedCall, result: Result<Value, EksError>) -> Response {
    match result {
        Ok(answer) => {
            record(world, call, 200, "");
            Json(answer).into_response()
        }
        Err(error) => {
            record(world, call, error.status, &error.code);
            error.into_answer(&call.cluster, &call.nodegroup)
        }
    }
}

async fn go_wrong(world: &SharedWorld, call: &RoutedCall, kind: FaultKind) -> Response {
    match kind {
        FaultKind::Error { status, code, message } => {
            let error = EksError { status, code, message };
            answer(&mut lock(world), call, Err(error))
        }
        FaultKind::Garbage => {
            record(&mut lock(world), call, 200, "Garbage");
            Body::from("<html>").into_response()
        }
        FaultKind::Hang => {
            record(&mut lock(world), call, 0, "Hang");
            std::future::pending().await
        }
        FaultKind::Reset => {
            record(&mut lock(world), call, 0, "Reset");
            broken_off()
        }
    }
}

/// A body that fails at once breaks the connection off before the head is sent.
pub fn broken_off() -> Response {
    let broken = async { Err::<Bytes, _>(std::io::Error::other("reset by the simulator")) };
    Body::from_stream(futures_util::stream::once(broken)).into_response()
}

fn record(world: &mut World, call: &RoutedCall, status: u16, code: &str) {
    world.requests.push(Recorded {
        operation: call.operation.to_owned(),
        cluster: call.cluster.clone(),
        nodegroup: call.nodegroup.clone(),
        query: call.query.clone(),
        body: Value::Object(call.body.clone()),
        status,
        code: code.to_owned(),
    });
}
