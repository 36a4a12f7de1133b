use std::collections::BTreeMap;

use serde_json::json;

use super::*;

/// An object as the API returns it.
fn read(object: Value) -> DynamicObject {
    serde_json::from_value(object).unwrap()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn a_node_is_ready_by_its_condition_alone() {
    let of = |conditions: Value| json!({"status": {"conditions": conditions}});
    let other = json!({"type": "MemoryPressure", "status": "True", "reason": "r", "message": "m"});
    let ready =
        |status: &str| json!({"type": "Ready", "status": status, "reason": "NodeStatusUnknown", "message": "gone"});
    let not_ready = |reason: &str, message: &str| Readiness::NotReady {
        reason: reason.to_owned(),
        message: message.to_owned(),
    };
    let mut leaving = of(json!([ready("True")]));
    leaving["metadata"] = json!({"deletionTimestamp": "2026-01-02T03:04:05Z"});
    for (object, expected) in [
        (of(json!([other, ready("True")])), Readiness::Ready),
        (
            of(json!([other, ready("Unknown")])),
            not_ready("NodeStatusUnknown", "gone"),
        ),
        (of(json!([ready("False")])), not_ready("NodeStatusUnknown", "gone")),
        (of(json!([{"type": "Ready"}])), not_ready("", "")),
        (of(json!([other])), Readiness::Silent),
        (of(json!([])), Readiness::Silent),
        (json!({"status": {}}), Readiness::Silent),
        (json!({}), Readiness::Silent),
        (leaving, Readiness::Leaving),
    ] {
        assert_eq!(node(&read(object.clone())).readiness, expected, "{object}");
    }
}

#[test]
fn a_node_is_cordoned_where_it_says_so() {
    for (spec, scheduling) in [
        (json!({"unschedulable": true}), Scheduling::Cordoned),
        (json!({"unschedulable": false}), Scheduling::Open),
        (
            json!({"taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]}),
            Scheduling::Open,
        ),
        (json!({}), Scheduling::Open),
    ] {
        let metadata = json!({"name": "n", "labels": {"kubernetes.io/os": "linux"}});
        let expected = Node {
            name: "n".to_owned(),
            labels: map(&[("kubernetes.io/os", "linux")]),
            readiness: Readiness::Silent,
            scheduling,
        };
        assert_eq!(node(&read(json!({"metadata": metadata, "spec": spec}))), expected);
    }
}

#[test]
fn a_daemon_sets_pod_names_its_controller() {
    let owners = json!([
        {"apiVersion": "v1", "kind": "Node", "name": "owner", "uid": "1"},
        {"apiVersion": "v1", "kind": "Job", "name": "another", "uid": "2", "controller": false},
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "proxy", "uid": "3", "controller": true},
    ]);
    let object = json!({
        "metadata": {"namespace": "kube-system", "name": "proxy-1", "labels": {"k8s-app": "proxy"}, "ownerReferences": owners},
        "spec": {"nodeName": "n"}, "status": {"phase": "Running"},
    });
    let expected = Pod {
        namespace: "kube-system".to_owned(),
        name: "proxy-1".to_owned(),
        node: "n".to_owned(),
        labels: map(&[("k8s-app", "proxy")]),
        controller: Some(("DaemonSet".to_owned(), "proxy".to_owned())),
        origin: PodOrigin::Api,
        phase: "Running".to_owned(),
        terminating_since: None,
        finalizers: vec![],
    };
    assert_eq!(pod(&read(object.clone())), expected);
    let mut orphan = object;
    orphan["metadata"]["ownerReferences"].as_array_mut().unwrap().pop();
    assert_eq!(pod(&read(orphan)).controller, None, "an owner isn't a controller");
}

#[test]
fn a_pod_of_a_file_is_a_mirror() {
    for (annotations, origin) in [
        (
            json!({"kubernetes.io/config.mirror": "digest", "kubernetes.io/config.source": "file"}),
            PodOrigin::Mirror,
        ),
        (json!({"kubernetes.io/config.source": "api"}), PodOrigin::Api),
        (Value::Null, PodOrigin::Api),
    ] {
        let object = json!({"metadata": {"name": "p", "annotations": annotations}});
        assert_eq!(pod(&read(object.clone())).origin, origin, "{object}");
    }
}

#[test]
fn a_pod_that_terminates_says_since_when_and_what_holds_it() {
    let object = json!({"metadata": {
        "name": "p", "deletionTimestamp": "2026-01-02T03:04:05Z", "finalizers": ["example.com/a", "example.com/b"],
    }});
    let expected = Pod {
        name: "p".to_owned(),
        terminating_since: Some("2026-01-02T03:04:05Z".to_owned()),
        finalizers: words(&["example.com/a", "example.com/b"]),
        ..Pod::default()
    };
    assert_eq!(pod(&read(object)), expected);
    assert_eq!(pod(&read(json!({}))), Pod::default());
}

#[test]
fn a_budget_has_its_selector_and_its_numbers() {
    let spec = json!({"minAvailable": 2, "selector": {
        "matchLabels": {"app": "web"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["front", "back"]}, {"key": "old", "operator": "DoesNotExist"},
        ],
    }});
    let status = json!({"disruptionsAllowed": 1, "currentHealthy": 3, "desiredHealthy": 2, "expectedPods": 4});
    let requirement = |key: &str, operator: &str, values: &[&str]| Requirement {
        key: key.to_owned(),
        operator: operator.to_owned(),
        values: words(values),
    };
    let expected = DisruptionBudget {
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        selector: Some(LabelSelector {
            match_labels: map(&[("app", "web")]),
            match_expressions: vec![
                requirement("tier", "In", &["front", "back"]),
                requirement("old", "DoesNotExist", &[]),
            ],
        }),
        allowed: 1,
        healthy: 3,
        desired: 2,
        expected: 4,
    };
    let metadata = json!({"namespace": "shop", "name": "web"});
    let found = disruption_budget(&read(json!({"metadata": metadata, "spec": spec, "status": status})));
    assert_eq!(found, expected);
}

/// Kubernetes distinguishes a missing selector, which selects nothing, from an empty one, which selects everything.
#[test]
fn no_selector_is_none_and_an_empty_one_is_empty() {
    for (spec, expected) in [
        (json!({}), None),
        (json!({"selector": {}}), Some(LabelSelector::default())),
    ] {
        let found = disruption_budget(&read(json!({"spec": spec})));
        let expected = DisruptionBudget {
            selector: expected,
            ..DisruptionBudget::default()
        };
        assert_eq!(found, expected, "{spec}");
    }
}

#[test]
fn a_daemon_set_tells_where_its_pods_run_and_what_in_them() {
    let pod = json!({
        "containers": [{"name": "a", "image": "one:1"}, {"name": "b", "image": "two:2"}],
        "initContainers": [{"name": "c", "image": "three:3"}],
        "nodeSelector": {"gpu": "yes"},
        "tolerations": [{"key": "k", "operator": "Equal", "value": "v", "effect": "NoSchedule"}, {"operator": "Exists"}],
    });
    let object = json!({
        "metadata": {
            "namespace": "kube-system", "name": "plugin", "uid": "u", "resourceVersion": "7",
            "labels": {"l": "1"}, "annotations": {"a": "2"},
        },
        "spec": {"selector": {"matchLabels": {"not": "this"}}, "template": {"metadata": {"labels": {"nor": "this"}}, "spec": pod}},
    });
    let part = |text: &str| Some(text.to_owned());
    let expected = DaemonSet {
        namespace: "kube-system".to_owned(),
        name: "plugin".to_owned(),
        uid: "u".to_owned(),
        resource_version: "7".to_owned(),
        labels: map(&[("l", "1")]),
        annotations: map(&[("a", "2")]),
        images: words(&["one:1", "two:2"]),
        tolerations: vec![
            Toleration {
                key: part("k"),
                operator: part("Equal"),
                value: part("v"),
                effect: part("NoSchedule"),
            },
            Toleration {
                operator: part("Exists"),
                ..Toleration::default()
            },
        ],
        node_selector: map(&[("gpu", "yes")]),
    };
    assert_eq!(daemon_set(&read(object)), expected);
    assert_eq!(daemon_set(&read(json!({}))), DaemonSet::default());
}

#[test]
fn the_setting_for_windows_is_on_where_it_is_true() {
    let by = |manager: &str| json!([{"manager": manager}, {"manager": "kubectl"}]);
    for (data, managers, expected) in [
        (json!({"enable-windows-ipam": "true"}), by("eks"), Ipam::On),
        (json!({"enable-windows-ipam": "false"}), by("eks"), Ipam::OffByAddOn),
        (json!({"enable-windows-ipam": "false"}), by("somebody"), Ipam::Off),
        (Value::Null, Value::Null, Ipam::Off),
    ] {
        let object = json!({"metadata": {"name": "amazon-vpc-cni", "managedFields": managers}, "data": data});
        assert_eq!(ipam(&read(object.clone())), expected, "{object}");
    }
}
