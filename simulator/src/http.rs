//! From an HTTP request to an operation and back, with throttling and faults on the way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::error::EksError;
use crate::faults::{FaultKind, When};
use crate::world::{Recorded, World, lock};
use crate::{admin, eks, model};

pub type Shared = Arc<Mutex<World>>;

/// A request that names an operation of the service.
pub struct Call {
    pub operation: &'static str,
    pub cluster: String,
    /// A node group's name, an update's id or a resource's ARN, by the operation.
    pub subject: String,
    pub query: HashMap<String, String>,
    /// `tagKeys` comes several times.
    pub tag_keys: Vec<String>,
    pub body: Map<String, Value>,
}

pub fn router(world: Shared) -> Router {
    Router::new()
        .nest("/_simulator", admin::router())
        .fallback(serve)
        .with_state(world)
}

async fn serve(
    State(world): State<Shared>,
    method: Method,
    uri: Uri,
    Query(pairs): Query<Vec<(String, String)>>,
    body: Bytes,
) -> Response {
    let call = match read(&method, uri.path(), pairs, &body) {
        Ok(call) => call,
        Err(error) => return error.into_response(),
    };
    let fault = {
        let mut world = lock(&world);
        if !world.admits() {
            let error = EksError::throttled();
            record(&mut world, &call, &Err(error.clone()));
            return error.into_response();
        }
        world.faults.befall(call.operation)
    };
    let happens = fault.as_ref().is_none_or(|fault| fault.when == When::After);
    let result = if happens {
        perform(&world, &call)
    } else {
        Ok(Value::Null)
    };
    match fault.map(|fault| fault.kind) {
        None => {
            record(&mut lock(&world), &call, &result);
            result.map_or_else(IntoResponse::into_response, |answer| Json(answer).into_response())
        }
        Some(FaultKind::Error { status, code, message }) => {
            let error = EksError { status, code, message };
            record(&mut lock(&world), &call, &Err(error.clone()));
            error.into_response()
        }
        Some(FaultKind::Garbage) => Body::from("<html>").into_response(),
        Some(FaultKind::Hang) => std::future::pending().await,
        // A body that fails breaks the connection off before a whole answer is there.
        Some(FaultKind::Reset) => {
            let broken =
                futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("reset by the simulator")) });
            Body::from_stream(broken).into_response()
        }
    }
}

fn perform(world: &Shared, call: &Call) -> Result<Value, EksError> {
    model::check(call.operation, &call.body)?;
    let mut world = lock(world);
    world.settle();
    eks::perform(&mut world, call)
}

fn record(world: &mut World, call: &Call, result: &Result<Value, EksError>) {
    let (status, code) = match result {
        Ok(_) => (200, String::new()),
        Err(error) => (error.status, error.code.clone()),
    };
    world.requests.push(Recorded {
        operation: call.operation.to_owned(),
        cluster: call.cluster.clone(),
        nodegroup: call.subject.clone(),
        body: Value::Object(call.body.clone()),
        status,
        code,
    });
}

fn read(method: &Method, path: &str, pairs: Vec<(String, String)>, body: &[u8]) -> Result<Call, EksError> {
    let segments: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (operation, cluster, subject) = match (method.as_str(), segments.as_slice()) {
        ("POST", ["clusters", cluster, "node-groups"]) => ("CreateNodegroup", *cluster, ""),
        ("GET", ["clusters", cluster, "node-groups"]) => ("ListNodegroups", *cluster, ""),
        ("GET", ["clusters", cluster, "node-groups", name]) => ("DescribeNodegroup", *cluster, *name),
        ("DELETE", ["clusters", cluster, "node-groups", name]) => ("DeleteNodegroup", *cluster, *name),
        ("POST", ["clusters", cluster, "node-groups", name, "update-config"]) => {
            ("UpdateNodegroupConfig", *cluster, *name)
        }
        ("POST", ["clusters", cluster, "node-groups", name, "update-version"]) => {
            ("UpdateNodegroupVersion", *cluster, *name)
        }
        ("GET", ["clusters", cluster, "updates", id]) => ("DescribeUpdate", *cluster, *id),
        ("GET", ["clusters", cluster, "updates"]) => ("ListUpdates", *cluster, ""),
        ("GET", ["clusters", cluster]) => ("DescribeCluster", *cluster, ""),
        ("POST", ["tags", arn @ ..]) => ("TagResource", "", &*arn.join("/")),
        ("DELETE", ["tags", arn @ ..]) => ("UntagResource", "", &*arn.join("/")),
        ("GET", ["tags", arn @ ..]) => ("ListTagsForResource", "", &*arn.join("/")),
        (method, _) => return Err(EksError::unknown_operation(method, path)),
    };
    let body: Value = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(body).unwrap_or(Value::Null)
    };
    let Value::Object(body) = body else {
        return Err(EksError::invalid("The request body is not a JSON object"));
    };
    let tag_keys = pairs
        .iter()
        .filter(|(key, _)| key == "tagKeys")
        .map(|(_, value)| value.clone())
        .collect();
    let (cluster, subject) = (cluster.to_owned(), subject.to_owned());
    Ok(Call {
        operation,
        cluster,
        subject,
        query: pairs.into_iter().collect(),
        tag_keys,
        body,
    })
}
