//! A request that arrives as an event. EventBridge's envelope says who sent it and when; the event's detail says what
//! to do.

use serde_json::{Map, Value};

use super::codes::BAD_REQUEST;
use super::outcome::SOURCE;
use crate::protocol::physical_id::PhysicalId;
use crate::protocol::request::{Envelope, EventEnvelope, Properties, Reply, Request, RequestType};
use crate::texts::numbered;

/// The `detail-type` of an event that is a request.
pub const DETAIL_TYPE: &str = "ManagedNodeGroup Request";

const KEYS: [&str; 5] = [
    "RequestType",
    "LogicalResourceId",
    "PhysicalResourceId",
    "ResourceProperties",
    "OldResourceProperties",
];

/// The longest logical ID. A node group's name begins with the logical ID.
const LONGEST_LOGICAL_ID: usize = 63;
/// Source and account together are the value of a tag, which holds 256 characters.
const LONGEST_SOURCE: usize = 200;

/// Why the function does not carry out an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventRefusal {
    /// The function answers nobody, because no sender is known or because an answer would lead to another answer
    /// without end. The text says which.
    Ignored(&'static str),
    /// The function tells the sender why.
    Refused {
        envelope: Box<Envelope>,
        kind: Option<RequestType>,
        reason: String,
    },
}

/// Parses an event with its envelope.
///
/// # Errors
/// [`EventRefusal`], with all problems at once.
pub fn read(event: &Value) -> Result<Request, EventRefusal> {
    let mut problems = vec![];
    let sent = sender(event, &mut problems)?;
    let nothing = Map::new();
    let detail = event["detail"].as_object().unwrap_or(&nothing);
    if event["detail-type"] != DETAIL_TYPE {
        problems.push(format!(
            "detail-type: expected \"{DETAIL_TYPE}\", got {}",
            event["detail-type"]
        ));
    }
    foreign_keys(detail, &mut problems);
    let kind = kind(detail, &mut problems);
    let envelope = Envelope {
        stack_id: sent.owner(),
        reply: Reply::Bus(sent),
        request_id: event["id"].as_str().unwrap_or_default().to_owned(),
        logical_resource_id: logical_id(detail, &mut problems),
        physical_resource_id: physical_id(detail, kind, &mut problems),
    };
    let old_properties = object(detail, "OldResourceProperties", &mut problems);
    if old_properties.is_some() && kind != Some(RequestType::Update) {
        problems.push("OldResourceProperties: only an Update has them".to_owned());
    }
    let properties = properties(detail, kind, &envelope, &mut problems);
    match kind {
        Some(kind) if problems.is_empty() => Ok(Request {
            kind,
            envelope,
            properties,
            old_properties,
        }),
        kind => Err(EventRefusal::Refused {
            envelope: Box::new(envelope),
            kind,
            reason: refusal(&problems),
        }),
    }
}

/// The reason of an event that is no request: each problem, numbered, and the code `bad-request`.
pub fn refusal(problems: &[String]) -> String {
    let (count, list) = (problems.len(), numbered(problems));
    format!("nothing was changed, {count} problem(s) with the request: {list} [{BAD_REQUEST}]")
}

/// The function never takes its own events for requests, since it would answer each one with another event.
fn sender(event: &Value, problems: &mut Vec<String>) -> Result<EventEnvelope, EventRefusal> {
    let text = |key: &str| event[key].as_str().unwrap_or_default();
    if text("source") == SOURCE {
        return Err(EventRefusal::Ignored("it is one of the function's own"));
    }
    let id = text("id");
    let is_id = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_account = text("account").len() == 12 && text("account").bytes().all(|byte| byte.is_ascii_digit());
    if !is_id || !is_account || text("source").is_empty() {
        return Err(EventRefusal::Ignored(
            "it doesn't say by id, account and source which event it is and who sent it",
        ));
    }
    let sent = EventEnvelope {
        account: text("account").to_owned(),
        source: text("source").to_owned(),
        time: text("time").to_owned(),
    };
    if sent.sent_at().is_none() {
        problems.push(format!(
            "time: expected one such as 2026-11-26T10:15:00Z, got {}",
            event["time"]
        ));
    }
    if sent.source.chars().count() > LONGEST_SOURCE || !sent.source.chars().all(goes_into_a_tag) {
        problems.push(format!(
            "source: expected at most {LONGEST_SOURCE} letters, digits and any of _ . : / = + - @, since it is a tag of what is made"
        ));
    }
    Ok(sent)
}

