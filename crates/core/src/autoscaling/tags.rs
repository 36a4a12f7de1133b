//! The tags that an Auto Scaling group shall have.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::is_of_service;
use crate::node::ami_type::OperatingSystem;
use crate::node::instance_type::{Accelerator, InstanceTypeFacts};
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::{RESOURCE_TAG, STACK_TAG};
use crate::properties::settings::{Taint, TaintEffect};
use crate::properties::spec::{Autoscaler, PropagateTags, Spec};
use crate::properties::tags::OWN_PREFIX;
use crate::workload::device_plugin::in_kubernetes;

/// A tag that goes on the group if there is room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub key: String,
    pub value: String,
}

const ENABLED: &str = "k8s.io/cluster-autoscaler/enabled";
/// The prefix of tags that describe a node to the Cluster Autoscaler while the group has no node (its AWS provider's
/// README and `aws_manager.go`).
const TEMPLATE: &str = "k8s.io/cluster-autoscaler/node-template";
const EPHEMERAL_STORAGE: &str = "ephemeral-storage";
/// What the Neuron device plugin's resources begin with.
const NEURON: &str = "aws.amazon.com/neuron";

/// The wanted tags, the most important first, each key once.
pub fn wanted(
    spec: &Spec,
    tags: &BTreeMap<String, String>,
    group: &NodeGroup,
    types: &[InstanceTypeFacts],
    warnings: &mut Vec<String>,
) -> Vec<Candidate> {
    let mut wanted = Vec::new();
    if let Autoscaler::Tagged { resources, options } = &spec.scaling_group.autoscaler {
        wanted.push((ENABLED.to_owned(), "true".to_owned()));
        wanted.push((
            format!("k8s.io/cluster-autoscaler/{}", spec.cluster),
            "owned".to_owned(),
        ));
        wanted.extend(taints(&spec.taints, warnings));
        wanted.extend(of_template("resources", of_node(spec, group, resources)));
        wanted.extend(of_template("label", labels(spec, group)));
        wanted.extend(of_template("autoscaling-options", options.clone()));
        warnings.extend(unknown_devices(types, resources));
    }
    if spec.node.propagate_tags == PropagateTags::Yes {
        // Of the function's own tags only those that never change.
        let stays = |key: &str| !key.starts_with(OWN_PREFIX) || [STACK_TAG, RESOURCE_TAG].contains(&key);
        let ours_to_set = |key: &&String| stays(key) && !is_of_service(key);
        wanted.extend(
            tags.iter()
                .filter(|(key, _)| ours_to_set(key))
                .map(|(key, value)| (key.clone(), value.clone())),
        );
    }
    let mut seen = BTreeSet::new();
    wanted.retain(|(key, _)| seen.insert(key.clone()));
    wanted
        .into_iter()
        .map(|(key, value)| Candidate { key, value })
        .collect()
}

fn of_template(kind: &str, values: BTreeMap<String, String>) -> impl Iterator<Item = (String, String)> {
    values
        .into_iter()
        .map(move |(name, value)| (format!("{TEMPLATE}/{kind}/{name}"), value))
}

/// The effect is in Kubernetes' spelling. The autoscaler ignores `NO_SCHEDULE`, and would start nodes that the pods
/// cannot run on (kubernetes/autoscaler issue 6481).
fn taints(taints: &BTreeSet<Taint>, warnings: &mut Vec<String>) -> Vec<(String, String)> {
    let mut by_key: BTreeMap<&str, Vec<&Taint>> = BTreeMap::new();
    for taint in taints {
        by_key.entry(&taint.key).or_default().push(taint);
    }
    let mut told = Vec::new();
    for (key, mut same) in by_key {
        same.sort_by_key(|taint| weakness(taint.effect));
        let effect = in_kubernetes(same[0].effect);
        told.push((format!("{TEMPLATE}/taint/{key}"), format!("{}:{effect}", same[0].value)));
        if same.len() > 1 {
            warnings.push(format!(
                "ClusterAutoscaler: a tag tells one effect of a taint, so of {key} it tells {effect} and not the \
                 others; allow eks:DescribeNodegroup to the autoscaler, which then reads \
                 all of them, or give each taint a key of its own"
            ));
        }
    }
    told
}

fn weakness(effect: TaintEffect) -> u8 {
    match effect {
        TaintEffect::NoExecute => 0,
        TaintEffect::NoSchedule => 1,
        TaintEffect::PreferNoSchedule => 2,
    }
}

/// The autoscaler knows CPU, memory and GPUs of the instance type (`buildNodeFromTemplate`), but not the volume. The
/// user's launch template may have any volume, so the tags do not mention it then.
fn of_node(spec: &Spec, group: &NodeGroup, stated: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut resources = BTreeMap::new();
    if spec.launch_template.is_none() {
        let default = OperatingSystem::of(Some(&group.ami_type)).default_disk();
        let size = spec.node.volume.size.unwrap_or(default);
        resources.insert(EPHEMERAL_STORAGE.to_owned(), format!("{size}Gi"));
    }
    resources.extend(stated.clone());
    resources
}

/// The labels that EKS sets, that the nodes set themselves, and that every node of EKS has. The autoscaler takes each
/// node for a Linux node unless a tag says otherwise (`buildGenericLabels`).
fn labels(spec: &Spec, group: &NodeGroup) -> BTreeMap<String, String> {
    let capacity_type = match group.capacity_type.as_str() {
        "" => spec.capacity_type.as_str(),
        live => live,
    };
    let mut labels: BTreeMap<String, String> = [
        ("eks.amazonaws.com/capacityType", capacity_type),
        ("eks.amazonaws.com/nodegroup", &group.name),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    if group.ami_type.is_windows() {
        labels.insert("kubernetes.io/os".to_owned(), "windows".to_owned());
    }
    labels.extend(spec.node.labels.clone());
    labels.extend(spec.labels.clone());
    labels
}

/// Of Neuron devices the autoscaler's AWS provider knows nothing, and EC2's facts that we read don't count them.
fn unknown_devices(types: &[InstanceTypeFacts], stated: &BTreeMap<String, String>) -> Option<String> {
    let has_neuron = types.iter().any(|facts| facts.accelerator == Accelerator::Neuron);
    let is_told = stated.keys().any(|name| name.starts_with(NEURON));
    (has_neuron && !is_told).then(|| {
        format!(
            "ClusterAutoscaler: the autoscaler doesn't know the Neuron devices of an instance type, so it starts no \
             first node for a pod that wants one; state how many a node has in Resources, as {NEURON} or {NEURON}core"
        )
    })
}
