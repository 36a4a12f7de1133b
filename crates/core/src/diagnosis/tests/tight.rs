use super::{HEADLINE, console, issue, no_join};
use crate::diagnosis::{Evidence, IssueKind, explain};
use crate::nodegroup::group::Issue;

const LIMIT: usize = 4096;

fn forty() -> Vec<Issue> {
    let many = |number| {
        let message = format!("Instance {number} failed to join the kubernetes cluster, für immer und ewig 🚀");
        issue("NodeCreationFailure", &message, &[&format!("i-{number:017}"), "i-2"])
    };
    (0..40).map(many).collect()
}

#[test]
fn forty_issues_and_a_long_console_leave_the_cause_whole() {
    let noise = "[    1.0] Kernel noise – näher\n".repeat(2000);
    let evidence = Evidence {
        unread: vec!["ü".repeat(5000)],
        ..console(&format!(
            "{noise}\u{1b}[31mtar: No space left on device\u{1b}[0m\n{noise}"
        ))
    };
    let reason = explain(HEADLINE, &forty(), &evidence, IssueKind::Health, LIMIT);
    assert!(reason.len() <= LIMIT);
    assert!(reason.contains(
        "Most likely: The node's disk is full. (console output of i-0123: \"tar: No space left on device\")"
    ));
    assert!(
        reason.contains("put less on it in UserData. [disk-full] Also: "),
        "{reason}"
    );
    assert!(reason.contains("; NodeCreationFailure: Instance 2 failed"), "{reason}");
}

#[test]
fn issues_beyond_the_third_come_last() {
    let reason = explain(HEADLINE, &forty()[..5], &console("x"), IssueKind::Health, LIMIT);
    let at = |text: &str| reason.find(text).unwrap_or_else(|| panic!("{text} in {reason}"));
    assert!(at("Instance 2 failed") < at("Most likely"));
    assert!(at("has no error that is known") < at("Instance 3 failed"));
    assert!(at("Instance 3 failed") < at("Instance 4 failed"));
}

#[test]
fn a_long_message_is_cut_before_the_cause_is() {
    let long = issue("Ec2SubnetNotFound", &"ä".repeat(4000), &["subnet-1"]);
    let reason = explain(
        HEADLINE,
        &[long, no_join()],
        &Evidence::default(),
        IssueKind::Health,
        LIMIT,
    );
    assert!(reason.len() <= LIMIT && reason.len() > LIMIT - 4);
    assert!(
        reason.contains("ä… Most likely: A subnet of the node group doesn't exist any more. What to do: Name Subnets")
    );
    assert!(reason.ends_with("that makes a new node group."), "{reason}");
}

#[test]
fn no_limit_is_too_small() {
    let whole = explain(
        HEADLINE,
        &forty(),
        &console("No space left on device"),
        IssueKind::Update,
        LIMIT,
    );
    for limit in 0..600 {
        let reason = explain(
            HEADLINE,
            &forty(),
            &console("No space left on device"),
            IssueKind::Update,
            limit,
        );
        assert!(reason.len() <= limit);
    }
    assert!(whole.starts_with(HEADLINE));
}
