//! The bus of the local stack: requests are put on it, and what is told is read from a queue behind it.

use std::time::Duration;

use local_stack::{Deployment, LocalStack};
use serde_json::{Value, json};

use super::deployed::ended;
use super::outcome_events::{ReceivedEvent, ends, wrong_with};

const LISTENER: &str = include_str!("../../examples/outcomes.yaml");
/// A test that waits longer for an outcome than this waits for ever.
const LOOKS: usize = 600;

pub struct Bus<'a> {
    local: &'a LocalStack,
    queue: String,
    heard: Vec<ReceivedEvent>,
}

impl<'a> Bus<'a> {
    /// Listens by the example's own stack.
    pub async fn listen(local: &'a LocalStack) -> Self {
        let listener = local.create_stack(&Deployment::new("outcomes", LISTENER)).await;
        let listener = listener.expect("CreateStack");
        ended(&listener, "CREATE_COMPLETE");
        Self {
            local,
            queue: listener.outputs["Queue"].clone(),
            heard: vec![],
        }
    }

    /// Puts an event on the bus; its id.
    pub async fn put(&self, source: &str, detail_type: &str, detail: &Value) -> String {
        let entry = json!({"Source": source, "DetailType": detail_type, "Detail": detail.to_string()});
        let answer = self
            .local
            .call("events", "AWSEvents.PutEvents", &json!({"Entries": [entry]}))
            .await;
        let answer = answer.expect("PutEvents");
        assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
        answer["Entries"][0]["EventId"].as_str().expect("an id").to_owned()
    }

    /// The outcome of a request as soon as it is there.
    pub async fn outcome(&mut self, request_id: &str) -> ReceivedEvent {
        self.outcomes(request_id, 1).await.remove(0)
    }

    /// So many outcomes of a request.
    pub async fn outcomes(&mut self, request_id: &str, count: usize) -> Vec<ReceivedEvent> {
        for _ in 0..LOOKS {
            let ends = ends(&self.heard, request_id);
            if ends.len() >= count {
                return ends;
            }
            self.read().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let log = self.local.logs().await.unwrap_or_default();
        panic!(
            "request {request_id} has no outcome: {:#?}\n{}",
            self.heard,
            log.join("\n")
        )
    }

    /// Until a request was taken up so often: once for each of its resources.
    pub async fn until_requested(&mut self, request_id: &str, times: usize) {
        let taken_up = |heard: &[ReceivedEvent]| {
            let of_it = |one: &&ReceivedEvent| one.0.ends_with(" Requested") && one.1["RequestId"] == request_id;
            heard.iter().filter(of_it).count()
        };
        for _ in 0..LOOKS {
            if taken_up(&self.heard) >= times {
                return;
            }
            self.read().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("request {request_id} was not taken up: {:#?}", self.heard)
    }

    /// Reads until an operation's deletion was told.
    pub async fn until_deleted(&mut self) {
        for _ in 0..LOOKS {
            if self.heard.iter().any(|(kind, _)| kind.ends_with(" Deleted")) {
                return;
            }
            self.read().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no deletion was told: {:#?}", self.heard)
    }

    pub fn heard(&self) -> &[ReceivedEvent] {
        &self.heard
    }

    #[track_caller]
    pub fn assert_well_told(&self) {
        let wrong = wrong_with(&self.heard);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn read(&mut self) {
        let read = json!({"QueueUrl": self.queue, "MaxNumberOfMessages": 10});
        let answer = self
            .local
            .call("sqs", "AmazonSQS.ReceiveMessage", &read)
            .await
            .expect("ReceiveMessage");
        for message in answer["Messages"].as_array().into_iter().flatten() {
            let event: Value = serde_json::from_str(message["Body"].as_str().unwrap_or_default()).expect("an event");
            assert_eq!(event["source"], "managed-node-group");
            let kind = event["detail-type"].as_str().unwrap_or_default().to_owned();
            self.heard.push((kind, event["detail"].clone()));
            let done = json!({"QueueUrl": self.queue, "ReceiptHandle": message["ReceiptHandle"]});
            self.local
                .call("sqs", "AmazonSQS.DeleteMessage", &done)
                .await
                .expect("DeleteMessage");
        }
    }
}
