use std::collections::BTreeSet;

use crate::diagnosis::catalogue::{CauseRow, rows};
use crate::diagnosis::error_pattern::ErrorPattern;
use crate::diagnosis::issues::{self, HEALTH, UPDATE};
use crate::diagnosis::{IssueKind, activities, console};
use crate::texts::Explanation;

/// `NodegroupIssueCode`, as EKS's model lists it.
const NODEGROUP_ISSUE_CODES: &[&str] = &[
    "AutoScalingGroupNotFound",
    "AutoScalingGroupInvalidConfiguration",
    "Ec2SecurityGroupNotFound",
    "Ec2SecurityGroupDeletionFailure",
    "Ec2LaunchTemplateNotFound",
    "Ec2LaunchTemplateVersionMismatch",
    "Ec2SubnetNotFound",
    "Ec2SubnetInvalidConfiguration",
    "IamInstanceProfileNotFound",
    "Ec2SubnetMissingIpv6Assignment",
    "IamLimitExceeded",
    "IamNodeRoleNotFound",
    "NodeCreationFailure",
    "AsgInstanceLaunchFailures",
    "InstanceLimitExceeded",
    "InsufficientFreeAddresses",
    "AccessDenied",
    "InternalFailure",
    "ClusterUnreachable",
    "AmiIdNotFound",
    "AutoScalingGroupOptInRequired",
    "AutoScalingGroupRateLimitExceeded",
    "Ec2LaunchTemplateDeletionFailure",
    "Ec2LaunchTemplateInvalidConfiguration",
    "Ec2LaunchTemplateMaxLimitExceeded",
    "Ec2SubnetListTooLong",
    "IamThrottling",
    "NodeTerminationFailure",
    "PodEvictionFailure",
    "SourceEc2LaunchTemplateNotFound",
    "LimitExceeded",
    "Unknown",
    "AutoScalingGroupInstanceRefreshActive",
    "KubernetesLabelInvalid",
    "Ec2LaunchTemplateVersionMaxLimitExceeded",
    "Ec2InstanceTypeDoesNotExist",
];

/// `ErrorCode`, as EKS's model lists it.
const ERROR_CODES: &[&str] = &[
    "SubnetNotFound",
    "SecurityGroupNotFound",
    "EniLimitReached",
    "IpNotAvailable",
    "AccessDenied",
    "OperationNotPermitted",
    "VpcIdNotFound",
    "Unknown",
    "NodeCreationFailure",
    "PodEvictionFailure",
    "InsufficientFreeAddresses",
    "ClusterUnreachable",
    "InsufficientNumberOfReplicas",
    "ConfigurationConflict",
    "AdmissionRequestDenied",
    "UnsupportedAddonModification",
    "K8sResourceNotFound",
];

#[test]
fn every_code_of_the_model_has_its_row_and_no_other_has() {
    let lists = [
        (HEALTH, NODEGROUP_ISSUE_CODES, 36, IssueKind::Health),
        (UPDATE, ERROR_CODES, 17, IssueKind::Update),
    ];
    for (table, model, count, kind) in lists {
        let rows: BTreeSet<&str> = table.all().map(|code| code.code).collect();
        assert_eq!(rows, model.iter().copied().collect());
        assert_eq!((table.all().count(), model.len()), (count, count));
        for code in model {
            assert_eq!(issues::find(kind, code).1.code, *code);
        }
    }
}

#[test]
fn each_list_knows_the_other_ones_codes_and_an_unlisted_one_has_a_general_remedy() {
    let cases = [
        (IssueKind::Health, "EniLimitReached", "EniLimitReached"),
        (
            IssueKind::Update,
            "AsgInstanceLaunchFailures",
            "AsgInstanceLaunchFailures",
        ),
        (IssueKind::Health, "MoonPhase", ""),
    ];
    for (kind, code, expected) in cases {
        assert_eq!(issues::find(kind, code).1.code, expected);
    }
    assert!(!issues::UNLISTED.remedy.is_empty());
    assert_ne!(
        issues::find(IssueKind::Health, "NodeCreationFailure").1.remedy,
        issues::find(IssueKind::Update, "NodeCreationFailure").1.remedy
    );
}

