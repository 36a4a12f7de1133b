mod first;

use serde_json::json;

use super::*;
use crate::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use crate::properties::validate::tests::{properties, spec_of};

const NVIDIA: &str = "nvcr.io/nvidia/k8s-device-plugin:v0.20.0";

fn taint(text: &str) -> Taint {
    let (key, rest) = text.split_once('=').unwrap();
    let (value, effect) = rest.split_once(':').unwrap();
    Taint {
        key: key.to_owned(),
        effect: TaintEffect::parse(effect).unwrap(),
        value: value.to_owned(),
    }
}

fn taints(texts: &[&str]) -> BTreeSet<Taint> {
    texts.iter().map(|text| taint(text)).collect()
}

fn asked<'a>(group: &'a str, taints: &'a BTreeSet<Taint>) -> PluginRequest<'a> {
    PluginRequest {
        group,
        image: NVIDIA,
        taints,
    }
}

/// The DaemonSet of the cluster after a manifest was applied or created.
fn applied(manifest: &Value) -> DaemonSet {
    let texts = |at: &str| {
        let found = manifest.pointer(at).cloned();
        found.map_or(BTreeMap::new(), |found| serde_json::from_value(found).unwrap())
    };
    let tolerations = |pod: &Value| pod["tolerations"].as_array().cloned().unwrap_or_default();
    let pod = &manifest["spec"]["template"]["spec"];
    let part = |value: &Value| value.as_str().map(str::to_owned);
    let toleration = |value: &Value| Toleration {
        key: part(&value["key"]),
        operator: part(&value["operator"]),
        value: part(&value["value"]),
        effect: part(&value["effect"]),
    };
    DaemonSet {
        namespace: NAMESPACE.to_owned(),
        name: NAME.to_owned(),
        uid: "uid-1".to_owned(),
        resource_version: "7".to_owned(),
        labels: texts("/metadata/labels"),
        annotations: texts("/metadata/annotations"),
        images: vec![part(&pod["containers"][0]["image"]).unwrap()],
        tolerations: tolerations(pod).iter().map(toleration).collect(),
        node_selector: BTreeMap::new(),
    }
}

#[track_caller]
fn manifest(verdict: JoinDecision) -> Value {
    match verdict {
        JoinDecision::Apply(manifest) => manifest,
        other => panic!("expected a manifest, got {other:?}"),
    }
}

/// The DaemonSet of the cluster after a delivery created it and died.
fn created() -> DaemonSet {
    match join(&asked("x", &BTreeSet::new()), &[]) {
        JoinDecision::Create(bare) => applied(&bare),
        other => panic!("expected an object, got {other:?}"),
    }
}

/// The manifest of the first group.
fn first(asked: &PluginRequest) -> Value {
    manifest(join(asked, &[created()]))
}

fn gone() -> LeaveDecision {
    LeaveDecision::Delete {
        uid: "uid-1".to_owned(),
        resource_version: "7".to_owned(),
    }
}

fn foreign(namespace: &str, name: &str, image: &str) -> DaemonSet {
    DaemonSet {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        images: vec![image.to_owned()],
        ..DaemonSet::default()
    }
}

#[test]
fn asked_for_it_is_applied_where_the_image_has_the_driver_and_no_plugin() {
    let facts = |accelerator| InstanceTypeFacts {
        architecture: Architecture::X86,
        accelerator,
        network: None,
    };
    let (gpu, plain, neuron) = (
        &[facts(Accelerator::Nvidia)][..],
        &[facts(Accelerator::None)][..],
        &[facts(Accelerator::Neuron)][..],
    );
    let spec = spec_of(&properties(&json!({"NvidiaDevicePlugin": true})));
    for (ami_type, types, expected) in [
        ("AL2023_x86_64_NVIDIA", gpu, "applied"),
        ("AL2023_ARM_64_NVIDIA", &[], "applied"),
        ("AL2_x86_64_GPU", gpu, "applied"),
        ("CUSTOM", gpu, "applied"),
        ("CUSTOM", &[], "applied"),
        ("CUSTOM", plain, "has an NVIDIA GPU"),
        ("BOTTLEROCKET_x86_64_NVIDIA", gpu, "no"),
        ("BOTTLEROCKET_ARM_64_NVIDIA_FIPS", &[], "no"),
        ("BOTTLEROCKET_x86_64", gpu, "brings no NVIDIA driver"),
        ("AL2023_x86_64_STANDARD", gpu, "brings no NVIDIA driver"),
        ("AL2023_x86_64_STANDARD", &[], "brings no NVIDIA driver"),
        ("WINDOWS_CORE_2022_x86_64", gpu, "brings no NVIDIA driver"),
        ("AL2023_x86_64_NEURON", gpu, "brings no NVIDIA driver"),
        ("AL2023_x86_64_NVIDIA", plain, "None of the instance types t3.medium"),
        ("AL2023_x86_64_NEURON", neuron, "neuron-helm-chart"),
        ("AL2023_x86_64_NEURON", &[], "neuron-helm-chart"),
        ("BOTTLEROCKET_x86_64", neuron, "neuron-helm-chart"),
    ] {
        let found = match plugin_decision(&spec, &ami_type.into(), types) {
            PluginDecision::Apply => "applied".to_owned(),
            PluginDecision::No => "no".to_owned(),
            PluginDecision::Warn(text) => text,
        };
        assert!(found.contains(expected), "{ami_type} {types:?}: {found}");
    }
    let unasked = spec_of(&properties(&json!({})));
    assert_eq!(
        plugin_decision(&unasked, &"AL2023_x86_64_NVIDIA".into(), gpu),
        PluginDecision::No
    );
}

