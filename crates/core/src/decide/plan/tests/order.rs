//! The order of the steps if the pace of rolling updates changes together with what is rolled.

use serde_json::{Value, json};

use super::*;
use crate::decide::plan::StepKind::{Tag, Untag, UpdateConfig, UpdateVersion};
use crate::properties::settings::{Amount, UpdateSettings, UpdateStrategy};

fn kinds(wanted: &Value, nodes: i32, running: UpdateSettings) -> Vec<StepKind> {
    let mut live = live();
    live.scaling = LiveScaling {
        min: 0,
        max: 100,
        desired: nodes,
    };
    live.update_settings = running;
    let changes = json!({"Version": "1.34", "UpdateConfig": wanted});
    let steps = plan(&desired(&changes), &live, None).unwrap().steps;
    steps.iter().map(Step::kind).collect()
}

#[test]
fn what_loosens_goes_before_the_roll_and_what_tightens_goes_after_it() {
    let at = |unavailable, strategy| UpdateSettings { unavailable, strategy };
    let (one, five, half) = (Amount::Nodes(1), Amount::Nodes(5), Amount::Percentage(50));
    let (default, minimal) = (UpdateStrategy::Default, UpdateStrategy::Minimal);
    let (before, after) = ([UpdateConfig, UpdateVersion], [UpdateVersion, UpdateConfig]);
    for (wanted, nodes, running, expected) in [
        (json!({"MaxUnavailable": 5}), 20, at(one, default), &before[..]),
        (json!({"MaxUnavailable": 1}), 20, at(five, default), &after),
        // A missing setting means one node at a time.
        (json!({}), 20, at(five, default), &after),
        (json!({}), 20, at(one, default), &[UpdateVersion]),
        // For few nodes a percentage is less than a number of nodes, for many it is more.
        (json!({"MaxUnavailablePercentage": 50}), 8, at(five, default), &after),
        (json!({"MaxUnavailablePercentage": 50}), 10, at(five, default), &after),
        (json!({"MaxUnavailablePercentage": 50}), 12, at(five, default), &before),
        (json!({"MaxUnavailable": 5}), 8, at(half, default), &before),
        (json!({"MaxUnavailable": 5}), 12, at(half, default), &after),
        // EKS replaces at least one node at a time.
        (json!({"MaxUnavailablePercentage": 1}), 3, at(one, default), &after),
        // The roll shall use the strategy that the template asks for, whichever it is.
        (json!({"UpdateStrategy": "MINIMAL"}), 20, at(one, default), &before),
        (json!({}), 20, at(one, minimal), &before),
        (
            json!({"MaxUnavailable": 1, "UpdateStrategy": "MINIMAL"}),
            20,
            at(five, default),
            &before,
        ),
    ] {
        assert_eq!(kinds(&wanted, nodes, running), expected, "{wanted} {nodes} {running:?}");
    }
}

/// A configuration change that does not change the pace follows the roll.
#[test]
fn what_does_not_change_the_pace_goes_after_the_roll() {
    let changes = json!({"Version": "1.34", "Labels": {"a": "b"}, "ScalingConfig": {"MinSize": 1, "MaxSize": 9}});
    let steps = plan(&desired(&changes), &live(), None).unwrap().steps;
    let kinds: Vec<StepKind> = steps.iter().map(Step::kind).collect();
    assert_eq!(kinds, [UpdateVersion, UpdateConfig]);
}

#[test]
fn tags_stay_the_first_and_the_last() {
    let mut live = live();
    live.tags.insert("mine".to_owned(), "1".to_owned());
    let wanted = Desired {
        removed_tags: ["mine".to_owned()].into(),
        ..desired(&json!({"Tags": {"t": "1"}, "Version": "1.34", "UpdateConfig": {"MaxUnavailable": 2}}))
    };
    let steps = plan(&wanted, &live, None).unwrap().steps;
    let kinds: Vec<StepKind> = steps.iter().map(Step::kind).collect();
    assert_eq!(kinds, [Tag, UpdateConfig, UpdateVersion, Untag]);
}
