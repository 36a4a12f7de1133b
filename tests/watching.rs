//! What template.yaml watches by is what the function tells: metrics on the dashboard and in alarms, the state machine's
//! picture, and docs/operations.md about all of it.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use managed_node_group::telemetry::metrics::{self, Metric, MetricDimension};
use mng_core::decide::Waiting;
use mng_core::decide::under_way::UnderWay;
use mng_engine::polling::step_functions::{WAITING_FOR, waiting_for};
use serde_json::{Value, json};
use support::flows::properties;
use support::log::Log;
use support::template::{parsed, property};
use support::world::World;

const NAMESPACE: &str = "${MetricsNamespace}";

fn operations() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn metric(name: &str) -> Metric {
    let found = metrics::ALL.into_iter().find(|metric| metric.name == name);
    found.unwrap_or_else(|| panic!("the function tells no metric {name}"))
}

fn dashboard() -> Value {
    let body = property("OperationsDashboard", "DashboardBody");
    serde_json::from_str(body.as_str().expect("a text")).expect("JSON")
}

fn widgets(kind: &str) -> Vec<Value> {
    let all = dashboard()["widgets"].clone();
    array(&all)
        .iter()
        .filter(|widget| widget["type"] == kind)
        .cloned()
        .collect()
}

/// CloudWatch's grid has 24 columns, and a widget on another is refused or hides it.
#[test]
fn the_dashboard_is_one() {
    let body = dashboard();
    let mut taken = BTreeSet::new();
    for widget in array(&body["widgets"]) {
        let [x, y, width, height] = ["x", "y", "width", "height"].map(|key| widget[key].as_u64().expect("a number"));
        assert!(x + width <= 24 && width > 0 && height > 0, "{widget}");
        for cell in (x..x + width).flat_map(|column| (y..y + height).map(move |row| (column, row))) {
            assert!(taken.insert(cell), "two widgets at {cell:?}");
        }
        let properties = &widget["properties"];
        assert_eq!(properties["region"], "${AWS::Region}");
        assert!(properties["title"].is_string(), "{widget}");
        match widget["type"].as_str() {
            Some("metric") => assert!(!array(&properties["metrics"]).is_empty(), "{widget}"),
            Some("log") => assert!(
                properties["query"].as_str().unwrap().starts_with("SOURCE '"),
                "{widget}"
            ),
            other => panic!("a widget of type {other:?}"),
        }
    }
}

/// Under the dimensions that the function tells it by, and each metric somewhere.
#[test]
fn the_dashboard_shows_what_the_function_tells() {
    let mut shown = BTreeSet::new();
    for widget in widgets("metric") {
        for line in array(&widget["properties"]["metrics"]) {
            let texts: Vec<&str> = array(line).iter().filter_map(Value::as_str).collect();
            match texts[..] {
                [NAMESPACE, name] => {
                    assert_ne!(metric(name).by, MetricDimension::Phase, "{name}");
                    shown.insert(name.to_owned());
                }
                [NAMESPACE, name, dimension, _] => {
                    assert!(
                        metric(name)
                            .by
                            .sets()
                            .to_string()
                            .contains(&format!("[\"{dimension}\"]")),
                        "{line}"
                    );
                    shown.insert(name.to_owned());
                }
                [] => {
                    let search = line[0]["expression"].as_str().expect("an expression");
                    let name = search.split("MetricName=\"").nth(1).unwrap().split('"').next().unwrap();
                    assert!(search.contains(&format!("{{\"{NAMESPACE}\",Phase}}")), "{search}");
                    assert_eq!(metric(name).by, MetricDimension::Phase);
                    shown.insert(name.to_owned());
                }
                _ => assert!(texts[0].starts_with("AWS/"), "{line}"),
            }
        }
    }
    assert_eq!(
        shown,
        metrics::ALL.iter().map(|metric| metric.name.to_owned()).collect()
    );
}

fn alarms() -> Vec<(String, Value)> {
    let resources = parsed()["Resources"].clone();
    let alarms = resources
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, one)| one["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(name, alarm)| (name.clone(), alarm.clone())).collect()
}

