//! The nodes of a group as Kubernetes shows them, and the text about nodes that are not Ready.

use std::collections::BTreeMap;
use std::fmt;

/// The label by which EKS marks the nodes of a group (EKS user guide, "Managed node update behavior").
pub const NODEGROUP_LABEL: &str = "eks.amazonaws.com/nodegroup";

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub readiness: Readiness,
    pub scheduling: Scheduling,
}

/// The `Ready` condition of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Readiness {
    Ready,
    /// `False` or `Unknown`, with what the kubelet says.
    NotReady {
        reason: String,
        message: String,
    },
    /// The kubelet has not reported yet.
    #[default]
    Silent,
    /// The node object is being deleted.
    Leaving,
}

/// Whether Kubernetes puts pods on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheduling {
    #[default]
    Open,
    /// Cordoned, as before a drain.
    Cordoned,
}

/// How many of a group's nodes were Ready at the last poll, and how many are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ready {
    pub ready: usize,
    pub wanted: usize,
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} nodes were Ready", self.ready, self.wanted)
    }
}

/// How many nodes a reason names; it counts the others.
const NAMED: usize = 5;
/// The longest quote of a kubelet's message, in characters.
const QUOTE: usize = 200;

/// How many nodes are Ready.
pub fn ready(nodes: &[Node]) -> usize {
    nodes.iter().filter(|node| node.readiness == Readiness::Ready).count()
}

/// The text about a group that lacks Ready nodes: how many are Ready, which nodes are not and why, and how many never
/// joined.
pub fn lacking(nodes: &[Node], wanted: usize) -> String {
    let unready: Vec<String> = nodes.iter().filter_map(Node::fault).collect();
    let mut told = format!("{} of {wanted} nodes are Ready", ready(nodes));
    let present = nodes.iter().filter(|node| node.readiness != Readiness::Leaving).count();
    if wanted > present {
        told += &format!("; {} have not joined the cluster", wanted - present);
    }
    for fault in unready.iter().take(NAMED) {
        told += "; ";
        told += fault;
    }
    if unready.len() > NAMED {
        told += &format!("; and {} more", unready.len() - NAMED);
    }
    told
}

impl Node {
    /// Why the node is not Ready.
    fn fault(&self) -> Option<String> {
        let name = &self.name;
        match &self.readiness {
            Readiness::Ready | Readiness::Leaving => None,
            Readiness::Silent => Some(format!("{name}: its kubelet has reported nothing yet")),
            Readiness::NotReady { reason, message } => {
                let quote: String = message.chars().take(QUOTE).collect();
                Some(format!("{name}: {reason}: {quote}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, readiness: Readiness) -> Node {
        Node {
            name: name.to_owned(),
            readiness,
            ..Node::default()
        }
    }

    fn no_network() -> Readiness {
        Readiness::NotReady {
            reason: "KubeletNotReady".to_owned(),
            message: "cni plugin not initialized".to_owned(),
        }
    }

    #[test]
    fn a_reason_names_the_nodes_and_what_their_kubelets_say() {
        let many: Vec<Node> = (0..7)
            .map(|number| node(&format!("n{number}"), Readiness::Silent))
            .collect();
        for (nodes, wanted, expected) in [
            (vec![], 2, "0 of 2 nodes are Ready; 2 have not joined the cluster"),
            (
                vec![node("a", Readiness::Ready), node("b", no_network())],
                2,
                "1 of 2 nodes are Ready; b: KubeletNotReady: cni plugin not initialized",
            ),
            (
                vec![node("a", Readiness::Leaving), node("b", Readiness::Silent)],
                2,
                "0 of 2 nodes are Ready; 1 have not joined the cluster; b: its kubelet has reported nothing yet",
            ),
        ] {
            assert_eq!(lacking(&nodes, wanted), expected);
        }
        assert!(lacking(&many, 7).ends_with("n4: its kubelet has reported nothing yet; and 2 more"));
    }
}