#[test]
fn each_example_of_auto_scaling_is_known_as_its_own() {
    for sign in activities::signs() {
        let Explanation { code, example, .. } = sign.explanation;
        let recognised = activities::recognise(example).map(|sign| sign.explanation.code);
        assert_eq!(recognised, Some(code), "{example}");
    }
}

#[test]
fn each_example_of_a_console_is_known_as_its_own() {
    for sign in console::signs() {
        let Explanation { code, example, .. } = sign.explanation;
        let first = console::read(example).first().map(|seen| seen.sign.explanation.code);
        assert_eq!(first, Some(code), "{example}");
    }
}

/// Texts that users have reported, in addition to the examples.
#[test]
fn what_auto_scaling_really_said_is_known() {
    let cases = [
        (
            "Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity",
            "spot-capacity",
        ),
        (
            "There is no Spot capacity available that matches your request.",
            "spot-capacity",
        ),
        (
            "Could not launch Spot Instances. InvalidFleetConfiguration - Your requested instance type (p3.8xlarge) is \
             not supported in your requested Availability Zone (us-east-2c).",
            "instance-type-not-in-zone",
        ),
        (
            "InvalidKeyPair.NotFound - The key pair 'x' does not exist",
            "key-pair-not-found",
        ),
        (
            "InvalidGroup.NotFound - The security group 'sg-1' does not exist",
            "security-group-not-found",
        ),
        (
            "InvalidAMIID.NotFound - The image id '[ami-1]' does not exist",
            "ami-not-found",
        ),
        ("KMSKeyInvalidState: key is disabled", "kms-key-state"),
        ("InvalidKmsKey.NotFound", "kms-key-not-found"),
        (
            "One or more of the attached Amazon EBS volumes are encrypted with an inaccessible AWS KMS key",
            "kms-key-not-usable",
        ),
        (
            "MaxIOPSLimitExceeded - You have exceeded your maximum iops limit",
            "volume-quota",
        ),
        (
            "Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request",
            "instance-capacity",
        ),
        ("InsufficientFreeAddressesInSubnet", "subnet-addresses"),
        ("InvalidParameterCombination - no", "invalid-parameter"),
    ];
    for (text, code) in cases {
        assert_eq!(
            activities::recognise(text).map(|sign| sign.explanation.code),
            Some(code),
            "{text}"
        );
    }
    assert_eq!(activities::recognise("Successful"), None);
}

#[test]
fn patterns_are_in_lower_case_and_say_something() {
    for ErrorPattern { patterns, explanation } in activities::signs().chain(console::signs()) {
        let code = explanation.code;
        assert!(!patterns.is_empty(), "{code}");
        for word in patterns.iter().copied().flatten() {
            assert_eq!(*word, word.to_lowercase(), "{code}");
            assert!(word.len() > 2, "{code}: {word}");
        }
    }
}

#[test]
fn every_row_is_whole_and_its_own() {
    let mut seen = BTreeSet::new();
    for CauseRow { kind, explanation } in rows() {
        let Explanation {
            code,
            cause,
            remedy,
            example,
        } = explanation;
        assert!(seen.insert((kind, code)), "{kind} {code} is there twice");
        for text in [cause, remedy, example] {
            assert!(text.len() > 10 && text.trim() == text, "{code}: {text}");
        }
        assert!(!cause.contains("  ") && !remedy.contains("  "), "{code}");
        assert!(cause.ends_with('.'), "{code}: {cause}");
        assert!(remedy.ends_with('.') || remedy.ends_with(".html"), "{code}: {remedy}");
        if kind == "health issue" || kind == "update error" {
            assert!(example.starts_with(&format!("{code}: ")), "{code}: {example}");
        } else {
            assert!(
                code.chars()
                    .all(|letter| "abcdefghijklmnopqrstuvwxyz0123456789-".contains(letter)),
                "{code}"
            );
        }
    }
    assert!(seen.len() > 36 + 17 + 60, "{} rows", seen.len());
}

#[test]
fn links_lead_to_the_documentation_of_aws_only() {
    for CauseRow { explanation, .. } in rows() {
        let Explanation {
            code, cause, remedy, ..
        } = explanation;
        for text in [cause, remedy] {
            let links = text.match_indices("http").map(|(at, _)| &text[at..]);
            for link in links {
                assert!(link.starts_with("https://docs.aws.amazon.com/"), "{code}: {link}");
            }
        }
    }
}
