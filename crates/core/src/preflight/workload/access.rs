//! What will be asked of the cluster's own API, and whether the function gets it there.
//!
//! It is read where the properties may come to need it, and what failed speaks against the group only where they do: by the
//! instance types, the size and the group that runs already.

use crate::call_error::{CallError, Fault, NO_ANSWER};
use crate::node::ami_type::AmiType;
use crate::node::image::InstanceTypeFacts;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::PLUGIN_TAG;
use crate::preflight::check::Check;
use crate::preflight::facts::Read;
use crate::preflight::finding::Finding;
use crate::preflight::view::View;
use crate::properties::spec::{DevicePlugin, Spec, WaitFor, WindowsSupport};
use crate::workload::device_plugin::{Call, call_for};

/// An error of the cluster's API is the finding itself, with the way to mend it. A cluster that isn't there, and what EKS
/// denies, other checks tell. Each check is told once, of the property that needs most.
pub fn findings(view: &View) -> Vec<Finding> {
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

/// What is needed and couldn't be had, by property, the one that needs most first.
fn failures<'a>(view: &View<'a>) -> impl Iterator<Item = (&'static str, &'a CallError)> {
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

/// Who takes the property out of a group that has the plugin needs access for that, too, and has another way.
fn cause(view: &View, property: &str, error: &CallError) -> String {
    if property != "NvidiaDevicePlugin" || applies_plugin(view) {
        return error.to_string();
    }
    format!(
        "{error}; the node group has the device plugin, which is to be taken from the cluster: to leave it there, remove the \
         tag {PLUGIN_TAG} from the node group"
    )
}

/// Whether a failed read says what is wrong, rather than that it couldn't be read.
pub fn check_of(error: &CallError) -> Option<Check> {
    let of_kubernetes = !error.action.contains(':');
    match error.fault {
        Fault::Denied if error.code.starts_with("401") => Some(Check::NoAccessEntry),
        Fault::Denied if of_kubernetes => Some(Check::KubernetesForbidden),
        // A server that answered is reached, whatever it said, and without credentials none is even looked for.
        Fault::Unknown if of_kubernetes && error.code == NO_ANSWER => Some(Check::KubernetesUnreachable),
        _ => None,
    }
}

/// How many nodes there will be, the template alone doesn't say: an autoscaler may have moved the size.
pub fn may_need_nodes(spec: &Spec) -> bool {
    spec.wait_for == WaitFor::NodesReady
}

/// `live` is the group that has the name already. What types the user's launch template names, and of what kind they are, the
/// properties don't say.
pub fn may_need_daemon_sets(spec: &Spec, live: Option<&NodeGroup>) -> bool {
    let may_apply = |ami_type: &AmiType| call_for(spec, ami_type, &[]) == Call::Apply;
    let asked = spec.device_plugin != DevicePlugin::Unasked;
    live.is_some_and(has_plugin) || asked && spec.ami_type.as_ref().is_none_or(may_apply)
}

pub fn may_need_windows(spec: &Spec) -> bool {
    let asked = spec.windows_support == WindowsSupport::Enabled;
    asked && spec.ami_type.as_ref().is_none_or(AmiType::is_windows)
}

/// Of a group that runs, the size is its autoscaler's, unless this very update sets it.
fn needs_nodes(view: &View) -> bool {
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

/// To be applied, or to be taken away.
fn needs_daemon_sets(view: &View) -> bool {
    applies_plugin(view) || view.running().is_some_and(has_plugin)
}

pub fn needs_windows(view: &View) -> bool {
    view.spec.windows_support == WindowsSupport::Enabled && ami_type(view, &[]).is_windows()
}

fn applies_plugin(view: &View) -> bool {
    let types: Vec<InstanceTypeFacts> = view.types().iter().map(|kind| kind.facts).collect();
    call_for(view.spec, &ami_type(view, &types), &types) == Call::Apply
}

/// The nodes' AMI type, as far as it can be told; the default where EKS chooses it.
fn ami_type(view: &View, types: &[InstanceTypeFacts]) -> AmiType {
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
