//! `StepFunctions`: hand over at once and wait in a state machine, where an operator can see and stop it.
//!
//! A wait there is three transitions (choice, wait, task), which cost as much as 18 seconds of the function. So short waits are
//! slept in the invocation, and about once a minute the work goes back to the machine: what is lit is true, and an execution
//! that is stopped ends the work within a minute.

use std::time::Duration;

use serde_json::{Value, json};

use super::InvocationBudget;
use crate::operation::Operation;
use mng_core::decide::Waiting;
use mng_core::nodegroup::name::digest;
use mng_core::protocol::event::{CONTINUATION, OUTCOME};
use mng_core::protocol::request::{Reply, Request};

/// What the state machine's Choice reads.
pub const WAITING: &str = "Waiting";
pub const ANSWERED: &str = "Answered";

/// By which the machine chooses the state to wait in.
pub const WAITING_FOR: &str = "WaitingFor";

/// A longer wait is the machine's. Up to 18 seconds it would be a little cheaper here, but there it holds nothing.
const SHORT_WAIT: Duration = Duration::from_millis(13_500);
/// How long an invocation may go on by waiting.
const STAY: Duration = Duration::from_secs(60);

/// Whether a wait from `now` on is slept in the invocation. `scale` is that of all waits.
pub fn waits_in_invocation(budget: InvocationBudget, now: u64, wait: Duration, scale: f64) -> bool {
    let is_short = wait < SHORT_WAIT.mul_f64(scale);
    is_short && budget.elapsed_after(now, wait) < STAY.mul_f64(scale) && budget.allows(now, wait)
}

/// The state of an execution: what the machine starts with, and what the function gives back while there is something to
/// wait for. `Wait` takes whole seconds. An operator reads in it what is waited for and which step is under way.
pub fn state(operation: &Operation, waiting: Waiting, wait: Duration) -> Value {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    json!({
        OUTCOME: WAITING,
        WAITING_FOR: waiting_for(waiting),
        "Step": operation.progress.under_way.as_str(),
        "WaitSeconds": seconds,
        CONTINUATION: operation,
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
pub fn execution_name(request: &Request, now: u64) -> String {
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
    use crate::case::Case;
    use mng_core::protocol::request::EventEnvelope;

    fn request(url: &str) -> Request {
        let event = json!({
            "RequestType": "Create", "ResponseURL": url, "StackId": "s", "RequestId": "r", "LogicalResourceId": "Nodes",
        });
        Request::parse(&event).unwrap()
    }

    #[test]
    fn a_name_is_the_requests_and_tells_nothing() {
        let name = execution_name(&request("https://h/secret"), 1);
        assert_eq!(name, execution_name(&request("https://h/secret"), 2));
        assert_ne!(name, execution_name(&request("https://h/other"), 1));
        assert!(name.starts_with("Create-Nodes-"), "{name}");
    }

    #[test]
    fn each_delivery_of_an_event_has_its_own_name() {
        let mut sent = request("u");
        sent.envelope.reply = Reply::Bus(EventEnvelope {
            account: "123456789012".to_owned(),
            source: "com.example".to_owned(),
            time: "2026-11-26T10:15:00Z".to_owned(),
        });
        assert_ne!(execution_name(&sent, 1), execution_name(&sent, 2));
    }

    /// Step Functions takes 80 characters.
    #[test]
    fn a_name_is_short_enough_whatever_the_resource_is_called() {
        let mut long = request("u");
        long.envelope.logical_resource_id = "N".repeat(255);
        assert_eq!(execution_name(&long, 1).len(), 78);
    }

    #[test]
    fn short_waits_are_slept_here_for_a_minute() {
        let budget = InvocationBudget::until(0, 900_000);
        for (budget, now, wait, scale, expected) in [
            (budget, 0, 5.0, 1.0, true),
            (budget, 0, 13.4, 1.0, true),
            (budget, 0, 13.5, 1.0, false),
            (budget, 54_000, 5.0, 1.0, true),
            (budget, 55_000, 5.0, 1.0, false),
            (budget, 5_400, 0.5, 0.1, true),
            (budget, 5_500, 0.5, 0.1, false),
            (budget, 0, 2.0, 0.1, false),
            (budget, 0, 0.0, 0.0, false),
            (budget.over(), 0, 5.0, 1.0, false),
            (InvocationBudget::until(0, 20_000), 11_000, 5.0, 1.0, false),
        ] {
            let here = waits_in_invocation(budget, now, Duration::from_secs_f64(wait), scale);
            assert_eq!(here, expected, "{budget:?} {now} {wait} {scale}");
        }
    }

    #[test]
    fn waits_are_whole_seconds() {
        let operation = Operation::begin(Case::of(request("u")), 1000);
        let seconds =
            |wait: f64| state(&operation, Waiting::ForNodes, Duration::from_secs_f64(wait))["WaitSeconds"].clone();
        assert_eq!(
            [seconds(0.2), seconds(3.0), seconds(3.1)],
            [json!(1), json!(3), json!(4)]
        );
    }
}
