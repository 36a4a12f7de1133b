//! How large the types are, how many nodes there may be, and whether the account's quotas allow that.

use crate::node::max_pods::{Networking, max_allowed};
use crate::preflight::check::Check;
use crate::preflight::facts::{InstanceType, IpFamily};
use crate::preflight::finding::Finding;
use crate::preflight::quotas::{NODES, quota, vcpu_code};
use crate::preflight::text::{counted, listed};
use crate::preflight::view::CheckInput;
use crate::properties::spec::CapacityType;

/// `aws-node`, `kube-proxy`, and pods that people add on every node: CoreDNS, and the agents of storage, identity and
/// logs.
const FEW_PODS: u32 = 8;

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    [
        spot(view),
        differ(view),
        few_pods(view),
        vcpu_quota(view),
        nodes_quota(view),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn spot(view: &CheckInput) -> Option<Finding> {
    let names = view.type_names();
    let [only] = names.as_slice() else {
        return None;
    };
    (view.spec.capacity_type == CapacityType::Spot).then(|| {
        let cause = format!("{only} is the only type, and spot capacity of one type runs out at once");
        Finding::new(Check::SpotOneType, view.types_property(), only, cause)
    })
}

/// The Cluster Autoscaler assumes that all nodes of a group have the size of one type (its AWS notes, mixed instances
/// policy).
fn differ(view: &CheckInput) -> Option<Finding> {
    let size = |kind: &InstanceType| (kind.vcpus, kind.memory_mib);
    let (first, rest) = view.types().split_first()?;
    let other = rest.iter().find(|kind| size(kind) != size(first))?;
    let cause = format!(
        "{} and {} differ in size, and the Cluster Autoscaler computes with one of them for all",
        described(first),
        described(other)
    );
    let all = listed(view.types().iter().map(|kind| &kind.name));
    Some(Finding::new(
        Check::TypesDifferInSize,
        view.types_property(),
        all,
        cause,
    ))
}

fn described(kind: &InstanceType) -> String {
    let gib = f64::from(u32::try_from(kind.memory_mib).unwrap_or(u32::MAX)) / 1024.0;
    format!("{} ({}, {gib} GiB)", kind.name, counted(kind.vcpus.into(), "vCPU"))
}

/// An IPv6 cluster gives pods prefixes, and even the smallest type has enough of them.
fn few_pods(view: &CheckInput) -> Option<Finding> {
    if view.spec.node.max_pods.is_some() || view.ip_family() == Some(IpFamily::V6) {
        return None;
    }
    let os = view.spec.operating_system();
    let few: Vec<(&str, u32)> = view
        .types()
        .iter()
        .filter_map(|kind| {
            let pods = max_allowed(&kind.facts.network?, Networking::default(), os);
            (pods < FEW_PODS).then_some((kind.name.as_str(), pods))
        })
        .collect();
    (!few.is_empty()).then(|| {
        let each = listed(few.iter().map(|(name, pods)| format!("{name} ({pods})")));
        let cause = format!("few pods find room on a node beside the system's own: {each}");
        let names = listed(few.iter().map(|(name, _)| name));
        Finding::new(Check::FewPods, view.types_property(), names, cause)
    })
}

/// Types of several families share no quota, and EC2 chooses among the types.
fn vcpu_quota(view: &CheckInput) -> Option<Finding> {
    let capacity = view.spec.capacity_type;
    let (first, rest) = view.types().split_first()?;
    let code = vcpu_code(&first.name, capacity)?;
    let alike = rest.iter().all(|kind| vcpu_code(&kind.name, capacity) == Some(code));
    let most = quota(view, code).filter(|_| alike)?;
    let smallest = view.types().iter().min_by_key(|kind| kind.vcpus)?;
    let (nodes, vcpus) = (view.nodes_at_first(), f64::from(smallest.vcpus));
    let needed = f64::from(nodes) * vcpus;
    (needed > most).then(|| {
        let cause = format!(
            "{} of {} take {needed} vCPUs, and quota {code} allows {most} in all",
            counted(nodes.into(), "node"),
            smallest.name
        );
        Finding::new(Check::VcpuQuota, view.types_property(), code, cause)
    })
}

fn nodes_quota(view: &CheckInput) -> Option<Finding> {
    let (most, max) = (quota(view, NODES)?, view.spec.scaling.max?);
    (f64::from(max) > most).then(|| {
        let cause = format!("MaxSize is {max}, and quota {NODES} allows {most} nodes in a group");
        Finding::new(Check::NodesQuota, "ScalingConfig", NODES, cause)
    })
}
