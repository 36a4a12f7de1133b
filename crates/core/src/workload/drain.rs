//! What keeps a node from being drained: pods that Kubernetes refuses to evict, and pods that do not end.

mod selector;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use self::selector::{LabelSelector, Requirement};

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pod {
    pub namespace: String,
    pub name: String,
    pub node: String,
    pub labels: BTreeMap<String, String>,
    /// Kind and name of the owner that is the pod's controller.
    pub controller: Option<(String, String)>,
    pub origin: PodOrigin,
    pub phase: String,
    /// The pod's `deletionTimestamp`: the end of the grace period of its deletion.
    pub terminating_since: Option<String>,
    pub finalizers: Vec<String>,
}

/// Where a pod is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PodOrigin {
    #[default]
    Api,
    /// In a file on the node. The API only shows the pod (annotation `kubernetes.io/config.mirror`), and the pod goes
    /// with the node.
    Mirror,
}

/// A `PodDisruptionBudget` with its status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisruptionBudget {
    pub namespace: String,
    pub name: String,
    /// A budget without a selector (`None`) selects nothing.
    pub selector: Option<LabelSelector>,
    /// `disruptionsAllowed`.
    pub allowed: i32,
    /// `currentHealthy`.
    pub healthy: i32,
    /// `desiredHealthy`.
    pub desired: i32,
    /// `expectedPods`.
    pub expected: i32,
}

/// The nodes, pods and budgets that the function reads while EKS drains nodes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drain {
    /// The group's nodes that EKS drains.
    pub nodes: Vec<String>,
    pub pods: Vec<Pod>,
    pub budgets: Vec<DisruptionBudget>,
}

/// What keeps nodes from being drained, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    pub what: String,
    pub remedy: String,
}

/// Why a pod stays on its node. The reason that is likely to last longest comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum DrainBlocker {
    /// The index of the budget.
    Budget(usize),
    /// Several budgets select the pod, so Kubernetes refuses its eviction (`pods/eviction` answers 500).
    Several(Vec<usize>),
    Finalizers(Vec<String>),
    Terminating,
}

/// How many pods the message names; it counts the others.
const NAMED: usize = 5;
const LOOSEN: &str =
    "Scale the workload up, or raise the budget's maxUnavailable or lower its minAvailable, then deploy again.";
const ONE_BUDGET: &str = "Leave no more than one PodDisruptionBudget that selects the pod.";
const FINALIZE: &str = "Bring back what takes the finalizers off, or take them off by hand.";
const WAIT: &str = "Lower terminationGracePeriodSeconds of pods that take too long to end.";
const FORCE: &str = "Or set ForceUpdateEnabled: true to go on regardless.";

/// What blocks the drain and the remedy, in one text. `None` if nothing blocks.
pub fn blocked_message(drain: &Drain) -> Option<String> {
    blocked(drain).map(|blocked| format!("{}. What to do: {}", blocked.what, blocked.remedy))
}

/// The pods that block the drain, grouped by what holds them. `None` if no pod blocks.
pub fn blocked(drain: &Drain) -> Option<Blocked> {
    let mut by_hold: BTreeMap<DrainBlocker, Vec<&Pod>> = BTreeMap::new();
    for pod in drain.pods.iter().filter(|pod| drain.nodes.contains(&pod.node)) {
        if let Some(hold) = hold(pod, &drain.budgets) {
            by_hold.entry(hold).or_default().push(pod);
        }
    }
    if by_hold.is_empty() {
        return None;
    }
    Some(Blocked {
        what: what(&by_hold, &drain.budgets),
        remedy: remedy(by_hold.keys()),
    })
}

fn hold(pod: &Pod, budgets: &[DisruptionBudget]) -> Option<DrainBlocker> {
    if !pod.is_evicted() {
        return None;
    }
    if pod.terminating_since.is_some() {
        return Some(match pod.finalizers.as_slice() {
            [] => DrainBlocker::Terminating,
            finalizers => DrainBlocker::Finalizers(finalizers.to_vec()),
        });
    }
    // No budget protects a pod that has not started (Kubernetes' own `canIgnorePDB`).
    if pod.phase == "Pending" {
        return None;
    }
    let selects = |budget: &DisruptionBudget| budget.namespace == pod.namespace && budget.selects(pod);
    let covering: Vec<usize> = (0..budgets.len()).filter(|index| selects(&budgets[*index])).collect();
    match covering.as_slice() {
        [] => None,
        [one] => (budgets[*one].allowed <= 0).then_some(DrainBlocker::Budget(*one)),
        _ => Some(DrainBlocker::Several(covering)),
    }
}

