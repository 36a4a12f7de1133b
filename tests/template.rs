//! template.yaml and the code agree: names of settings, time limits, what the state machine sends and reads.

mod support;

use managed_node_group::cfn::event::{CONTINUATION, OUTCOME};
use managed_node_group::nodegroup::validate::MAX_SERVICE_TIMEOUT;
use managed_node_group::polling::step_functions::{ANSWERED, WAITING};
use managed_node_group::settings::{
    ALLOW_LOOPBACK_RESPONSE_URL, LOG_LEVEL, METRICS_NAMESPACE, POLL_TIME_SCALE, POLLING_MODE, STATE_MACHINE_ARN,
};
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
    for setting in [POLLING_MODE, STATE_MACHINE_ARN, LOG_LEVEL, METRICS_NAMESPACE] {
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
