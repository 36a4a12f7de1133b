//! Outcome events: who asked, which node group the request is about, and what became of the request. An event never
//! contains a property as it came, since user data may be secret, and never a response URL.

use serde_json::{Map, Value, json};

use crate::protocol::answer::{Attributes, cut};
use crate::protocol::physical_id::PhysicalId;
use crate::protocol::request::{Envelope, Reply, RequestType};

/// The source of the function's own events. The EventBridge rule and the function both refuse a request with this
/// source.
pub const SOURCE: &str = "managed-node-group";

/// EventBridge's limit for one entry, in bytes (API reference, `PutEvents`), less the envelope around the detail.
const MAX_BYTES: usize = 256 * 1024 - 4096;

/// The lengths of each text, in characters, tried one after the other. The last length always fits, since an event has
/// few texts.
const LENGTHS: [usize; 3] = [16_000, 1_000, 100];

/// The request that an event is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub envelope: &'a Envelope,
    /// `None` if the function cannot parse the request.
    pub kind: Option<RequestType>,
    /// The node group, if the function knows it.
    pub physical_id: Option<&'a str>,
}

/// What an event reports.
#[derive(Debug, Clone, Copy)]
pub enum OutcomeEvent<'a> {
    /// The function has taken the request up.
    Requested,
    /// The function began a step, or more nodes became Ready.
    Progressing {
        step: Option<&'static str>,
        nodes: Option<Nodes>,
    },
    Ready {
        data: &'a Attributes,
        warnings: &'a str,
    },
    Failed {
        reason: &'a str,
        codes: &'a [&'a str],
    },
    Deleted {
        warnings: &'a str,
    },
}

/// How many nodes are Ready, and how many are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nodes {
    pub ready: usize,
    pub wanted: usize,
}

/// An event for the bus, with [`SOURCE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    pub detail_type: &'static str,
    /// JSON.
    pub detail: String,
}

impl OutcomeEvent<'_> {
    fn detail_type(&self) -> &'static str {
        match self {
            Self::Requested => "ManagedNodeGroup Requested",
            Self::Progressing { .. } => "ManagedNodeGroup Progressing",
            Self::Ready { .. } => "ManagedNodeGroup Ready",
            Self::Failed { .. } => "ManagedNodeGroup Failed",
            Self::Deleted { .. } => "ManagedNodeGroup Deleted",
        }
    }

    fn into_detail(self, detail: &mut Map<String, Value>, longest: usize) {
        let mut put = |key: &str, value: Value| drop(detail.insert(key.to_owned(), value));
        match self {
            Self::Requested => {}
            Self::Progressing { step, nodes } => {
                if let Some(step) = step {
                    put("Step", json!(step));
                }
                if let Some(Nodes { ready, wanted }) = nodes {
                    put("Nodes", json!({"Ready": ready, "Wanted": wanted}));
                }
            }
            Self::Ready { data, warnings } => {
                let data = data
                    .iter()
                    .map(|(key, value)| (key.clone(), json!(cut(value, longest))));
                put("Data", Value::Object(data.collect()));
                put("Warnings", json!(cut(warnings, longest)));
            }
            Self::Failed { reason, codes } => {
                put("Reason", json!(cut(reason, longest)));
                put("Codes", json!(codes));
            }
            Self::Deleted { warnings } => put("Warnings", json!(cut(warnings, longest))),
        }
    }
}

impl Subject<'_> {
    fn into_detail(self, detail: &mut Map<String, Value>, longest: usize) {
        let envelope = self.envelope;
        let mut put = |key: &str, text: &str| drop(detail.insert(key.to_owned(), json!(cut(text, longest))));
        put("RequestId", &envelope.request_id);
        if let Some(kind) = self.kind {
            put("RequestType", kind.as_str());
        }
        match &envelope.reply {
            Reply::Url(_) => put("StackId", &envelope.stack_id),
            Reply::Bus(sent) => {
                put("Account", &sent.account);
                put("Source", &sent.source);
            }
        }
        put("LogicalResourceId", &envelope.logical_resource_id);
        let group = self.physical_id.and_then(|id| Some((id, PhysicalId::parse(id)?)));
        if let Some((id, PhysicalId { cluster, name })) = group {
            put("PhysicalResourceId", id);
            put("ClusterName", &cluster);
            put("NodegroupName", &name);
        }
    }
}

