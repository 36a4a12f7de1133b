//! A client of a cluster's API, with tokens that are signed here: the simulator's own code has no part in them.
#![allow(dead_code, reason = "each test binary uses its own part")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Certificate, Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use simulator::{Durations, Options};

use super::SimulatorClient;

pub const NODES: &str = "/api/v1/nodes";
pub const APPLY: &str = "application/apply-patch+yaml";
pub const MERGE: &str = "application/merge-patch+json";

/// A simulator, a client that trusts its authority, and the cluster that it speaks to.
pub struct ClusterClient {
    pub eks: SimulatorClient,
    pub token: String,
    client: Client,
    endpoint: String,
}

/// A watch that is being read.
pub struct WatchReader {
    response: Response,
    rest: Vec<u8>,
}

impl ClusterClient {
    pub async fn start(time_scale: f64) -> Self {
        Self::of(SimulatorClient::start(time_scale).await, "my-cluster").await
    }

    /// With nodes that are Ready so many seconds after they register.
    pub async fn with(time_scale: f64, durations: Durations) -> Self {
        let options = Options {
            time_scale,
            durations,
            ..Options::default()
        };
        Self::of(SimulatorClient::with(options).await, "my-cluster").await
    }

    pub async fn of(eks: SimulatorClient, name: &str) -> Self {
        let shown = eks.get(&format!("/clusters/{name}")).await.body["cluster"].clone();
        let pem = STANDARD.decode(shown["certificateAuthority"]["data"].as_str().expect("an authority"));
        let authority = Certificate::from_pem(&pem.expect("base64")).expect("PEM");
        let client = Client::builder().no_proxy().tls_certs_only([authority]).build();
        Self {
            eks,
            token: token(&Signing::default()),
            client: client.expect("a client"),
            endpoint: shown["endpoint"].as_str().expect("an endpoint").to_owned(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.endpoint));
        request.bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path)).await
    }

    pub async fn names(&self, path: &str) -> Vec<String> {
        let (status, list) = self.get(path).await;
        assert_eq!(status, 200, "{list}");
        names(list["items"].as_array().expect("items"))
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        read(self.request(method, path).body(body.to_string())).await
    }

    pub async fn patch(&self, kind: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(Method::PATCH, path).header("content-type", kind);
        read(request.body(body.to_string())).await
    }

    pub async fn watch(&self, path_and_query: &str) -> WatchReader {
        let response = self
            .request(Method::GET, path_and_query)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        WatchReader {
            response,
            rest: Vec::new(),
        }
    }

    /// The version of a list of nodes, to watch from.
    pub async fn version(&self) -> String {
        let (_, list) = self.get(NODES).await;
        list["metadata"]["resourceVersion"]
            .as_str()
            .expect("a version")
            .to_owned()
    }
}

impl WatchReader {
    /// The next event, or none at the watch's end.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).expect("a line is JSON"));
            }
            self.rest.extend(self.response.chunk().await.expect("a chunk")?);
        }
    }

    /// Its type and its object's name.
    pub async fn next_change(&mut self) -> (String, String) {
        let event = self.next().await.expect("an event");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&event["type"]), text(&event["object"]["metadata"]["name"]))
    }
}

/// What a token is made of; each can be wrong.
pub struct Signing {
    pub scheme: &'static str,
    pub host: &'static str,
    pub path: &'static str,
    pub action: &'static str,
    pub version: &'static str,
    pub headers: &'static str,
    pub cluster: &'static str,
    pub expires: &'static str,
    /// Seconds ago.
    pub age: i64,
    pub key: &'static str,
    pub secret: &'static str,
    pub scope: &'static str,
    pub more: Vec<(&'static str, String)>,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            scheme: "https",
            host: "sts.us-east-1.amazonaws.com",
            path: "/",
            action: "GetCallerIdentity",
            version: "2011-06-15",
            headers: "host;x-k8s-aws-id",
            cluster: "my-cluster",
            expires: "60",
            age: 0,
            key: "test",
            secret: "test",
            scope: "us-east-1/sts",
            more: Vec::new(),
        }
    }
}

pub fn token(signing: &Signing) -> String {
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url(signing)))
}

/// The presigned URL.
pub fn url(signing: &Signing) -> String {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let date = date(signing.age);
    let scope = format!("{}/{}/aws4_request", &date[..8], signing.scope);
    let mut query = vec![
        ("Action", signing.action.to_owned()),
        ("Version", signing.version.to_owned()),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
        ("X-Amz-Credential", format!("{}/{scope}", signing.key)),
        ("X-Amz-Date", date.clone()),
        ("X-Amz-Expires", signing.expires.to_owned()),
        ("X-Amz-SignedHeaders", signing.headers.to_owned()),
    ];
    query.extend(signing.more.iter().cloned());
    query.sort();
    let pairs = query
        .iter()
        .map(|(key, value)| format!("{key}={}", utf8_percent_encode(value, PLAIN)));
    let query = pairs.collect::<Vec<_>>().join("&");
    let cluster = match signing.headers.contains("x-k8s-aws-id") {
        true => format!("x-k8s-aws-id:{}\n", signing.cluster),
        false => String::new(),
    };
    let (host, path, headers) = (signing.host, signing.path, signing.headers);
    let request = format!(
        "GET\n{path}\n{query}\nhost:{host}\n{cluster}\n{headers}\n{}",
        hex(&Sha256::digest(""))
    );
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let mut key = format!("AWS4{}", signing.secret).into_bytes();
    for part in scope.split('/') {
        key = mac(&key, part);
    }
    let signature = hex(&mac(&key, &text));
    format!("{}://{host}{path}?{query}&X-Amz-Signature={signature}", signing.scheme)
}

pub fn names(objects: &[Value]) -> Vec<String> {
    let name = |object: &Value| object["metadata"]["name"].as_str().expect("a name").to_owned();
    objects.iter().map(name).collect()
}

pub fn config_map(name: &str, labels: Value) -> Value {
    let metadata = json!({"name": name, "namespace": "default", "labels": labels});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
}

async fn read(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (
        status,
        serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON"),
    )
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many seconds ago, by counting the months from 1970 on.
fn date(age: i64) -> String {
    let since = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .expect("after 1970")
        .as_secs();
    let now = i64::try_from(since).expect("in our time") - age;
    let (mut days, seconds) = (now / 86_400, now % 86_400);
    let (mut year, mut month) = (1970, 0);
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        if days < lengths[month] {
            break;
        }
        days -= lengths[month];
        month += 1;
        if month == 12 {
            (year, month) = (year + 1, 0);
        }
    }
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!(
        "{year:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
        month + 1,
        days + 1
    )
}
