//! An account in which one node group is made: it answers every call at once, over HTTP and over TLS, and remembers them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use simulator::{ServerKey, TlsListener};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::answers::{CannedAnswers, RecordedCall};

/// How an account is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Transport {
    Http,
    Tls,
}

/// A running account.
pub struct EmulatedAccount {
    pub http: String,
    pub tls: String,
    /// The certificate that a client has to trust, in PEM.
    pub authority: String,
    world: Arc<World>,
}

struct World {
    answers: CannedAnswers,
    now: Mutex<Now>,
    answered: Notify,
}

#[derive(Default)]
struct Now {
    group: GroupPhase,
    calls: BTreeMap<String, u32>,
    handed_over: Option<Value>,
    answer: Option<Value>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum GroupPhase {
    #[default]
    Absent,
    Creating,
    Active,
}

impl EmulatedAccount {
    /// Starts on loopback.
    ///
    /// # Errors
    /// No port is free, or the recorded answers can't be read.
    pub async fn start() -> Result<Self> {
        let world = Arc::new(World {
            answers: CannedAnswers::canned()?,
            now: Mutex::default(),
            answered: Notify::new(),
        });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&world));
        // Forty milliseconds of a delayed acknowledgement would be all that is seen.
        let plain = TcpListener::bind("127.0.0.1:0").await?.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let (tls, authority) = TlsListener::bind(ServerKey::Rsa2048).await;
        let account = Self {
            // By name: looking it up is a part of each connection.
            http: format!("http://localhost:{}", axum::serve::Listener::local_addr(&plain)?.port()),
            tls: format!("https://localhost:{}", tls.address().port()),
            authority,
            world,
        };
        tokio::spawn(axum::serve(plain, router.clone()).into_future());
        tokio::spawn(axum::serve(tls, router).into_future());
        Ok(account)
    }

    pub fn endpoint(&self, transport: Transport) -> &str {
        match transport {
            Transport::Http => &self.http,
            Transport::Tls => &self.tls,
        }
    }

    /// Nothing was ever made or called.
    pub fn reset(&self) {
        *self.world.now() = Now::default();
    }

    /// The nodes have joined.
    pub fn group_is_active(&self) {
        self.world.now().group = GroupPhase::Active;
    }

    /// How often each operation was called.
    pub fn calls(&self) -> BTreeMap<String, u32> {
        self.world.now().calls.clone()
    }

    /// What the contender gave to whatever shall wake it again.
    pub fn handed_over(&self) -> Option<Value> {
        self.world.now().handed_over.clone()
    }

    /// The same, which is then nobody's to take any more.
    pub fn take_over(&self) -> Option<Value> {
        self.world.now().handed_over.take()
    }

    /// The answer at the response URL, once it is there.
    pub async fn answer(&self) -> Value {
        loop {
            let notified = self.world.answered.notified();
            if let Some(answer) = self.world.now().answer.take() {
                return answer;
            }
            notified.await;
        }
    }
}

impl World {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, call: &RecordedCall, body: &Bytes) -> Response {
        let mut now = self.now();
        *now.calls
            .entry(format!("{}:{}", call.service, call.operation))
            .or_default() += 1;
        match call.operation.as_str() {
            "CreateNodegroup" => now.group = GroupPhase::Creating,
            "StartExecution" => now.handed_over = input(body, "/input"),
            "PutTargets" => now.handed_over = input(body, "/Targets/0/Input"),
            "Invoke" => now.handed_over = serde_json::from_slice(body).ok(),
            _ => {}
        }
        let Some(answer) = self.answers.to(call) else {
            eprintln!("no answer to {} {}", call.service, call.operation);
            return StatusCode::NOT_IMPLEMENTED.into_response();
        };
        if call.operation == "DescribeNodegroup" && now.group != GroupPhase::Absent {
            return self.group(now.group);
        }
        let mut response = Response::builder()
            .status(answer.status)
            .header("content-type", &answer.content_type);
        if let Some(error) = &answer.error {
            response = response.header("x-amzn-errortype", error);
        }
        response.body(Body::from(answer.body.clone())).unwrap_or_default()
    }

    /// As it was answered when it was created, but for its status.
    fn group(&self, group: GroupPhase) -> Response {
        let created = RecordedCall {
            service: "eks".to_owned(),
            operation: "CreateNodegroup".to_owned(),
            said: String::new(),
        };
        let body = self.answers.to(&created).map_or("", |answer| &answer.body);
        let status = if group == GroupPhase::Active {
            "ACTIVE"
        } else {
            "CREATING"
        };
        let body = body.replacen("\"CREATING\"", &format!("\"{status}\""), 1);
        ([("content-type", "application/json")], body).into_response()
    }
}

async fn serve(State(world): State<Arc<World>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(call) = RecordedCall::read(&method, uri.path(), &headers, &body) {
        return world.answer(&call, &body);
    }
    world.now().answer = Some(serde_json::from_slice(&body).unwrap_or(json!(null)));
    world.answered.notify_waiters();
    StatusCode::OK.into_response()
}

/// JSON in a text in JSON.
fn input(body: &[u8], pointer: &str) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    serde_json::from_str(body.pointer(pointer)?.as_str()?).ok()
}
