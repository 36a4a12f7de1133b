//! `StepFunctions`: hand over at once and wait in a state machine, where an operator can see and stop it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cfn::event::{CONTINUATION, OUTCOME};
use crate::nodegroup::name::digest;
use crate::progress::Progress;

/// What the state machine's Choice reads.
pub const WAITING: &str = "Waiting";
pub const ANSWERED: &str = "Answered";

/// The state of an execution: what the machine starts with, and what the function gives back while there is something to
/// wait for. `Wait` takes whole seconds.
pub fn state(progress: &Progress, wait: Duration) -> Value {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    json!({ OUTCOME: WAITING, "WaitSeconds": seconds, CONTINUATION: progress })
}

/// What ends the execution.
pub fn answered() -> Value {
    json!({ OUTCOME: ANSWERED })
}

/// An execution's name: the same for a duplicate of the request, another for a RequestId that comes again with other
/// content (aws-cdk issue 35957: a name is taken for 90 days). It tells no secret, since it is a hash.
pub fn execution_name(progress: &Progress) -> String {
    let request = &progress.request;
    let logical: String = request
        .envelope
        .logical_resource_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(30)
        .collect();
    let content = serde_json::to_string(request).unwrap_or_default();
    format!("{logical}-{}", digest(&content, 40))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfn::request::Request;

    fn progress(url: &str) -> Progress {
        let event = json!({
            "RequestType": "Create", "ResponseURL": url, "StackId": "s", "RequestId": "r", "LogicalResourceId": "Nodes",
        });
        Progress::begin(Request::parse(&event).unwrap(), 1000)
    }

    #[test]
    fn a_name_is_the_requests_and_tells_nothing() {
        let name = execution_name(&progress("https://h/secret"));
        assert_eq!(name, execution_name(&progress("https://h/secret")));
        assert_ne!(name, execution_name(&progress("https://h/other")));
        assert!(name.starts_with("Nodes-") && name.len() <= 80, "{name}");
    }

    #[test]
    fn waits_are_whole_seconds() {
        let seconds = |wait: f64| state(&progress("u"), Duration::from_secs_f64(wait))["WaitSeconds"].clone();
        assert_eq!(
            [seconds(0.2), seconds(3.0), seconds(3.1)],
            [json!(1), json!(3), json!(4)]
        );
    }
}
