//! Whatever comes as an event is told apart and read, and who can be answered is.

use mng_core::decide::Waiting;
use mng_core::protocol::event::{Event, classify};
use mng_core::protocol::eventbridge::outcome::{OutcomeEvent, Subject, announcement};
use mng_core::protocol::eventbridge::request::{EventRefusal, read};
use mng_core::protocol::request::{Envelope, Reply, Request, UnreadableRequest};
use mng_engine::polling::{self_invoke, step_functions};
use mng_engine::request_span;
use mng_engine::{Case, Operation, failed, identified, sent_in_the_future, too_old};
use serde_json::Value;

use super::answer::check;

/// 2026-11-26T10:15:00Z.
const NOW: u64 = 1_795_688_100;

pub fn run(file: &[u8]) {
    // Lambda hands over nothing but JSON.
    let Ok(event) = serde_json::from_slice::<Value>(file) else {
        return;
    };
    classify(event).into_iter().for_each(one);
}

fn one(event: Event) {
    let _ = request_span::of(&event);
    match event {
        Event::Request(event) => asked(&event),
        Event::Bus(event) => sent(&event),
        Event::Continuation { progress, .. } => handed_over(&progress),
        Event::LastResort { work, cause } => {
            assert!(!cause.is_empty());
            one(*work);
        }
    }
}

fn asked(event: &Value) {
    match Request::parse(event) {
        Ok(request) => {
            echoes(&request.envelope, event);
            taken_up(&Operation::begin(Case::of(request), NOW));
        }
        Err(UnreadableRequest::Answerable { envelope, problem }) => {
            echoes(&envelope, event);
            assert!(!problem.is_empty());
        }
        Err(UnreadableRequest::Unanswerable) => {}
    }
}

/// What an answer is made of is what came.
fn echoes(envelope: &Envelope, event: &Value) {
    assert_eq!(event["StackId"], envelope.stack_id);
    assert_eq!(event["RequestId"], envelope.request_id);
    assert_eq!(event["LogicalResourceId"], envelope.logical_resource_id);
    match &envelope.reply {
        Reply::Url(url) => assert_eq!(event["ResponseURL"], url.expose()),
        Reply::Bus(_) => panic!("only EventBridge says that it is"),
    }
}

fn sent(event: &Value) {
    match read(event) {
        Ok(request) => {
            assert_eq!(event["id"], request.envelope.request_id);
            let Ok(case) = identified(Case::of(request)) else {
                return;
            };
            let mut operation = Operation::begin(case, NOW);
            let Operation { case, progress } = &mut operation;
            let _ = sent_in_the_future(case, NOW);
            let _ = too_old(case, progress, NOW);
            taken_up(&operation);
        }
        Err(EventRefusal::Refused { envelope, kind, reason }) => {
            let about = Subject {
                envelope: &envelope,
                kind,
                physical_id: None,
            };
            let news = OutcomeEvent::Failed {
                reason: &reason,
                codes: &[],
            };
            let told: Value = serde_json::from_str(&announcement(about, news).detail).expect("JSON");
            assert_eq!(told["RequestId"], event["id"]);
            assert!(!reason.is_empty());
        }
        Err(EventRefusal::Ignored(why)) => assert!(!why.is_empty()),
    }
}

/// By this release, or by any other: whoever is to be answered is.
fn handed_over(written: &Value) {
    match Operation::read(written, NOW) {
        Ok(operation) => taken_up(&operation),
        Err(UnreadableRequest::Answerable { envelope, .. }) => {
            assert_eq!(written["request"]["RequestId"], envelope.request_id);
        }
        Err(UnreadableRequest::Unanswerable) => assert!(Request::resume(&written["request"]).is_err()),
    }
}

/// It can be handed on and failed, whatever it is.
fn taken_up(operation: &Operation) {
    let Operation { case, progress } = operation;
    let payload = self_invoke::payload(operation);
    let again = Operation::read(&payload["Continuation"], NOW).expect("what was written is read");
    assert_eq!(again.case.request, case.request);
    assert_eq!(again.progress.history, progress.history);
    let _ = step_functions::state(operation, Waiting::ForCreate, std::time::Duration::ZERO);
    assert!((1..=80).contains(&step_functions::execution_name(&case.request, NOW).len()));
    assert!(progress.end_of_pass(case, NOW) >= NOW);
    let target = progress.groups.target.as_deref().filter(|name| name.len() <= 63);
    check(&failed(case, target, "a reason".to_owned()), &case.request.envelope);
}
