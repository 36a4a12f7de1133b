//! From a request at a cluster's API to an answer.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;

use super::paths::{self, ApiTarget, Verb};
use super::selector::Selector;
use super::status::StatusFailure;
use super::watch::{WatchQuery, WatchStream};
use super::{Access, KubernetesRequest, SimulatedCluster, WatchBehavior, list, time, token, write};
use crate::faults::{FaultKind, When};
use crate::http::{SharedWorld, broken_off};
use crate::world::{World, lock};

/// Longer than a look at a watch that is open takes.
const LATE: Duration = Duration::from_millis(300);

/// Everything that a request says, but for who makes it.
pub struct ApiRequest {
    pub target: ApiTarget,
    pub verb: Verb,
    pub query: Vec<(String, String)>,
    pub content_type: String,
    pub body: Bytes,
}

impl ApiRequest {
    pub fn value(&self, key: &str) -> Option<&str> {
        let found = self.query.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }
}

pub fn router(world: SharedWorld) -> Router {
    Router::new().fallback(serve).with_state(world)
}

async fn serve(
    State(shared): State<SharedWorld>,
    method: Method,
    uri: Uri,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (cluster, path) = paths::of_cluster(uri.path());
    let made = KubernetesRequest {
        cluster,
        method: method.to_string(),
        path,
        query,
        authorization: text(&headers, header::AUTHORIZATION),
        status: 0,
    };
    let fault = lock(&shared).faults.befall(&action(&made, &method));
    let Some(fault) = fault else {
        let begins = begins(&shared, &made);
        let answer = answered(&shared, made, &method, &headers, body);
        match begins {
            WatchBehavior::Last | WatchBehavior::EndAtOnce => {}
            WatchBehavior::BeginLate => tokio::time::sleep(LATE).await,
            WatchBehavior::NeverBegin => std::future::pending().await,
        }
        return answer;
    };
    match fault.when {
        When::Before => lock(&shared).kubernetes.requests.push(made),
        // The effect is what counts: its own answer is lost, good or bad.
        When::After => drop(answered(&shared, made, &method, &headers, body)),
    }
    go_wrong(fault.kind).await
}

/// What becomes of it if it is a watch; else it lasts.
fn begins(shared: &SharedWorld, made: &KubernetesRequest) -> WatchBehavior {
    let is_watch = made.query.iter().any(|(key, _)| key == "watch");
    let world = lock(shared);
    let cluster = world.kubernetes.clusters.get(&made.cluster).filter(|_| is_watch);
    cluster.map(|cluster| cluster.watches).unwrap_or_default()
}

/// By what a fault names a request, and the function its errors: `list nodes`.
fn action(made: &KubernetesRequest, method: &Method) -> String {
    let named = paths::target(&made.path).and_then(|target| {
        let verb = Verb::of(method, &target, &made.query).ok()?;
        Some(format!("{} {}", verb.word(), target.resource.plural()))
    });
    named.unwrap_or_default()
}

async fn go_wrong(kind: FaultKind) -> Response {
    match kind {
        FaultKind::Error { status, code, message } => {
            let mut told = StatusFailure::new(status, "", message).status();
            told["reason"] = json!(code);
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(told)).into_response()
        }
        FaultKind::Garbage => Body::from("<html>").into_response(),
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Reset => broken_off(),
    }
}

fn answered(
    shared: &SharedWorld,
    mut made: KubernetesRequest,
    method: &Method,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = lock(shared);
    world.settle();
    let answer = answer(shared, &mut world, (&made, method), headers, body);
    let answer = answer.unwrap_or_else(IntoResponse::into_response);
    made.status = answer.status().as_u16();
    world.kubernetes.requests.push(made);
    answer
}

fn text(headers: &HeaderMap, name: HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn answer(
    shared: &SharedWorld,
    world: &mut World,
    (made, method): (&KubernetesRequest, &Method),
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Response, StatusFailure> {
    let name = made.cluster.as_str();
    if !world.kubernetes.clusters.contains_key(name) {
        return Err(StatusFailure::no_such_path());
    }
    authenticate(world, name, &made.authorization)?;
    let target = paths::target(&made.path).ok_or_else(StatusFailure::no_such_path)?;
    let request = ApiRequest {
        verb: Verb::of(method, &target, &made.query)?,
        target,
        query: made.query.clone(),
        content_type: text(headers, header::CONTENT_TYPE),
        body,
    };
    let cluster = world
        .kubernetes
        .clusters
        .get_mut(name)
        .ok_or_else(StatusFailure::no_such_path)?;
    authorise(&cluster.access, &request)?;
    perform(shared, name, cluster, request)
}

/// Whoever has no access entry gets the same answer as whoever has no valid token.
fn authenticate(world: &mut World, cluster: &str, authorization: &str) -> Result<(), StatusFailure> {
    let token = authorization.strip_prefix("Bearer ").unwrap_or_default();
    if let Err(why) = token::check(token, cluster, &world.options.credentials, time::now()) {
        eprintln!("a token for the cluster {cluster} isn't taken: {why}");
        return Err(StatusFailure::unauthorized());
    }
    let cluster = world.kubernetes.clusters.get_mut(cluster);
    let cluster = cluster.ok_or_else(StatusFailure::no_such_path)?;
    if cluster.denials > 0 {
        cluster.denials -= 1;
        return Err(StatusFailure::unauthorized());
    }
    match cluster.access {
        Access::NoEntry => Err(StatusFailure::unauthorized()),
        Access::Granted | Access::Forbidden { .. } | Access::ReadOnly => Ok(()),
    }
}

fn authorise(access: &Access, request: &ApiRequest) -> Result<(), StatusFailure> {
    let plural = request.target.resource.plural();
    let allowed = match access {
        Access::Granted | Access::NoEntry => true,
        Access::Forbidden { resources } => !resources.iter().any(|one| one == plural),
        Access::ReadOnly => request.verb.reads(),
    };
    match allowed {
        true => Ok(()),
        false => Err(StatusFailure::forbidden(&request.target, request.verb.word())),
    }
}

fn perform(
    shared: &SharedWorld,
    name: &str,
    cluster: &mut SimulatedCluster,
    request: ApiRequest,
) -> Result<Response, StatusFailure> {
    match request.verb {
        Verb::Get => list::get(&cluster.store, &request).map(|object| Json(object).into_response()),
        Verb::List => list::list(&cluster.store, &request).map(|list| Json(list).into_response()),
        Verb::Watch => {
            let selected = (request.target, Selector::of(&request.query)?);
            let wanted = WatchQuery::of(&request.query);
            let watch = WatchStream::begin(shared, (name, cluster.era, &cluster.store), selected, &wanted);
            let watch = watch.map(|watch| match cluster.watches {
                WatchBehavior::EndAtOnce => watch.over(),
                WatchBehavior::Last | WatchBehavior::BeginLate | WatchBehavior::NeverBegin => watch,
            });
            watch.map(WatchStream::into_response)
        }
        Verb::Create => write::create(&mut cluster.store, &request),
        Verb::Patch => write::patch(&mut cluster.store, &request),
        Verb::Delete => write::delete(&mut cluster.store, &request),
    }
}
