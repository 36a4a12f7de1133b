//! A device plugin that somebody else installed.

use super::{DaemonSet, NAME, NAMESPACE, PluginRequest, in_kubernetes, manifest, ours};
use crate::properties::settings::{Taint, TaintEffect};

/// The warning about a foreign plugin: two plugins on one node report the same GPUs.
pub fn warning(asked: &PluginRequest, live: &[DaemonSet]) -> Option<String> {
    let foreign: Vec<&DaemonSet> = live.iter().filter(|daemon_set| is_foreign(daemon_set)).collect();
    let first = foreign.first()?;
    let names: Vec<String> = foreign
        .iter()
        .map(|one| format!("{}/{}", one.namespace, one.name))
        .collect();
    let mut told = format!(
        "NvidiaDevicePlugin: nothing was applied for node group {}, since the cluster has {} already, which this \
         resource didn't install",
        asked.group,
        names.join(", ")
    );
    let kept_out = untolerated(asked, &foreign);
    if !kept_out.is_empty() {
        told += &format!(
            ". It doesn't tolerate {}, so it won't run on these nodes and pods get no GPU there; add the \
             toleration to it",
            kept_out.join(", ")
        );
    }
    if !first.node_selector.is_empty() {
        let labels: Vec<String> = first
            .node_selector
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        told += &format!(
            ". It runs on nodes with {} only; see that these have it",
            labels.join(", ")
        );
    }
    if ours(live).is_some() {
        told += &format!(". {NAMESPACE}/{NAME} of ours is there too; remove one of both");
    }
    Some(told)
}

fn is_foreign(daemon_set: &DaemonSet) -> bool {
    match daemon_set.has_our_name() {
        true => !manifest::has_our_label(daemon_set),
        false => !is_companion(&daemon_set.name) && daemon_set.images.iter().any(|image| is_plugin(image)),
    }
}

/// NVIDIA's Helm chart runs two more DaemonSets from the plugin's image. Neither of them is the plugin.
fn is_companion(name: &str) -> bool {
    name.contains("feature-discovery") || name.contains("mps-control-daemon")
}

/// Recognises the plugin's image from any mirror, and the GPU operator's image, which runs on each node and brings the
/// plugin. AMD's plugin has the same name and is for other GPUs.
fn is_plugin(image: &str) -> bool {
    let image = image.split('@').next().unwrap_or_default();
    let (path, last) = image.rsplit_once('/').unwrap_or(("", image));
    let name = last.split(':').next().unwrap_or_default();
    name.starts_with("gpu-operator") || name.ends_with("k8s-device-plugin") && !path.ends_with("rocm")
}

/// The group's taints that keep every foreign plugin off the group's nodes. `PreferNoSchedule` keeps nothing off.
fn untolerated(asked: &PluginRequest, foreign: &[&DaemonSet]) -> Vec<String> {
    let tolerates =
        |one: &DaemonSet, taint: &Taint| one.tolerations.iter().any(|toleration| toleration.tolerates(taint));
    let keeps_off = |taint: &&Taint| {
        taint.effect != TaintEffect::PreferNoSchedule && !foreign.iter().any(|one| tolerates(one, taint))
    };
    let told = |taint: &Taint| format!("{}={}:{}", taint.key, taint.value, in_kubernetes(taint.effect));
    asked.taints.iter().filter(keeps_off).map(told).collect()
}
