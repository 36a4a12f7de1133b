//! Requests by event, in a world with a bus.

use std::sync::atomic::Ordering;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::{Value, json};

use super::outcome_events::{ReceivedEvent, ends, steps, wrong_with};
use super::world::World;

/// As EventBridge writes it, in seconds since the epoch.
fn time(seconds: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(seconds).expect("it is of this age"));
    time.fmt(Format::DateTime).expect("it is of this age")
}

fn now() -> u64 {
    use mng_aws::clock::{Clock, SystemClock};
    SystemClock.now()
}

impl World {
    /// An event that was sent so many seconds ago; fewer is later.
    pub fn sent(&self, ago: u64, detail: &Value) -> Value {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        json!({
            "version": "0", "id": format!("11111111-0000-4000-8000-{number:012}"), "detail-type": "ManagedNodeGroup Request",
            "source": "com.example", "account": "123456789012", "time": time(now() - ago), "region": "us-east-1",
            "resources": [], "detail": detail,
        })
    }

    pub fn heard(&self) -> Vec<ReceivedEvent> {
        self.function.cloud.told.lock().unwrap().clone()
    }

    /// Delivers an event, follows it to its end, and gives its one outcome.
    pub async fn outcome(&self, event: &Value) -> ReceivedEvent {
        self.deliver(event).await;
        self.end_of(event)
    }

    #[track_caller]
    pub fn end_of(&self, event: &Value) -> ReceivedEvent {
        let ends = self.ends_of(event);
        ends.first()
            .cloned()
            .unwrap_or_else(|| panic!("no outcome of {event}: {:?}", self.heard()))
    }

    pub fn ends_of(&self, event: &Value) -> Vec<ReceivedEvent> {
        ends(&self.heard(), event["id"].as_str().unwrap())
    }

    pub fn steps_of(&self, id: &Value) -> Vec<String> {
        steps(&self.heard(), id.as_str().unwrap())
    }

    /// Until a request has looked twice at what there is in EC2.
    pub async fn until_ec2_resources_are_read_twice(&self) {
        let looks = || {
            let made = self.function.cloud.made.lock().unwrap();
            made.iter().filter(|action| **action == "DescribeEc2Resources").count()
        };
        let before = looks();
        while looks() < before + 2 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    #[track_caller]
    pub fn assert_well_told(&self) {
        let wrong = wrong_with(&self.heard());
        assert!(wrong.is_empty(), "{wrong:#?}");
        self.receiver.assert_clean();
    }
}

impl World {
    /// Delivers something else, and gives the outcome of an event.
    pub async fn outcome_of(&self, delivered: &Value, event: &Value) -> ReceivedEvent {
        self.deliver(delivered).await;
        self.end_of(event)
    }
}
