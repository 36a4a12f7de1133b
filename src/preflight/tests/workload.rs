use super::*;
use crate::preflight::facts::Workload;
use crate::workload::windows::{Ipam, WindowsState};

pub(super) fn cases() -> Vec<Case> {
    let waits = || json!({"ClusterName": "c", "WaitFor": "NodesReady"});
    vec![
        case(Check::NoAccessEntry, waits(), |facts| {
            facts.workload = refused(Fault::Denied, "401 Unauthorized", "Unauthorized");
        }),
        case(Check::KubernetesForbidden, waits(), |facts| {
            facts.workload = refused(Fault::Denied, "403 Forbidden", "nodes is forbidden");
        }),
        case(Check::KubernetesUnreachable, waits(), |facts| {
            facts.workload = refused(Fault::Unknown, "no answer", "timed out");
        }),
        case(
            Check::WindowsNeedsLinux,
            json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "WindowsSupport": true}),
            |facts| {
                facts.workload = Some(Ok(Workload {
                    windows: Some(WindowsState {
                        ipam: Ipam::On,
                        ..WindowsState::default()
                    }),
                }));
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

/// What a check tells isn't told once more as something that couldn't be read.
#[test]
fn a_refusal_is_no_unread_fact() {
    for (fault, code, expected) in [
        (Fault::Denied, "401 Unauthorized", 0),
        (Fault::Unknown, "no answer", 0),
        (Fault::Throttled, "429 TooManyRequests", 1),
    ] {
        let facts = Facts {
            workload: refused(fault, code, ""),
            ..Facts::default()
        };
        assert_eq!(unread(&facts).len(), expected, "{code}");
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
