//! What an operator sees of whole flows: each line says whose it is, and the metrics count what happened.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use managed_node_group::telemetry::metrics;
use mng_aws::Aws;
use mng_core::decide::under_way::UnderWay;
use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::log::{Log, metric_lines, sums, wrong_with};
use support::world::{STACK_ID, World};

/// The fields that Logs Insights finds an operation by.
const FIELDS: [&str; 4] = ["request_id", "stack_id", "logical_id", "step"];

#[track_caller]
fn all_of(lines: &[Value], request: &Value) {
    assert!(!lines.is_empty());
    for line in lines {
        let told: BTreeMap<_, _> = FIELDS
            .iter()
            .map(|field| (*field, line[*field].as_str().unwrap_or("")))
            .collect();
        assert_eq!(told["request_id"], request["RequestId"].as_str().unwrap(), "{line}");
        assert_eq!((told["stack_id"], told["logical_id"]), (STACK_ID, "Nodes"), "{line}");
        let is_a_word = UnderWay::ALL.iter().any(|word| word.as_str() == told["step"]);
        assert!(is_a_word || told["step"] == "LastResort", "{line}");
        assert_eq!(
            (&line["kind"], &line["cluster"]),
            (&request["RequestType"], &json!("my-cluster")),
            "{line}"
        );
    }
}

fn steps(lines: &[Value]) -> BTreeSet<&str> {
    lines.iter().filter_map(|line| line["step"].as_str()).collect()
}

/// Lines of the engine, of the adapters, of the polling and of the answer, in either host of waiting.
#[tokio::test]
async fn each_line_of_a_life_says_whose_it_is() {
    for step_functions in [false, true] {
        let (world, log) = (World::start(step_functions).await, Log::at("debug"));
        world.cluster_runs("1.33");
        let before = properties(&json!({"Version": "1.33", "ScalingConfig": {"MinSize": 1, "MaxSize": 2}}));
        let after = properties(&json!({"Version": "1.34", "ScalingConfig": {"MinSize": 1, "MaxSize": 3}}));
        let request = world.request("Create", None, &before, None);
        let created = world.answer(&request).await;
        let id = created["PhysicalResourceId"].as_str().unwrap();
        let lines = log.take();
        all_of(&lines, &request);
        assert!(
            steps(&lines).is_superset(&["Prepare", "Ec2", "Create"].into()),
            "{:?}",
            steps(&lines)
        );
        for part in ["take up", "begin", "aws call", "answer SUCCESS"] {
            assert!(lines.iter().any(|line| line["message"] == part), "{part} in {lines:#?}");
        }
        let group = id.split_once('/').unwrap().1;
        let last = lines.iter().rfind(|line| line["message"] == "answer SUCCESS").unwrap();
        assert_eq!(last["nodegroup"], group, "{last}");

        world.stack_is("UPDATE_IN_PROGRESS");
        world.cluster_runs("1.34");
        let request = world.request("Update", Some(id), &after, Some(&before));
        world.answer(&request).await;
        let lines = log.take();
        all_of(&lines, &request);
        assert!(
            steps(&lines).is_superset(&["UpdateVersion", "UpdateConfig"].into()),
            "{:?}",
            steps(&lines)
        );

        let request = world.request("Delete", Some(id), &after, None);
        world.answer(&request).await;
        let lines = log.take();
        all_of(&lines, &request);
        assert!(steps(&lines).contains("Delete"), "{:?}", steps(&lines));
    }
}

/// A continuation's first line has the step that the one before ended with.
#[tokio::test]
async fn what_is_under_way_is_handed_over() {
    let (world, log) = (World::start(true).await, Log::at("info"));
    world.creates_take(2);
    let request = world.request("Create", None, &properties(&json!({})), None);
    world.invoke(&request).await;
    let state = world.function.cloud.onward.lock().unwrap().pop_front().unwrap();
    assert_eq!(state["Continuation"]["under_way"], "Create", "{state}");
    log.take();
    world.invoke(&state).await;
    assert_eq!(log.take()[0]["step"], "Create");
}