#[test]
fn the_manifest_is_nvidias_for_the_nodes_of_the_groups_alone() {
    let taints = taints(&[
        "team=ml:NoSchedule",
        "bare=:NoExecute",
        "nvidia.com/gpu=true:NoSchedule",
    ]);
    let found = first(&asked("a", &taints));
    let bare = json!({"key": "bare", "operator": "Exists", "effect": "NoExecute"});
    let team = json!({"key": "team", "operator": "Equal", "value": "ml", "effect": "NoSchedule"});
    let gpu = json!({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"});
    let annotation = [
        r#"[{"key":"bare","value":"","effect":"NoExecute"}"#,
        r#"{"key":"nvidia.com/gpu","value":"true","effect":"NoSchedule"}"#,
        r#"{"key":"team","value":"ml","effect":"NoSchedule"}]"#,
    ]
    .join(",");
    let sockets = "/var/lib/kubelet/device-plugins";
    let labels = json!({"app.kubernetes.io/name": NAME});
    let pod = json!({
        "priorityClassName": "system-node-critical",
        "tolerations": [gpu, bare, team],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "eks.amazonaws.com/nodegroup", "operator": "In", "values": ["a"]}]},
        ]}}},
        "containers": [{
            "name": "nvidia-device-plugin", "image": NVIDIA,
            "env": [{"name": "FAIL_ON_INIT_ERROR", "value": "false"}],
            "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "device-plugins", "mountPath": sockets}],
        }],
        "volumes": [{"name": "device-plugins", "hostPath": {"path": sockets, "type": "Directory"}}],
    });
    let expected = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {
            "name": NAME, "namespace": "kube-system", "uid": "uid-1", "resourceVersion": "7",
            "labels": {"app.kubernetes.io/name": NAME, "app.kubernetes.io/managed-by": "managed-node-group"},
            "annotations": {"node-groups.managed-node-group/a": annotation},
        },
        "spec": {
            "selector": {"matchLabels": labels},
            "updateStrategy": {"type": "RollingUpdate"},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    });
    assert_eq!(found, expected);
}

#[test]
fn groups_share_it_and_the_last_one_takes_it_along() {
    let (of_a, of_b) = (taints(&["team=ml:NoSchedule"]), taints(&["spot=:NoExecute"]));
    let alone = applied(&first(&asked("a", &of_a)));
    let second = manifest(join(&asked("b", &of_b), &[alone]));
    assert_eq!(second["metadata"]["resourceVersion"], "7");
    assert_eq!(second["metadata"]["uid"], "uid-1");
    let values = "/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/\
                  nodeSelectorTerms/0/matchExpressions/0/values";
    assert_eq!(second.pointer(values), Some(&json!(["a", "b"])));
    let both = applied(&second);
    assert_eq!(both.tolerations.len(), 3);
    for asked in [asked("a", &of_a), asked("b", &of_b)] {
        assert_eq!(join(&asked, std::slice::from_ref(&both)), JoinDecision::AsItIs);
    }

    let LeaveDecision::Apply(left) = leave("a", std::slice::from_ref(&both)) else {
        panic!("a group is left")
    };
    assert_eq!(left["metadata"]["resourceVersion"], "7");
    let left = applied(&left);
    assert_eq!(left.images, both.images);
    assert_eq!((left.annotations.len(), left.tolerations.len()), (1, 2));
    assert_eq!(leave("a", std::slice::from_ref(&left)), LeaveDecision::Nothing);
    assert_eq!(leave("b", &[left]), gone());
}

#[test]
fn only_what_differs_is_applied_again() {
    let taints = taints(&["team=ml:NoSchedule"]);
    let live = applied(&first(&asked("a", &taints)));
    assert_eq!(
        join(&asked("a", &taints), std::slice::from_ref(&live)),
        JoinDecision::AsItIs
    );
    let mut reordered = live.clone();
    reordered.tolerations.reverse();
    assert_eq!(join(&asked("a", &taints), &[reordered]), JoinDecision::AsItIs);

    type Change = fn(&mut DaemonSet);
    let changed: [(&str, Change); 4] = [
        ("a toleration is gone", |live| drop(live.tolerations.pop())),
        ("another image", |live| {
            live.images = vec!["x/k8s-device-plugin:v1".to_owned()]
        }),
        ("no annotation", |live| live.annotations.clear()),
        ("a spoilt annotation", |live| {
            live.annotations.values_mut().for_each(|value| *value = "?".to_owned());
        }),
    ];
    for (what, change) in changed {
        let mut live = live.clone();
        change(&mut live);
        let again = applied(&manifest(join(&asked("a", &taints), &[live])));
        assert_eq!(join(&asked("a", &taints), &[again]), JoinDecision::AsItIs, "{what}");
    }
    let more = super::tests::taints(&["team=ml:NoSchedule", "spot=:NoExecute"]);
    assert_eq!(
        applied(&manifest(join(&asked("a", &more), &[live]))).tolerations.len(),
        3
    );
}

