//! The shapes of an invocation's payload: a request of CloudFormation (direct or through SNS), an event of EventBridge,
//! a continuation, or the record of an invocation that failed for good.

use aws_lambda_events::event::{sns::SnsRecord, sqs::SqsEvent};
use serde_json::{Value, json};

/// The key of the progress that one invocation hands to the next.
pub const CONTINUATION: &str = "Continuation";
/// The key that the Choice state of the state machine reads. Only the state machine's states have it.
pub const OUTCOME: &str = "Outcome";

/// One piece of work for the function.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A request of CloudFormation, not yet parsed.
    Request(Value),
    /// An event of EventBridge with its envelope, not yet parsed.
    Bus(Value),
    /// Progress that an earlier invocation or a state machine handed over.
    Continuation { progress: Value, host: Host },
    /// An invocation failed for good, so the function answers FAILED without the engine. `work` is the event of that
    /// invocation.
    LastResort { work: Box<Event>, cause: String },
}

/// Who waits between two polls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Invocation,
    StateMachine,
}

/// Sorts a payload into pieces of work. SNS and SQS may carry several records. An unknown payload counts as a request,
/// so that the one place which reports unreadable requests reports it.
pub fn classify(event: Value) -> Vec<Event> {
    if let Some(messages) = sns_messages(&event) {
        return messages.into_iter().map(Event::Request).collect();
    }
    if let Some(bodies) = sqs_bodies(&event) {
        return bodies.into_iter().flat_map(single).collect();
    }
    single(event)
}

fn single(mut event: Value) -> Vec<Event> {
    if let Some(caught) = event.get_mut("Catch") {
        return last_resort(
            json!({ CONTINUATION: caught.get_mut(CONTINUATION).map(Value::take) }),
            &failure_text(&caught["Failure"], &Value::Null),
        );
    }
    if let Some(payload) = event.get_mut("requestPayload").map(Value::take) {
        let cause = failure_text(&event["responsePayload"], &event["requestContext"]["condition"]);
        return last_resort(payload, &cause);
    }
    vec![plain(event)]
}

fn plain(mut event: Value) -> Event {
    let host = if event.get(OUTCOME).is_some() {
        Host::StateMachine
    } else {
        Host::Invocation
    };
    match event.get_mut(CONTINUATION).map(Value::take) {
        Some(progress) => Event::Continuation { progress, host },
        None if is_of_eventbridge(&event) => Event::Bus(event),
        None => Event::Request(event),
    }
}

/// The fields that every event of EventBridge has and no request of CloudFormation has. The function does not trust
/// them inside an SNS message: a publisher could claim any sender there.
fn is_of_eventbridge(event: &Value) -> bool {
    event.get("detail-type").is_some() && event.get("source").is_some()
}

/// The function answers each request of a failed invocation, also each record of an SNS batch.
fn last_resort(payload: Value, cause: &str) -> Vec<Event> {
    let works = classify(payload).into_iter();
    let last = |work| Event::LastResort {
        work: Box::new(work),
        cause: cause.to_owned(),
    };
    works.map(last).collect()
}

/// The text of a failure in Lambda's fields (`errorType`, `errorMessage`) or in those of Step Functions (`Error`,
/// `Cause`). If Lambda never ran the function, only Lambda's `condition` says why, such as `EventAgeExceeded`.
fn failure_text(failure: &Value, condition: &Value) -> String {
    let words: Vec<&str> = ["errorType", "errorMessage", "Error", "Cause"]
        .iter()
        .filter_map(|key| failure[*key].as_str())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        let condition = condition.as_str().filter(|word| !word.is_empty());
        condition.unwrap_or("the invocation ended without a word").to_owned()
    } else {
        words.join(": ")
    }
}

fn sns_messages(event: &Value) -> Option<Vec<Value>> {
    if event["Records"][0]["EventSource"] != "aws:sns" {
        return None;
    }
    let records = event["Records"].as_array()?;
    Some(records.iter().map(sns_message).collect())
}

/// A record that cannot be parsed does not affect the other records.
fn sns_message(record: &Value) -> Value {
    match serde_json::from_value::<SnsRecord>(record.clone()) {
        Ok(record) => json_or_text(&record.sns.message),
        Err(_) => record.clone(),
    }
}

fn sqs_bodies(event: &Value) -> Option<Vec<Value>> {
    if event["Records"][0]["eventSource"] != "aws:sqs" {
        return None;
    }
    let event: SqsEvent = serde_json::from_value(event.clone()).ok()?;
    Some(
        event
            .records
            .into_iter()
            .map(|record| json_or_text(record.body.as_deref().unwrap_or_default()))
            .collect(),
    )
}

fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(event: Value, expected: &[Event]) {
        assert_eq!(classify(event), expected);
    }

    /// `classify` runs before the guard against panics, since the guard needs a request to answer.
    #[test]
    fn a_catch_of_nothing_is_no_reason_to_panic() {
        for caught in [json!("x"), json!([1]), json!(null), json!({})] {
            assert_eq!(classify(json!({ "Catch": caught })).len(), 1, "{caught}");
        }
    }

    #[test]
    fn a_failure_without_a_word_has_a_cause_still() {
        for failure in [
            json!({"requestPayload": {}, "responsePayload": {"errorType": "", "errorMessage": ""}}),
            json!({"requestPayload": {}, "requestContext": {"condition": ""}}),
            json!({"Catch": {"Continuation": {}, "Failure": {"Error": ""}}}),
        ] {
            let works = classify(failure);
            let [Event::LastResort { cause, .. }] = &works[..] else {
                panic!("{works:?}");
            };
            assert_eq!(cause, "the invocation ended without a word");
        }
    }

    fn published(message: &Value) -> Value {
        json!({"EventVersion": "1.0", "EventSubscriptionArn": "arn:s", "EventSource": "aws:sns", "Sns": {
            "Type": "Notification", "MessageId": "m", "TopicArn": "arn:t", "Message": message, "Timestamp": "2026-11-26T10:15:00Z",
            "SignatureVersion": "1", "Signature": "s", "SigningCertUrl": "u", "UnsubscribeUrl": "u", "MessageAttributes": {},
        }})
    }

    /// An SNS message cannot prove who sent it. So it counts as a request of CloudFormation, whatever it looks like.
    #[test]
    fn each_message_of_a_topic_is_a_request() {
        let request = json!({"RequestType": "Create"});
        let sent = json!({"detail-type": "ManagedNodeGroup Request", "source": "com.example"});
        let own = json!({"Continuation": {"a": 1}});
        let messages = [
            json!(request.to_string()),
            json!("no JSON"),
            json!(sent.to_string()),
            json!(own.to_string()),
            json!(5),
        ];
        let records: Vec<Value> = messages.iter().map(published).collect();
        let read = classify(json!({"Records": records}));
        let expected = [request, json!("no JSON"), sent, own, records[4].clone()].map(Event::Request);
        assert_eq!(read, expected);
    }

    #[test]
    fn each_shape_is_told_apart() {
        let request = json!({"RequestType": "Create"});
        check(request.clone(), &[Event::Request(request.clone())]);
        check(json!("text"), &[Event::Request(json!("text"))]);
        let sent = json!({"detail-type": "ManagedNodeGroup Request", "source": "com.example", "detail": {}});
        check(sent.clone(), &[Event::Bus(sent.clone())]);
        for half in [
            json!({"source": "com.example"}),
            json!({"detail-type": "ManagedNodeGroup Request"}),
        ] {
            check(half.clone(), &[Event::Request(half)]);
        }
        let continuation = |host| Event::Continuation {
            progress: json!({"a": 1}),
            host,
        };
        check(json!({"Continuation": {"a": 1}}), &[continuation(Host::Invocation)]);
        check(
            json!({"Continuation": {"a": 1}, "Outcome": "Waiting"}),
            &[continuation(Host::StateMachine)],
        );
        let failed = Event::LastResort {
            work: Box::new(Event::Request(request.clone())),
            cause: "Runtime.ExitError: died".to_owned(),
        };
        let record = json!({"requestPayload": request, "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": "died"}});
        check(record.clone(), std::slice::from_ref(&failed));
        let sqs = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": record.to_string()}]});
        check(sqs, &[failed]);
        let lost = Event::LastResort {
            work: Box::new(Event::Bus(sent.clone())),
            cause: "E".to_owned(),
        };
        check(
            json!({"requestPayload": sent, "responsePayload": {"errorType": "E"}}),
            &[lost],
        );
        let batch = json!({"Records": [published(&json!("{}")), published(&json!("no JSON"))]});
        let unrun = json!({"requestPayload": batch, "requestContext": {"condition": "EventAgeExceeded"}});
        let never_run = |work| Event::LastResort {
            work: Box::new(Event::Request(work)),
            cause: "EventAgeExceeded".to_owned(),
        };
        check(unrun, &[never_run(json!({})), never_run(json!("no JSON"))]);
        check(
            json!({"Catch": {"Continuation": {"a": 1}, "Failure": {"Error": "Lambda.Unknown", "Cause": "gone"}}}),
            &[Event::LastResort {
                work: Box::new(continuation(Host::Invocation)),
                cause: "Lambda.Unknown: gone".to_owned(),
            }],
        );
    }
}