/// The event that reports `news`. It never exceeds EventBridge's limit: the longest texts are cut in their middle.
pub fn announcement(about: Subject, news: OutcomeEvent) -> Announcement {
    let render = |longest: &usize| {
        let mut detail = Map::new();
        about.into_detail(&mut detail, *longest);
        news.into_detail(&mut detail, *longest);
        Value::Object(detail).to_string()
    };
    let whole = LENGTHS.iter().map(render).find(|detail| detail.len() <= MAX_BYTES);
    Announcement {
        detail_type: news.detail_type(),
        detail: whole.unwrap_or_else(|| render(&0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::request::EventEnvelope;
    use crate::protocol::response_url::ResponseUrl;

    fn envelope(reply: Reply) -> Envelope {
        Envelope {
            reply,
            stack_id: "arn:stack".to_owned(),
            request_id: "r".to_owned(),
            logical_resource_id: "Nodes".to_owned(),
            physical_resource_id: None,
        }
    }

    fn detail(reply: Reply, physical_id: Option<&str>, news: OutcomeEvent) -> Value {
        let about = Subject {
            envelope: &envelope(reply),
            kind: Some(RequestType::Create),
            physical_id,
        };
        serde_json::from_str(&announcement(about, news).detail).unwrap()
    }

    fn stack() -> Reply {
        Reply::Url(ResponseUrl::new("https://h/?secret"))
    }

    #[test]
    fn an_event_says_who_asked_and_which_group_it_is_about() {
        let by_stack = detail(stack(), Some("c/n"), OutcomeEvent::Requested);
        let expected = json!({
            "RequestId": "r", "RequestType": "Create", "StackId": "arn:stack", "LogicalResourceId": "Nodes",
            "PhysicalResourceId": "c/n", "ClusterName": "c", "NodegroupName": "n",
        });
        assert_eq!(by_stack, expected);
        let sent = EventEnvelope {
            account: "111122223333".to_owned(),
            source: "com.example".to_owned(),
            time: "t".to_owned(),
        };
        // A physical ID that names no group helps no listener.
        let by_event = detail(Reply::Bus(sent), Some("Nodes-never-created"), OutcomeEvent::Requested);
        let expected = json!({
            "RequestId": "r", "RequestType": "Create", "Account": "111122223333", "Source": "com.example",
            "LogicalResourceId": "Nodes",
        });
        assert_eq!(by_event, expected);
    }

    #[test]
    fn whatever_it_tells_it_fits() {
        for text in ["x", "é", "\"", "\u{1}", "\u{1F9E8}"] {
            let long = text.repeat(300_000);
            let data: Attributes = (0..19).map(|number| (format!("Key{number}"), long.clone())).collect();
            let ready = OutcomeEvent::Ready {
                data: &data,
                warnings: &long,
            };
            let mut envelope = envelope(stack());
            envelope.logical_resource_id = long.clone();
            for news in [
                ready,
                OutcomeEvent::Deleted { warnings: &long },
                OutcomeEvent::Failed {
                    reason: &long,
                    codes: &["required"],
                },
            ] {
                let about = Subject {
                    envelope: &envelope,
                    kind: None,
                    physical_id: None,
                };
                let told = announcement(about, news);
                assert!(told.detail.len() <= MAX_BYTES, "{} bytes", told.detail.len());
                assert!(!told.detail.contains("secret"));
            }
        }
        let failed = detail(
            stack(),
            None,
            OutcomeEvent::Failed {
                reason: &format!("the cause{}the remedy", "x".repeat(90_000)),
                codes: &[],
            },
        );
        let reason = failed["Reason"].as_str().unwrap();
        assert!(reason.starts_with("the cause") && reason.ends_with("the remedy"));
    }
}