fn goes_into_a_tag(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.:/=+-@".contains(c)
}

fn foreign_keys(detail: &Map<String, Value>, problems: &mut Vec<String>) {
    for key in detail.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        problems.push(match key.as_str() {
            "ResponseURL" => {
                "ResponseURL: an event is answered by an event; leave it out, or send the request to the topic"
                    .to_owned()
            }
            // The sender may have put a secret where a key belongs, so the message shortens the key.
            key => format!("{}: expected no other keys than {}", short(key), KEYS.join(", ")),
        });
    }
}

fn short(key: &str) -> String {
    key.chars().take(64).collect()
}

fn kind(detail: &Map<String, Value>, problems: &mut Vec<String>) -> Option<RequestType> {
    let word = detail.get("RequestType").and_then(Value::as_str);
    let kind = match word {
        Some("Create") => Some(RequestType::Create),
        Some("Update") => Some(RequestType::Update),
        Some("Delete") => Some(RequestType::Delete),
        _ => None,
    };
    if kind.is_none() {
        let got = word.map_or("none".to_owned(), |word| format!("\"{}\"", short(word)));
        problems.push(format!("RequestType: expected Create, Update or Delete, got {got}"));
    }
    kind
}

fn logical_id(detail: &Map<String, Value>, problems: &mut Vec<String>) -> String {
    let id = detail
        .get("LogicalResourceId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let begins = id.starts_with(|c: char| c.is_ascii_alphabetic());
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if begins && id.len() <= LONGEST_LOGICAL_ID && id.chars().all(inner) {
        return id.to_owned();
    }
    problems.push(format!(
        "LogicalResourceId: expected the resource's name among those that its source asks for, of letters, digits and hyphens, a \
         letter first, at most {LONGEST_LOGICAL_ID}"
    ));
    String::new()
}

fn physical_id(detail: &Map<String, Value>, kind: Option<RequestType>, problems: &mut Vec<String>) -> Option<String> {
    let given = detail.get("PhysicalResourceId")?;
    if kind == Some(RequestType::Create) {
        problems.push("PhysicalResourceId: a Create has none yet".to_owned());
        return None;
    }
    let id = given
        .as_str()
        .filter(|id| id.len() <= 255 && PhysicalId::parse(id).is_some());
    if id.is_none() {
        problems
            .push("PhysicalResourceId: expected cluster/name, as the event of a group that is Ready has it".to_owned());
    }
    id.map(str::to_owned)
}

fn object(detail: &Map<String, Value>, key: &str, problems: &mut Vec<String>) -> Option<Properties> {
    match detail.get(key)? {
        Value::Object(map) => Some(map.clone()),
        _ => {
            problems.push(format!("{key}: expected an object"));
            None
        }
    }
}

/// A Delete needs no property except those that identify the node group.
fn properties(
    detail: &Map<String, Value>,
    kind: Option<RequestType>,
    envelope: &Envelope,
    problems: &mut Vec<String>,
) -> Properties {
    let before = problems.len();
    let given = object(detail, "ResourceProperties", problems);
    let told = problems.len() > before;
    let names_a_cluster = || given.as_ref().is_some_and(|given| given.get("ClusterName").is_some());
    match kind {
        Some(RequestType::Delete) if envelope.physical_resource_id.is_none() && !names_a_cluster() && !told => {
            problems.push(
                "ResourceProperties: a Delete needs ClusterName in them, or PhysicalResourceId beside them".to_owned(),
            );
        }
        Some(RequestType::Create | RequestType::Update) if given.is_none() && !told => {
            problems.push("ResourceProperties: required".to_owned());
        }
        _ => {}
    }
    given.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(changes: &Value) -> Value {
        let mut detail = json!({
            "RequestType": "Create", "LogicalResourceId": "Nodes", "ResourceProperties": {"ClusterName": "my-cluster"},
        });
        merge(&mut detail, changes);
        json!({
            "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": DETAIL_TYPE, "source": "com.example",
            "account": "111122223333", "time": "2026-11-26T10:15:00Z", "region": "eu-west-1", "resources": [], "detail": detail,
        })
    }

    fn merge(into: &mut Value, changes: &Value) {
        for (key, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(into.as_object_mut().unwrap().remove(key)),
                value => into[key] = value.clone(),
            }
        }
    }

    fn problems(event: &Value) -> String {
        match read(event) {
            Err(EventRefusal::Refused { reason, .. }) => reason,
            other => panic!("{event}: {other:?}"),
        }
    }

    #[test]
    fn a_request_is_of_who_sent_it() {
        let request = read(&event(&json!({}))).unwrap();
        assert_eq!(request.kind, RequestType::Create);
        let envelope = &request.envelope;
        assert_eq!(envelope.stack_id, "event:111122223333:com.example");
        assert_eq!(envelope.request_id, "6a7e8feb-b491-4cf7-a9f1-bf3703467718");
        assert_eq!(envelope.issued_at(), Some(1_795_688_100));
        // Progress serialises a request in this shape and parses it again.
        let again = Request::resume(&serde_json::to_value(&request).unwrap());
        assert_eq!(again.unwrap(), request);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let delete = |more: Value| {
            let mut changes = json!({"RequestType": "Delete", "ResourceProperties": null});
            merge(&mut changes, &more);
            changes
        };
        for (changes, expected) in [
            (
                json!({"RequestType": "Destroy"}),
                "RequestType: expected Create, Update or Delete, got \"Destroy\"",
            ),
            (
                json!({"RequestType": null}),
                "RequestType: expected Create, Update or Delete, got none",
            ),
            (json!({"LogicalResourceId": null}), "LogicalResourceId: expected"),
            (json!({"LogicalResourceId": "no/slash"}), "LogicalResourceId: expected"),
            (json!({"LogicalResourceId": "9"}), "LogicalResourceId: expected"),
            (
                json!({"LogicalResourceId": "l".repeat(64)}),
                "LogicalResourceId: expected",
            ),
            (
                json!({"ResponseURL": "https://h/?secret"}),
                "ResponseURL: an event is answered by an event",
            ),
            (
                json!({"Properties": {}}),
                "Properties: expected no other keys than RequestType, ",
            ),
            (json!({"StackId": "arn"}), "StackId: expected no other keys than"),
            (
                json!({"PhysicalResourceId": "c/n"}),
                "PhysicalResourceId: a Create has none yet",
            ),
            (
                json!({"OldResourceProperties": {}}),
                "OldResourceProperties: only an Update has them",
            ),
            (
                json!({"ResourceProperties": "text"}),
                "ResourceProperties: expected an object",
            ),
            (json!({"ResourceProperties": null}), "ResourceProperties: required"),
            (
                json!({"RequestType": "Update", "PhysicalResourceId": "n"}),
                "PhysicalResourceId: expected cluster/name",
            ),
            (
                delete(json!({})),
                "ResourceProperties: a Delete needs ClusterName in them, or PhysicalResourceId",
            ),
            (
                delete(json!({"PhysicalResourceId": 5})),
                "PhysicalResourceId: expected cluster/name",
            ),
        ] {
            let reason = problems(&event(&changes));
            assert!(reason.contains(&format!(") {expected}")), "{reason}");
            assert!(
                reason.ends_with(" [bad-request]") && !reason.contains("secret"),
                "{reason}"
            );
        }
        for fine in [
            delete(json!({"PhysicalResourceId": "c/n"})),
            delete(json!({"ResourceProperties": {"ClusterName": "c"}})),
            json!({"RequestType": "Update", "PhysicalResourceId": "c/n", "OldResourceProperties": {}}),
            json!({"RequestType": "Update"}),
        ] {
            assert!(read(&event(&fine)).is_ok(), "{fine}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let mut bad = event(&json!({"RequestType": "x", "LogicalResourceId": 5, "Extra": 1, "ResourceProperties": []}));
        merge(
            &mut bad,
            &json!({"time": "yesterday", "source": "a b", "detail-type": "Other"}),
        );
        let reason = problems(&bad);
        assert!(
            reason.starts_with("nothing was changed, 7 problem(s) with the request: (1) time: "),
            "{reason}"
        );
        assert!(problems(&json!({"id": "i", "source": "s", "account": "111122223333"})).contains("detail-type"));
    }

    #[test]
    fn nobody_is_answered_who_is_not_there() {
        for (changes, expected) in [
            (json!({"source": SOURCE}), "the function's own"),
            (json!({"source": ""}), "who sent it"),
            (json!({"id": null}), "which event it is"),
            (json!({"id": "a b"}), "which event it is"),
            (json!({"account": "1"}), "who sent it"),
            (json!({"account": 111_122_223_333_u64}), "who sent it"),
        ] {
            let mut bad = event(&json!({}));
            merge(&mut bad, &changes);
            match read(&bad) {
                Err(EventRefusal::Ignored(why)) => assert!(why.contains(expected), "{why}"),
                other => panic!("{changes}: {other:?}"),
            }
        }
    }
}
