use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::launch_template::custom_template::{CustomTemplate, TemplateContext, TemplateSetting, judge};
use crate::properties::fields::Problem;
use crate::properties::validate::tests::{properties, spec_of};
use crate::properties::validate::validate;

/// Where the mistake is.
enum Mistake {
    Properties(Value),
    /// In the user's launch template, with these properties beside it.
    Template(Value, CustomTemplate),
}

use Mistake::{Properties, Template};

fn problems(mistake: &Mistake) -> Vec<Problem> {
    match mistake {
        Properties(changes) => {
            let found = validate(properties(changes).as_object().unwrap(), "Nodes");
            found.err().unwrap_or_default()
        }
        Template(changes, template) => {
            let around = TemplateContext {
                cluster_security_group: None,
                public_subnets: &["subnet-1".to_owned()],
            };
            judge(&spec_of(&properties(changes)), template, &around).problems
        }
    }
}

fn template(settings: &[TemplateSetting], network_interfaces: usize) -> CustomTemplate {
    CustomTemplate {
        id: "lt-1".to_owned(),
        version: 3,
        settings: settings.iter().copied().collect(),
        network_interfaces,
        ..CustomTemplate::default()
    }
}

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBNPOgZEmJxIPRJmqHgXlTwd+0CQaLGJNQDCEaNjX/+5 me@example.com";