/// `pod a/b on n: why; pods …: why; and 3 more pods`.
fn what(by_hold: &BTreeMap<DrainBlocker, Vec<&Pod>>, budgets: &[DisruptionBudget]) -> String {
    let mut left = NAMED;
    let mut told = Vec::new();
    for (hold, pods) in by_hold {
        let named: Vec<String> = pods.iter().take(left).map(|pod| pod.render()).collect();
        left -= named.len();
        let noun = if named.len() == 1 { "pod" } else { "pods" };
        if !named.is_empty() {
            told.push(format!("{noun} {}: {}", named.join(", "), hold.render(budgets)));
        }
    }
    let all: usize = by_hold.values().map(Vec::len).sum();
    match all.saturating_sub(NAMED) {
        0 => {}
        1 => told.push("and 1 more pod".to_owned()),
        more => told.push(format!("and {more} more pods")),
    }
    told.join("; ")
}

/// Each piece of advice once, in the order of the holds. `ForceUpdateEnabled` skips evictions that Kubernetes refuses.
/// It does not hasten a pod that is already terminating.
fn remedy<'a>(holds: impl Iterator<Item = &'a DrainBlocker>) -> String {
    let holds: Vec<&DrainBlocker> = holds.collect();
    let advice: BTreeSet<(usize, &str)> = holds.iter().map(|hold| hold.advice()).collect();
    let mut told: Vec<&str> = advice.into_iter().map(|(_, text)| text).collect();
    if holds
        .iter()
        .any(|hold| matches!(hold, DrainBlocker::Budget(_) | DrainBlocker::Several(_)))
    {
        told.push(FORCE);
    }
    told.join(" ")
}

impl DrainBlocker {
    fn render(&self, budgets: &[DisruptionBudget]) -> String {
        match self {
            Self::Budget(index) => budgets[*index].render(),
            Self::Several(indices) => {
                let names: Vec<String> = indices.iter().map(|index| budgets[*index].full_name()).collect();
                let names = names.join(", ");
                format!(
                    "the PodDisruptionBudgets {names} select it, and Kubernetes evicts no pod that has more than one"
                )
            }
            Self::Finalizers(finalizers) => format!("held by the finalizers {}", finalizers.join(", ")),
            Self::Terminating => "ends slowly, by a long grace period or because its node doesn't answer".to_owned(),
        }
    }

    fn advice(&self) -> (usize, &'static str) {
        match self {
            Self::Budget(_) => (0, LOOSEN),
            Self::Several(_) => (1, ONE_BUDGET),
            Self::Finalizers(_) => (2, FINALIZE),
            Self::Terminating => (3, WAIT),
        }
    }
}

impl Pod {
    /// Whether a drain waits for the pod.
    fn is_evicted(&self) -> bool {
        let is_daemon = self.controller.as_ref().is_some_and(|(kind, _)| kind == "DaemonSet");
        let is_over = ["Succeeded", "Failed"].contains(&self.phase.as_str());
        !is_daemon && self.origin == PodOrigin::Api && (!is_over || self.terminating_since.is_some())
    }

    fn render(&self) -> String {
        let ending = match &self.terminating_since {
            Some(end) => format!(" (terminating, to be gone by {end})"),
            None => String::new(),
        };
        format!("{}/{} on {}{ending}", self.namespace, self.name, self.node)
    }
}

impl DisruptionBudget {
    fn selects(&self, pod: &Pod) -> bool {
        self.selector
            .as_ref()
            .is_some_and(|selector| selector.selects(&pod.labels))
    }

    fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    fn render(&self) -> String {
        let of = match self.expected > self.healthy {
            true => format!(" of {}", self.expected),
            false => String::new(),
        };
        let (name, healthy, desired) = (self.full_name(), self.healthy, self.desired);
        format!("PodDisruptionBudget {name} allows no disruption ({healthy}{of} healthy, {desired} required)")
    }
}
