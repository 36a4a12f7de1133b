use proptest::prelude::*;

use crate::diagnosis::{Activity, Console, Evidence, IssueKind, catalogue, causes, explain};
use crate::nodegroup::group::Issue;
use crate::workload::drain::{Drain, Pod};

/// Any text, and often one that the catalogue knows.
fn text() -> impl Strategy<Value = String> {
    let examples: Vec<&str> = catalogue::rows().map(|row| row.explanation.example).collect();
    let known = proptest::sample::select(examples).prop_map(str::to_owned);
    let signed = Just("https://x.amazonaws.com/?X-Amz-Signature=geheim".to_owned());
    let parts = prop_oneof![".*", "\\PC{0,80}", known, signed, Just("\u{1b}[31m".to_owned())];
    proptest::collection::vec(parts, 0..5).prop_map(|parts| parts.join("\n"))
}

fn issue() -> impl Strategy<Value = Issue> {
    let codes: Vec<&str> = catalogue::rows().map(|row| row.explanation.code).collect();
    let code = prop_oneof![proptest::sample::select(codes).prop_map(str::to_owned), "\\PC{0,20}"];
    let resources = proptest::collection::vec("\\PC{0,20}", 0..4);
    (code, text(), resources).prop_map(|(code, message, resources)| Issue {
        code,
        message,
        resources,
    })
}

fn activity() -> impl Strategy<Value = Activity> {
    (text(), text(), text()).prop_map(|(description, message, cause)| Activity {
        status: "Failed".to_owned(),
        description,
        message,
        cause,
    })
}

/// A pod with a long name that blocks the drain.
fn drain() -> impl Strategy<Value = Option<Drain>> {
    let pod = "\\PC{0,300}".prop_map(|name| Pod {
        name,
        terminating_since: Some("2026-01-01T00:00:00Z".to_owned()),
        ..Pod::default()
    });
    let drain = proptest::collection::vec(pod, 0..8).prop_map(|pods| Drain {
        nodes: vec![String::new()],
        pods,
        ..Drain::default()
    });
    proptest::option::of(drain)
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let console = proptest::option::of(("\\PC{0,20}", text()).prop_map(|(instance, text)| Console { instance, text }));
    let texts = || proptest::collection::vec(text(), 0..3);
    let parts = (
        proptest::collection::vec(activity(), 0..4),
        console,
        texts(),
        texts(),
        drain(),
    );
    parts.prop_map(|(activities, console, preflight, unread, drain)| Evidence {
        activities,
        console,
        preflight,
        drain,
        unread,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_reason_keeps_to_its_limit_and_has_the_first_cause_whole(
        headline in "\\PC{0,60}",
        issues in proptest::collection::vec(issue(), 0..8),
        evidence in evidence(),
        kind in proptest::sample::select(vec![IssueKind::Health, IssueKind::Update]),
        limit in 0usize..5000,
    ) {
        let reason = explain(&headline, &issues, &evidence, kind, limit);
        prop_assert!(reason.len() <= limit);
        prop_assert!(!reason.contains("geheim"), "{}", reason);
        let first = causes::ranked(&issues, &evidence, kind).first().map(|cause| cause.as_first());
        if let Some(first) = first.filter(|first| headline.len() + ": ".len() + first.len() <= limit) {
            prop_assert!(reason.contains(&first), "{first} in {reason}");
        }
    }
}
