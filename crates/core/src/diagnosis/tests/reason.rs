use super::{HEADLINE, activities, console, issue, no_join};
use crate::diagnosis::issues::{NOTHING_KNOWN, find};
use crate::diagnosis::{Evidence, IssueKind, explain};
use crate::nodegroup::group::Issue;

const NO_MAPPING: &str = "kubelet: Unable to register node with API server err=\"Unauthorized\"";
const NO_KEY: &str = "The key pair 'k' does not exist. Launching EC2 instance failed.";
const NO_ROUTE: &str = "Subnets: subnet-1 has no route to the internet; give it one [no-way-out]";

/// Checks that the first text follows the issues, and that each of the others is there once, in this order.
fn check(issues: &[Issue], evidence: &Evidence, expected: &[&str]) {
    let reason = explain(HEADLINE, issues, evidence, IssueKind::Health, 4096);
    let places: Vec<Option<usize>> = expected.iter().map(|text| reason.find(text)).collect();
    assert!(places.iter().all(Option::is_some), "{expected:?} in {reason}");
    assert!(places.is_sorted(), "{expected:?} in {reason}");
    for text in expected {
        assert_eq!(reason.matches(text).count(), 1, "{text} in {reason}");
    }
}

#[test]
fn a_reason_reads_as_a_whole() {
    let reason = explain(HEADLINE, &[no_join()], &console(NO_MAPPING), IssueKind::Health, 4096);
    assert_eq!(
        reason,
        "node group c/n could not be created: NodeCreationFailure: Instances failed to join the kubernetes cluster \
         [i-0123]. Most likely: The cluster doesn't know the node role, so it refuses the node. (console output of \
         i-0123: \"kubelet: Unable to register node with API server err=\"Unauthorized\"\") What to do: Give the \
         NodeRole an access entry of type EC2_LINUX or EC2_WINDOWS, or its aws-auth line (there without the role's \
         path), and name the right ClusterName in your own user data. [role-not-mapped]"
    );
}

#[test]
fn without_evidence_the_code_alone_is_explained() {
    let (_, general) = find(IssueKind::Health, "NodeCreationFailure");
    check(
        &[no_join()],
        &Evidence::default(),
        &["[i-0123]. Most likely: ", general.cause, general.remedy],
    );
    check(
        &[issue("MoonPhase", "full", &[])],
        &Evidence::default(),
        &["MoonPhase: full. Most likely: EKS gives a code"],
    );
}

#[test]
fn without_issues_the_evidence_alone_is_told() {
    check(
        &[],
        &Evidence::default(),
        &["could not be created: the service names no issue. ", NOTHING_KNOWN],
    );
    check(
        &[],
        &activities(&[NO_KEY]),
        &["the service names no issue. Most likely: The key pair"],
    );
}

#[test]
fn a_code_that_names_the_cause_outranks_all_evidence() {
    let subnet = issue("Ec2SubnetNotFound", "gone", &["subnet-1"]);
    let evidence = Evidence {
        preflight: vec![NO_ROUTE.to_owned()],
        activities: activities(&[NO_KEY]).activities,
        ..console(NO_MAPPING)
    };
    check(
        &[no_join(), subnet],
        &evidence,
        &[
            "created: Ec2SubnetNotFound: gone [subnet-1]; NodeCreationFailure: ",
            "Most likely: A subnet of the node group doesn't exist",
            "Also: The cluster doesn't know the node role",
            "[role-not-mapped]",
            "[key-pair-not-found]",
            NO_ROUTE,
        ],
    );
}

