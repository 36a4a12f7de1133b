//! At most fifty tags, and none longer than a tag can be.

use super::*;

/// A group with this many tags of others, in addition to those of EKS.
fn crowded(others: usize) -> ScalingGroup {
    let mut live = fresh();
    live.tags
        .extend((0..others).map(|number| (format!("other-{number:02}"), "x".to_owned())));
    live
}

fn many_labels(count: usize) -> Value {
    (0..count)
        .map(|number| (format!("l{number:02}"), json!("v")))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The group after all steps, with the wanted tags that fit, and the warnings.
fn settled(spec: &Spec, live: &ScalingGroup) -> (ScalingGroup, Vec<String>) {
    let found = steps_for(spec, live);
    let after = apply(live, &found.steps);
    let again = steps_for(spec, &after);
    assert_eq!(again.steps, vec![], "after {:?}", found.steps);
    assert_eq!(again.warnings, found.warnings);
    (after, found.warnings)
}

#[test]
fn what_has_no_room_is_the_least_important_and_is_told() {
    let asked = spec(
        &json!({"ClusterAutoscaler": {"Options": {"scaledownunneededtime": "10m"}}, "Labels": many_labels(3),
        "Taints": [{"Key": "t", "Effect": "NO_SCHEDULE"}], "PropagateTags": true}),
    );
    // In addition to EKS's five tags: a mark, a taint, a resource, five labels, an option and two of the owner's.
    for (others, lacking) in [
        (34, vec![]),
        (35, vec!["team"]),
        (36, vec!["managed-node-group:logical-id", "team"]),
        (
            37,
            vec![
                "autoscaling-options/scaledownunneededtime",
                "managed-node-group:logical-id",
                "team",
            ],
        ),
        (38, vec!["label/l02", "autoscaling-options/scaledownunneededtime"]),
        (43, vec!["resources/ephemeral-storage"]),
        (44, vec!["taint/t", "resources/ephemeral-storage"]),
        (45, vec!["taint/t", "resources/ephemeral-storage"]),
    ] {
        let (after, warnings) = settled(&asked, &crowded(others));
        assert_eq!(
            warnings.len(),
            usize::from(!lacking.is_empty()),
            "{others}: {warnings:?}"
        );
        let has = |key: &str| after.tags.contains_key(key) || after.tags.contains_key(&format!("{TEMPLATE}{key}"));
        for key in &lacking {
            assert!(!has(key) && warnings[0].contains(key), "{others} {key}: {warnings:?}");
        }
        assert_eq!(has("taint/t"), !lacking.contains(&"taint/t"), "{others}");
    }
}

#[test]
fn a_warning_names_five_tags_and_counts_the_others() {
    let asked = spec(&json!({"ClusterAutoscaler": true, "Labels": many_labels(48)}));
    let (after, warnings) = settled(&asked, &fresh());
    assert_eq!(after.tags.len(), 50);
    assert_eq!(after.tags[TAGS_MARK].len(), 44 * 4);
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains("/label/l45 and 2 more; remove tags of others"),
        "{warnings:?}"
    );
    assert!(warnings[0].starts_with("The Auto Scaling group eks-n-1 has room for 50 tags"));
    let asked = spec(&json!({"ClusterAutoscaler": true, "Labels": many_labels(50)}));
    let (_, warnings) = settled(&asked, &crowded(5));
    assert!(warnings[0].contains(" and 9 more; remove"), "{warnings:?}");
}

#[test]
fn a_change_of_all_tags_never_needs_more_room_than_there_is() {
    let (old, new) = (
        spec(&json!({"ClusterAutoscaler": true, "Labels": many_labels(40)})),
        spec(&json!({"ClusterAutoscaler": true, "Labels": {"only": "one"},
            "Taints": (0..40).map(|n| json!({"Key": format!("t{n}"), "Effect": "NO_SCHEDULE"})).collect::<Vec<_>>()})),
    );
    let (full, _) = settled(&old, &fresh());
    let (after, _) = settled(&new, &full);
    assert!(after.tags.contains_key(&format!("{TEMPLATE}taint/t39")));
    assert!(!after.tags.contains_key(&format!("{TEMPLATE}label/l00")));
}

/// A tag of somebody else has another value than the wanted one. It keeps its slot if the function leaves the wanted
/// tag out, and frees it if the function overwrites the tag.
#[test]
fn tags_of_others_that_are_wanted_otherwise_are_counted_right() {
    let asked = spec(&json!({"ClusterAutoscaler": true, "Labels": many_labels(4)}));
    for others in 30..=45 {
        for taken in 0..4 {
            let mut live = crowded(others);
            let key = format!("{TEMPLATE}label/l{taken:02}");
            if live.tags.len() < 50 {
                live.tags.insert(key.clone(), "theirs".to_owned());
            }
            let (after, warnings) = settled(&asked, &live);
            let is_named = warnings.iter().any(|warning| warning.contains(&key));
            let kept = after.tags.get(&key).is_some_and(|value| value == "theirs");
            assert!(!kept || is_named || warnings[0].contains("more"), "{others} {taken}");
        }
    }
}

#[test]
fn what_is_too_long_for_a_tag_is_left_out_and_told() {
    let long = "k".repeat(63);
    let domain = format!("{}.example.com", "d".repeat(60));
    let (fits, too_long) = ("f".repeat(63), format!("{domain}/{long}"));
    let asked = spec(&json!({"ClusterAutoscaler": true, "Labels": {fits.clone(): "v", too_long.clone(): "v"}}));
    let (after, warnings) = settled(&asked, &fresh());
    assert!(after.tags.contains_key(&format!("{TEMPLATE}label/{fits}")));
    assert!(!after.tags.contains_key(&format!("{TEMPLATE}label/{too_long}")));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains(&too_long) && warnings[0].contains("at most 128 characters"));
}

#[test]
fn a_process_is_suspended_only_where_the_mark_has_room() {
    let asked = spec(&json!({"SuspendProcesses": ["AZRebalance"]}));
    let (after, warnings) = settled(&asked, &crowded(44));
    assert_eq!((after.suspended, warnings.len()), (set(&["AZRebalance"]), 0));
    let (after, warnings) = settled(&asked, &crowded(45));
    assert_eq!(after, crowded(45));
    assert!(
        warnings[0].starts_with("SuspendProcesses: nothing was suspended"),
        "{warnings:?}"
    );
}
