//! A request as CloudFormation sends it. The function parses the envelope first and leniently, so that it can answer
//! even a request that makes no sense.
//!
//! A request by event becomes the same type ([`super::eventbridge::request`]); only its [`Reply`] differs.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::response_url::{ResponseUrl, seconds_since_epoch};

/// Properties as CloudFormation sends them: every scalar is a string, at every depth.
pub type Properties = Map<String, Value>;

/// Who asks, and where the response goes: all that a response needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    #[serde(flatten)]
    pub reply: Reply,
    /// The owner of the resource: the stack's ARN, or [`EventEnvelope::owner`] for a request by event.
    #[serde(rename = "StackId")]
    pub stack_id: String,
    #[serde(rename = "RequestId")]
    pub request_id: String,
    #[serde(rename = "LogicalResourceId")]
    pub logical_resource_id: String,
    /// Also `None` if the field is no string: the function answers such a request too.
    #[serde(
        rename = "PhysicalResourceId",
        default,
        deserialize_with = "text",
        skip_serializing_if = "Option::is_none"
    )]
    pub physical_resource_id: Option<String>,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Value::deserialize(deserializer).map(|value| value.as_str().map(str::to_owned))
}

/// Who waits for the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// CloudFormation, at a response URL.
    #[serde(rename = "ResponseURL")]
    Url(ResponseUrl),
    /// The listeners on the event bus, who wait for the outcome of this event.
    #[serde(rename = "Event")]
    Bus(EventEnvelope),
}

/// What the envelope of an event says. EventBridge sets `account`. IAM limits which `source` the sender may use. The
/// sender may set `time`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventEnvelope {
    pub account: String,
    pub source: String,
    /// As the envelope has it, such as `2026-11-26T10:15:00Z`. The order of such texts is the order of the times.
    pub time: String,
}

/// The prefix of the owner of a resource that is requested by events. No stack's ARN begins with it.
pub const EVENT_OWNER: &str = "event:";

impl EventEnvelope {
    /// The owner of the resource. All requests by event of one source in one account share their logical IDs.
    pub fn owner(&self) -> String {
        format!("{EVENT_OWNER}{}:{}", self.account, self.source)
    }

    /// When the event was sent, in seconds since the epoch.
    pub fn sent_at(&self) -> Option<u64> {
        let compact = self.time.replace(['-', ':'], "");
        let well_formed = self.time.len() == 20;
        well_formed.then(|| seconds_since_epoch(&compact)).flatten()
    }
}

/// The longest IDs that a response echoes, in bytes of JSON: one limit for stack ID, request ID and logical ID
/// together, and the same limit for the physical ID. CloudFormation's own IDs are far shorter (its physical IDs have at
/// most 1 KB). With longer IDs no response within the limit of 4 KB could hold a reason.
const LONGEST_IDS: usize = 2048;
const LONGEST_PHYSICAL_ID: usize = 1026;

impl Envelope {
    fn read(event: &Value) -> Result<Self, UnreadableRequest> {
        let envelope = Self::deserialize(event).map_err(|_| UnreadableRequest::Unanswerable)?;
        let length = |id: &String| Value::from(id.as_str()).to_string().len();
        let ids = [&envelope.stack_id, &envelope.request_id, &envelope.logical_resource_id].map(length);
        let physical_id = envelope.physical_resource_id.as_ref().map_or(0, length);
        if ids.iter().sum::<usize>() > LONGEST_IDS || physical_id > LONGEST_PHYSICAL_ID {
            return Err(UnreadableRequest::Unanswerable);
        }
        Ok(envelope)
    }

    /// What EventBridge says about the event, if this is a request by event.
    pub fn sent(&self) -> Option<&EventEnvelope> {
        match &self.reply {
            Reply::Url(_) => None,
            Reply::Bus(sent) => Some(sent),
        }
    }

    /// When the request was made, in seconds since the epoch. A later delivery of the same request has the same time.
    pub fn issued_at(&self) -> Option<u64> {
        match &self.reply {
            Reply::Url(url) => url.issued_at(),
            Reply::Bus(sent) => sent.sent_at(),
        }
    }
}

/// What CloudFormation asks for. The type only selects the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestType {
    Create,
    Update,
    Delete,
}

impl RequestType {
    /// The name that CloudFormation uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }
}