#[test]
fn somebody_elses_plugin_is_named_and_left_alone() {
    let taints = taints(&[
        "team=ml:NoSchedule",
        "nvidia.com/gpu=true:NoSchedule",
        "soft=:PreferNoSchedule",
    ]);
    let toleration = Toleration {
        key: Some("nvidia.com/gpu".to_owned()),
        operator: Some("Exists".to_owned()),
        ..Toleration::default()
    };
    let selector = [("gpu".to_owned(), "yes".to_owned())];
    let theirs = DaemonSet {
        tolerations: vec![toleration],
        node_selector: selector.into(),
        ..foreign("kube-system", "nvidia-device-plugin-daemonset", NVIDIA)
    };
    assert_eq!(
        join(&asked("a", &taints), &[theirs]),
        JoinDecision::Foreign(
            "NvidiaDevicePlugin: nothing was applied for node group a, since the cluster has \
             kube-system/nvidia-device-plugin-daemonset already, which this resource didn't install. It doesn't \
             tolerate team=ml:NoSchedule, so it won't run on these nodes and pods get no GPU there; add the toleration \
             to it. It runs on nodes with gpu=yes only; see that these have it"
                .to_owned()
        )
    );
    let unlabelled = foreign(NAMESPACE, NAME, NVIDIA);
    assert!(matches!(
        join(&asked("a", &taints), std::slice::from_ref(&unlabelled)),
        JoinDecision::Foreign(_)
    ));
    assert_eq!(leave("a", &[unlabelled]), LeaveDecision::Nothing);
    assert_eq!(leave("a", &[]), LeaveDecision::Nothing);
}

#[test]
fn a_plugin_is_known_by_its_image_from_any_mirror() {
    for (name, image, is_plugin) in [
        ("x", "nvcr.io/nvidia/k8s-device-plugin:v0.14.0", true),
        ("x", "mirror:5000/a/b/k8s-device-plugin", true),
        ("x", "mirror/nvidia-k8s-device-plugin@sha256:00", true),
        ("x", "nvcr.io/nvidia/cloud-native/gpu-operator-validator:v24.6.0", true),
        ("nvdp-gpu-feature-discovery", NVIDIA, false),
        ("nvdp-nvidia-device-plugin-mps-control-daemon", NVIDIA, false),
        ("x", "docker.io/rocm/k8s-device-plugin:1.2", false),
        ("x", "registry.k8s.io/kube-proxy:v1.34.0", false),
    ] {
        let none = BTreeSet::new();
        let found = join(&asked("a", &none), &[foreign("gpu", name, image)]);
        assert_eq!(matches!(found, JoinDecision::Foreign(_)), is_plugin, "{name} {image}");
    }
}

#[test]
fn both_plugins_in_one_cluster_are_told() {
    let none = BTreeSet::new();
    let ours = applied(&first(&asked("a", &none)));
    let JoinDecision::Foreign(told) = join(&asked("a", &none), &[ours, foreign("gpu", "x", NVIDIA)]) else {
        panic!("the other one counts")
    };
    assert!(
        told.ends_with(&format!("{NAMESPACE}/{NAME} of ours is there too; remove one of both")),
        "{told}"
    );
}

#[test]
fn a_toleration_tolerates_as_kubernetes_has_it() {
    let toleration = |parts: [Option<&str>; 4]| {
        let [key, operator, value, effect] = parts.map(|part| part.map(str::to_owned));
        Toleration {
            key,
            operator,
            value,
            effect,
        }
    };
    let taint = taint("team=ml:NoSchedule");
    for (parts, expected) in [
        ([None, Some("Exists"), None, None], true),
        ([None, Some("Exists"), None, Some("NoExecute")], false),
        ([Some("team"), Some("Exists"), None, Some("NoSchedule")], true),
        ([Some("team"), Some("Equal"), Some("ml"), None], true),
        ([Some("team"), None, Some("ml"), Some("NoSchedule")], true),
        ([Some("team"), None, None, None], false),
        ([Some("team"), Some("Equal"), Some("x"), None], false),
        ([Some("x"), Some("Exists"), None, None], false),
        ([None, None, None, None], false),
    ] {
        assert_eq!(toleration(parts).tolerates(&taint), expected, "{parts:?}");
    }
}
