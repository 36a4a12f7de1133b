//! What the function logs while a test runs, line by line.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use managed_node_group::telemetry::lines;
use serde_json::Value;
use tracing::subscriber::DefaultGuard;

/// The log of this thread, from here on.
pub struct Log {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Log {
    pub fn at(level: &str) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&lines);
        let log = lines::log(level, move |line| seen.lock().unwrap().push(line.to_owned()));
        Self {
            lines,
            _guard: tracing::subscriber::set_default(log),
        }
    }

    /// What was logged since this was last asked.
    pub fn take(&self) -> Vec<Value> {
        self.text().iter().map(|line| object(line)).collect()
    }

    /// The same, as it was written.
    pub fn text(&self) -> Vec<String> {
        self.lines.lock().unwrap().drain(..).collect()
    }
}

/// A line is an object, and no response URL.
#[track_caller]
pub fn object(line: &str) -> Value {
    for secret in ["X-Amz-", "cfn-response", "ResponseURL\"", "ResponseURL\\\""] {
        assert!(!line.contains(secret), "{secret} in {line}");
    }
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert!(value.is_object(), "{line}");
    value
}

/// The lines in CloudWatch's embedded metric format, each of which has to be one by its specification.
#[track_caller]
pub fn metric_lines(lines: &[Value]) -> Vec<&Value> {
    let found: Vec<&Value> = lines.iter().filter(|line| line.get("_aws").is_some()).collect();
    for line in &found {
        assert_eq!(wrong_with(line), Vec::<String>::new(), "{line}");
    }
    found
}

/// The sum of each metric, by its name and, after a space, the values of its dimensions.
#[track_caller]
pub fn sums(lines: &[Value]) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for line in metric_lines(lines) {
        for directive in array(&line["_aws"]["CloudWatchMetrics"]) {
            for set in array(&directive["Dimensions"]) {
                let values = array(set).iter().map(|key| line[text(key)].as_str().unwrap());
                let told_by: String = values.map(|value| format!(" {value}")).collect();
                for metric in array(&directive["Metrics"]) {
                    let name = text(&metric["Name"]);
                    *sums.entry(format!("{name}{told_by}")).or_default() += line[name].as_f64().unwrap();
                }
            }
        }
    }
    sums
}

const UNITS: [&str; 3] = ["Count", "Seconds", "Milliseconds"];

/// The rules of the format's specification, and CloudWatch's for the names in it.
pub fn wrong_with(line: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |fine: bool, what: String| {
        if !fine {
            wrong.push(what);
        }
    };
    let metadata = &line["_aws"];
    check(
        keys(metadata) == ["CloudWatchMetrics", "Timestamp"],
        format!("members {:?}", keys(metadata)),
    );
    // Milliseconds, and neither seconds nor a time that CloudWatch doesn't take.
    let timestamp = metadata["Timestamp"].as_u64().unwrap_or_default();
    check(
        (1_600_000_000_000..4_000_000_000_000).contains(&timestamp),
        format!("Timestamp {timestamp}"),
    );
    check(line.to_string().len() <= 256 * 1024, "too long".to_owned());
    check(
        !array(&metadata["CloudWatchMetrics"]).is_empty(),
        "no directive".to_owned(),
    );
    for directive in array(&metadata["CloudWatchMetrics"]) {
        check(
            keys(directive) == ["Dimensions", "Metrics", "Namespace"],
            format!("members {:?}", keys(directive)),
        );
        check(
            (1..=255).contains(&text(&directive["Namespace"]).len()),
            "Namespace".to_owned(),
        );
        let metrics = array(&directive["Metrics"]);
        check((1..=100).contains(&metrics.len()), format!("{} metrics", metrics.len()));
        check(
            !array(&directive["Dimensions"]).is_empty(),
            "no set of dimensions".to_owned(),
        );
        for set in array(&directive["Dimensions"]) {
            check(array(set).len() <= 30, format!("{} dimensions", array(set).len()));
            for key in array(set) {
                let value = line[text(key)].as_str();
                let is_told = value.is_some_and(|value| (1..=1024).contains(&value.len()));
                check(
                    (1..=255).contains(&text(key).len()) && is_told,
                    format!("dimension {key}"),
                );
            }
        }
        for metric in metrics {
            check(keys(metric) == ["Name", "Unit"], format!("members {:?}", keys(metric)));
            check(
                (1..=255).contains(&text(&metric["Name"]).len()),
                format!("name {metric}"),
            );
            check(UNITS.contains(&text(&metric["Unit"])), format!("unit {metric}"));
            check(
                line[text(&metric["Name"])].is_number(),
                format!("no number for {metric}"),
            );
        }
    }
    wrong
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .collect();
    keys.sort_unstable();
    keys
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