/// A whole request. It serialises to the shape in which it came.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    #[serde(rename = "RequestType")]
    pub kind: RequestType,
    #[serde(flatten)]
    pub envelope: Envelope,
    #[serde(rename = "ResourceProperties", default)]
    pub properties: Properties,
    #[serde(rename = "OldResourceProperties", default, skip_serializing_if = "Option::is_none")]
    pub old_properties: Option<Properties>,
}

/// Why the function cannot carry out an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableRequest {
    /// The function cannot answer: the event does not say where the response goes, or what the response is for.
    #[error(
        "the event has no ResponseURL, StackId, RequestId or LogicalResourceId, or longer ones than CloudFormation's, so nobody can \
         be answered"
    )]
    Unanswerable,
    /// The function can answer CloudFormation.
    #[error("the request can't be read: {problem}")]
    Answerable { envelope: Box<Envelope>, problem: String },
}

impl Request {
    /// Parses an event of CloudFormation. Unknown fields are fine: real events carry an undocumented `ServiceToken` at
    /// the top. A publisher to the SNS topic can set every field here, but cannot claim to be EventBridge.
    ///
    /// # Errors
    /// [`UnreadableRequest`], which says whether the function can still answer CloudFormation.
    pub fn parse(event: &Value) -> Result<Self, UnreadableRequest> {
        let envelope = Envelope::read(event)?;
        match &envelope.reply {
            Reply::Bus(_) => Err(UnreadableRequest::Unanswerable),
            Reply::Url(_) if envelope.stack_id.starts_with(EVENT_OWNER) => Err(UnreadableRequest::Answerable {
                problem: format!("StackId: expected a stack's ARN, got {}", envelope.stack_id),
                envelope: Box::new(envelope),
            }),
            Reply::Url(_) => Self::resume(event),
        }
    }

    /// Parses a request of either kind that the function itself wrote into its progress.
    ///
    /// # Errors
    /// The same as [`Self::parse`].
    pub fn resume(event: &Value) -> Result<Self, UnreadableRequest> {
        let envelope = Envelope::read(event)?;
        let request: Result<Self, _> = Self::deserialize(event);
        request
            .map_err(|error| error.to_string())
            .and_then(|request| match (request.kind, &request.envelope.physical_resource_id) {
                (RequestType::Update | RequestType::Delete, None) => Err("PhysicalResourceId is missing".to_owned()),
                _ => Ok(request),
            })
            .map_err(|problem| UnreadableRequest::Answerable {
                envelope: Box::new(envelope),
                problem,
            })
    }
}

