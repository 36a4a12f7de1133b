//! A simulator in process, and a client that speaks plain HTTP to it: no SDK comes between a test and the bytes.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod cluster;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use simulator::{FaultKind, InjectedFault, Options, OutcomeRule, SimulatedOutcome, Simulator, When};

/// Nothing that takes time ends while a test runs.
pub const STANDS_STILL: f64 = 1.0;
/// Whatever was begun is over when somebody looks.
pub const AT_ONCE: f64 = 0.0;

pub const GROUPS: &str = "/clusters/my-cluster/node-groups";
pub const GROUP: &str = "/clusters/my-cluster/node-groups/nodes";
pub const CONFIG: &str = "/clusters/my-cluster/node-groups/nodes/update-config";
pub const VERSION: &str = "/clusters/my-cluster/node-groups/nodes/update-version";

pub struct SimulatorClient {
    pub simulator: Simulator,
    client: Client,
}

/// What came back: status, error code (empty on success) and body.
#[derive(Debug, PartialEq)]
pub struct HttpAnswer {
    pub status: u16,
    pub code: String,
    pub body: Value,
}

impl HttpAnswer {
    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

impl SimulatorClient {
    pub async fn start(time_scale: f64) -> Self {
        Self::with(Options {
            time_scale,
            ..Options::default()
        })
        .await
    }

    pub async fn with(options: Options) -> Self {
        Self {
            simulator: Simulator::start(options).await,
            client: Client::builder().no_proxy().build().expect("a plain client"),
        }
    }

    /// With the node group `nodes`, ACTIVE.
    pub async fn with_group(time_scale: f64) -> Self {
        let eks = Self::start(time_scale).await;
        eks.simulator
            .put_node_group(json!({"clusterName": "my-cluster", "nodegroupName": "nodes"}));
        eks
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.simulator.endpoint()))
    }

    pub async fn get(&self, path: &str) -> HttpAnswer {
        read(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> HttpAnswer {
        read(self.request(Method::POST, path).body(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> HttpAnswer {
        read(self.request(Method::DELETE, path)).await
    }

    /// What the admin side takes as JSON.
    pub async fn tell(&self, method: Method, path: &str, body: &Value) -> u16 {
        let request = self.request(method, &format!("/_simulator{path}"));
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        request
            .send()
            .await
            .expect("an answer of the admin side")
            .status()
            .as_u16()
    }

    pub async fn create(&self, changes: Value) -> HttpAnswer {
        self.post(GROUPS, &group(changes)).await
    }

    pub async fn status(&self) -> Value {
        self.get(GROUP).await.body["nodegroup"]["status"].clone()
    }

    pub async fn update(&self, begun: &HttpAnswer) -> Value {
        let id = begun.body["update"]["id"].as_str().expect("an update's id");
        let path = format!("/clusters/my-cluster/updates/{id}?nodegroupName=nodes");
        self.get(&path).await.body["update"].clone()
    }

    pub fn fails(&self, operation: &str, status: Option<&str>) {
        let issue = json!({"code": "NodeCreationFailure", "message": "nodes don't join", "resourceIds": ["i-1"]});
        self.simulator.outcome(OutcomeRule {
            operation: operation.to_owned(),
            nodegroup: "*".to_owned(),
            outcome: SimulatedOutcome::Fail {
                status: status.map(str::to_owned),
                issues: vec![issue],
            },
            times: 1,
        });
    }
}

/// The least that makes a group called `nodes`, changed member by member; `null` takes one out.
pub fn group(changes: Value) -> Value {
    let mut body = json!({"nodegroupName": "nodes", "subnets": ["subnet-1"], "nodeRole": "arn:aws:iam::1:role/node"});
    for (key, value) in changes.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body.as_object_mut()
        .expect("an object")
        .retain(|_, value| !value.is_null());
    body
}

pub fn fault(operation: &str, kind: FaultKind) -> InjectedFault {
    InjectedFault {
        operation: operation.to_owned(),
        nth: 1,
        times: 1,
        when: When::Before,
        kind,
    }
}

pub fn server_error() -> FaultKind {
    FaultKind::Error {
        status: 500,
        code: "ServerException".to_owned(),
        message: "chosen by the test".to_owned(),
    }
}

async fn read(request: RequestBuilder) -> HttpAnswer {
    let answer = request.send().await.expect("an answer");
    let code = answer.headers().get("x-amzn-errortype");
    let code = code.map_or("", |code| code.to_str().expect("a code")).to_owned();
    let status = answer.status().as_u16();
    let text = answer.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    HttpAnswer { status, code, body }
}
