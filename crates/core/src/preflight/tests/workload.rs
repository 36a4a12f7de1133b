use super::*;
use crate::nodegroup::ownership::PLUGIN_TAG;
use crate::properties::scaling::LiveScaling;
use crate::workload::windows::{Ipam, WindowsState};

pub(super) fn cases() -> Vec<CheckExample> {
    let waits = || json!({"ClusterName": "c", "WaitFor": "NodesReady"});
    vec![
        case(Check::NoAccessEntry, waits(), |facts| {
            facts.nodes = refused(Fault::Denied, "401 Unauthorized", "Unauthorized");
        }),
        case(Check::KubernetesForbidden, waits(), |facts| {
            facts.nodes = refused(Fault::Denied, "403 Forbidden", "nodes is forbidden");
        }),
        case(Check::KubernetesUnreachable, waits(), |facts| {
            facts.nodes = refused(Fault::Unknown, "no answer", "timed out");
        }),
        case(
            Check::WindowsNeedsLinux,
            json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "WindowsSupport": true}),
            |facts| {
                facts.windows = Some(Ok(without_linux()));
            },
        ),
        case(
            Check::NodeAccessEntryType,
            json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "NodeRole": "arn:aws:iam::123456789012:role/node"}),
            |facts| {
                facts.cluster = None;
                facts.node_access_entry = Some(Ok(Some("EC2_LINUX".to_owned())));
            },
        ),
        case(Check::StatefulSpansZones, json!({"Stateful": true}), |_| {}),
    ]
}

fn refused<T>(fault: Fault, code: &str, message: &str) -> Option<Read<T>> {
    Some(Err(CallError {
        action: "list nodes",
        resource: "the Kubernetes API of cluster c".to_owned(),
        fault,
        code: code.to_owned(),
        message: message.to_owned(),
    }))
}

fn without_linux() -> WindowsState {
    WindowsState {
        ipam: Ipam::On,
        ..WindowsState::default()
    }
}

/// The cluster denies every call of the function.
fn no_entry(facts: &mut Facts) {
    facts.nodes = refused(Fault::Denied, "401 Unauthorized", "Unauthorized");
    facts.daemon_sets = refused(Fault::Denied, "401 Unauthorized", "Unauthorized");
    facts.windows = refused(Fault::Denied, "401 Unauthorized", "Unauthorized");
}

fn gpu(accelerator: Accelerator) -> InstanceType {
    let mut gpu = kind("m5.large");
    gpu.facts.accelerator = accelerator;
    gpu
}

/// If a check reports an error, the list of unread facts does not repeat it.
#[test]
fn a_refusal_is_no_unread_fact() {
    for (fault, code, expected) in [
        (Fault::Denied, "401 Unauthorized", 0),
        (Fault::Unknown, "no answer", 0),
        (Fault::Unknown, "no connection", 1),
        (Fault::Unknown, "no readable answer", 1),
        (Fault::Unknown, "500 InternalError", 1),
        (Fault::Throttled, "429 TooManyRequests", 1),
    ] {
        let facts = Facts {
            nodes: refused(fault, code, ""),
            ..Facts::default()
        };
        assert_eq!(unread(&facts).len(), expected, "{code}");
        let waits = json!({"WaitFor": "NodesReady"});
        let told = found(&waits, |facts| facts.nodes = refused(fault, code, ""));
        assert_eq!(told.len(), 1 - expected, "{code}: {told:?}");
    }
}

/// One finding for each check, for the property that needs most.
#[test]
fn access_lacks_for_what_will_be_asked() {
    let sizes = |desired: i32| json!({"MinSize": 0, "MaxSize": 3, "DesiredSize": desired});
    let windows = "WINDOWS_CORE_2022_x86_64";
    for (changes, types, expected) in [
        (json!({"WaitFor": "NodesReady"}), Accelerator::None, &["WaitFor"][..]),
        (
            json!({"WaitFor": "NodesReady", "ScalingConfig": sizes(1)}),
            Accelerator::None,
            &["WaitFor"],
        ),
        (
            json!({"WaitFor": "NodesReady", "ScalingConfig": sizes(0)}),
            Accelerator::None,
            &[],
        ),
        (json!({"WaitFor": "Active"}), Accelerator::None, &[]),
        (
            json!({"NvidiaDevicePlugin": true}),
            Accelerator::Nvidia,
            &["NvidiaDevicePlugin"],
        ),
        (json!({"NvidiaDevicePlugin": true}), Accelerator::None, &[]),
        (json!({"NvidiaDevicePlugin": false}), Accelerator::Nvidia, &[]),
        (
            json!({"NvidiaDevicePlugin": true, "AmiType": "BOTTLEROCKET_x86_64_NVIDIA"}),
            Accelerator::Nvidia,
            &[],
        ),
        (
            json!({"NvidiaDevicePlugin": true, "LaunchTemplate": {"Id": "lt-1"}, "InstanceTypes": ["m5.large"]}),
            Accelerator::Nvidia,
            &["NvidiaDevicePlugin"],
        ),
        (
            json!({"NvidiaDevicePlugin": true, "WaitFor": "NodesReady"}),
            Accelerator::Nvidia,
            &["NvidiaDevicePlugin"],
        ),
        (
            json!({"WindowsSupport": true, "AmiType": windows, "WaitFor": "NodesReady"}),
            Accelerator::None,
            &["WindowsSupport"],
        ),
        (
            json!({"WindowsSupport": true, "AmiType": "AL2023_x86_64_STANDARD"}),
            Accelerator::None,
            &[],
        ),
        (json!({"WindowsSupport": true}), Accelerator::None, &[]),
    ] {
        let told = found(&changes, |facts| {
            no_entry(facts);
            facts.types = Some(Ok(vec![gpu(types)]));
        });
        let properties: Vec<&str> = told.iter().map(|finding| finding.property).collect();
        assert_eq!(properties, expected, "{changes} {types:?}: {told:?}");
    }
}

