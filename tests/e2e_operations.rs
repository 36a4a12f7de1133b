//! What an operator sees of the deployed provider, in both polling modes: the function's log group, the metrics in it, the
//! state machine's executions, and dashboard, alarms and tracing as the README's section "Operations" switches them on.
//!
//! The emulator keeps alarms and dashboards and shows them. It doesn't take metrics out of the log, so the lines are read
//! here; its SAM transform leaves `Tracing` out, which the template's own tests look at.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use local_stack::{PROVIDER, PollingMode, tools};
use serde_json::{Value, json};
use support::deployed::{Deployed, ended};
use support::log::{metric_lines, object, sums};

/// The parameters that the README's command for all of it gives.
fn parameters_of_the_readme() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).unwrap();
    let section = text.split("\n## Operations\n").nth(1).expect("the section Operations");
    let block = section.split("```").nth(1).expect("a command");
    let words = block.split_whitespace().filter_map(|word| word.split_once('='));
    words.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Lines of the function's own: Lambda's have a `type`, or are no JSON.
async fn lines(deployed: &Deployed) -> Vec<Value> {
    let lines = deployed.local.logs().await.expect("the function's log");
    let own = lines
        .iter()
        .filter(|line| line.starts_with('{'))
        .map(|line| object(line));
    own.filter(|line| line.get("type").is_none()).collect()
}

/// The new lines after a stack came and went.
async fn life(deployed: &mut Deployed, before: usize) -> Vec<Value> {
    ended(&deployed.create(&[]).await, "CREATE_COMPLETE");
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    lines(deployed).await.split_off(before)
}

fn check(lines: &[Value]) {
    let mut of_a_request: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in lines {
        let text = |field: &str| line[field].as_str().unwrap_or_else(|| panic!("no {field}: {line}"));
        assert!(text("stack_id").contains(":stack/nodes/"), "{line}");
        assert_eq!(text("logical_id"), "Nodes", "{line}");
        of_a_request.entry(text("request_id")).or_default().insert(text("step"));
    }
    let all: BTreeSet<&str> = of_a_request.values().flatten().copied().collect();
    assert_eq!(of_a_request.len(), 2, "a Create and a Delete: {of_a_request:?}");
    assert!(
        all.is_superset(&["Prepare", "Ec2", "Create", "Delete"].into()),
        "{all:?}"
    );
    assert!(!metric_lines(lines).is_empty());
    let sums = sums(lines);
    for kind in ["Create", "Delete"] {
        for metric in ["OperationsBegun", "OperationsSucceeded"] {
            assert_eq!(sums[&format!("{metric} {kind}")] as u32, 1, "{metric} {kind}: {sums:?}");
        }
        assert!(sums[&format!("PhaseDuration {kind}")] > 0.0, "{sums:?}");
    }
    assert_eq!(
        (sums["OperationsFailed"] as u32, sums["OperationsBegun"] as u32),
        (0, 2),
        "{sums:?}"
    );
    assert!(sums["HandOvers"] >= 1.0 && sums["Polls"] >= 4.0, "{sums:?}");
}

async fn names(deployed: &Deployed, service: &str, target: &str, list: &str, name: &str) -> Vec<String> {
    let answer = deployed.local.call(service, target, &json!({})).await.expect(target);
    let entries = answer[list].as_array().into_iter().flatten();
    entries
        .filter_map(|entry| entry[name].as_str().map(str::to_owned))
        .collect()
}

async fn alarms(deployed: &Deployed) -> Vec<String> {
    const TARGET: &str = "GraniteServiceVersion20100801.DescribeAlarms";
    names(deployed, "monitoring", TARGET, "MetricAlarms", "MetricName").await
}

async fn dashboards(deployed: &Deployed) -> Vec<String> {
    const TARGET: &str = "GraniteServiceVersion20100801.ListDashboards";
    names(deployed, "monitoring", TARGET, "DashboardEntries", "DashboardName").await
}

/// Each execution is named after its operation, and went through the state that says what was waited for.
async fn executions(deployed: &Deployed) {
    let machine = format!(
        "arn:aws:states:us-east-1:{}:stateMachine:{PROVIDER}",
        local_stack::ACCOUNT
    );
    let call = |target: &'static str, input: Value| async move {
        deployed.local.call("states", target, &input).await.expect(target)
    };
    let listed = call("AWSStepFunctions.ListExecutions", json!({"stateMachineArn": machine})).await;
    for (kind, waits) in [
        ("Create-Nodes-", "Wait for the new node group"),
        ("Delete-Nodes-", "Wait for the deletion"),
    ] {
        let mut found = listed["executions"].as_array().expect("executions").iter();
        let execution = found
            .find(|one| one["name"].as_str().unwrap().starts_with(kind))
            .expect(kind);
        let history = json!({"executionArn": execution["executionArn"]});
        let history = call("AWSStepFunctions.GetExecutionHistory", history).await.to_string();
        assert!(history.contains(&format!("\"{waits}\"")), "{waits} in {history}");
    }
}

#[tokio::test]
async fn an_operator_sees_what_happened_in_both_modes() {
    let parameters = parameters_of_the_readme();
    let mut watched: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    assert!(watched.contains(&("Dashboard", "Enabled")), "{watched:?}");
    let mut deployed = Deployed::start_with(PollingMode::SelfInvoke, &watched).await;
    check(&life(&mut deployed, 0).await);
    assert_eq!(alarms(&deployed).await.len(), 7);
    assert_eq!(dashboards(&deployed).await, [PROVIDER]);

    // Without metrics neither the dashboard nor the alarms on them.
    watched.push(("MetricsNamespace", ""));
    let binary = tools::function_binary().expect("the function is built");
    let deploy = deployed
        .local
        .deploy_provider_with(PollingMode::SelfInvoke, &binary, &watched);
    deploy.await.expect("the provider is deployed");
    assert_eq!(
        (alarms(&deployed).await.len(), dashboards(&deployed).await.len()),
        (5, 0)
    );

    watched.pop();
    let deploy = deployed
        .local
        .deploy_provider_with(PollingMode::StepFunctions, &binary, &watched);
    deploy.await.expect("the provider is deployed");
    let before = lines(&deployed).await.len();
    check(&life(&mut deployed, before).await);
    executions(&deployed).await;
}
