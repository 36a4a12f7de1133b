use super::*;

const BUDGET: &str = "PodDisruptionBudget shop/web allows no disruption (2 healthy, 2 required)";
const REMEDY: &str = "Scale the workload up, or raise the budget's maxUnavailable or lower its minAvailable, then \
                      deploy again. Or set ForceUpdateEnabled: true to go on regardless.";

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// A pod of the web shop on the node that is drained.
fn pod(name: &str) -> Pod {
    Pod {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        node: "ip-1".to_owned(),
        labels: labels(&[("app", "web")]),
        controller: Some(("ReplicaSet".to_owned(), "web".to_owned())),
        phase: "Running".to_owned(),
        ..Pod::default()
    }
}

/// A budget for the web shop that allows nothing.
fn budget(name: &str) -> DisruptionBudget {
    DisruptionBudget {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        selector: Some(LabelSelector {
            match_labels: labels(&[("app", "web")]),
            match_expressions: vec![],
        }),
        allowed: 0,
        healthy: 2,
        desired: 2,
        expected: 2,
    }
}

fn ending(finalizers: &[&str]) -> Pod {
    Pod {
        terminating_since: Some("2026-01-01T00:00:00Z".to_owned()),
        finalizers: finalizers.iter().map(|&name| name.to_owned()).collect(),
        ..pod("web-1")
    }
}

fn drain(pods: Vec<Pod>, budgets: Vec<DisruptionBudget>) -> Drain {
    Drain {
        nodes: vec!["ip-1".to_owned(), "ip-2".to_owned()],
        pods,
        budgets,
    }
}

#[track_caller]
fn check(pods: Vec<Pod>, budgets: Vec<DisruptionBudget>, expected: Option<&str>) {
    let found = blocked(&drain(pods, budgets)).map(|blocked| blocked.what);
    assert_eq!(found.as_deref(), expected);
}

#[test]
fn a_budget_that_allows_nothing_holds_its_pods() {
    let other = Pod {
        node: "ip-2".to_owned(),
        ..pod("web-2")
    };
    check(
        vec![pod("web-1"), other],
        vec![budget("web")],
        Some(&format!("pods shop/web-1 on ip-1, shop/web-2 on ip-2: {BUDGET}")),
    );
    let sick = DisruptionBudget {
        healthy: 1,
        expected: 3,
        ..budget("web")
    };
    check(
        vec![pod("web-1")],
        vec![sick],
        Some("pod shop/web-1 on ip-1: PodDisruptionBudget shop/web allows no disruption (1 of 3 healthy, 2 required)"),
    );
}

#[test]
fn a_text_for_people_says_what_to_do() {
    let told = blocked_message(&drain(vec![pod("web-1")], vec![budget("web")]));
    let expected = format!("pod shop/web-1 on ip-1: {BUDGET}. What to do: {REMEDY}");
    assert_eq!(told, Some(expected));
}

#[test]
fn what_no_drain_waits_for_blocks_nothing() {
    let daemon = Some(("DaemonSet".to_owned(), "proxy".to_owned()));
    let phase = |phase: &str| Pod {
        phase: phase.to_owned(),
        ..pod("web-1")
    };
    let cases = [
        (
            "of a DaemonSet",
            Pod {
                controller: daemon,
                ..pod("web-1")
            },
        ),
        (
            "mirror",
            Pod {
                origin: PodOrigin::Mirror,
                ..pod("web-1")
            },
        ),
        (
            "on an open node",
            Pod {
                node: "ip-9".to_owned(),
                ..pod("web-1")
            },
        ),
        (
            "of another namespace",
            Pod {
                namespace: "other".to_owned(),
                ..pod("web-1")
            },
        ),
        ("succeeded", phase("Succeeded")),
        ("failed", phase("Failed")),
        ("not started", phase("Pending")),
    ];
    for (what, pod) in cases {
        assert_eq!(blocked_message(&drain(vec![pod], vec![budget("web")])), None, "{what}");
    }
    let roomy = DisruptionBudget {
        allowed: 1,
        ..budget("web")
    };
    check(vec![pod("web-1")], vec![roomy], None);
    check(vec![pod("web-1")], vec![], None);
}

