//! CloudFormation, as it treats one custom resource: it sends a request, acts on the answer that it reads first, and waits no
//! longer than `ServiceTimeout`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::time::date;
use crate::world::{SECRET, Work, World, held, request_number, text};

const HOUR: u64 = 3600;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestResult {
    Success { id: String },
    Failed { id: String, reason: String },
    Silence,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub kind: &'static str,
    pub id: Option<&'a str>,
    pub properties: &'a Value,
    pub old: Option<&'a Value>,
}

pub struct CloudFormation {
    pub world: Arc<World>,
    requests: AtomicU64,
}

impl CloudFormation {
    pub fn new(world: Arc<World>) -> Self {
        Self {
            world,
            requests: AtomicU64::new(0),
        }
    }

    /// Sends a request, and gives its id.
    pub fn send(&self, asking: Asking) -> String {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let request = format!("00000000-0000-4000-8000-{number:012}");
        let event = self.event(asking, &request);
        let timeout = timeout(asking.properties);
        self.world.tell(&format!(
            "CloudFormation: {} asks for a {} of {}, within {} s: {}",
            request_number(&request),
            asking.kind,
            asking.id.unwrap_or("a new resource"),
            timeout.as_secs(),
            asking.properties
        ));
        self.world.count(format!("requests: {}", asking.kind));
        self.world.expect(&event, timeout);
        self.world.give(Work::Event(event));
        request
    }

    fn event(&self, asking: Asking, request: &str) -> Value {
        let mut event = json!({
            "RequestType": asking.kind, "ResponseURL": self.response_url(request), "StackId": self.world.stack_id(),
            "RequestId": request, "ResourceType": "Custom::ManagedNodeGroup", "LogicalResourceId": "Nodes",
            "ResourceProperties": asking.properties,
        });
        if let Some(id) = asking.id {
            event["PhysicalResourceId"] = json!(id);
        }
        if let Some(old) = asking.old {
            event["OldResourceProperties"] = old.clone();
        }
        event
    }

    fn response_url(&self, request: &str) -> String {
        let bucket = self.world.region.replace('-', "");
        format!(
            "https://cloudformation-custom-resource-response-{bucket}.s3.{0}.amazonaws.com/arn%3Aaws%3Acloudformation%3A{0}%3A1%3Astack\
             /nodes/1%7CNodes%7C{request}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={1}&X-Amz-SignedHeaders=host&X-Amz-Expires=7200\
             &X-Amz-Credential=a%2Fb%2Fs3%2Faws4_request&X-Amz-Signature={SECRET}{request}",
            self.world.region,
            date(self.world.time.millis())
        )
    }

    /// The first answer, if it comes in time.
    pub async fn hear(&self, request: &str) -> RequestResult {
        let asked = self.world.asked(request).expect("it was sent");
        let left = (asked.sent + asked.timeout).saturating_sub(self.world.time.gone_by());
        let heard = match tokio::time::timeout(left, self.is_answered(request)).await {
            Ok(()) => self.read(request).await,
            Err(_) => RequestResult::Silence,
        };
        self.world.count(match &heard {
            RequestResult::Success { .. } => "answers: SUCCESS",
            RequestResult::Failed { .. } => "answers: FAILED",
            RequestResult::Silence => "answers that never came",
        });
        if heard == RequestResult::Silence {
            self.world.tell(&format!(
                "CloudFormation: {} was never answered",
                request_number(request)
            ));
        }
        heard
    }

    async fn is_answered(&self, request: &str) {
        loop {
            let next = self.world.answered.notified();
            if self.world.asked(request).is_some_and(|asked| !asked.answers.is_empty()) {
                return;
            }
            next.await;
        }
    }

    /// What lies in the bucket when it is looked at, which is a moment after it was put there. What is put there later nobody
    /// reads.
    async fn read(&self, request: &str) -> RequestResult {
        let moment = self.world.throw(|dice| dice.u64(50..3000));
        tokio::time::sleep(Duration::from_millis(moment)).await;
        let now = self.world.time.gone_by();
        self.world.note(request, |asked| asked.read = Some(now));
        let Some(asked) = self.world.asked(request) else {
            return RequestResult::Silence;
        };
        let heard = asked
            .answers
            .last()
            .map_or(RequestResult::Silence, |(_, answer)| heard(answer));
        self.record(text(&asked.event, "RequestType"), &heard);
        heard
    }

    /// A resource is recorded under the id that CloudFormation reads: of a new one whatever the answer says, since that is what is
    /// deleted then, and of an Update that succeeds.
    fn record(&self, kind: &str, heard: &RequestResult) {
        let id = match (kind, heard) {
            ("Create", RequestResult::Success { id } | RequestResult::Failed { id, .. })
            | ("Update", RequestResult::Success { id }) => id,
            _ => return,
        };
        *held(&self.world.recorded) = Some(id.clone());
    }
}

fn heard(answer: &Value) -> RequestResult {
    let id = text(answer, "PhysicalResourceId").to_owned();
    match text(answer, "Status") {
        "SUCCESS" => RequestResult::Success { id },
        _ => RequestResult::Failed {
            id,
            reason: text(answer, "Reason").to_owned(),
        },
    }
}

fn timeout(properties: &Value) -> Duration {
    let stated = properties["ServiceTimeout"].as_str().and_then(|text| text.parse().ok());
    Duration::from_secs(stated.unwrap_or(HOUR))
}
