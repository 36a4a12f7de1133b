//! What the properties ask of Kubernetes, and whether the nodes suit the workloads that they are for.

use super::check::Check;
use super::facts::Workload;
use super::finding::Finding;
use super::text::listed;
use super::view::{View, known};
use crate::nodegroup::spec::{DevicePlugin, Spec, Stateful, WaitFor, WindowsSupport};
use crate::ports::{CallError, Fault};
use crate::workload::windows::lacks_linux;

pub fn findings(view: &View) -> Vec<Finding> {
    [access(view), linux(view), entry_type(view), zones(view)]
        .into_iter()
        .flatten()
        .collect()
}

/// The property that asks for something in Kubernetes, the one that needs most first.
pub fn asks_kubernetes(spec: &Spec) -> Option<&'static str> {
    if is_windows(spec) && spec.windows_support == WindowsSupport::Enabled {
        return Some("WindowsSupport");
    }
    if spec.device_plugin != DevicePlugin::Unasked {
        return Some("NvidiaDevicePlugin");
    }
    (spec.wait_for == WaitFor::NodesReady).then_some("WaitFor")
}

fn is_windows(spec: &Spec) -> bool {
    spec.ami_type
        .as_deref()
        .is_some_and(|ami_type| ami_type.starts_with("WINDOWS"))
}

/// An error of the cluster's API is the finding itself, with the way to mend it. A cluster that isn't there, and what EKS
/// denies, other checks tell.
fn access(view: &View) -> Option<Finding> {
    let error = view.facts.workload.as_ref()?.as_ref().err()?;
    let check = check_of(error)?;
    let property = asks_kubernetes(view.spec)?;
    Some(Finding::new(check, property, &view.spec.cluster, error.to_string()))
}

/// Whether a failed read says what is wrong, rather than that it couldn't be read.
pub fn check_of(error: &CallError) -> Option<Check> {
    let of_kubernetes = !error.action.contains(':');
    match error.fault {
        Fault::Denied if error.code.starts_with("401") => Some(Check::NoAccessEntry),
        Fault::Denied if of_kubernetes => Some(Check::KubernetesForbidden),
        // A server that answered is reached, whatever it said.
        Fault::Unknown if of_kubernetes && error.code.starts_with("no ") => Some(Check::KubernetesUnreachable),
        _ => None,
    }
}

fn linux(view: &View) -> Option<Finding> {
    let Workload { windows } = known(&view.facts.workload)?;
    let cause = lacks_linux(windows.as_ref()?)?;
    Some(Finding::new(
        Check::WindowsNeedsLinux,
        "WindowsSupport",
        &view.spec.cluster,
        cause,
    ))
}

/// EKS makes the entry by the first group of a role, and never changes its type (terraform-aws-eks issue 3286).
fn entry_type(view: &View) -> Option<Finding> {
    let found = known(&view.facts.node_access_entry)?.as_deref()?;
    let ami_type = view.spec.ami_type.as_deref()?;
    let (system, wanted) = match ami_type {
        windows if windows.starts_with("WINDOWS") => ("Windows", "EC2_WINDOWS"),
        "CUSTOM" => return None,
        _ => ("Linux", "EC2_LINUX"),
    };
    let other = ["EC2_LINUX", "EC2_WINDOWS"].contains(&found) && found != wanted;
    other.then(|| {
        let role = &view.spec.node_role;
        let cause = format!("the access entry of {role} is of type {found}, and {system} nodes need {wanted}");
        Finding::new(Check::NodeAccessEntryType, "NodeRole", role, cause)
    })
}

fn zones(view: &View) -> Option<Finding> {
    let zones = view.zones();
    let spans = view.spec.stateful == Stateful::Yes && zones.len() > 1;
    spans.then(|| {
        let zones = listed(zones);
        let cause = format!("subnets in several zones: {zones}");
        Finding::new(Check::StatefulSpansZones, "Stateful", zones, cause)
    })
}