fn cases() -> Vec<(Rule, Mistake)> {
    let many_tags: Value = (0..47)
        .map(|index| (format!("t{index}"), json!("v")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let taint = |value: &str, effect: &str| json!({"Key": "k", "Value": value, "Effect": effect});
    let windows = json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "RemoteAccess": {"PublicKey": ED25519, "SourceSecurityGroups": ["sg-1"]}});
    let hibernated = json!({"Enabled": true, "PoolState": "HIBERNATED"});
    let own = json!({"LaunchTemplate": {"Id": "lt-1"}});
    let (mut imds, block) = (
        own.clone(),
        json!({"CapacityType": "CAPACITY_BLOCK", "InstanceTypes": ["p5.48xlarge"]}),
    );
    imds["BlockPodImds"] = json!(true);
    let mut in_block = own.clone();
    block
        .as_object()
        .unwrap()
        .iter()
        .for_each(|(key, value)| in_block[key] = value.clone());
    vec![
        (Rule::UnknownProperty, Properties(json!({"SclaingConfig": {}}))),
        (Rule::Required, Properties(json!({"ClusterName": null}))),
        (
            Rule::WrongKind,
            Properties(json!({"ScalingConfig": {"MinSize": "two"}})),
        ),
        (Rule::NotOneOf, Properties(json!({"CapacityType": "Spot"}))),
        (Rule::OutOfRange, Properties(json!({"DiskSize": "0"}))),
        (
            Rule::EitherOr,
            Properties(json!({"LaunchTemplate": {"Id": "lt-1", "Name": "n"}})),
        ),
        (Rule::TooMany, Properties(json!({"Tags": many_tags}))),
        (
            Rule::Duplicate,
            Properties(json!({"InstanceTypes": ["m5.large", "m5a.large", "m5.large"]})),
        ),
        (Rule::NameSyntax, Properties(json!({"NodegroupName": "my_mng"}))),
        (Rule::NameTooLong, Properties(json!({"NodegroupName": "n".repeat(64)}))),
        (
            Rule::IdSyntax,
            Properties(json!({"Subnets": ["vpc-0123456789abcdef0"]})),
        ),
        (Rule::NodeRole, Properties(json!({"NodeRole": "eks-node"}))),
        (Rule::LabelSyntax, Properties(json!({"Labels": {"team": "web & mail"}}))),
        (
            Rule::LabelTooLong,
            Properties(json!({"Labels": {"team": "x".repeat(64)}})),
        ),
        (
            Rule::LabelReserved,
            Properties(json!({"Labels": {"eks.amazonaws.com/team": "web"}})),
        ),
        (
            Rule::LabelUnsettable,
            Properties(json!({"Labels": {"spare": ""}, "AmiType": "BOTTLEROCKET_x86_64"})),
        ),
        (
            Rule::TaintSyntax,
            Properties(json!({"Taints": [taint("a b", "NoSchedule")]})),
        ),
        (Rule::TaintEffect, Properties(json!({"Taints": [taint("v", "Never")]}))),
        (
            Rule::TaintDuplicate,
            Properties(json!({"Taints": [taint("v", "NoSchedule"), taint("w", "NO_SCHEDULE")]})),
        ),
        (Rule::TagSyntax, Properties(json!({"Tags": {"about": "x".repeat(257)}}))),
        (Rule::TagReserved, Properties(json!({"Tags": {"aws:team": "web"}}))),
        (
            Rule::SizesOrder,
            Properties(json!({"ScalingConfig": {"MinSize": 5, "MaxSize": 2}})),
        ),
        (
            Rule::UpdateExceedsSize,
            Properties(json!({"ScalingConfig": {"MaxSize": 3}, "UpdateConfig": {"MaxUnavailable": 5}})),
        ),
        (
            Rule::NumberOrPercentage,
            Properties(json!({"UpdateConfig": {"MaxUnavailable": 1, "MaxUnavailablePercentage": 1}})),
        ),
        (
            Rule::Repair,
            Properties(json!({"NodeRepairConfig": {"MaxParallelNodesRepairedCount": 1}})),
        ),
        (
            Rule::WarmPool,
            Properties(json!({"AmiType": "BOTTLEROCKET_x86_64", "WarmPoolConfig": hibernated})),
        ),
        (Rule::KubernetesVersion, Properties(json!({"Version": "latest"}))),
        (
            Rule::ReleaseForm,
            Properties(json!({"AmiType": "BOTTLEROCKET_x86_64", "ReleaseVersion": "1.34.1-20260304"})),
        ),
        (
            Rule::VersionRelease,
            Properties(json!({"Version": "1.34", "ReleaseVersion": "1.33.1-20260101"})),
        ),
        (
            Rule::Al2Version,
            Properties(json!({"AmiType": "AL2_x86_64", "Version": "1.34"})),
        ),
        (Rule::CustomAmi, Properties(json!({"AmiType": "CUSTOM"}))),
        (Rule::CapacityBlock, Properties(in_block)),
        (Rule::Volume, Properties(json!({"Volume": {"Type": "io2"}}))),
        (Rule::Key, Properties(windows)),
        (
            Rule::UserData,
            Properties(json!({"UserData": "IyEvYmluL2Jhc2gKZWNobyBoZWxsbwo="})),
        ),
        (
            Rule::TemplateConflict,
            Properties(json!({"LaunchTemplate": {"Id": "lt-1"}, "DiskSize": 20})),
        ),
        (
            Rule::LaunchTemplateVersion,
            Properties(json!({"LaunchTemplate": {"Id": "lt-1", "Version": "newest"}})),
        ),
        (
            Rule::LaunchTemplateRefused,
            Template(own.clone(), template(&[TemplateSetting::InstanceProfile], 0)),
        ),
        (Rule::BlockPodImds, Template(imds, template(&[], 0))),
        (Rule::PublicAddress, Template(own, template(&[], 2))),
        (
            Rule::Autoscaler,
            Properties(json!({"ClusterAutoscaler": {"Options": {"scaledownunneededtime": "10"}}})),
        ),
        (
            Rule::Submitted,
            Properties(json!({"SuspendProcesses": ["AZRebalance"], "WaitFor": "Submitted"})),
        ),
    ]
}

#[test]
fn each_rule_has_an_example_that_is_told_as_it_stands() {
    let cases = cases();
    let covered: Vec<Rule> = cases.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(covered, Rule::ALL);
    for (rule, mistake) in cases {
        let found = problems(&mistake);
        let told: Vec<(Rule, String)> = found
            .iter()
            .map(|problem| (problem.rule, problem.to_string()))
            .collect();
        assert_eq!(told, [(rule, rule.explanation().example.to_owned())]);
    }
}

#[test]
fn codes_are_words_with_hyphens_and_each_is_one_rules() {
    let codes: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), Rule::ALL.len());
    for code in codes {
        assert!(
            code.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{code}"
        );
    }
    for rule in Rule::ALL {
        let entry = rule.explanation();
        assert!(!entry.cause.is_empty() && !entry.remedy.is_empty(), "{}", rule.code());
    }
}
