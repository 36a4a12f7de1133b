//! What an answer has to be by CloudFormation's protocol, looked at as it comes: every byte, and what was said before.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

const MAX_BYTES: usize = 4096;
/// How a violation begins that is of two answers and not of one.
pub const SECOND: &str = "a second answer says something else";

/// A PUT, as it came.
pub struct Put {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// Requests, the answers to them, and what is wrong with those.
#[derive(Default)]
pub struct Answers {
    expected: BTreeMap<String, Value>,
    answers: BTreeMap<String, Vec<Value>>,
    pub violations: Vec<String>,
    /// The statuses that the next PUTs fail with.
    pub refusals: VecDeque<u16>,
    /// Where those refusals that are redirects lead.
    pub location: String,
}

/// What of a request's response URL a PUT to it names.
fn target(request: &Value) -> &str {
    let url = request["ResponseURL"].as_str().unwrap_or_default();
    let (_, from_host) = url.split_once("://").unwrap_or_default();
    from_host.find('/').map_or("", |path| &from_host[path..])
}

impl Answers {
    /// Registers the request that an answer will be for.
    pub fn expect(&mut self, request: &Value) {
        let id = request["RequestId"].as_str().unwrap_or_default().to_owned();
        self.expected.insert(id, request.clone());
    }

    /// All that were taken for a request.
    pub fn to(&self, request_id: &str) -> Vec<Value> {
        self.answers.get(request_id).cloned().unwrap_or_default()
    }

    /// Takes one PUT, and gives the status of the answer to it.
    pub fn take(&mut self, put: &Put) -> u16 {
        let mut wrong = wrong_with_the_put(put);
        match serde_json::from_slice::<Value>(&put.body) {
            Ok(answer) => wrong.extend(self.wrong_with(&answer, &put.target)),
            // Nothing was read of a body without a length, and that was said already.
            Err(_) if !put.headers.contains_key("content-length") => {}
            Err(error) => wrong.push(format!("the body is no JSON: {error}")),
        }
        self.violations.extend(wrong);
        let refusal = self.refusals.pop_front();
        if refusal.is_none() {
            self.keep(put);
        }
        refusal.unwrap_or(200)
    }

    /// An answer that was taken, and that somebody asked for.
    fn keep(&mut self, put: &Put) {
        let answer: Value = serde_json::from_slice(&put.body).unwrap_or_default();
        let id = answer["RequestId"].as_str().unwrap_or_default().to_owned();
        if self.expected.contains_key(&id) {
            self.answers.entry(id).or_default().push(answer);
        }
    }

    fn wrong_with(&self, answer: &Value, put_to: &str) -> Vec<String> {
        let id = answer["RequestId"].as_str().unwrap_or_default().to_owned();
        let Some(request) = self.expected.get(&id).cloned() else {
            return vec![format!("nobody asked: {answer}")];
        };
        let mut wrong = Vec::new();
        let mut check = |fine: bool, what: &str| {
            if !fine {
                wrong.push(format!("{what}: {answer}"));
            }
        };
        check(put_to == target(&request), "the URL's bytes were changed");
        for key in ["StackId", "RequestId", "LogicalResourceId"] {
            check(answer[key] == request[key], key);
        }
        let (kind, failed) = (
            request["RequestType"].as_str().unwrap_or_default(),
            answer["Status"] == "FAILED",
        );
        check(failed || answer["Status"] == "SUCCESS", "Status");
        check(
            !failed
                || answer["Reason"]
                    .as_str()
                    .is_some_and(|reason| !reason.trim().is_empty()),
            "Reason",
        );
        check(
            answer["PhysicalResourceId"]
                .as_str()
                .is_some_and(|id| (1..=1024).contains(&id.len())),
            "PhysicalResourceId",
        );
        let kept = answer["PhysicalResourceId"] == request["PhysicalResourceId"];
        check(kind != "Delete" || kept, "a Delete changed the physical id");
        check(
            kind != "Update" || !failed || kept,
            "a FAILED Update changed the physical id",
        );
        let data = answer.get("Data");
        check(kind != "Delete" || data.is_none(), "Data on a Delete");
        let strings = data.is_none_or(|data| data.as_object().is_some_and(|data| data.values().all(Value::is_string)));
        check(strings, "Data is no map of texts");
        let first = self.answers.get(&id).and_then(|answers| answers.first());
        check(first.is_none_or(|first| says_the_same(first, answer)), SECOND);
        wrong
    }
}

/// A repeated answer may show a live size that an autoscaler moved; what it says to CloudFormation is the same.
fn says_the_same(first: &Value, second: &Value) -> bool {
    first["Status"] == second["Status"] && first["PhysicalResourceId"] == second["PhysicalResourceId"]
}

fn wrong_with_the_put(put: &Put) -> Vec<String> {
    let mut wrong = Vec::new();
    let header = |name: &str| put.headers.get(name).map(String::as_str);
    if put.method != "PUT" {
        wrong.push(format!("{} in place of PUT", put.method));
    }
    if header("content-type").is_some_and(|kind| !kind.is_empty()) {
        wrong.push("Content-Type is not empty".to_owned());
    }
    if header("transfer-encoding").is_some() || header("content-length").is_none() {
        wrong.push("no Content-Length".to_owned());
    }
    if put.body.len() > MAX_BYTES {
        wrong.push(format!("{} bytes", put.body.len()));
    }
    wrong
}
