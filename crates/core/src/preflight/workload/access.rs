//! What the function will need of the Kubernetes API, and whether it has access.
//!
//! The function reads from the API if the properties may need it. A failed read leads to a finding only if the
//! properties do need the API; that depends on the instance types, the size and the group that already runs.

use crate::call_error::{CallError, Fault, NO_ANSWER};
use crate::node::ami_type::AmiType;
use crate::node::instance_type::InstanceTypeFacts;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::PLUGIN_TAG;
use crate::preflight::check::Check;
use crate::preflight::facts::Read;
use crate::preflight::finding::Finding;
use crate::preflight::view::CheckInput;
use crate::properties::spec::{DevicePlugin, Spec, WaitFor, WindowsSupport};
use crate::workload::device_plugin::{PluginDecision, plugin_decision};

/// A failed read of the Kubernetes API becomes a finding with its remedy. Other checks report a missing cluster and
/// denials of EKS. Each check reports once, for the property that needs most.
pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings: Vec<Finding> = vec![];
    for (property, error) in failures(view) {
        let Some(check) = check_of(error) else { continue };
        if findings.iter().all(|finding| finding.check != check) {
            let cause = cause(view, property, error);
            findings.push(Finding::new(check, property, &view.spec.cluster, cause));
        }
    }
    findings
}

/// The failed reads that a property needs, the property that needs most first.
fn failures<'a>(view: &CheckInput<'a>) -> impl Iterator<Item = (&'static str, &'a CallError)> {
    let facts = view.facts;
    let needed = [
        ("WindowsSupport", needs_windows(view), error(&facts.windows)),
        ("NvidiaDevicePlugin", needs_daemon_sets(view), error(&facts.daemon_sets)),
        ("WaitFor", needs_nodes(view), error(&facts.nodes)),
    ];
    let failed = |(property, needed, error): (_, bool, Option<_>)| Some((property, error.filter(|_| needed)?));
    needed.into_iter().filter_map(failed)
}

fn error<T>(read: &Option<Read<T>>) -> Option<&CallError> {
    read.as_ref()?.as_ref().err()
}

/// A user who removes the property from a group with the plugin needs access for that too, and has another way.
fn cause(view: &CheckInput, property: &str, error: &CallError) -> String {
    if property != "NvidiaDevicePlugin" || applies_plugin(view) {
        return error.to_string();
    }
    format!(
        "{error}; the node group has the device plugin, which is to be taken from the cluster: to leave it there, remove the \
         tag {PLUGIN_TAG} from the node group"
    )
}

/// The check that an error fails, or `None` if the error says only that the read failed.
pub fn check_of(error: &CallError) -> Option<Check> {
    let of_kubernetes = !error.action.contains(':');
    match error.fault {
        Fault::Denied if error.code.starts_with("401") => Some(Check::NoAccessEntry),
        Fault::Denied if of_kubernetes => Some(Check::KubernetesForbidden),
        // A server that answered is reachable, whatever it answered. Without credentials the function does not even
        // connect.
        Fault::Unknown if of_kubernetes && error.code == NO_ANSWER => Some(Check::KubernetesUnreachable),
        _ => None,
    }
}

/// The properties alone do not say how many nodes there will be: an autoscaler may have changed the size.
pub fn may_need_nodes(spec: &Spec) -> bool {
    spec.wait_for == WaitFor::NodesReady
}

/// `live` is the group that already has the name. The properties do not say which types the user's launch template
/// names, nor which accelerators those have.
pub fn may_need_daemon_sets(spec: &Spec, live: Option<&NodeGroup>) -> bool {
    let may_apply = |ami_type: &AmiType| plugin_decision(spec, ami_type, &[]) == PluginDecision::Apply;
    let asked = spec.device_plugin != DevicePlugin::Unasked;
    live.is_some_and(has_plugin) || asked && spec.ami_type.as_ref().is_none_or(may_apply)
}

pub fn may_need_windows(spec: &Spec) -> bool {
    let asked = spec.windows_support == WindowsSupport::Enabled;
    asked && spec.ami_type.as_ref().is_none_or(AmiType::is_windows)
}

/// The size of a running group is its autoscaler's, unless this very update sets it.
fn needs_nodes(view: &CheckInput) -> bool {
    let wanted = match view.running() {
        Some(live) => {
            let stated = &view.spec.scaling;
            let sizes = [stated.min, stated.desired, Some(live.scaling.desired)];
            sizes.into_iter().flatten().max().unwrap_or_default()
        }
        None => view.nodes_at_first(),
    };
    may_need_nodes(view.spec) && wanted > 0
}

/// To apply the plugin, or to remove it.
fn needs_daemon_sets(view: &CheckInput) -> bool {
    applies_plugin(view) || view.running().is_some_and(has_plugin)
}

pub fn needs_windows(view: &CheckInput) -> bool {
    view.spec.windows_support == WindowsSupport::Enabled && ami_type(view, &[]).is_windows()
}

fn applies_plugin(view: &CheckInput) -> bool {
    let types: Vec<InstanceTypeFacts> = view.types().iter().map(|kind| kind.facts).collect();
    plugin_decision(view.spec, &ami_type(view, &types), &types) == PluginDecision::Apply
}

/// The nodes' AMI type, as far as it can be told; the default where EKS chooses it.
fn ami_type(view: &CheckInput, types: &[InstanceTypeFacts]) -> AmiType {
    let spec = view.spec;
    match (view.running(), &spec.ami_type) {
        (Some(live), _) => live.ami_type.clone(),
        (None, Some(stated)) => stated.clone(),
        (None, None) if view.may_have_own_image() => AmiType::custom(),
        (None, None) if spec.launch_template.is_some() => AmiType::default(),
        (None, None) => AmiType::fitting(types).unwrap_or_default(),
    }
}

fn has_plugin(group: &NodeGroup) -> bool {
    group.tags.contains_key(PLUGIN_TAG)
}
