//! From any state to any other, with a crash after each call.

use super::*;

/// States that a template may ask for, in any order.
fn states() -> Vec<Value> {
    vec![
        json!({}),
        json!({"ClusterAutoscaler": true}),
        json!({"ClusterAutoscaler": true, "Labels": {"a": "1", "b": "2"}, "SuspendProcesses": ["AZRebalance"]}),
        json!({"ClusterAutoscaler": true, "Labels": {"a": "other"}, "Taints": [{"Key": "t", "Effect": "NO_SCHEDULE"}]}),
        json!({"SuspendProcesses": ["AZRebalance", "HealthCheck"], "PropagateTags": true}),
        json!({"SuspendProcesses": ["HealthCheck"]}),
        json!({"ClusterAutoscaler": {"Resources": {"nvidia.com/gpu": "1"}},
            "Labels": (0..30).map(|n| (format!("l{n}"), json!("v"))).collect::<serde_json::Map<_, _>>()}),
    ]
}

/// Somebody else has set three tags: one with the wanted value, one with another value, and one that the function does
/// not want.
fn with_others() -> ScalingGroup {
    let mut live = fresh();
    live.tags.extend(map(&[
        (&format!("{TEMPLATE}label/a"), "1"),
        (&format!("{TEMPLATE}label/b"), "theirs"),
        ("their", "own"),
    ]));
    live.suspended = set(&["HealthCheck", "AlarmNotification"]);
    live
}

#[test]
fn done_is_done_and_undone_leaves_what_others_put() {
    for start in [fresh(), with_others()] {
        for first in states() {
            for second in states() {
                let mut live = start.clone();
                for state in [&first, &second] {
                    live = apply(&live, &steps_for(&spec(state), &live).steps);
                    assert_eq!(steps_for(&spec(state), &live).steps, vec![], "{first} {second}");
                }
                let nothing = spec(&json!({}));
                let end = apply(&live, &steps_for(&nothing, &live).steps);
                let mut expected = start.clone();
                // The function overwrote the tag, so it was the function's and was removed with the others.
                let overwritten = |label: &str, value: &str| {
                    [&first, &second]
                        .iter()
                        .any(|state| state["ClusterAutoscaler"] == true && state["Labels"][label] == value)
                };
                for (label, value) in [("a", "other"), ("b", "2")] {
                    if overwritten(label, value) {
                        expected.tags.remove(&format!("{TEMPLATE}label/{label}"));
                    }
                }
                assert_eq!(end, expected, "{first} {second}");
                assert_eq!(steps_for(&nothing, &end).steps, vec![]);
            }
        }
    }
}

#[test]
fn a_crash_between_two_calls_leaves_nothing_that_is_not_taken_back() {
    for first in states() {
        for second in states() {
            let before = apply(&fresh(), &steps_for(&spec(&first), &fresh()).steps);
            let calls = steps_for(&spec(&second), &before).steps;
            for done in 0..=calls.len() {
                let crashed = apply(&before, &calls[..done]);
                let nothing = spec(&json!({}));
                let end = apply(&crashed, &steps_for(&nothing, &crashed).steps);
                assert_eq!(end, fresh(), "{first} {second}, {done} calls done");
            }
        }
    }
}

#[test]
fn only_what_we_wrote_is_claimed() {
    let asked = spec(&json!({"ClusterAutoscaler": true, "Labels": {"a": "1", "b": "2"}}));
    let live = apply(&with_others(), &steps_for(&asked, &with_others()).steps);
    let (a, b) = (format!("{TEMPLATE}label/a"), format!("{TEMPLATE}label/b"));
    assert_eq!(live.tags[&b], "2");
    let end = apply(&live, &steps_for(&spec(&json!({})), &live).steps);
    assert_eq!(end.tags.get(&a).map(String::as_str), Some("1"));
    assert_eq!((end.tags.get(&b), end.tags.contains_key("their")), (None, true));
}

#[test]
fn a_process_that_others_suspended_is_neither_claimed_nor_resumed() {
    let asked = spec(&json!({"SuspendProcesses": ["AZRebalance", "HealthCheck"]}));
    let found = steps_for(&asked, &with_others()).steps;
    let mark = map(&[(SUSPENDED_MARK, "AZRebalance")]);
    assert_eq!(
        found,
        [ScalingStep::Tag(mark), ScalingStep::Suspend(set(&["AZRebalance"]))]
    );
    let live = apply(&with_others(), &found);
    let found = steps_for(&spec(&json!({})), &live).steps;
    assert_eq!(
        found,
        [
            ScalingStep::Resume(set(&["AZRebalance"])),
            ScalingStep::Untag(set(&[SUSPENDED_MARK]))
        ]
    );
}

#[test]
fn a_process_that_somebody_resumed_is_suspended_again() {
    let asked = spec(&json!({"SuspendProcesses": ["AZRebalance"]}));
    let mut live = apply(&fresh(), &steps_for(&asked, &fresh()).steps);
    live.suspended.clear();
    let found = steps_for(&asked, &live).steps;
    assert_eq!(found, [ScalingStep::Suspend(set(&["AZRebalance"]))]);
}

#[test]
fn the_mark_comes_with_the_first_tags_and_goes_with_the_last() {
    let asked = spec(&states()[6]);
    let found = steps_for(&asked, &fresh()).steps;
    assert_eq!(found.len(), 2);
    let ScalingStep::Tag(first) = &found[0] else {
        panic!("{found:?}")
    };
    // 34 tags of four letters each.
    assert_eq!((first.len(), first[TAGS_MARK].len()), (25, 34 * 4));
    let live = apply(&fresh(), &found);
    let found = steps_for(&spec(&json!({})), &live).steps;
    assert_eq!(found.len(), 2);
    let ScalingStep::Untag(last) = &found[1] else {
        panic!("{found:?}")
    };
    assert!(last.contains(TAGS_MARK));
}

/// Later versions read the mark too.
#[test]
fn the_mark_is_pinned() {
    assert_eq!(marks::of_tags(["team"].into_iter()), "yosi");
    let both = marks::of_tags(["a", "team"].into_iter());
    assert_eq!(both, marks::of_tags(["team", "a", "a"].into_iter()));
    assert_eq!(both.len(), 8);
}

#[test]
fn what_the_service_set_is_never_removed_whatever_the_mark_says() {
    let mut live = fresh();
    let all: Vec<String> = live.tags.keys().cloned().collect();
    let mark = marks::of_tags(all.iter().map(String::as_str));
    live.tags.insert(TAGS_MARK.to_owned(), mark);
    let found = steps_for(&spec(&json!({})), &live).steps;
    assert_eq!(found, [ScalingStep::Untag(set(&[TAGS_MARK]))]);
}
