//! How far a request has come: what survives a wait, in groups by what they are for. Each function takes the groups that it needs.

mod access;
mod known_facts;
mod pass_cache;
mod reads;
mod retries;
mod task;

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::request_span;
use crate::tally::Tally;
use mng_core::decide::history::History;
use mng_core::decide::plan::StepKind;
use mng_core::decide::under_way::UnderWay;
use mng_core::properties::validate::MAX_SERVICE_TIMEOUT;
use mng_core::protocol::request::{Reply, Request};
use serde_json::Value;

pub use access::ClusterAccess;
pub use known_facts::{KnownGroups, KnownStack, Lookups, Warnings};
pub use pass_cache::PassCache;
pub use reads::Reads;
pub use retries::{Denied, Retries};
pub use task::{ReplacementCleanup, StackPhase, StackState, Task};

/// How far AWS's own clocks are taken to be apart, in seconds: that of what signs a URL, to the second, that of what writes a stack's
/// times, and that of EKS.
pub const CLOCKS_APART_SECONDS: u64 = 2;

/// How far a request has come. Its fields are written side by side, as release 0.1.0 wrote them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What was begun, and by when the request must end.
    pub history: History,
    #[serde(default)]
    pub stage: Task,
    #[serde(flatten)]
    pub stack: KnownStack,
    #[serde(flatten)]
    pub groups: KnownGroups,
    #[serde(flatten)]
    pub reads: Reads,
    #[serde(flatten)]
    pub access: ClusterAccess,
    #[serde(default)]
    pub warnings: Warnings,
    /// Why the request can't be carried out, where that is known before its first pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    #[serde(default)]
    pub under_way: UnderWay,
    #[serde(default)]
    pub tally: Tally,
}

impl Progress {
    /// A request before its first pass, at `now`, in seconds since the epoch.
    pub fn begin(case: &Case, now: u64) -> Self {
        let envelope = &case.request.envelope;
        let issued = envelope.issued_at().filter(|issued| match envelope.reply {
            Reply::Url(_) => is_plausible(*issued, now),
            // However old: whether it is too old is for the deadline to say.
            Reply::Bus(_) => *issued <= now,
        });
        let began = issued.unwrap_or(now);
        Self {
            history: History {
                began,
                deadline: deadline(began, service_timeout(&case.request)),
                ..History::default()
            },
            stage: Task::default(),
            stack: KnownStack::default(),
            groups: KnownGroups::default(),
            reads: Reads::default(),
            access: ClusterAccess::default(),
            warnings: Warnings::default(),
            refused: None,
            under_way: UnderWay::default(),
            tally: Tally::default(),
        }
    }

    /// The name of the group, where this Create has created it. CloudFormation deletes a failed Create's group by the name that the
    /// answer gives, so a group that was there before is never named.
    pub fn created_name(&self, case: &Case) -> Option<&str> {
        let times = case.sent().zip(self.history.first_made);
        let since_sent = times.is_some_and(|(sent, made)| made >= sent);
        let created = self.history.of(StepKind::Create).is_some() || since_sent;
        self.groups.target.as_deref().filter(|_| created)
    }

    /// Begins a pass: what is noted of a pass is about this one.
    pub fn begin_pass(&mut self) {
        self.reads.retries.looks += 1;
        self.reads.pass = PassCache::default();
        self.access.begin_pass();
        self.stack.begin_pass();
    }

    /// Ends a pass: what it noted of calls counts for the whole request.
    pub fn end_pass(&mut self) {
        self.access.end_pass();
        self.tally.lost_calls += self.reads.retries.take_lost_calls();
    }

    /// Notes what is under way from now on, for whoever reads the log and for how long it takes. Whatever is done to remove something
    /// again is part of removing it.
    pub fn set_phase(&mut self, what: UnderWay) {
        self.under_way = match self.stage {
            Task::Converge => what,
            Task::RemoveAbandoned | Task::Sweep(_) => UnderWay::RemoveAbandoned,
            Task::Undo { .. } => UnderWay::Undo,
        };
        request_span::step(self.under_way);
    }

    /// When a pass that is begun at `now` has to be over, both in seconds since the epoch. What explains a failure may be looked
    /// up past the deadline, as long as most of the margin is left for the answer.
    pub fn end_of_pass(&self, case: &Case, now: u64) -> u64 {
        now.max(self.history.deadline) + margin(service_timeout(&case.request)) / 3
    }
}

/// The deadline leaves a margin for the answer itself: a minute, or a quarter of a short timeout.
fn deadline(began: u64, service_timeout: u64) -> u64 {
    began + service_timeout - margin(service_timeout)
}

fn margin(service_timeout: u64) -> u64 {
    (service_timeout / 4).min(60)
}

/// `ServiceTimeout` counts for each request, and a Delete's properties need not be valid.
fn service_timeout(request: &Request) -> u64 {
    let longest = u64::from(MAX_SERVICE_TIMEOUT.unsigned_abs());
    let stated = request.properties.get("ServiceTimeout").and_then(|value| match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_u64(),
    });
    stated
        .filter(|seconds| (1..=longest).contains(seconds))
        .unwrap_or(longest)
}

/// A URL lives two hours; a date out of that is no date to count from.
fn is_plausible(issued: u64, now: u64) -> bool {
    issued <= now && now - issued < 7_200
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(url: &str, timeout: &Value) -> Case {
        let event = json!({
            "RequestType": "Create", "ResponseURL": url, "StackId": "s", "RequestId": "r", "LogicalResourceId": "l",
            "ResourceProperties": {"ServiceTimeout": timeout},
        });
        Case::of(Request::parse(&event).unwrap())
    }

    fn begun(date: &str, timeout: &Value) -> (u64, u64) {
        let case = case(&format!("https://h/?X-Amz-Date={date}"), timeout);
        let history = Progress::begin(&case, 100_000).history;
        (history.began, history.deadline)
    }

    /// Whatever hangs, two thirds of the margin are left for the answer.
    #[test]
    fn a_pass_is_over_before_the_time_for_an_answer_is() {
        let case = case("https://h/", &json!("600"));
        let progress = Progress::begin(&case, 1000);
        for (now, expected) in [(1000, 1560), (1540, 1560), (1550, 1570)] {
            assert_eq!(progress.end_of_pass(&case, now), expected, "{now}");
        }
    }

    #[test]
    fn the_deadline_counts_from_when_the_request_was_made() {
        let signed_at_97_800 = "19700102T031000Z";
        for (date, timeout, expected) in [
            (signed_at_97_800, Value::Null, (97_800, 101_340)),
            (signed_at_97_800, json!("60"), (97_800, 97_845)),
            ("20260101T000000Z", json!(60), (100_000, 100_045)),
            ("19700101T000000Z", json!("9999"), (100_000, 103_540)),
        ] {
            assert_eq!(begun(date, &timeout), expected, "{date} {timeout}");
        }
    }
}
