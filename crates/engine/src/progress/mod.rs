//! The only thing that survives a wait: the request, what was begun, and what was looked up once. It is the
//! self-invocation's payload and the state machine's state alike.

mod stage;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ports::{Calls, allowed};
use crate::tally::Tally;
use mng_core::call_error::CallError;
use mng_core::decide::history::{Begun, History, StepKind, Updates};
use mng_core::decide::under_way::UnderWay;
use mng_core::decide::{Around, Beyond, Part};
use mng_core::launch_template::steps::Cluster;
use mng_core::node::image::InstanceTypeFacts;
use mng_core::properties::validate::MAX_SERVICE_TIMEOUT;
use mng_core::protocol::request::{Reply, Request, Unreadable};
use mng_core::workload::access::Lack;

pub use stage::{Denied, Phase, Situation, Stage, Sweep};

/// Written into every progress. A later release reads all earlier versions: operations are under way during an upgrade. It
/// changes with what a field means, and an earlier release, after a rollback, then takes only the least of it ([`Progress::read`]).
const VERSION: u32 = 1;

/// How far AWS's own clocks are taken to be apart, in seconds: that of what signs a URL, to the second, that of what writes a stack's
/// times, and that of EKS.
pub const CLOCKS_APART_SECONDS: u64 = 2;

/// How far a request has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    pub request: Request,
    pub history: History,
    #[serde(default)]
    pub stage: Stage,
    #[serde(default)]
    pub situation: Option<Situation>,
    /// The name of the group that an update converges, once it is known.
    #[serde(default)]
    pub target: Option<String>,
    #[serde(default)]
    pub launch_template_version: Option<String>,
    #[serde(default)]
    pub warnings: Vec<String>,
    /// What was looked up of the cluster and of the instance types. Neither changes while a request is under way.
    #[serde(default)]
    pub cluster: Option<Cluster>,
    #[serde(default)]
    pub types: Option<Vec<InstanceTypeFacts>>,
    /// Cluster and group whose nodes are waited for.
    #[serde(default)]
    pub watched: Option<(String, String)>,
    /// Whether what can be known before anything is made was looked at.
    #[serde(default)]
    pub preflight_done: bool,
    /// What was looked up in the pass at hand; a later one looks again.
    #[serde(skip)]
    pub around: Option<Around>,
    #[serde(skip)]
    pub beyond: Beyond,
    /// What clusters' own APIs have allowed in this request, such as `list nodes on the Kubernetes API of cluster my-cluster`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub allowed: BTreeSet<String>,
    /// The calls of the pass at hand.
    #[serde(skip)]
    pub calls: Calls,
    /// What beyond the service the pass at hand asks for at the moment.
    #[serde(skip)]
    pub asking_for: Option<Part>,
    /// Why the request can't be carried out, where that is known before its first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Whether the stack was asked in the pass at hand.
    #[serde(skip)]
    pub stack_asked: bool,
    /// Calls in a row that were throttled or unanswered.
    #[serde(default)]
    pub unanswered: u32,
    /// How far apart looks are kept, in seconds, since calls were throttled.
    #[serde(default)]
    pub apart: f64,
    /// Calls that the role doesn't allow, or not yet, by the action.
    #[serde(default)]
    pub denied: BTreeMap<String, Denied>,
    /// When the group was created that CloudFormation knows the resource by, in seconds since the epoch: its replacements are newer.
    #[serde(default)]
    pub current_made: Option<u64>,
    /// Whether the failed update has set the desired size, where a rollback has asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_was_set: Option<Updates>,
    /// When the stack's operation began, where the stack said so, in seconds since the epoch.
    #[serde(default)]
    pub operation_began: Option<u64>,
    /// Looks taken so far.
    #[serde(default)]
    pub looks: u32,
    #[serde(default)]
    pub under_way: UnderWay,
    #[serde(default)]
    pub tally: Tally,
}

impl Progress {
    /// A request at its first look, at `now`, in seconds since the epoch.
    pub fn begin(request: Request, now: u64) -> Self {
        let envelope = &request.envelope;
        let issued = envelope.issued_at().filter(|issued| match envelope.reply {
            Reply::Url(_) => is_plausible(*issued, now),
            // However old: whether it is too old is for the deadline to say.
            Reply::Bus(_) => *issued <= now,
        });
        let began = issued.unwrap_or(now);
        let history = History {
            began,
            deadline: deadline(began, service_timeout(&request)),
            ..History::default()
        };
        Self {
            version: VERSION,
            request,
            history,
            stage: Stage::default(),
            situation: None,
            target: None,
            launch_template_version: None,
            warnings: vec![],
            cluster: None,
            types: None,
            watched: None,
            preflight_done: false,
            around: None,
            beyond: Beyond::default(),
            allowed: BTreeSet::new(),
            calls: Calls::default(),
            asking_for: None,
            refused: None,
            stack_asked: false,
            unanswered: 0,
            apart: 0.0,
            denied: BTreeMap::new(),
            current_made: None,
            size_was_set: None,
            operation_began: None,
            looks: 0,
            under_way: UnderWay::default(),
            tally: Tally::default(),
        }
    }

    /// Reads what an earlier invocation has handed over, whatever release that was of. What a later one has written is taken up by its
    /// request, as a second delivery would be, with what no look can tell: when it began, which group it is about, what was begun
    /// and what is being cleared up.
    ///
    /// # Errors
    /// Not even the request can be read.
    pub fn read(written: &Value, now: u64) -> Result<Self, Unreadable> {
        match Self::deserialize(written) {
            Ok(progress) if progress.version <= VERSION => Ok(progress.carried_on()),
            read => {
                let problem = read.map_or_else(
                    |error| error.to_string(),
                    |progress| format!("version {}", progress.version),
                );
                tracing::warn!(
                    problem,
                    "what was handed over is of another release, and its request is taken up anew"
                );
                Self::begin_again(written, now)
            }
        }
    }

