//! Metrics, as lines in CloudWatch's embedded metric format: Logs takes the numbers out of what is logged anyway, and no
//! permission and no call is needed. Dimensions are few words; who it was is told beside them, where it costs nothing: the log
//! puts the fields of the request beside the numbers.
//! [The format](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

use serde_json::{Map, Value, json};

use mng_core::protocol::request::RequestType;
use mng_engine::progress::Progress;

/// A metric: its name, its unit as CloudWatch has it, and by what it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub unit: &'static str,
    pub by: MetricDimension,
}

/// By what a metric is told apart. Each value of a dimension is a metric that is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricDimension {
    /// In one sum.
    Nothing,
    /// In one sum, and by `RequestType`.
    RequestType,
    /// By `Phase` alone.
    Phase,
}

pub const OPERATIONS_BEGUN: Metric = count("OperationsBegun", MetricDimension::RequestType);
pub const OPERATIONS_SUCCEEDED: Metric = count("OperationsSucceeded", MetricDimension::RequestType);
pub const OPERATIONS_FAILED: Metric = count("OperationsFailed", MetricDimension::RequestType);
pub const OPERATION_DURATION: Metric = seconds("OperationDuration", MetricDimension::RequestType);
pub const PHASE_DURATION: Metric = seconds("PhaseDuration", MetricDimension::Phase);
pub const POLLS: Metric = count("Polls", MetricDimension::Nothing);
pub const THROTTLES: Metric = count("Throttles", MetricDimension::Nothing);
pub const LOST_CALLS: Metric = count("LostCalls", MetricDimension::Nothing);
pub const HAND_OVERS: Metric = count("HandOvers", MetricDimension::Nothing);
pub const UNANSWERED_REQUESTS: Metric = count("UnansweredRequests", MetricDimension::Nothing);

/// Every metric there is.
pub const ALL: [Metric; 10] = [
    OPERATIONS_BEGUN,
    OPERATIONS_SUCCEEDED,
    OPERATIONS_FAILED,
    OPERATION_DURATION,
    PHASE_DURATION,
    POLLS,
    THROTTLES,
    LOST_CALLS,
    HAND_OVERS,
    UNANSWERED_REQUESTS,
];

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationEnd {
    Succeeded,
    Failed,
}

/// Where metrics go, and what time it is, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    pub namespace: &'a str,
    pub now: u64,
}

impl Sheet<'_> {
    /// An operation was begun.
    pub fn begun(&self, kind: RequestType) -> String {
        self.line(request_type(Some(kind)), &[(OPERATIONS_BEGUN, json!(1))])
    }

    /// An operation ended, with all that was counted: a line for the whole, and one for each phase.
    pub fn ended(&self, kind: RequestType, progress: &Progress, end: OperationEnd) -> Vec<String> {
        let tally = &progress.tally;
        let mut values = outcome(end).to_vec();
        let took: f64 = tally.seconds().map(|(_, seconds)| seconds).sum();
        values.extend([
            (OPERATION_DURATION, json!(took)),
            (POLLS, json!(progress.reads.retries.looks)),
            (THROTTLES, json!(tally.throttles)),
            (LOST_CALLS, json!(tally.lost_calls)),
            (HAND_OVERS, json!(tally.hand_overs)),
        ]);
        let whole = self.line(request_type(Some(kind)), &values);
        let phases = tally.seconds().map(|(phase, seconds)| {
            let dimension = ("Phase", phase.as_str());
            self.line(Some(dimension), &[(PHASE_DURATION, json!(seconds))])
        });
        std::iter::once(whole).chain(phases).collect()
    }

    /// An operation failed without the engine, or before it could be read: how long it took isn't known.
    pub fn failed_otherwise(&self, kind: Option<RequestType>) -> String {
        self.line(request_type(kind), &outcome(OperationEnd::Failed))
    }

    /// An answer reached nobody, or there was nobody to be answered.
    pub fn unanswered(&self) -> String {
        self.line(None, &[(UNANSWERED_REQUESTS, json!(1))])
    }

    fn line(&self, dimension: Option<(&str, &str)>, values: &[(Metric, Value)]) -> String {
        let directives = [
            MetricDimension::Nothing,
            MetricDimension::RequestType,
            MetricDimension::Phase,
        ]
        .into_iter()
        .filter_map(|by| {
            let told = values.iter().filter(|(metric, _)| metric.by == by);
            let metrics: Vec<Value> = told
                .map(|(metric, _)| json!({"Name": metric.name, "Unit": metric.unit}))
                .collect();
            let directive = json!({"Namespace": self.namespace, "Dimensions": by.sets(), "Metrics": metrics});
            (!metrics.is_empty()).then_some(directive)
        });
        let directives: Vec<Value> = directives.collect();
        let metadata = json!({"Timestamp": self.now, "CloudWatchMetrics": directives});
        let mut root = Map::from_iter([("_aws".to_owned(), metadata)]);
        root.extend(dimension.map(|(name, value)| (name.to_owned(), json!(value))));
        root.extend(
            values
                .iter()
                .map(|(metric, value)| (metric.name.to_owned(), value.clone())),
        );
        Value::Object(root).to_string()
    }
}

impl MetricDimension {
    /// The sets of dimensions under which a value is kept. An empty one is the sum of all.
    pub fn sets(self) -> Value {
        match self {
            Self::Nothing => json!([[]]),
            Self::RequestType => json!([[], ["RequestType"]]),
            Self::Phase => json!([["Phase"]]),
        }
    }
}

const fn count(name: &'static str, by: MetricDimension) -> Metric {
    let unit = "Count";
    Metric { name, unit, by }
}

const fn seconds(name: &'static str, by: MetricDimension) -> Metric {
    let unit = "Seconds";
    Metric { name, unit, by }
}

/// Both are told each time, so that an alarm sees a zero where nothing failed.
fn outcome(end: OperationEnd) -> [(Metric, Value); 2] {
    let one = |is: bool| json!(u8::from(is));
    [
        (OPERATIONS_SUCCEEDED, one(end == OperationEnd::Succeeded)),
        (OPERATIONS_FAILED, one(end == OperationEnd::Failed)),
    ]
}

fn request_type(kind: Option<RequestType>) -> Option<(&'static str, &'static str)> {
    let word = match kind {
        Some(RequestType::Create) => "Create",
        Some(RequestType::Update) => "Update",
        Some(RequestType::Delete) => "Delete",
        None => "Unreadable",
    };
    Some(("RequestType", word))
}