/// Properties may hold secrets, so the debug text of a request shows only who asks for what.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("kind", &self.kind)
            .field("envelope", &self.envelope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Value {
        json!({
            "RequestType": "Create", "ResponseURL": "https://example.com/?secret", "StackId": "s", "RequestId": "r",
            "LogicalResourceId": "Nodes", "ResourceType": "Custom::ManagedNodeGroup", "ServiceToken": "arn",
            "ResourceProperties": {"ClusterName": "c"},
        })
    }

    #[test]
    fn a_request_is_read_and_written_back() {
        let request = Request::parse(&event()).unwrap();
        assert_eq!(request.kind, RequestType::Create);
        assert_eq!(request.properties["ClusterName"], "c");
        let again = Request::parse(&serde_json::to_value(&request).unwrap()).unwrap();
        assert_eq!(again, request);
    }

    #[test]
    fn a_request_shows_who_asks_and_not_for_what() {
        let mut event = event();
        event["ResourceProperties"] = json!({"UserData": "secret"});
        let shown = format!("{:?}", Request::parse(&event).unwrap());
        assert!(!shown.contains("secret"), "{shown}");
        for told in ["Create", "Nodes", "stack_id: \"s\"", "request_id: \"r\""] {
            assert!(shown.contains(told), "{shown}");
        }
    }

    #[test]
    fn a_kind_of_request_is_called_as_cloudformation_calls_it() {
        for kind in [RequestType::Create, RequestType::Update, RequestType::Delete] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    /// The deadline counts from this time, for CloudFormation and for events.
    #[test]
    fn the_age_of_a_request_is_known_whoever_asks() {
        let url = ResponseUrl::new("https://example.com/?X-Amz-Date=20261124T101500Z");
        for reply in [Reply::Url(url), Reply::Bus(sent("2026-11-24T10:15:00Z"))] {
            let envelope = Envelope {
                reply,
                ..Request::parse(&event()).unwrap().envelope
            };
            assert_eq!(envelope.issued_at(), Some(1_795_515_300));
        }
    }

    /// This length is in addition to the other two IDs, of one letter in quotes each.
    #[test]
    fn ids_are_as_long_as_an_answer_can_hold() {
        for (key, letters, expected) in [
            ("LogicalResourceId", LONGEST_IDS - 8, true),
            ("LogicalResourceId", LONGEST_IDS - 7, false),
            ("PhysicalResourceId", LONGEST_PHYSICAL_ID - 2, true),
            ("PhysicalResourceId", LONGEST_PHYSICAL_ID - 1, false),
        ] {
            let mut event = event();
            event[key] = json!("i".repeat(letters));
            assert_eq!(Request::parse(&event).is_ok(), expected, "{key} {letters}");
        }
    }

    #[test]
    fn what_is_unreadable_is_answered_if_anyhow_possible() {
        let spoilt = |key: &str, value: Value| {
            let mut event = event();
            event[key] = value;
            Request::parse(&event)
        };
        for (key, value) in [
            ("RequestType", json!("Destroy")),
            ("RequestType", json!("Delete")),
            ("RequestType", Value::Null),
            ("ResourceProperties", json!("text")),
        ] {
            assert!(
                matches!(spoilt(key, value), Err(UnreadableRequest::Answerable { .. })),
                "{key}"
            );
        }
        for key in ["ResponseURL", "StackId", "RequestId", "LogicalResourceId"] {
            assert_eq!(spoilt(key, Value::Null), Err(UnreadableRequest::Unanswerable), "{key}");
        }
    }

    #[test]
    fn a_physical_id_that_is_no_text_is_no_reason_to_answer_nobody() {
        for id in [json!(5), json!(["a"]), json!({}), Value::Null] {
            let mut event = event();
            event["RequestType"] = json!("Delete");
            event["PhysicalResourceId"] = id;
            let refused = Request::parse(&event).unwrap_err().to_string();
            assert!(refused.contains("PhysicalResourceId is missing"), "{refused}");
        }
    }

    /// A response that echoes such IDs would exceed CloudFormation's limit and lose its reason.
    #[test]
    fn ids_that_leave_no_room_for_a_reason_are_nobodys() {
        for key in ["StackId", "RequestId", "LogicalResourceId", "PhysicalResourceId"] {
            for (id, expected) in [
                ("i".repeat(1024), true),
                ("i".repeat(3000), false),
                ("\u{1}".repeat(700), false),
            ] {
                let mut event = event();
                event[key] = json!(id);
                assert_eq!(Request::parse(&event).is_ok(), expected, "{key} of {}", id.len());
            }
        }
    }

    fn sent(time: &str) -> EventEnvelope {
        EventEnvelope {
            account: "111122223333".to_owned(),
            source: "com.example".to_owned(),
            time: time.to_owned(),
        }
    }

    /// Only the function itself marks a request as one of EventBridge. A publisher to the topic could name any source.
    #[test]
    fn nobody_else_says_who_sent_an_event() {
        let mut forged = event();
        forged["Event"] = json!(sent("2026-11-26T10:15:00Z"));
        forged.as_object_mut().unwrap().remove("ResponseURL");
        assert_eq!(Request::parse(&forged), Err(UnreadableRequest::Unanswerable));
        let own = Request::resume(&forged).unwrap();
        assert_eq!(own.envelope.sent(), Some(&sent("2026-11-26T10:15:00Z")));
        assert_eq!(serde_json::to_value(&own).unwrap()["Event"], forged["Event"]);

        let mut owner = event();
        owner["StackId"] = json!(sent("").owner());
        let refused = Request::parse(&owner).unwrap_err().to_string();
        assert!(
            refused.contains("expected a stack's ARN, got event:111122223333:com.example"),
            "{refused}"
        );
    }

    #[test]
    fn the_time_of_an_event_is_read() {
        for (time, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-24T10:15:00Z", Some(1_795_515_300)),
            ("2026-11-24T10:15:00.123Z", None),
            ("20261124T101500Z", None),
            ("2026-11-24T10:15:0é", None),
            ("2026-11-24é10:15:0Z", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(sent(time).sent_at(), expected, "{time}");
        }
    }
}
