//! What Windows nodes need in a cluster: a Linux node for CoreDNS, and a network plugin that gives Windows pods
//! addresses (EKS user guide, "Deploy Windows nodes on EKS clusters").

use serde_json::{Value, json};

use super::nodes::{Node, Readiness};

/// The ConfigMap with the settings of the network plugin.
pub const CONFIG_MAP: &str = "amazon-vpc-cni";
/// The setting that makes the plugin's controller give addresses to Windows pods.
pub const IPAM: &str = "enable-windows-ipam";

/// The label of a node that runs a Fargate pod.
const COMPUTE_TYPE: &str = "eks.amazonaws.com/compute-type";

/// What a cluster shows about Windows support.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WindowsState {
    /// All Linux nodes.
    pub linux: Vec<Node>,
    /// The nodes on which CoreDNS runs.
    pub core_dns: Vec<String>,
    pub ipam: Ipam,
}

/// The value of the setting in the ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ipam {
    On,
    /// The setting is off or missing.
    #[default]
    Off,
    /// The setting is off, and the add-on that EKS manages set it so.
    OffByAddOn,
}

/// Says what is missing: at least one Linux node, or Fargate for CoreDNS. Windows nodes cannot run CoreDNS, and without
/// it no Windows pod resolves a name.
pub fn lacks_linux(state: &WindowsState) -> Option<String> {
    let is_ready = |node: &&Node| node.readiness == Readiness::Ready;
    let serves = |node: &Node| match node.labels.get(COMPUTE_TYPE).map(String::as_str) {
        Some("fargate") => state.core_dns.contains(&node.name),
        _ => true,
    };
    let served = state.linux.iter().filter(is_ready).any(serves);
    (!served).then(|| {
        let unready = state.linux.len();
        match unready {
            0 => "the cluster has no Linux node, and CoreDNS doesn't run on Fargate either".to_owned(),
            _ => format!("none of the cluster's {unready} Linux nodes is Ready and can run CoreDNS"),
        }
    })
}

/// The ConfigMap to apply, if the setting is off.
pub fn switched_on(state: &WindowsState) -> Option<Value> {
    (state.ipam != Ipam::On).then(|| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": CONFIG_MAP, "namespace": "kube-system"},
            "data": {IPAM: "true"},
        })
    })
}

/// An add-on that EKS manages writes its ConfigMap anew at its next update.
pub fn warning(state: &WindowsState) -> Option<String> {
    (state.ipam == Ipam::OffByAddOn).then(|| {
        format!(
            "WindowsSupport: {IPAM} was switched on in ConfigMap kube-system/{CONFIG_MAP}, which the add-on vpc-cni manages and \
             would switch off when it is updated; set {{\"enableWindowsIpam\": \"true\"}} in the add-on's configuration values too"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, readiness: Readiness, labels: &[(&str, &str)]) -> Node {
        Node {
            name: name.to_owned(),
            readiness,
            labels: labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..Node::default()
        }
    }

    #[test]
    fn core_dns_needs_a_linux_node_or_fargate() {
        let fargate = [(COMPUTE_TYPE, "fargate")];
        for (linux, core_dns, expected) in [
            (vec![], "", Some("the cluster has no Linux node")),
            (
                vec![node("a", Readiness::Silent, &[])],
                "a",
                Some("none of the cluster's 1"),
            ),
            (vec![node("a", Readiness::Ready, &[])], "", None),
            (
                vec![node("f", Readiness::Ready, &fargate)],
                "",
                Some("none of the cluster's 1"),
            ),
            (vec![node("f", Readiness::Ready, &fargate)], "f", None),
        ] {
            let state = WindowsState {
                linux,
                core_dns: vec![core_dns.to_owned()],
                ipam: Ipam::On,
            };
            let told = lacks_linux(&state);
            assert_eq!(told.is_some(), expected.is_some(), "{state:?}");
            assert!(told.unwrap_or_default().starts_with(expected.unwrap_or_default()));
        }
    }

    #[test]
    fn the_setting_is_switched_on_where_it_is_off() {
        for (ipam, applied, warned) in [
            (Ipam::On, false, false),
            (Ipam::Off, true, false),
            (Ipam::OffByAddOn, true, true),
        ] {
            let state = WindowsState {
                ipam,
                ..WindowsState::default()
            };
            assert_eq!(switched_on(&state).is_some(), applied, "{state:?}");
            assert_eq!(warning(&state).is_some(), warned, "{state:?}");
        }
    }
}
