//! `StepFunctions`: hand over at once and wait in a state machine, where an operator can see and stop it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cfn::event::{CONTINUATION, OUTCOME};
use crate::cfn::request::Reply;
use crate::nodegroup::decide::Waiting;
use crate::nodegroup::name::digest;
use crate::progress::Progress;

/// What the state machine's Choice reads.
pub const WAITING: &str = "Waiting";
pub const ANSWERED: &str = "Answered";

/// By which the machine chooses the state to wait in.
pub const WAITING_FOR: &str = "WaitingFor";

/// The state of an execution: what the machine starts with, and what the function gives back while there is something to
/// wait for. `Wait` takes whole seconds. An operator reads in it what is waited for and which step is under way.
pub fn state(progress: &Progress, waiting: Waiting, wait: Duration) -> Value {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    json!({
        OUTCOME: WAITING,
        WAITING_FOR: waiting_for(waiting),
        "Step": progress.under_way.as_str(),
        "WaitSeconds": seconds,
        CONTINUATION: progress,
    })
}

/// The machine's word for what is waited for.
pub fn waiting_for(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::ForCreate => "Create",
        Waiting::ForVersionUpdate => "VersionUpdate",
        Waiting::ForConfigUpdate => "ConfigUpdate",
        Waiting::ForDelete => "Delete",
        Waiting::ForNodes => "Nodes",
        Waiting::ForOthers => "Others",
        Waiting::ForAnAnswer => "Answer",
    }
}

/// What ends the execution.
pub fn answered() -> Value {
    json!({ OUTCOME: ANSWERED })
}

/// An execution's name: the same for a duplicate of the request, another for a RequestId that comes again with other
/// content (aws-cdk issue 35957: a name is taken for 90 days). It says to an operator what is done to which resource, and tells
/// no secret, since the rest is a hash. A name has at most 80 characters.
///
/// A duplicate of an event has another, by when it is handed over, in milliseconds since the epoch. It may come when the first
/// execution has ended and make what nobody would follow then; CloudFormation's can't, since its stack is asked.
pub fn execution_name(progress: &Progress, now: u64) -> String {
    let request = &progress.request;
    let logical: String = request
        .envelope
        .logical_resource_id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(30)
        .collect();
    let content = serde_json::to_string(request).unwrap_or_default();
    let content = match request.envelope.reply {
        Reply::Url(_) => content,
        Reply::Bus(_) => format!("{now} {content}"),
    };
    format!("{:?}-{logical}-{}", request.kind, digest(&content, 40))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfn::request::{Request, Sent};

    fn progress(url: &str) -> Progress {
        let event = json!({
            "RequestType": "Create", "ResponseURL": url, "StackId": "s", "RequestId": "r", "LogicalResourceId": "Nodes",
        });
        Progress::begin(Request::parse(&event).unwrap(), 1000)
    }

    #[test]
    fn a_name_is_the_requests_and_tells_nothing() {
        let name = execution_name(&progress("https://h/secret"), 1);
        assert_eq!(name, execution_name(&progress("https://h/secret"), 2));
        assert_ne!(name, execution_name(&progress("https://h/other"), 1));
        assert!(name.starts_with("Create-Nodes-"), "{name}");
    }

    #[test]
    fn each_delivery_of_an_event_has_its_own_name() {
        let mut sent = progress("u");
        sent.request.envelope.reply = Reply::Bus(Sent {
            account: "123456789012".to_owned(),
            source: "com.example".to_owned(),
            time: "2026-11-26T10:15:00Z".to_owned(),
        });
        assert_ne!(execution_name(&sent, 1), execution_name(&sent, 2));
    }

    /// Step Functions takes 80 characters.
    #[test]
    fn a_name_is_short_enough_whatever_the_resource_is_called() {
        let mut long = progress("u");
        long.request.envelope.logical_resource_id = "N".repeat(255);
        assert_eq!(execution_name(&long, 1).len(), 78);
    }

    #[test]
    fn waits_are_whole_seconds() {
        let seconds =
            |wait: f64| state(&progress("u"), Waiting::ForNodes, Duration::from_secs_f64(wait))["WaitSeconds"].clone();
        assert_eq!(
            [seconds(0.2), seconds(3.0), seconds(3.1)],
            [json!(1), json!(3), json!(4)]
        );
    }
}