#[test]
fn alarms_are_on_what_is_told_and_said_what_to_do_about() {
    let (alarms, guide) = (alarms(), operations());
    assert_eq!(alarms.len(), 7);
    for (name, alarm) in alarms {
        let properties = &alarm["Properties"];
        let own = properties["Namespace"] == json!({"Ref": "MetricsNamespace"});
        assert_eq!(
            alarm["Condition"],
            if own { "AlarmedByMetrics" } else { "Alarmed" },
            "{name}"
        );
        if own {
            assert_ne!(
                metric(properties["MetricName"].as_str().unwrap()).by,
                MetricDimension::Phase,
                "{name} would see nothing"
            );
            assert!(properties["Dimensions"].is_null(), "{name}: the sum of all has none");
        }
        assert_eq!(properties["AlarmActions"], json!([{"Ref": "AlarmTopicArn"}]), "{name}");
        assert_eq!(properties["TreatMissingData"], "notBreaching", "{name}");
        assert!(
            guide.contains(&format!("### `{name}`")),
            "docs/operations.md has no section on {name}"
        );
        assert!(
            properties["AlarmDescription"]
                .as_str()
                .unwrap()
                .contains(&format!("\"{name}\"")),
            "{name}"
        );
    }
}

#[test]
fn each_metric_and_each_phase_is_in_the_guide() {
    let guide = operations();
    let names = metrics::ALL.iter().map(|metric| metric.name);
    for word in names.chain(UnderWay::ALL.iter().map(|phase| phase.as_str())) {
        assert!(
            guide.contains(&format!("| `{word}` |")),
            "docs/operations.md doesn't tell {word}"
        );
    }
    let series = metrics::ALL.iter().map(|metric| match metric.by {
        MetricDimension::Nothing => 1,
        MetricDimension::RequestType => 1 + ["Create", "Update", "Delete", "Unreadable"].len(),
        MetricDimension::Phase => UnderWay::ALL.len(),
    });
    let at_most = format!("at most {} custom metrics", series.sum::<usize>());
    assert!(guide.contains(&at_most), "docs/operations.md: {at_most}");
}

const WAITS: [Waiting; 7] = [
    Waiting::ForCreate,
    Waiting::ForConfigUpdate,
    Waiting::ForVersionUpdate,
    Waiting::ForDelete,
    Waiting::ForNodes,
    Waiting::ForOthers,
    Waiting::ForAnAnswer,
];

/// Each thing that is waited for has a state of its own, and its name is in the guide.
#[test]
fn the_machines_picture_says_what_is_waited_for() {
    let machine = property("PollingStateMachine", "Definition");
    let choices = machine["States"][machine["StartAt"].as_str().unwrap()]["Choices"].clone();
    let guide = operations();
    let mut seen = BTreeSet::new();
    for waiting in WAITS {
        let state = json!({"Outcome": "Waiting", WAITING_FOR: waiting_for(waiting)});
        let next = array(&choices)
            .iter()
            .find(|choice| holds(choice, &state))
            .expect("a choice")["Next"]
            .clone();
        let name = next.as_str().unwrap().to_owned();
        assert_eq!(machine["States"][&name]["Type"], "Wait", "{name}");
        assert!(
            guide.contains(&format!("`{name}`")),
            "docs/operations.md doesn't tell {name}"
        );
        assert!(name.len() <= 80 && seen.insert(name.clone()), "{name}");
    }
    for (state, expected) in [
        (json!({"Outcome": "Waiting"}), Some("Wait for what comes first")),
        (
            json!({"Outcome": "Waiting", WAITING_FOR: "of a later release"}),
            Some("Wait for what comes first"),
        ),
        (json!({"Outcome": "Answered"}), Some("Answered")),
        (json!({"Outcome": "else"}), None),
    ] {
        let next = array(&choices).iter().find(|choice| holds(choice, &state));
        assert_eq!(next.and_then(|choice| choice["Next"].as_str()), expected, "{state}");
    }
}

/// A rule of a Choice, as far as the definition has them.
fn holds(rule: &Value, state: &Value) -> bool {
    if let Some(rules) = rule["And"].as_array() {
        return rules.iter().all(|rule| holds(rule, state));
    }
    let value = &state[rule["Variable"].as_str().unwrap().trim_start_matches("$.")];
    match rule["IsPresent"].as_bool() {
        Some(is_present) => is_present != value.is_null(),
        None => value == &rule["StringEquals"],
    }
}

/// The Logs Insights queries of the dashboard and of the guide.
fn queries() -> Vec<String> {
    let guide = operations();
    let blocks = guide
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.strip_prefix("logs-insights\n"));
    let widgets = widgets("log");
    let shown = widgets
        .iter()
        .map(|widget| widget["properties"]["query"].as_str().unwrap().to_owned());
    blocks.map(str::to_owned).chain(shown).collect()
}

