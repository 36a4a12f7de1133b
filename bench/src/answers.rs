//! What AWS answers: recorded once from the stand-ins that the end-to-end tests run against, the same for every contender.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use serde::Deserialize;

/// An answer to one operation, or to those of its calls that speak of something.
#[derive(Debug, Clone, Deserialize)]
pub struct CannedAnswer {
    service: String,
    operation: String,
    /// What the request has to contain.
    when: Option<String>,
    pub status: u16,
    /// What the header of EKS's errors names.
    pub error: Option<String>,
    #[serde(rename = "type")]
    pub content_type: String,
    pub body: String,
}

/// One call as it came in.
pub struct RecordedCall {
    pub service: String,
    pub operation: String,
    /// Its path and body, in which an answer's condition is looked for.
    pub said: String,
}

pub struct CannedAnswers(Vec<CannedAnswer>);

impl CannedAnswers {
    pub fn canned() -> serde_json::Result<Self> {
        serde_json::from_str(include_str!("../canned/answers.json")).map(Self)
    }

    pub fn to(&self, call: &RecordedCall) -> Option<&CannedAnswer> {
        let is_meant = |answer: &&CannedAnswer| {
            answer.service == call.service
                && answer.operation == call.operation
                && answer
                    .when
                    .as_ref()
                    .is_none_or(|text| call.said.contains(text.as_str()))
        };
        self.0.iter().find(is_meant)
    }
}

impl RecordedCall {
    /// `None` for what no SDK has signed.
    pub fn read(method: &Method, path: &str, headers: &HeaderMap, body: &Bytes) -> Option<Self> {
        let signed = headers.get("authorization")?.to_str().ok()?;
        let scope = signed.split_once("Credential=")?.1.split(',').next()?;
        let service = scope.split('/').nth(3)?.to_owned();
        let body = String::from_utf8_lossy(body);
        let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = match target.and_then(|target| target.rsplit_once('.')) {
            Some((_, operation)) => operation.to_owned(),
            None => action(&body)
                .or_else(|| rest(&service, method, path))
                .unwrap_or("?")
                .to_owned(),
        };
        Some(Self {
            service,
            operation,
            said: format!("{path} {body}"),
        })
    }
}

fn action(form: &str) -> Option<&str> {
    form.split('&').find_map(|pair| pair.strip_prefix("Action="))
}

fn rest(service: &str, method: &Method, path: &str) -> Option<&'static str> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (service, method.as_str(), segments.as_slice()) {
        ("eks", "GET", ["clusters", _]) => Some("DescribeCluster"),
        ("eks", "GET", ["clusters", _, "node-groups"]) => Some("ListNodegroups"),
        ("eks", "POST", ["clusters", _, "node-groups"]) => Some("CreateNodegroup"),
        ("eks", "GET", ["clusters", _, "node-groups", _]) => Some("DescribeNodegroup"),
        ("eks", "GET", ["clusters", _, "access-entries", _]) => Some("DescribeAccessEntry"),
        ("lambda", "POST", [.., "invocations"]) => Some("Invoke"),
        ("lambda", "POST", [.., "policy"]) => Some("AddPermission"),
        ("lambda", "DELETE", [.., "policy", _]) => Some("RemovePermission"),
        _ => None,
    }
}
