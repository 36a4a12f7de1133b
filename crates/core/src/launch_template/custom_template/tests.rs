use super::*;
use crate::properties::validate::tests::{properties, spec_of};
use serde_json::{Value, json};

fn template() -> CustomTemplate {
    CustomTemplate {
        id: "lt-1".to_owned(),
        version: 3,
        ..CustomTemplate::default()
    }
}

#[track_caller]
fn check(changes: &Value, template: &CustomTemplate, public_subnets: &[&str], expected: &[&str]) {
    let mut changes = changes.clone();
    changes["LaunchTemplate"] = json!({"Id": "lt-1"});
    let around = TemplateContext {
        cluster_security_group: Some("sg-cluster"),
        public_subnets: &public_subnets.iter().map(ToString::to_string).collect::<Vec<_>>(),
    };
    let verdict = judge(&spec_of(&properties(&changes)), template, &around);
    let problems = verdict.problems.iter().map(ToString::to_string);
    let found: Vec<String> = problems.chain(verdict.warnings).collect();
    assert_eq!(found.len(), expected.len(), "{changes}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{changes}: {found}");
    }
}

#[test]
fn all_that_eks_prohibits_is_told_at_once() {
    let settings = [
        TemplateSetting::Subnet,
        TemplateSetting::InstanceProfile,
        TemplateSetting::Spot,
        TemplateSetting::CapacityBlock,
        TemplateSetting::Hibernation,
        TemplateSetting::ShutdownBehavior,
    ];
    let all = CustomTemplate {
        settings: settings.into(),
        ..template()
    };
    check(&json!({}), &template(), &[], &[]);
    check(
        &json!({}),
        &all,
        &[],
        &[
            "LaunchTemplate: version 3 of launch template lt-1 sets a SubnetId",
            "IamInstanceProfile",
            "CapacityType: SPOT",
            "CapacityType: CAPACITY_BLOCK",
            "HibernationOptions",
            "InstanceInitiatedShutdownBehavior",
        ],
    );
}

#[test]
fn what_is_stated_twice_is_told() {
    let typed = CustomTemplate {
        instance_type: Some("m5.large".to_owned()),
        ..template()
    };
    check(
        &json!({"InstanceTypes": ["m5.large"]}),
        &typed,
        &[],
        &["InstanceTypes: version 3"],
    );
    check(&json!({"InstanceTypes": ["m5.large"]}), &template(), &[], &[]);
    let imaged = CustomTemplate {
        image_id: Some("ami-1".to_owned()),
        user_data: Some("--max-pods=29".to_owned()),
        ..template()
    };
    check(&json!({}), &imaged, &[], &[]);
    check(
        &json!({"AmiType": "AL2023_x86_64_STANDARD", "Version": "1.34", "ReleaseVersion": "latest", "WarmPoolConfig": {"Enabled": true}}),
        &imaged,
        &[],
        &["AmiType: ", "Version: ", "ReleaseVersion: ", "WarmPoolConfig: "],
    );
    check(
        &json!({"AmiType": "CUSTOM"}),
        &template(),
        &[],
        &["AmiType: CUSTOM needs an ImageId"],
    );
}

#[test]
fn a_capacity_block_needs_its_market_and_its_type() {
    let block = json!({"CapacityType": "CAPACITY_BLOCK"});
    check(
        &block,
        &template(),
        &[],
        &["MarketType capacity-block", "the instance type of the capacity block"],
    );
    let whole = CustomTemplate {
        instance_type: Some("p5.48xlarge".to_owned()),
        settings: [TemplateSetting::CapacityBlock].into(),
        ..template()
    };
    check(&block, &whole, &[], &[]);
}

#[test]
fn pods_are_blocked_by_both_settings_together_only() {
    let with = |http_tokens: Option<&str>, hop_limit| CustomTemplate {
        http_tokens: http_tokens.map(str::to_owned),
        hop_limit,
        ..template()
    };
    let block = json!({"BlockPodImds": true});
    check(&block, &with(Some("required"), Some(1)), &[], &[]);
    check(
        &block,
        &with(Some("required"), None),
        &[],
        &["HttpTokens is required and HttpPutResponseHopLimit unset"],
    );
    check(
        &block,
        &with(Some("optional"), Some(1)),
        &[],
        &["HttpTokens is optional"],
    );
    check(&json!({}), &with(None, None), &[], &[]);
}

#[test]
fn several_interfaces_want_private_subnets() {
    let several = CustomTemplate {
        network_interfaces: 2,
        ..template()
    };
    check(&json!({}), &several, &[], &[]);
    check(&json!({}), &several, &["subnet-1"], &["2 network interfaces"]);
    check(&json!({}), &template(), &["subnet-1"], &[]);
}

#[test]
fn what_may_keep_nodes_from_joining_is_a_warning() {
    let imaged = |user_data: Option<&str>| CustomTemplate {
        image_id: Some("ami-1".to_owned()),
        user_data: user_data.map(str::to_owned),
        ..template()
    };
    check(&json!({}), &imaged(None), &[], &["names an AMI and no user data"]);
    check(
        &json!({}),
        &imaged(Some("#!/bin/bash")),
        &[],
        &["says nothing of max pods"],
    );
    let groups = |groups: &[&str]| CustomTemplate {
        security_groups: groups.iter().map(ToString::to_string).collect(),
        ..template()
    };
    check(
        &json!({}),
        &groups(&["sg-1"]),
        &[],
        &["without the cluster's, sg-cluster"],
    );
    check(&json!({}), &groups(&["sg-1", "sg-cluster"]), &[], &[]);
}
