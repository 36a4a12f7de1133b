mod order;

use serde_json::{Value, json};

use super::*;
use crate::decide::change::ScalingChange;
use crate::decide::desired::StackTags;
use crate::nodegroup::group::LiveLaunchTemplate;
use crate::nodegroup::ownership::{Owner, REPLACES_TAG};
use crate::nodegroup::request_order::RequestOrder;
use crate::properties::scaling::LiveScaling;
use crate::properties::settings::{NodeRepair, TaintEffect};
use crate::properties::validate::tests::{properties, spec_of};

fn owner() -> Owner {
    Owner::of_stack("stack", "Nodes")
}

/// The group `c/n` that a template with these changes wants.
pub fn desired(changes: &Value) -> Desired {
    let spec = spec_of(&properties(changes));
    let mut tags = spec.tags.clone();
    tags.extend(owner().tags());
    Desired {
        name: "n".to_owned(),
        owner: owner(),
        tags,
        stack_tags: StackTags::Known,
        removed_tags: BTreeSet::new(),
        dropped: BTreeSet::new(),
        desired_size: DesiredSize::Live,
        direction: Direction::Forward,
        purpose: Purpose::Update,
        current_id: Some("c/n".to_owned()),
        sent: None,
        order: RequestOrder::OneByOne,
        launch_template_version: spec.launch_template.as_ref().map(|_| "2".to_owned()),
        spec,
    }
}

/// The group that a bare template makes.
pub fn live() -> NodeGroup {
    NodeGroup {
        cluster: "c".to_owned(),
        name: "n".to_owned(),
        status: crate::nodegroup::group::Status::Active,
        version: "1.33".to_owned(),
        release_version: "1.33.1-20260101".to_owned(),
        ami_type: "AL2023_x86_64_STANDARD".into(),
        scaling: LiveScaling {
            min: 2,
            max: 4,
            desired: 4,
        },
        tags: owner().tags(),
        launch_template: Some(LiveLaunchTemplate {
            id: "lt-1".to_owned(),
            name: "c/n".to_owned(),
            version: "1".to_owned(),
        }),
        ..NodeGroup::default()
    }
}

fn target() -> GroupTarget {
    live().target()
}

fn version(version: Option<&str>, release: Option<&str>) -> Step {
    Step::UpdateVersion(
        target(),
        Box::new(VersionChange {
            version: version.map(str::to_owned),
            release_version: release.map(str::to_owned),
            launch_template: None,
            force: ForceUpdate::No,
        }),
    )
}

#[track_caller]
fn check(changes: &Value, expected: &[Step]) {
    assert_eq!(
        plan(&desired(changes), &live(), None).unwrap(),
        Plan {
            steps: expected.to_vec(),
            warnings: vec![]
        },
        "{changes}"
    );
}

#[test]
fn what_is_so_needs_no_step() {
    check(&json!({}), &[]);
    check(
        &json!({"Version": "1.33", "ReleaseVersion": "1.33.1-20260101", "ScalingConfig": {"MinSize": 2, "MaxSize": 4, "DesiredSize": 3}}),
        &[],
    );
}

#[test]
fn steps_come_in_the_order_the_service_takes_them() {
    let changes = json!({"Tags": {"t": "1"}, "Version": "1.34", "Labels": {"a": "b"}});
    let kinds: Vec<StepKind> = plan(&desired(&changes), &live(), None)
        .unwrap()
        .steps
        .iter()
        .map(Step::kind)
        .collect();
    assert_eq!(kinds, [StepKind::Tag, StepKind::UpdateVersion, StepKind::UpdateConfig]);
}