#[test]
fn evidence_outranks_a_general_code() {
    let checked = Evidence {
        preflight: vec![NO_ROUTE.to_owned()],
        ..Evidence::default()
    };
    let both = Evidence {
        activities: activities(&[NO_KEY]).activities,
        ..console(NO_MAPPING)
    };
    let launches = issue("AsgInstanceLaunchFailures", "see activities", &["eks-1"]);
    let follows = Evidence {
        preflight: vec![NO_ROUTE.to_owned()],
        ..console("kubelet: cni plugin not initialized")
    };
    let cases: [(Issue, &Evidence, &[&str]); 6] = [
        (
            no_join(),
            &both,
            &["Most likely: The cluster doesn't know", "Also: The key pair"],
        ),
        (
            launches,
            &both,
            &["Most likely: The key pair", "Also: The cluster doesn't know"],
        ),
        (no_join(), &checked, &["Most likely: Subnets: subnet-1 has no route"]),
        (
            issue("Unknown", "x", &[]),
            &checked,
            &["Most likely: Subnets: subnet-1 has no route"],
        ),
        (
            issue("MoonPhase", "x", &[]),
            &checked,
            &["Most likely: Subnets: subnet-1 has no route"],
        ),
        (
            no_join(),
            &follows,
            &[
                "Most likely: Subnets: subnet-1 has no route",
                "Also: The node joined and isn't ready",
            ],
        ),
    ];
    for (issue, evidence, expected) in cases {
        let general = find(IssueKind::Health, &issue.code).1.cause;
        check(std::slice::from_ref(&issue), evidence, expected);
        let reason = explain(HEADLINE, &[issue], evidence, IssueKind::Health, 4096);
        assert!(!reason.contains(general), "{reason}");
    }
}

#[test]
fn the_issues_own_message_is_evidence() {
    let issue = issue("AsgInstanceLaunchFailures", NO_KEY, &["eks-1"]);
    check(
        &[no_join(), issue],
        &activities(&[NO_KEY, NO_KEY]),
        &[
            "AsgInstanceLaunchFailures: The key pair 'k' does not exist.",
            "Most likely: The key pair doesn't exist in",
        ],
    );
}

#[test]
fn a_warning_is_told_and_is_never_the_cause() {
    let warning = "warning: Subnets: subnet-1 is nearly full";
    let evidence = Evidence {
        preflight: vec![warning.to_owned()],
        unread: vec!["ec2:GetConsoleOutput on i-0123: AccessDenied".to_owned()],
        ..activities(&["Something new", "Something new", ""])
    };
    check(
        &[no_join()],
        &evidence,
        &[
            "Most likely: Instances were launched",
            "Also: Auto Scaling: \"Something new\"",
            "Auto Scaling: \"Launching a new EC2 instance\"",
            warning,
            "Not read: ec2:GetConsoleOutput on i-0123: AccessDenied",
        ],
    );
}

#[test]
fn a_console_without_a_known_error_is_said_to_have_none() {
    check(
        &[no_join()],
        &console("login: "),
        &["The console output of i-0123 has no error that is known."],
    );
}

#[test]
fn signed_addresses_are_masked_and_others_stay() {
    let message = "see https://example.com/help or https://b.s3.eu-west-1.amazonaws.com/k?a=1&X-Amz-Signature=ab, now";
    let evidence = Evidence {
        preflight: vec![format!("Subnets: {message}")],
        unread: vec![message.to_owned()],
        ..activities(&[&format!("new: {message}")])
    };
    let reason = explain(
        HEADLINE,
        &[issue("Unknown", message, &[])],
        &evidence,
        IssueKind::Health,
        4096,
    );
    assert!(
        reason.contains("see https://example.com/help or (a URL) now"),
        "{reason}"
    );
    assert!(!reason.contains("X-Amz"), "{reason}");
}

#[test]
fn an_update_is_explained_by_its_own_list() {
    let errors = [issue("PodEvictionFailure", "m", &["ip-1"])];
    let reason = explain(
        "the version update failed",
        &errors,
        &Evidence::default(),
        IssueKind::Update,
        4096,
    );
    assert!(
        reason.starts_with("the version update failed: PodEvictionFailure: m [ip-1]. Most likely: A pod"),
        "{reason}"
    );
    assert!(reason.contains("ForceUpdateEnabled"), "{reason}");
}

#[test]
fn every_code_is_explained() {
    use crate::diagnosis::issues::{HEALTH, UPDATE};
    for (kind, table) in [(IssueKind::Health, HEALTH), (IssueKind::Update, UPDATE)] {
        for code in table.all() {
            let reason = explain(
                HEADLINE,
                &[issue(code.code, "m", &["r"])],
                &Evidence::default(),
                kind,
                4096,
            );
            assert!(reason.starts_with(&format!(
                "{HEADLINE}: {}: m [r]. Most likely: {}",
                code.code, code.cause
            )));
            assert!(reason.ends_with(code.remedy), "{reason}");
        }
    }
}