#[test]
fn two_budgets_hold_a_pod_whatever_they_allow() {
    let roomy = |name: &str| DisruptionBudget {
        allowed: 1,
        ..budget(name)
    };
    let found = blocked(&drain(vec![pod("web-1")], vec![roomy("web"), roomy("all")])).unwrap();
    assert_eq!(
        found.what,
        "pod shop/web-1 on ip-1: the PodDisruptionBudgets shop/web, shop/all select it, and Kubernetes evicts no pod \
         that has more than one"
    );
    assert_eq!(
        found.remedy,
        "Leave no more than one PodDisruptionBudget that selects the pod. Or set ForceUpdateEnabled: true to \
         go on regardless."
    );
}

#[test]
fn a_pod_that_ends_and_stays_is_told_with_what_holds_it() {
    for (pod, expected, remedy) in [
        (ending(&["a/b", "c"]), "held by the finalizers a/b, c", FINALIZE),
        (
            ending(&[]),
            "ends slowly, by a long grace period or because its node doesn't answer",
            WAIT,
        ),
    ] {
        let found = blocked(&drain(vec![pod], vec![budget("web")])).unwrap();
        let who = "pod shop/web-1 on ip-1 (terminating, to be gone by 2026-01-01T00:00:00Z)";
        assert_eq!(found.what, format!("{who}: {expected}"));
        assert_eq!(found.remedy, remedy);
    }
}

#[test]
fn five_pods_are_named_by_what_holds_them_and_the_others_counted() {
    let many: Vec<Pod> = (1..=7).map(|number| pod(&format!("web-{number}"))).collect();
    let found = blocked(&drain(many[..6].to_vec(), vec![budget("web")])).unwrap();
    assert!(found.what.ends_with(
        "shop/web-5 on ip-1: PodDisruptionBudget shop/web allows no disruption (2 healthy, 2 required); and 1 more pod"
    ));
    let mixed = [many[..4].to_vec(), vec![ending(&["f"]), ending(&["f"]), ending(&["f"])]].concat();
    let found = blocked(&drain(mixed, vec![budget("web")])).unwrap();
    assert!(
        found.what.contains("pod shop/web-1 on ip-1 (terminating, "),
        "{}",
        found.what
    );
    assert!(
        found.what.ends_with("held by the finalizers f; and 2 more pods"),
        "{}",
        found.what
    );
    assert!(found.remedy.starts_with(LOOSEN) && found.remedy.contains(FINALIZE) && found.remedy.ends_with(FORCE));
}

#[test]
fn a_selector_selects_by_all_of_its_requirements() {
    let requirement = |key: &str, operator: &str, values: &[&str]| Requirement {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let pod = labels(&[("app", "web"), ("tier", "front")]);
    for (match_labels, match_expressions, expected) in [
        (labels(&[]), vec![], true),
        (labels(&[("app", "web")]), vec![], true),
        (labels(&[("app", "web"), ("tier", "back")]), vec![], false),
        (labels(&[]), vec![requirement("app", "In", &["x", "web"])], true),
        (labels(&[]), vec![requirement("app", "In", &["x"])], false),
        (labels(&[]), vec![requirement("none", "In", &["x"])], false),
        (labels(&[]), vec![requirement("app", "NotIn", &["x"])], true),
        (labels(&[]), vec![requirement("app", "NotIn", &["web"])], false),
        (labels(&[]), vec![requirement("none", "NotIn", &["web"])], true),
        (labels(&[]), vec![requirement("app", "Exists", &[])], true),
        (labels(&[]), vec![requirement("none", "Exists", &[])], false),
        (labels(&[]), vec![requirement("none", "DoesNotExist", &[])], true),
        (labels(&[]), vec![requirement("app", "DoesNotExist", &[])], false),
        (labels(&[]), vec![requirement("app", "Gt", &["1"])], false),
        (
            labels(&[("app", "web")]),
            vec![requirement("tier", "Exists", &[])],
            true,
        ),
        (labels(&[("app", "x")]), vec![requirement("tier", "Exists", &[])], false),
    ] {
        let selector = LabelSelector {
            match_labels,
            match_expressions,
        };
        assert_eq!(selector.selects(&pod), expected, "{selector:?}");
    }
    let of = |selector: Option<LabelSelector>| DisruptionBudget {
        selector,
        ..budget("web")
    };
    check(vec![super::tests::pod("web-1")], vec![of(None)], None);
    let all = format!("pod shop/web-1 on ip-1: {BUDGET}");
    check(
        vec![super::tests::pod("web-1")],
        vec![of(Some(LabelSelector::default()))],
        Some(&all),
    );
}