#[test]
fn versions_go_up_only() {
    check(&json!({"Version": "1.34"}), &[version(Some("1.34"), None)]);
    check(
        &json!({"ReleaseVersion": "1.33.1-20260301"}),
        &[version(Some("1.33"), Some("1.33.1-20260301"))],
    );
    check(&json!({"ReleaseVersion": "latest"}), &[version(Some("1.33"), None)]);
    for (changes, property) in [
        (json!({"Version": "1.32"}), "Version"),
        (json!({"ReleaseVersion": "1.33.1-20251201"}), "ReleaseVersion"),
    ] {
        let refusal = plan(&desired(&changes), &live(), None).unwrap_err().to_string();
        assert!(
            refusal.starts_with(&format!("{property}: ")) && refusal.contains("c/n runs"),
            "{refusal}"
        );
        let rolling_back = Desired {
            direction: Direction::RollingBack,
            ..desired(&changes)
        };
        let plan = plan(&rolling_back, &live(), None).unwrap();
        assert_eq!((plan.steps.len(), plan.warnings.len()), (0, 1), "{changes}");
    }
}

#[test]
fn a_custom_ami_is_updated_without_a_version() {
    let custom = NodeGroup {
        ami_type: "CUSTOM".into(),
        ..live()
    };
    let template = TemplateVersion {
        identity: LaunchTemplateIdentity::Name("t".to_owned()),
        version: Some("2".to_owned()),
    };
    let steps = plan(
        &desired(&json!({"LaunchTemplate": {"Name": "t"}})),
        &custom,
        Some(&template),
    )
    .unwrap()
    .steps;
    let expected = VersionChange {
        version: None,
        release_version: None,
        launch_template: Some((LaunchTemplateIdentity::Name("t".to_owned()), "2".to_owned())),
        force: ForceUpdate::No,
    };
    assert_eq!(steps, [Step::UpdateVersion(target(), Box::new(expected))]);
}

/// Along with a new version of the launch template, EKS would take the newest release.
#[test]
fn a_roll_for_something_else_keeps_the_release_that_is_stated() {
    let template = TemplateVersion {
        identity: LaunchTemplateIdentity::Id("lt-1".to_owned()),
        version: Some("2".to_owned()),
    };
    for (changes, direction, expected) in [
        (json!({}), Direction::Forward, None),
        (json!({"ReleaseVersion": "latest"}), Direction::Forward, None),
        (
            json!({"ReleaseVersion": "1.33.1-20260101"}),
            Direction::Forward,
            Some("1.33.1-20260101"),
        ),
        (
            json!({"ReleaseVersion": "1.33.1-20260301"}),
            Direction::Forward,
            Some("1.33.1-20260301"),
        ),
        (
            json!({"ReleaseVersion": "1.33.1-20251201"}),
            Direction::RollingBack,
            Some("1.33.1-20260101"),
        ),
    ] {
        let desired = Desired {
            direction,
            ..desired(&changes)
        };
        let steps = plan(&desired, &live(), Some(&template)).unwrap().steps;
        let [Step::UpdateVersion(_, change)] = steps.as_slice() else {
            panic!("{changes}: {steps:?}")
        };
        assert_eq!(change.release_version.as_deref(), expected, "{changes}");
    }
}

/// An autoscaler may change the size at the same moment.
#[test]
fn bounds_move_alone_where_the_size_is_within_them() {
    let scaling = |min, max, desired| {
        Step::UpdateConfig(
            target(),
            Box::new(ConfigChange {
                scaling: Some(ScalingChange { min, max, desired }),
                ..ConfigChange::default()
            }),
        )
    };
    check(&json!({"ScalingConfig": {"MinSize": 3}}), &[scaling(3, 4, None)]);
    check(&json!({"ScalingConfig": {"MaxSize": 3}}), &[scaling(2, 3, Some(3))]);
}

