//! The kinds of objects that a simulated cluster knows.

use serde_json::Value;

/// One kind. What isn't here is answered with 404, as an API that isn't installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KubernetesResource {
    ConfigMaps,
    DaemonSets,
    Nodes,
    PodDisruptionBudgets,
    Pods,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Cluster,
    Namespace,
}

const ALL: [KubernetesResource; 5] = [
    KubernetesResource::ConfigMaps,
    KubernetesResource::DaemonSets,
    KubernetesResource::Nodes,
    KubernetesResource::PodDisruptionBudgets,
    KubernetesResource::Pods,
];

impl KubernetesResource {
    /// As a path names it.
    pub fn in_group(group: &str, plural: &str) -> Option<Self> {
        let named = |one: &Self| one.group() == group && one.plural() == plural;
        ALL.into_iter().find(named)
    }

    /// As an object names it; its plural will do too.
    pub fn named(word: &str) -> Option<Self> {
        ALL.into_iter().find(|one| one.kind() == word || one.plural() == word)
    }

    /// The kind of an object.
    pub fn of(object: &Value) -> Option<Self> {
        let kind = object["kind"].as_str()?;
        ALL.into_iter()
            .find(|one| one.kind() == kind && object["apiVersion"] == one.api_version().as_str())
    }

    pub fn plural(self) -> &'static str {
        match self {
            Self::ConfigMaps => "configmaps",
            Self::DaemonSets => "daemonsets",
            Self::Nodes => "nodes",
            Self::PodDisruptionBudgets => "poddisruptionbudgets",
            Self::Pods => "pods",
        }
    }

    pub fn kind(self) -> &'static str {
        match self {
            Self::ConfigMaps => "ConfigMap",
            Self::DaemonSets => "DaemonSet",
            Self::Nodes => "Node",
            Self::PodDisruptionBudgets => "PodDisruptionBudget",
            Self::Pods => "Pod",
        }
    }

    /// Empty for the core group.
    pub fn group(self) -> &'static str {
        match self {
            Self::DaemonSets => "apps",
            Self::PodDisruptionBudgets => "policy",
            Self::ConfigMaps | Self::Nodes | Self::Pods => "",
        }
    }

    pub fn api_version(self) -> String {
        match self.group() {
            "" => "v1".to_owned(),
            group => format!("{group}/v1"),
        }
    }

    pub fn scope(self) -> Scope {
        match self {
            Self::Nodes => Scope::Cluster,
            _ => Scope::Namespace,
        }
    }

    /// As messages name it: `nodes`, `daemonsets.apps`.
    pub fn qualified(self) -> String {
        match self.group() {
            "" => self.plural().to_owned(),
            group => format!("{}.{group}", self.plural()),
        }
    }
}