/// A denial of one read says nothing about another read.
#[test]
fn each_lack_is_told_of_what_lacks() {
    let all = json!({"NvidiaDevicePlugin": true, "WaitFor": "NodesReady"});
    let told = found(&all, |facts| {
        facts.types = Some(Ok(vec![gpu(Accelerator::Nvidia)]));
        facts.daemon_sets = refused(Fault::Denied, "403 Forbidden", "daemonsets.apps is forbidden");
        facts.nodes = refused(Fault::Unknown, "no answer", "timed out");
    });
    let told: Vec<(&str, Check)> = told.iter().map(|one| (one.property, one.check)).collect();
    assert_eq!(
        told,
        [
            ("NvidiaDevicePlugin", Check::KubernetesForbidden),
            ("WaitFor", Check::KubernetesUnreachable)
        ]
    );
}

/// A running group says more than the template: what it has in the cluster, its size, and its AMI type.
#[test]
fn a_group_that_runs_needs_access_for_what_it_is() {
    let sized = |desired: i32| NodeGroup {
        scaling: LiveScaling {
            min: 0,
            max: 3,
            desired,
        },
        ..NodeGroup::default()
    };
    let mut with_plugin = NodeGroup::default();
    with_plugin.tags.insert(PLUGIN_TAG.to_owned(), "nvidia".to_owned());
    let of_type = |ami_type: &str| NodeGroup {
        ami_type: ami_type.into(),
        ..NodeGroup::default()
    };
    let waits = |desired: i32| {
        let sizes = json!({"MinSize": 0, "MaxSize": 3, "DesiredSize": desired});
        json!({"WaitFor": "NodesReady", "ScalingConfig": sizes})
    };
    for (changes, live, expected) in [
        (json!({}), with_plugin.clone(), &["NvidiaDevicePlugin"][..]),
        (json!({}), NodeGroup::default(), &[]),
        (waits(0), sized(0), &[]),
        (waits(0), sized(2), &["WaitFor"]),
        (waits(2), sized(0), &["WaitFor"]),
        (json!({"WaitFor": "NodesReady"}), sized(0), &[]),
        (
            json!({"WindowsSupport": true}),
            of_type("WINDOWS_CORE_2022_x86_64"),
            &["WindowsSupport"],
        ),
        (json!({"WindowsSupport": true}), of_type("AL2023_x86_64_STANDARD"), &[]),
    ] {
        let own = |facts: &mut Facts, tags: BTreeMap<String, String>| {
            no_entry(facts);
            let mut live = live.clone();
            live.tags.extend(tags);
            facts.name = Some(Ok(Some(live)));
        };
        let told = found(&changes, |facts| own(facts, owner().tags()));
        let properties: Vec<&str> = told.iter().map(|finding| finding.property).collect();
        assert_eq!(properties, expected, "{changes}: {told:?}");
    }
    let alter = |facts: &mut Facts| {
        no_entry(facts);
        facts.name = Some(Ok(Some(with_plugin.clone())));
    };
    check(&json!({}), alter, &["E name-taken"]);
}

/// An update without the property removes the plugin. A user who cannot grant access has another way.
#[test]
fn who_takes_the_plugin_out_is_told_the_other_way() {
    let mut tags = owner().tags();
    tags.insert(PLUGIN_TAG.to_owned(), "nvidia".to_owned());
    for (changes, expected) in [(json!({}), true), (json!({"NvidiaDevicePlugin": true}), false)] {
        let told = found(&changes, |facts| {
            no_entry(facts);
            let mut live = runs(tags.clone());
            if let Some(Ok(Some(live))) = &mut live {
                live.ami_type = "AL2023_x86_64_NVIDIA".into();
            }
            facts.name = live;
            facts.types = Some(Ok(vec![gpu(Accelerator::Nvidia)]));
        });
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        let has_way = told[0].contains("remove the tag managed-node-group:device-plugin from the node group");
        assert_eq!((told.len(), has_way), (1, expected), "{changes}: {told:?}");
    }
}

/// Only Windows nodes need a node for CoreDNS.
#[test]
fn only_windows_nodes_need_a_linux_node() {
    for (ami_type, expected) in [
        ("WINDOWS_CORE_2022_x86_64", &["E windows-needs-linux"][..]),
        ("AL2023_x86_64_STANDARD", &[]),
    ] {
        let wanted = json!({"AmiType": ami_type, "WindowsSupport": true, "WaitFor": "NodesReady"});
        check(&wanted, |facts| facts.windows = Some(Ok(without_linux())), expected);
    }
}

#[test]
fn linux_nodes_need_their_own_entry_too() {
    for (ami_type, entry, expected) in [
        (
            "AL2023_x86_64_STANDARD",
            "EC2_WINDOWS",
            &["E node-access-entry-type"][..],
        ),
        ("AL2023_x86_64_STANDARD", "EC2_LINUX", &[]),
        ("AL2023_x86_64_STANDARD", "STANDARD", &[]),
    ] {
        let wanted = json!({"AmiType": ami_type});
        check(
            &wanted,
            |facts| facts.node_access_entry = Some(Ok(Some(entry.to_owned()))),
            expected,
        );
    }
}
