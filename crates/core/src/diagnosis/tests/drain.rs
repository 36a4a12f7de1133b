//! The reason names the pods that block a drain, in place of the general explanation.

use super::*;
use crate::diagnosis::{IssueKind, explain};
use crate::workload::drain::{DisruptionBudget, Drain, LabelSelector, Pod};

fn eviction() -> Issue {
    issue(
        "PodEvictionFailure",
        "Reached max retries while trying to evict pods from nodes in node group n",
        &["ip-1"],
    )
}

/// A pod on a cordoned node, with a budget that allows this many disruptions.
fn drain(allowed: i32) -> Drain {
    Drain {
        nodes: vec!["ip-1".to_owned()],
        pods: vec![Pod {
            namespace: "shop".to_owned(),
            name: "web-7d".to_owned(),
            node: "ip-1".to_owned(),
            phase: "Running".to_owned(),
            ..Pod::default()
        }],
        budgets: vec![DisruptionBudget {
            namespace: "shop".to_owned(),
            name: "web".to_owned(),
            selector: Some(LabelSelector::default()),
            allowed,
            healthy: 2,
            desired: 2,
            expected: 2,
        }],
    }
}

fn reason(issues: &[Issue], drain: Option<Drain>) -> String {
    let evidence = Evidence {
        drain,
        ..Evidence::default()
    };
    explain(HEADLINE, issues, &evidence, IssueKind::Update, 4000)
}

#[test]
fn the_pods_and_budgets_are_the_most_likely_cause_and_bring_their_remedy() {
    let free = issue("InsufficientFreeAddresses", "x", &[]);
    for issues in [vec![eviction()], vec![free, eviction()]] {
        let found = reason(&issues, Some(drain(0)));
        let expected = "Most likely: Pods keep their old nodes from being drained: pod shop/web-7d on ip-1: \
                        PodDisruptionBudget shop/web allows no disruption (2 healthy, 2 required). What to do: Scale \
                        the workload up, or raise the budget's maxUnavailable or lower its minAvailable, then deploy \
                        again. Or set ForceUpdateEnabled: true to go on regardless.";
        assert!(found.contains(expected), "{found}");
        assert!(!found.contains("kubectl get pdb"), "{found}");
        assert!(found.contains("PodEvictionFailure: Reached max retries"), "{found}");
    }
}

#[test]
fn without_something_that_blocks_nothing_changes() {
    let plain = reason(&[eviction()], None);
    assert!(
        plain.contains("Most likely: A pod couldn't be moved off its old node"),
        "{plain}"
    );
    assert_eq!(reason(&[eviction()], Some(drain(1))), plain);
}

#[test]
fn of_another_error_it_is_no_cause() {
    let other = || vec![issue("IpNotAvailable", "x", &[])];
    assert_eq!(reason(&other(), Some(drain(0))), reason(&other(), None));
}
