//! What the properties need of Kubernetes, and whether the nodes suit their workloads.

pub mod access;

use super::check::Check;
use super::finding::Finding;
use super::text::listed;
use super::view::{CheckInput, known};
use crate::properties::spec::Stateful;
use crate::workload::windows::lacks_linux;

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings = access::findings(view);
    findings.extend([linux(view), entry_type(view), zones(view)].into_iter().flatten());
    findings
}

fn linux(view: &CheckInput) -> Option<Finding> {
    let state = known(&view.facts.windows).filter(|_| access::needs_windows(view))?;
    let cause = lacks_linux(state)?;
    Some(Finding::new(
        Check::WindowsNeedsLinux,
        "WindowsSupport",
        &view.spec.cluster,
        cause,
    ))
}

/// EKS creates the access entry with the first group of a role, and never changes its type (terraform-aws-eks issue
/// 3286).
fn entry_type(view: &CheckInput) -> Option<Finding> {
    let found = known(&view.facts.node_access_entry)?.as_deref()?;
    let (system, wanted) = if view.stated_ami_type()?.is_windows() {
        ("Windows", "EC2_WINDOWS")
    } else {
        ("Linux", "EC2_LINUX")
    };
    let other = ["EC2_LINUX", "EC2_WINDOWS"].contains(&found) && found != wanted;
    other.then(|| {
        let role = &view.spec.node_role;
        let cause = format!("the access entry of {role} is of type {found}, and {system} nodes need {wanted}");
        Finding::new(Check::NodeAccessEntryType, "NodeRole", role, cause)
    })
}

fn zones(view: &CheckInput) -> Option<Finding> {
    let zones = view.zones();
    let spans = view.spec.stateful == Stateful::Yes && zones.len() > 1;
    spans.then(|| {
        let zones = listed(zones);
        let cause = format!("subnets in several zones: {zones}");
        Finding::new(Check::StatefulSpansZones, "Stateful", zones, cause)
    })
}
