//! Lambda's Runtime API for one process: it is given an event when it asks for one, and its answer is taken with the time.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinHandle;

/// Longer than any contender takes for anything but waiting.
const PATIENCE: Duration = Duration::from_secs(600);

pub struct RuntimeApi {
    pub address: String,
    events: UnboundedSender<Invocation>,
    ends: UnboundedReceiver<InvocationEnd>,
    waiting: Arc<Api>,
    server: JoinHandle<()>,
}

/// What one invocation came to.
pub struct InvocationEnd {
    pub at: Instant,
    /// From when the process took the event.
    pub lasted: Duration,
    pub answer: Value,
}

struct Invocation {
    event: Value,
    timeout: Duration,
}

struct Api {
    events: Mutex<UnboundedReceiver<Invocation>>,
    ends: UnboundedSender<InvocationEnd>,
    began: Mutex<Instant>,
    asked: Notify,
}

impl RuntimeApi {
    /// Starts on loopback.
    ///
    /// # Errors
    /// No port is free.
    pub async fn start() -> Result<Self> {
        let (events, taken) = unbounded_channel();
        let (ended, ends) = unbounded_channel();
        let api = Arc::new(Api {
            events: Mutex::new(taken),
            ends: ended,
            began: Mutex::new(Instant::now()),
            asked: Notify::new(),
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{what}", post(end))
            .route("/2018-06-01/runtime/init/error", post(broken))
            .with_state(Arc::clone(&api));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            events,
            ends,
            waiting: api,
            server,
        })
    }

    /// One event, and what comes of it. `timeout` is what the invocation is told to have.
    ///
    /// # Errors
    /// The contender said that it failed, or nothing.
    pub async fn invoke(&mut self, event: Value, timeout: Duration) -> Result<InvocationEnd> {
        self.events.send(Invocation { event, timeout })?;
        let end = tokio::time::timeout(PATIENCE, self.ends.recv()).await;
        let end = end
            .context("no answer of the process")?
            .context("the runtime API has stopped")?;
        if end.answer.get("errorType").is_some() || end.answer.get("errorMessage").is_some() {
            bail!("the invocation failed: {}", end.answer);
        }
        Ok(end)
    }

    /// Until the process asks for its first event: it is ready.
    pub async fn asked(&self) {
        self.waiting.asked.notified().await;
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    api.asked.notify_one();
    let Some(invocation) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    *api.began.lock().await = Instant::now();
    let deadline = SystemTime::now() + invocation.timeout;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        ),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
        ),
    ];
    (headers, invocation.event.to_string()).into_response()
}

async fn end(State(api): State<Arc<Api>>, Path((_, _)): Path<(String, String)>, body: Bytes) -> StatusCode {
    let at = Instant::now();
    let lasted = at - *api.began.lock().await;
    let answer = serde_json::from_slice(&body).unwrap_or_default();
    let _ = api.ends.send(InvocationEnd { at, lasted, answer });
    StatusCode::ACCEPTED
}

async fn broken(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    end(State(api), Path((String::new(), String::new())), body).await
}