/// What an update of the provider meets: progress of the release before, which had neither step nor counters.
#[tokio::test]
async fn progress_of_an_earlier_release_is_taken_up() {
    let (world, log) = (World::start(true).await, Log::at("info"));
    let request = world.request("Create", None, &properties(&json!({})), None);
    let mut progress = world.continuation_of(&request);
    for field in ["under_way", "tally"] {
        assert!(progress.as_object_mut().unwrap().remove(field).is_some(), "{progress}");
    }
    world.deliver(&json!({"Continuation": progress})).await;
    let answer = world.receiver.answer(request["RequestId"].as_str().unwrap()).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert!((sums(&log.take())["OperationsSucceeded Create"] - 1.0).abs() < f64::EPSILON);
}

/// The counters of one operation, whatever they were handed over through.
#[tokio::test]
async fn an_operation_is_counted_once() {
    for step_functions in [false, true] {
        let (world, log) = (World::start(step_functions).await, Log::at("info"));
        create(&world, &properties(&json!({}))).await;
        let lines = log.take();
        let sums = sums(&lines);
        for (name, expected) in [
            ("OperationsBegun", 1.0),
            ("OperationsBegun Create", 1.0),
            ("OperationsSucceeded", 1.0),
            ("OperationsSucceeded Create", 1.0),
            ("OperationsFailed", 0.0),
            ("OperationsFailed Create", 0.0),
            ("Throttles", 0.0),
            ("LostCalls", 0.0),
        ] {
            assert!((sums[name] - expected).abs() < f64::EPSILON, "{name}: {sums:?}");
        }
        assert!(sums["HandOvers"] >= 1.0 && sums["Polls"] >= 2.0, "{sums:?}");
        let phases: f64 = sums
            .iter()
            .filter(|(name, _)| name.starts_with("PhaseDuration"))
            .map(|(_, sum)| sum)
            .sum();
        assert!((phases - sums["OperationDuration"]).abs() < 1e-6, "{sums:?}");
        assert!(sums["PhaseDuration Create"] > 0.0, "{sums:?}");
        let known: BTreeSet<&str> = metrics::ALL.iter().map(|metric| metric.name).collect();
        let told: BTreeSet<&str> = sums.keys().filter_map(|name| name.split(' ').next()).collect();
        let expected: BTreeSet<&str> = known.into_iter().filter(|name| *name != "UnansweredRequests").collect();
        assert_eq!(told, expected);
        for line in metric_lines(&lines) {
            assert!(FIELDS.iter().all(|field| line[*field].is_string()), "{line}");
        }
    }
}

#[tokio::test]
async fn throttles_and_lost_calls_are_counted_over_all_invocations() {
    let (world, log) = (World::start(true).await, Log::at("info"));
    let id = create(&world, &properties(&json!({}))).await;
    log.take();
    world.faults("DescribeNodegroup", 3, 429, "ThrottlingException");
    let request = world.request("Delete", Some(&id), &properties(&json!({})), None);
    world.answer(&request).await;
    let sums = sums(&log.take());
    assert_eq!((sums["Throttles"] as u32, sums["LostCalls"] as u32), (3, 3), "{sums:?}");
}

/// The SDK doesn't ask a bucket again that was empty a moment ago, and what is the service's own trouble it does. A bare status that
/// it doesn't know is counted too.
#[tokio::test]
async fn a_throttle_is_left_to_the_loop() {
    let mut world = World::start(true).await;
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(world.simulator.endpoint())
        .retry_config(
            aws_config::retry::RetryConfig::standard()
                .with_max_attempts(2)
                .with_initial_backoff(Duration::from_millis(1)),
        )
        .region(aws_config::Region::new("us-east-1"))
        .credentials_provider(aws_sdk_eks::config::Credentials::new(
            "test", "test", None, None, "test",
        ));
    world.function.cloud.aws = Aws::new(config.load().await);
    let log = Log::at("info");
    let id = create(&world, &properties(&json!({}))).await;
    for (status, code, throttles, lost) in [
        (429, "ThrottlingException", 1, 1),
        (429, "SomethingNew", 1, 1),
        (500, "ServerException", 0, 0),
    ] {
        log.take();
        world.faults("DescribeNodegroup", 1, status, code);
        world
            .answer(&world.request("Update", Some(&id), &properties(&json!({})), None))
            .await;
        let sums = sums(&log.take());
        assert_eq!(
            (sums["Throttles"] as u32, sums["LostCalls"] as u32),
            (throttles, lost),
            "{code}: {sums:?}"
        );
    }
}