#[test]
fn labels_and_taints_are_deltas() {
    let taint = |value: &str, effect| Taint {
        key: "k".to_owned(),
        effect,
        value: value.to_owned(),
    };
    let labels = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())].into();
    let taints = [taint("v", TaintEffect::NoSchedule), taint("v", TaintEffect::NoExecute)].into();
    let live = NodeGroup {
        labels,
        taints,
        ..live()
    };
    let changes =
        json!({"Labels": {"a": "1", "c": "3"}, "Taints": [{"Key": "k", "Value": "w", "Effect": "NoSchedule"}]});
    let expected = ConfigChange {
        set_labels: [("c".to_owned(), "3".to_owned())].into(),
        remove_labels: ["b".to_owned()].into(),
        set_taints: [taint("w", TaintEffect::NoSchedule)].into(),
        remove_taints: [taint("v", TaintEffect::NoExecute)].into(),
        ..ConfigChange::default()
    };
    assert_eq!(
        plan(&desired(&changes), &live, None).unwrap().steps,
        [Step::UpdateConfig(target(), Box::new(expected))]
    );
}

#[test]
fn a_removed_repair_configuration_is_switched_off() {
    let live = NodeGroup {
        node_repair: NodeRepair {
            enabled: true,
            ..NodeRepair::default()
        },
        ..live()
    };
    let expected = ConfigChange {
        node_repair: Some(NodeRepair::default()),
        ..ConfigChange::default()
    };
    assert_eq!(
        plan(&desired(&json!({})), &live, None).unwrap().steps,
        [Step::UpdateConfig(target(), Box::new(expected))]
    );
}

#[test]
fn only_the_templates_own_tags_are_removed() {
    let mut live = live();
    live.tags.extend([
        ("mine".to_owned(), "1".to_owned()),
        ("somebody's".to_owned(), "2".to_owned()),
    ]);
    let desired = Desired {
        removed_tags: ["mine".to_owned(), "gone".to_owned()].into(),
        ..desired(&json!({}))
    };
    assert_eq!(
        plan(&desired, &live, None).unwrap().steps,
        [Step::Untag(target(), ["mine".to_owned()].into())]
    );
}

/// Until CloudFormation names the group, it may not have read the response that reported it. The tag stays, since a
/// rollback follows it.
#[test]
fn a_replacement_is_confirmed_by_the_first_request_that_names_it() {
    let mut live = live();
    for (mark, current, expected) in [
        ("c/old", Some("c/old"), None),
        ("c/old", Some("c/n"), Some("c/old confirmed")),
        ("c/old confirmed", Some("c/n"), None),
        ("c/old", None, None),
    ] {
        live.tags.insert(REPLACES_TAG.to_owned(), mark.to_owned());
        let desired = Desired {
            current_id: current.map(str::to_owned),
            ..desired(&json!({}))
        };
        let steps = plan(&desired, &live, None).unwrap().steps;
        let tag = |value: &str| Step::Tag(target(), [(REPLACES_TAG.to_owned(), value.to_owned())].into());
        let expected: Vec<Step> = expected.map(tag).into_iter().collect();
        assert_eq!(steps, expected, "{mark} {current:?}");
    }
}

/// The inherited tags of the running group stand in for tags that the function cannot read.
#[test]
fn unknown_stack_tags_are_no_empty_tags() {
    let mut live = live();
    let inherited = [
        ("team", "a"),
        ("mine", "old"),
        ("aws:cloudformation:x", "b"),
        ("managed-node-group:x", "c"),
    ];
    live.tags
        .extend(inherited.map(|(key, value)| (key.to_owned(), value.to_owned())));
    for (stack_tags, expected) in [(StackTags::Known, None), (StackTags::Unknown, Some("a"))] {
        let mut desired = Desired {
            stack_tags,
            removed_tags: ["mine".to_owned()].into(),
            ..desired(&json!({}))
        };
        let own = desired.tags.len();
        desired.inherit(&live.tags);
        assert_eq!(desired.tags.get("team").map(String::as_str), expected, "{stack_tags:?}");
        assert_eq!(desired.tags.len(), own + expected.iter().count(), "{stack_tags:?}");
    }
}
