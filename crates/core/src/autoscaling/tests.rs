mod tag_limit;
mod transitions;

use serde_json::{Value, json};

use super::*;
use crate::node::instance_type::{Accelerator, Architecture};
use crate::properties::validate::tests::{properties, spec_of};

const TEMPLATE: &str = "k8s.io/cluster-autoscaler/node-template/";

fn spec(changes: &Value) -> Spec {
    spec_of(&properties(changes))
}

fn group() -> NodeGroup {
    NodeGroup {
        name: "n".to_owned(),
        ami_type: "AL2023_x86_64_STANDARD".into(),
        capacity_type: "SPOT".to_owned(),
        ..NodeGroup::default()
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The Auto Scaling group as EKS creates it for a cluster `c`.
fn fresh() -> ScalingGroup {
    ScalingGroup {
        name: "eks-n-1".to_owned(),
        tags: map(&[
            ("eks:cluster-name", "c"),
            ("eks:nodegroup-name", "n"),
            ("k8s.io/cluster-autoscaler/enabled", "true"),
            ("k8s.io/cluster-autoscaler/c", "owned"),
            ("kubernetes.io/cluster/c", "owned"),
        ]),
        suspended: BTreeSet::new(),
    }
}

fn owner_tags() -> BTreeMap<String, String> {
    map(&[
        ("team", "blue"),
        ("managed-node-group:logical-id", "Nodes"),
        ("aws:x", "y"),
    ])
}

fn steps_for(spec: &Spec, live: &ScalingGroup) -> Steps {
    steps(spec, &owner_tags(), &group(), &[], live)
}

/// The group after all calls. Each call must be one that Auto Scaling accepts.
fn apply(live: &ScalingGroup, steps: &[ScalingStep]) -> ScalingGroup {
    let mut live = live.clone();
    for step in steps {
        apply_one(&mut live, step);
    }
    live
}

fn apply_one(live: &mut ScalingGroup, step: &ScalingStep) {
    match step {
        ScalingStep::Tag(tags) => {
            assert!(!tags.is_empty() && tags.len() <= 25, "{step:?}");
            live.tags.extend(tags.clone());
            assert!(live.tags.len() <= 50, "{} tags", live.tags.len());
        }
        ScalingStep::Untag(keys) => {
            assert!(!keys.is_empty() && keys.len() <= 25, "{step:?}");
            live.tags.retain(|key, _| !keys.contains(key));
        }
        ScalingStep::Suspend(names) => live.suspended.extend(names.clone()),
        ScalingStep::Resume(names) => live.suspended.retain(|name| !names.contains(name)),
    }
}

/// What the group gets in addition to EKS's tags and the function's marks. The keys lack their common prefix.
fn put(spec: &Spec, group: &NodeGroup) -> (BTreeMap<String, String>, Vec<String>) {
    let found = steps(spec, &owner_tags(), group, &[], &fresh());
    let live = apply(&fresh(), &found.steps);
    let new = live
        .tags
        .into_iter()
        .filter(|(key, _)| !fresh().tags.contains_key(key) && !marks::is_mark(key));
    let short = |key: String| key.strip_prefix(TEMPLATE).map(str::to_owned).unwrap_or(key);
    (new.map(|(key, value)| (short(key), value)).collect(), found.warnings)
}

#[track_caller]
fn check(changes: &Value, expected: &[(&str, &str)]) {
    let (found, warnings) = put(&spec(changes), &group());
    assert_eq!(found, map(expected), "{changes}");
    assert_eq!(warnings, Vec::<String>::new(), "{changes}");
}

const CAPACITY: (&str, &str) = ("label/eks.amazonaws.com/capacityType", "SPOT");
const NAME: (&str, &str) = ("label/eks.amazonaws.com/nodegroup", "n");
const STORAGE: (&str, &str) = ("resources/ephemeral-storage", "20Gi");

#[test]
fn each_thing_that_the_autoscaler_is_to_know_has_its_tag() {
    check(&json!({}), &[]);
    check(&json!({"ClusterAutoscaler": true}), &[CAPACITY, NAME, STORAGE]);
    check(
        &json!({"ClusterAutoscaler": true, "Labels": {"team": "ml", "bare": ""}, "DiskSize": 100}),
        &[
            CAPACITY,
            NAME,
            ("label/team", "ml"),
            ("label/bare", ""),
            ("resources/ephemeral-storage", "100Gi"),
        ],
    );
    check(
        &json!({"ClusterAutoscaler": true, "Taints": [{"Key": "t", "Value": "v", "Effect": "NO_SCHEDULE"},
                {"Key": "u", "Effect": "NO_EXECUTE"}]}),
        &[
            CAPACITY,
            NAME,
            STORAGE,
            ("taint/t", "v:NoSchedule"),
            ("taint/u", ":NoExecute"),
        ],
    );
    check(
        &json!({"ClusterAutoscaler": {"Resources": {"ephemeral-storage": "90Gi", "nvidia.com/gpu": "4"},
                "Options": {"scaledownunneededtime": "10m"}}}),
        &[
            CAPACITY,
            NAME,
            ("resources/ephemeral-storage", "90Gi"),
            ("resources/nvidia.com/gpu", "4"),
            ("autoscaling-options/scaledownunneededtime", "10m"),
        ],
    );
    check(
        &json!({"ClusterAutoscaler": true, "LaunchTemplate": {"Id": "lt-1", "Version": 1}}),
        &[CAPACITY, NAME],
    );
    check(
        &json!({"PropagateTags": true}),
        &[("team", "blue"), ("managed-node-group:logical-id", "Nodes")],
    );
}

#[test]
fn of_windows_its_larger_disk_and_its_name_are_told() {
    let windows = NodeGroup {
        ami_type: "WINDOWS_CORE_2022_x86_64".into(),
        ..group()
    };
    let (found, _) = put(&spec(&json!({"ClusterAutoscaler": true})), &windows);
    assert_eq!(found["resources/ephemeral-storage"], "50Gi");
    assert_eq!(found["label/kubernetes.io/os"], "windows");
}

#[test]
fn of_two_effects_of_one_taint_the_stronger_is_told() {
    let both = json!({"ClusterAutoscaler": true, "Taints": [{"Key": "t", "Value": "v", "Effect": "PREFER_NO_SCHEDULE"},
        {"Key": "t", "Value": "w", "Effect": "NO_SCHEDULE"}]});
    let (found, warnings) = put(&spec(&both), &group());
    assert_eq!(found["taint/t"], "w:NoSchedule");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("of t it tells NoSchedule"), "{warnings:?}");
}

#[test]
fn the_autoscaler_is_to_be_told_of_neuron_devices() {
    let neuron = [InstanceTypeFacts {
        architecture: Architecture::X86,
        accelerator: Accelerator::Neuron,
        network: None,
    }];
    for (changes, expected) in [
        (json!({}), 0),
        (json!({"ClusterAutoscaler": true}), 1),
        (
            json!({"ClusterAutoscaler": {"Resources": {"aws.amazon.com/neuroncore": "2"}}}),
            0,
        ),
    ] {
        let found = steps(&spec(&changes), &BTreeMap::new(), &group(), &neuron, &fresh());
        assert_eq!(found.warnings.len(), expected, "{changes}: {:?}", found.warnings);
    }
}

#[test]
fn the_discovery_tags_are_put_only_where_they_lack() {
    let asked = spec(&json!({"ClusterAutoscaler": true}));
    let bare = ScalingGroup {
        tags: BTreeMap::new(),
        ..fresh()
    };
    let found = apply(&bare, &steps_for(&asked, &bare).steps);
    assert_eq!(found.tags["k8s.io/cluster-autoscaler/enabled"], "true");
    assert_eq!(found.tags["k8s.io/cluster-autoscaler/c"], "owned");
    for step in steps_for(&asked, &fresh()).steps {
        let ScalingStep::Tag(tags) = step else { continue };
        assert!(!tags.contains_key("k8s.io/cluster-autoscaler/enabled"), "{tags:?}");
    }
}

#[test]
fn it_is_known_whether_anything_is_asked_for() {
    for (changes, expected) in [
        (json!({}), false),
        (json!({"ClusterAutoscaler": true}), true),
        (json!({"SuspendProcesses": ["AZRebalance"]}), true),
        (json!({"PropagateTags": true}), true),
        (json!({"Tags": {"a": "b"}, "Labels": {"a": "b"}}), false),
    ] {
        assert_eq!(is_asked(&spec(&changes)), expected, "{changes}");
    }
}

#[test]
fn a_step_changes_only_what_it_names() {
    let mut live = ScalingGroup {
        name: "eks-n-1".to_owned(),
        tags: map(&[("a", "1"), ("b", "2")]),
        suspended: set(&["AZRebalance"]),
    };
    live.apply(&ScalingStep::Tag(map(&[("b", "3"), ("c", "4")])));
    assert_eq!(live.tags, map(&[("a", "1"), ("b", "3"), ("c", "4")]));
    live.apply(&ScalingStep::Untag(set(&["a", "not there"])));
    assert_eq!(live.tags, map(&[("b", "3"), ("c", "4")]));
    live.apply(&ScalingStep::Suspend(set(&["AZRebalance", "Launch"])));
    assert_eq!(live.suspended, set(&["AZRebalance", "Launch"]));
    live.apply(&ScalingStep::Resume(set(&["AZRebalance", "Terminate"])));
    assert_eq!(live.suspended, set(&["Launch"]));
    assert_eq!(live.tags, map(&[("b", "3"), ("c", "4")]));
    assert_eq!(live.name, "eks-n-1");
}