    /// What release 0.1.0 hands over in its own stages and words.
    fn carried_on(mut self) -> Self {
        if self.stage == Stage::RemoveAbandoned {
            // What was noted is about the group that was to be removed. The sweep finds that group again.
            self.history.turn_to_another_group();
            self.stage = Stage::Converge;
        }
        if let Some(situation) = self.situation.as_mut().filter(|known| known.phase == Phase::Unknown) {
            situation.tags = None;
        }
        self
    }

    fn begin_again(written: &Value, now: u64) -> Result<Self, Unreadable> {
        let mut progress = Self::begin(Request::resume(&written["request"])?, now);
        let (history, own) = (&written["history"], &mut progress.history);
        own.began = readable(&history["began"]).unwrap_or(own.began);
        own.deadline = readable(&history["deadline"]).unwrap_or(own.deadline);
        own.first_status = readable(&history["first_status"]);
        own.first_made = readable(&history["first_made"]);
        let begun = history["begun"].as_array().into_iter().flatten();
        own.begun = begun.filter_map(readable::<Begun>).collect();
        progress.target = readable(&written["target"]);
        progress.warnings = readable(&written["warnings"]).unwrap_or_default();
        // The stage is one of a situation: without it both are found anew.
        if let (Some(stage), Some(situation)) = (readable(&written["stage"]), readable(&written["situation"])) {
            progress.stage = stage;
            progress.situation = Some(situation);
        }
        Ok(progress.carried_on())
    }

    /// When the request was sent, in seconds since the epoch and by CloudFormation's or EventBridge's clock, less what clocks may be
    /// apart: what was created before then is none of the request's. `None`: the request doesn't say so.
    pub fn sent(&self) -> Option<u64> {
        let sent = self.request.envelope.issued_at()?;
        Some(sent.saturating_sub(CLOCKS_APART_SECONDS))
    }

    /// The name of the group, where this Create has created it. CloudFormation deletes a failed Create's group by the name that the
    /// answer gives, so a group that was there before is never named.
    pub fn created_name(&self) -> Option<&str> {
        let since_sent = self
            .sent()
            .zip(self.history.first_made)
            .is_some_and(|(sent, made)| made >= sent);
        let created = self.history.of(StepKind::Create).is_some() || since_sent;
        self.target.as_deref().filter(|_| created)
    }

    /// Begins a pass: what is noted of a pass is about this one.
    pub fn begin_pass(&mut self) {
        self.looks += 1;
        self.around = None;
        self.beyond = Beyond::default();
        self.stack_asked = false;
        self.asking_for = None;
        self.calls = Calls::default();
    }

    /// Notes what clusters' own APIs have allowed in the pass at hand.
    pub fn note_allowed(&mut self) {
        self.allowed.append(&mut self.calls.allowed());
    }

    /// Whether a cluster's own API has allowed in this request what an error denies. A token that was taken once was good, so
    /// who isn't known any more (401) was known if the cluster allowed anything at all.
    pub fn was_allowed(&self, error: &CallError) -> bool {
        match Lack::of(&error.code) {
            Some(Lack::Entry) => self.was_let_in(&error.resource),
            Some(Lack::Permission) | None => {
                let allowed = allowed(error.action, &error.resource);
                self.allowed.contains(&allowed) || self.calls.allowed().contains(&allowed)
            }
        }
    }

    /// Whether the API of that name has allowed anything in this request.
    pub fn was_let_in(&self, api: &str) -> bool {
        let now = self.calls.allowed();
        self.allowed.iter().chain(&now).any(|allowed| allowed.ends_with(api))
    }

    /// A call came to nothing, and will be made again.
    pub fn lose_call(&mut self) {
        self.unanswered += 1;
        self.tally.lost_calls += 1;
    }

    /// When a pass that is begun at `now` has to be over, both in seconds since the epoch. What explains a failure may be looked
    /// up past the deadline, as long as most of the margin is left for the answer.
    pub fn end_of_pass(&self, now: u64) -> u64 {
        now.max(self.history.deadline) + margin(service_timeout(&self.request)) / 3
    }

    /// A warning, once.
    pub fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

fn readable<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// The deadline leaves a margin for the answer itself: a minute, or a quarter of a short timeout.
fn deadline(began: u64, service_timeout: u64) -> u64 {
    began + service_timeout - margin(service_timeout)
}

fn margin(service_timeout: u64) -> u64 {
    (service_timeout / 4).min(60)
}

/// `ServiceTimeout` counts for each request, and a Delete's properties are not validated.
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

    fn begun(date: &str, timeout: &Value) -> (u64, u64) {
        let event = json!({
            "RequestType": "Create", "ResponseURL": format!("https://h/?X-Amz-Date={date}"), "StackId": "s", "RequestId": "r",
            "LogicalResourceId": "l", "ResourceProperties": {"ServiceTimeout": timeout},
        });
        let history = Progress::begin(Request::parse(&event).unwrap(), 100_000).history;
        (history.began, history.deadline)
    }

    /// Whatever hangs, two thirds of the margin are left for the answer.
    #[test]
    fn a_pass_is_over_before_the_time_for_an_answer_is() {
        let event = json!({
            "RequestType": "Create", "ResponseURL": "https://h/", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l",
            "ResourceProperties": {"ServiceTimeout": "600"},
        });
        let progress = Progress::begin(Request::parse(&event).unwrap(), 1000);
        for (now, expected) in [(1000, 1560), (1540, 1560), (1550, 1570)] {
            assert_eq!(progress.end_of_pass(now), expected, "{now}");
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