/// The names of fields that a query asks for: not its words, its texts, its functions, and what it names itself.
fn fields(query: &str) -> BTreeSet<String> {
    const WORDS: [&str; 21] = [
        "fields",
        "filter",
        "sort",
        "limit",
        "stats",
        "by",
        "as",
        "and",
        "or",
        "not",
        "in",
        "like",
        "desc",
        "asc",
        "count",
        "sum",
        "avg",
        "max",
        "ispresent",
        "bin",
        "latest",
    ];
    let mut outside = String::new();
    for (index, part) in query.replace("\\'", "").split(['\'', '"']).enumerate() {
        outside.push_str(if index % 2 == 0 { part } else { " " });
    }
    let outside = outside.replace("SOURCE", " ").replace("/aws/lambda/", " ");
    let words: Vec<&str> = outside
        .split(|c: char| !(c.is_ascii_alphanumeric() || "_@.".contains(c)))
        .collect();
    let named: BTreeSet<&str> = words
        .windows(2)
        .filter(|pair| pair[0] == "as")
        .map(|pair| pair[1])
        .collect();
    let is_field = |word: &&&str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && !WORDS.contains(word)
            && !named.contains(**word)
            && !["5m", "1h", "1d"].contains(*word)
    };
    words.iter().filter(is_field).map(|word| (*word).to_owned()).collect()
}

/// The fields that lines really have: those of an operation that is throttled, of one that fails, of one in which a call was
/// logged, and of one that nobody can be answered for.
async fn logged_fields() -> BTreeSet<String> {
    let log = Log::at("debug");
    for step_functions in [false, true] {
        let world = World::start(step_functions).await;
        world.faults("CreateNodegroup", 1, 500, "ServerException");
        world.receiver.refuse(5, 503);
        let request = world.request("Create", None, &properties(&json!({})), None);
        let answer = world.answer(&request).await;
        let id = answer["PhysicalResourceId"].as_str().unwrap();
        world.faults("DescribeNodegroup", 1, 429, "ThrottlingException");
        world
            .answer(&world.request("Update", Some(id), &properties(&json!({"NodeRole": "none"})), None))
            .await;
        world
            .answer(&world.request("Delete", Some(id), &properties(&json!({})), None))
            .await;
        let nobody = json!({"RequestType": "Create", "RequestId": "r"});
        world.deliver(&nobody).await;
    }
    let lines = log.take();
    lines
        .iter()
        .flat_map(|line| line.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn queries_ask_for_fields_that_lines_have() {
    let (queries, told) = (queries(), logged_fields().await);
    assert!(queries.len() > 5, "{queries:?}");
    for query in queries {
        let asked = fields(&query);
        assert!(!asked.is_empty(), "{query}");
        let missing: Vec<_> = asked.difference(&told).collect();
        assert!(missing.is_empty(), "no line has {missing:?}: {query}");
    }
}

/// The messages that queries look for are ones that the code has.
#[test]
fn queries_look_for_messages_that_are_logged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = ["src", "crates"].map(|folder| sources(&root.join(folder))).concat();
    let queries = queries().join("\n").replace("\\'", "’");
    let texts: Vec<&str> = queries
        .split('\'')
        .skip(1)
        .step_by(2)
        .filter(|text| text.contains(' '))
        .collect();
    assert!(texts.len() > 5, "{texts:?}");
    for text in texts {
        assert!(
            sources.contains(&format!("\"{}\"", text.replace('’', "'"))),
            "{text} is logged nowhere"
        );
    }
}

fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts = entries.map(|path| match path.is_dir() {
        true => sources(&path),
        false => fs::read_to_string(&path).unwrap_or_default(),
    });
    texts.collect()
}

/// The role may send traces only where there are any.
#[test]
fn tracing_brings_its_permission() {
    let template = parsed();
    assert_eq!(
        template["Conditions"]["Traced"],
        json!({"Equals": [{"Ref": "Tracing"}, "Active"]})
    );
    assert_eq!(property("ProviderFunction", "Tracing"), json!({"Ref": "Tracing"}));
    assert_eq!(
        property("PollingStateMachine", "TracingConfiguration"),
        json!({"Enabled": {"If": ["Traced", true, false]}})
    );
    for role in ["FunctionRole", "StateMachineRole"] {
        let policies = property(role, "Policies");
        let statements = array(&policies)
            .iter()
            .flat_map(|policy| array(&policy["PolicyDocument"]["Statement"]));
        let traces: Vec<&Value> = statements
            .filter(|statement| statement.to_string().contains("xray:"))
            .collect();
        assert_eq!(traces.len(), 1, "{role}");
        assert_eq!(
            (&traces[0]["If"][0], &traces[0]["If"][2]["Ref"]),
            (&json!("Traced"), &json!("AWS::NoValue"))
        );
    }
}