/// The answer is tried again by the whole invocation, and the outcome counts when it is told.
#[tokio::test]
async fn an_answer_that_is_tried_again_counts_once() {
    let (world, log) = (World::start(false).await, Log::at("info"));
    world.receiver.refuse(5, 503);
    let failing = properties(&json!({"NodeRole": "no role"}));
    let request = world.request("Create", None, &failing, None);
    assert!(reason(&world.answer(&request).await).contains("NodeRole"));
    let lines = log.take();
    all_of(&lines, &request);
    assert!(
        lines.iter().any(|line| line["message"] == "it is to be tried again"),
        "{lines:#?}"
    );
    let sums = sums(&lines);
    assert_eq!(
        (
            sums["OperationsFailed Create"] as u32,
            sums["UnansweredRequests"] as u32
        ),
        (1, 1),
        "{sums:?}"
    );
    world.receiver.assert_clean();
}

/// Whatever the engine has no part in is counted as well, and says of itself what it can.
#[tokio::test]
async fn what_fails_outside_of_the_engine_is_counted() {
    let (world, log) = (World::start(false).await, Log::at("error"));
    let request = world.request("Create", None, &properties(&json!({})), None);
    let record = json!({"requestPayload": request, "responsePayload": {"errorType": "Runtime.ExitError"}});
    world.deliver(&record).await;
    let lines = log.take();
    all_of(&lines, &request);
    assert_eq!(
        (steps(&lines), sums(&lines)["OperationsFailed Create"] as u32),
        (["LastResort"].into(), 1)
    );

    let mut unreadable = world.request("Create", None, &json!({}), None);
    unreadable["RequestType"] = json!("Destroy");
    world.deliver(&unreadable).await;
    assert_eq!(sums(&log.take())["OperationsFailed Unreadable"] as u32, 1);

    let mut nobody = world.request("Create", None, &properties(&json!({})), None);
    nobody["ResponseURL"] = json!(null);
    world.deliver(&nobody).await;
    let lines = log.take();
    all_of(&lines, &nobody);
    assert_eq!(sums(&lines)["UnansweredRequests"] as u32, 1);
}

/// What anybody may send gets no further into the log than an id would.
#[tokio::test]
async fn a_url_in_the_place_of_an_id_is_not_logged() {
    let (world, log) = (World::start(false).await, Log::at("debug"));
    let url = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a?X-Amz-Signature=1";
    for field in ["RequestId", "StackId", "LogicalResourceId", "RequestType"] {
        let mut event = json!({"RequestType": "Create", "RequestId": "r", "StackId": "s", "LogicalResourceId": "l"});
        event[field] = json!(url);
        world.deliver(&event).await;
        let lines = log.take();
        assert!(
            lines.iter().all(|line| !line.to_string().contains("Signature")),
            "{lines:#?}"
        );
        assert_eq!(lines.len(), 2, "the line and the metric: {lines:#?}");
    }
}

#[tokio::test]
async fn without_a_namespace_there_are_no_metrics() {
    let (mut world, log) = (World::start(false).await, Log::at("info"));
    world.function.settings.metrics_namespace = None;
    create(&world, &properties(&json!({}))).await;
    let lines = log.take();
    assert!(!lines.is_empty() && metric_lines(&lines).is_empty(), "{lines:#?}");
}

/// The test of the tests: a line that breaks a rule is seen to.
#[test]
fn the_rules_of_the_format_are_looked_at() {
    let good = json!({
        "_aws": {"Timestamp": 1_764_000_000_000_u64, "CloudWatchMetrics": [
            {"Namespace": "N", "Dimensions": [[], ["Phase"]], "Metrics": [{"Name": "M", "Unit": "Count"}]}]},
        "Phase": "Create", "M": 1,
    });
    assert_eq!(wrong_with(&good), [""; 0]);
    for (pointer, value) in [
        ("/_aws/Timestamp", json!(1_764_000_000)),
        ("/_aws/CloudWatchMetrics/0/Namespace", json!("")),
        ("/_aws/CloudWatchMetrics/0/Dimensions", json!([])),
        ("/_aws/CloudWatchMetrics/0/Dimensions/1/0", json!("Missing")),
        ("/_aws/CloudWatchMetrics/0/Metrics", json!([])),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", json!("Hours")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Name", json!("Missing")),
        ("/Phase", json!(1)),
        ("/M", json!("1")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert_ne!(wrong_with(&bad), [""; 0], "{pointer}");
    }
}
