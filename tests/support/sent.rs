//! Requests by event, in a world with a bus.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::heard::{Heard, ends, steps, wrong_with};
use super::world::World;

/// When the first event of a world is sent: now, in seconds since the epoch, and each later one a second after.
fn time(seconds: u64) -> String {
    let days = seconds / 86_400;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    // The days of a civil calendar from those since the epoch, counted from the first of March of the year 0.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn now() -> u64 {
    use managed_node_group::clock::{Clock, SystemClock};
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

    pub fn heard(&self) -> Vec<Heard> {
        self.function.cloud.told.lock().unwrap().clone()
    }

    /// Delivers an event, follows it to its end, and gives its one outcome.
    pub async fn outcome(&self, event: &Value) -> Heard {
        self.deliver(event).await;
        self.end_of(event)
    }

    #[track_caller]
    pub fn end_of(&self, event: &Value) -> Heard {
        let ends = self.ends_of(event);
        ends.first()
            .cloned()
            .unwrap_or_else(|| panic!("no outcome of {event}: {:?}", self.heard()))
    }

    pub fn ends_of(&self, event: &Value) -> Vec<Heard> {
        ends(&self.heard(), event["id"].as_str().unwrap())
    }

    pub fn steps_of(&self, id: &Value) -> Vec<String> {
        steps(&self.heard(), id.as_str().unwrap())
    }

    /// Until a request has looked twice at what there is in EC2.
    pub async fn until_looked_at_belongings_again(&self) {
        let looks = || {
            let made = self.function.cloud.made.lock().unwrap();
            made.iter().filter(|action| **action == "belongings").count()
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
    pub async fn outcome_of(&self, delivered: &Value, event: &Value) -> Heard {
        self.deliver(delivered).await;
        self.end_of(event)
    }
}
