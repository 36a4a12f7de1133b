//! The shapes in which work reaches the function: a request straight, through SNS or as an event of EventBridge, a
//! continuation, or the record of an invocation that failed for good.

use aws_lambda_events::event::{sns::SnsRecord, sqs::SqsEvent};
use serde_json::{Value, json};

/// The key under which progress is handed from one invocation to the next.
pub const CONTINUATION: &str = "Continuation";
/// The key by which a state machine's Choice tells what to do; only its states have it.
pub const OUTCOME: &str = "Outcome";

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A request of CloudFormation, unread.
    Request(Value),
    /// An event of EventBridge with its envelope, unread.
    Bus(Value),
    /// Progress handed over by an earlier invocation, or by a state machine.
    Continuation { progress: Value, host: Host },
    /// The engine failed for good: answer FAILED without it. `work` is the event that it failed on.
    LastResort { work: Box<Event>, cause: String },
}

/// Who waits between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Invocation,
    StateMachine,
}

/// Tells what an event asks for. SNS and SQS may carry several records; anything unknown is taken for a request, so that
/// the one place which reports unreadable requests reports it.
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

/// What every event of EventBridge has and no request of CloudFormation. Within a message of SNS it isn't believed: there the
/// publisher would have written who sent it.
fn is_of_eventbridge(event: &Value) -> bool {
    event.get("detail-type").is_some() && event.get("source").is_some()
}

/// Each of what the invocation was about is answered, a batch of SNS too.
fn last_resort(payload: Value, cause: &str) -> Vec<Event> {
    let works = classify(payload).into_iter();
    let last = |work| Event::LastResort {
        work: Box::new(work),
        cause: cause.to_owned(),
    };
    works.map(last).collect()
}

/// The words of Lambda's (`errorType`, `errorMessage`) or Step Functions' (`Error`, `Cause`) account of a failure. Where the
/// function was never run Lambda's `condition` is all that there is, such as `EventAgeExceeded`.
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

/// A record that can't be read takes no other with it.
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

    /// Events are told apart before the guard against panics, which needs a request to answer.
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

    /// A message says nothing of who sent it that is to be believed, so whatever it looks like it is a request of CloudFormation.
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
