//! template.yaml and the code agree: names of settings, time limits, what the state machine sends and reads.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use managed_node_group::settings::{
    ALLOW_LOOPBACK_RESPONSE_URL, EVENT_BUS, LOG_LEVEL, METRICS_NAMESPACE, POLL_TIME_SCALE, POLLING_MODE,
    STATE_MACHINE_ARN,
};
use mng_core::properties::validate::MAX_SERVICE_TIMEOUT;
use mng_core::protocol::event::{CONTINUATION, OUTCOME};
use mng_core::protocol::eventbridge::outcome::SOURCE;
use mng_core::protocol::eventbridge::request::DETAIL_TYPE;
use mng_engine::polling::step_functions::{ANSWERED, WAITING};
use support::template::{called_by_the_function, text};

/// The number behind the first `key:` with this indentation.
fn number(key: &str) -> i32 {
    let text = text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{key}: ")))
        .unwrap_or_else(|| panic!("no {key}"));
    line.trim().parse().unwrap()
}

#[test]
fn settings_have_one_name() {
    for setting in [POLLING_MODE, STATE_MACHINE_ARN, LOG_LEVEL, METRICS_NAMESPACE, EVENT_BUS] {
        assert!(text().contains(&format!("          {setting}: ")), "{setting}");
    }
    for local in [ALLOW_LOOPBACK_RESPONSE_URL, POLL_TIME_SCALE] {
        assert!(!text().contains(local), "{local} is for local runs only");
    }
}

#[test]
fn time_limits_enclose_each_other() {
    let (function, queue, machine) = (
        number("      Timeout"),
        number("      VisibilityTimeout"),
        number("        TimeoutSeconds"),
    );
    assert_eq!(function, 900, "the longest that Lambda allows");
    assert!(
        queue >= function,
        "Lambda refuses a mapping whose queue shows a message again while it is worked on"
    );
    assert!(
        machine > MAX_SERVICE_TIMEOUT,
        "the machine may not end before the function has answered"
    );
}

/// In a VPC the function needs its subnets and groups, and Lambda the right to make the network interfaces that nobody else may.
#[test]
fn the_function_runs_in_a_vpc_where_subnets_are_given() {
    let text = text();
    for words in [
        "InVpc: !Not [!Equals [!Select [0, !Ref VpcSubnetIds], \"\"]]",
        "      VpcConfig: !If\n        - InVpc\n        - SubnetIds: !Ref VpcSubnetIds\n          \
         SecurityGroupIds: !Ref VpcSecurityGroupIds\n        - !Ref AWS::NoValue\n",
        "- InVpc\n                - Sid: LambdaNetworkInterfaces\n                  Effect: Allow\n",
        "- InVpc\n                - Sid: LambdaAloneHasInterfaces\n                  Effect: Deny\n",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

/// Without the parameters there is no bus, no topic and nobody who may use either.
#[test]
fn events_and_messages_come_only_where_they_are_asked_for() {
    let text = text();
    for (resource, condition) in [
        ("EventRequests", "HasBus"),
        ("EventRequestsPermission", "HasBus"),
        ("UndeliveredRequests", "HasBus"),
        ("RequestTopic", "HasTopic"),
        ("RequestTopicSubscription", "HasTopic"),
        ("RequestTopicPermission", "HasTopic"),
        ("RequestTopicPolicy", "HasOtherAccounts"),
    ] {
        let body = text.split(&format!("\n  {resource}:\n    Type: ")).nth(1);
        let body = body.unwrap_or_else(|| panic!("no {resource}"));
        let condition = format!("    Condition: {condition}");
        assert_eq!(body.lines().nth(1), Some(condition.as_str()), "{resource}");
    }
    assert!(text.contains("              - !If\n                - HasBus\n                - Sid: CallPutEvents\n"));
    for parameter in ["EventBusName", "RequestingAccounts"] {
        let body = text.split(&format!("\n  {parameter}:\n")).nth(1).unwrap_or_default();
        let default = body.lines().find(|line| line.starts_with("    Default: "));
        assert_eq!(default, Some("    Default: \"\""), "{parameter}");
    }
}

/// The function's words for what it takes and what it never takes are the rule's.
#[test]
fn the_rule_takes_what_the_function_takes() {
    let text = text();
    for words in [
        format!("- anything-but: [{SOURCE}]"),
        format!("detail-type: [{DETAIL_TYPE}]"),
        format!("events:source: {SOURCE}"),
    ] {
        assert!(text.contains(&words), "{words}");
    }
    let ages: Vec<i32> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("MaximumEventAgeInSeconds: ")?.parse().ok())
        .collect();
    assert_eq!(ages.len(), 2, "Lambda's and the rule's");
    assert!(
        ages.iter().all(|age| *age <= MAX_SERVICE_TIMEOUT),
        "what comes later is too late: {ages:?}"
    );
}

#[test]
fn the_state_machine_speaks_the_functions_words() {
    let text = text();
    for words in [
        format!("Variable: $.{OUTCOME}"),
        format!("StringEquals: {WAITING}"),
        format!("StringEquals: {ANSWERED}"),
        "SecondsPath: $.WaitSeconds".to_owned(),
        format!("{CONTINUATION}.$: $.{CONTINUATION}"),
        "Failure.$: $.Failure".to_owned(),
    ] {
        assert!(text.contains(&words), "{words}");
    }
}

#[test]
fn a_crash_is_tried_again_and_then_answered() {
    let text = text();
    for words in [
        "MaximumRetryAttempts: 2",
        "OnFailure:",
        "Type: SQS",
        "IncludeExecutionData: false",
        "BuildMethod: rust-cargolambda",
    ] {
        assert!(text.contains(words), "{words}");
    }
}

#[test]
fn roles_name_no_action_by_a_wildcard() {
    assert!(called_by_the_function().contains("eks:CreateNodegroup"));
    let wild: Vec<String> = text()
        .lines()
        .filter(|line| line.trim_start().starts_with("- ") && line.ends_with(":*"))
        .map(str::to_owned)
        .collect();
    assert!(wild.is_empty(), "{wild:?}");
}

/// A call that the template doesn't allow fails in production alone, since no local service checks permissions.
#[test]
fn the_role_allows_every_action_that_the_code_names() {
    let mut named = BTreeSet::new();
    for folder in ["src", "crates/core/src", "crates/engine/src", "crates/aws/src"] {
        actions_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut named);
    }
    assert_eq!(named, called_by_the_function());
}

/// Collects the actions that the Rust files of a folder name as texts, such as `"eks:ListUpdates"`.
fn actions_below(folder: &Path, named: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            actions_below(&path, named);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            named.extend(source.split('"').filter(|text| is_action(text)).map(str::to_owned));
        }
    }
}

fn is_action(text: &str) -> bool {
    let Some((service, operation)) = text.split_once(':') else {
        return false;
    };
    let is_service = SERVICES.contains(&service);
    is_service && operation.starts_with(char::is_uppercase) && operation.chars().all(char::is_alphanumeric)
}

const SERVICES: [&str; 10] = [
    "autoscaling",
    "cloudformation",
    "ec2",
    "eks",
    "events",
    "iam",
    "kms",
    "lambda",
    "servicequotas",
    "states",
];
