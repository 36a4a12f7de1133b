//! A request as CloudFormation sends it. The envelope is read first and leniently, so that even a request which makes no
//! sense can be answered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::response_url::ResponseUrl;

/// Properties as they came: every scalar is a string, at every depth.
pub type Properties = Map<String, Value>;

/// Who asks, and where the answer goes. All that an answer needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    #[serde(rename = "ResponseURL")]
    pub response_url: ResponseUrl,
    #[serde(rename = "StackId")]
    pub stack_id: String,
    #[serde(rename = "RequestId")]
    pub request_id: String,
    #[serde(rename = "LogicalResourceId")]
    pub logical_resource_id: String,
    #[serde(rename = "PhysicalResourceId", default, skip_serializing_if = "Option::is_none")]
    pub physical_resource_id: Option<String>,
}

/// What CloudFormation wants. It only chooses the goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestType {
    Create,
    Update,
    Delete,
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

/// Why an event is not a request that can be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Nobody can be told: the event does not say where the answer goes or what it is an answer to.
    #[error("the event has no ResponseURL, StackId, RequestId or LogicalResourceId, so nobody can be answered")]
    Unanswerable,
    /// CloudFormation can be told.
    #[error("the request can't be read: {problem}")]
    Answerable { envelope: Box<Envelope>, problem: String },
}

impl Request {
    /// Reads an event, unknown fields tolerated: real events carry an undocumented `ServiceToken` at the top.
    ///
    /// # Errors
    /// [`Unreadable`], which tells whether CloudFormation can still be answered.
    pub fn parse(event: &Value) -> Result<Self, Unreadable> {
        let envelope: Envelope = Envelope::deserialize(event).map_err(|_| Unreadable::Unanswerable)?;
        let request: Result<Self, _> = Self::deserialize(event);
        request
            .map_err(|error| error.to_string())
            .and_then(|request| match (request.kind, &request.envelope.physical_resource_id) {
                (RequestType::Update | RequestType::Delete, None) => Err("PhysicalResourceId is missing".to_owned()),
                _ => Ok(request),
            })
            .map_err(|problem| Unreadable::Answerable {
                envelope: Box::new(envelope),
                problem,
            })
    }
}

/// Properties may hold what a user thinks secret, so a request shows only who asks for what.
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
        assert!(!format!("{request:?}").contains("secret"));
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
                matches!(spoilt(key, value), Err(Unreadable::Answerable { .. })),
                "{key}"
            );
        }
        for key in ["ResponseURL", "StackId", "RequestId", "LogicalResourceId"] {
            assert_eq!(spoilt(key, Value::Null), Err(Unreadable::Unanswerable), "{key}");
        }
    }
}
