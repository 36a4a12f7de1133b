//! AL2023: nodeadm merges every `NodeConfig` of the user data in order, EKS's own being the last.

use serde::Serialize;
use serde_json::Value;

use super::mime::{self, NODE_CONFIG, UserDataPart};

pub(super) fn render(
    own: Option<&str>,
    max_pods: Option<u32>,
    node_labels: Option<String>,
) -> Result<Option<String>, String> {
    let mut parts = own.map_or_else(|| Ok(vec![]), mime::parts)?;
    for part in parts.iter().filter(|part| part.media_type == NODE_CONFIG) {
        check(&part.body, max_pods)?;
    }
    if max_pods.is_some() || node_labels.is_some() {
        parts.push(UserDataPart::new(NODE_CONFIG, node_config(max_pods, node_labels)?));
    }
    mime::document(&parts)
}

const API_VERSION: &str = "node.eks.aws/v1alpha1";
const KIND: &str = "NodeConfig";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NodeConfig {
    api_version: &'static str,
    kind: &'static str,
    spec: NodeConfigSpec,
}

#[derive(Serialize)]
struct NodeConfigSpec {
    kubelet: Kubelet,
}

#[derive(Serialize)]
struct Kubelet {
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<KubeletConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<[String; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KubeletConfig {
    max_pods: u32,
}

fn node_config(max_pods: Option<u32>, node_labels: Option<String>) -> Result<String, String> {
    let config = NodeConfig {
        api_version: API_VERSION,
        kind: KIND,
        spec: NodeConfigSpec {
            kubelet: Kubelet {
                config: max_pods.map(|max_pods| KubeletConfig { max_pods }),
                flags: node_labels.map(|argument| [argument]),
            },
        },
    };
    yaml_serde::to_string(&config).map_err(|error| error.to_string())
}

/// nodeadm passes over what it can't read, and the node would join without it.
fn check(own: &str, max_pods: Option<u32>) -> Result<(), String> {
    let config: Value =
        yaml_serde::from_str(own).map_err(|error| format!("expected a NodeConfig in YAML, got {error}"))?;
    for (key, expected) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        if config[key] != expected {
            return Err(format!(
                "expected a NodeConfig with {key}: {expected}, got {key}: {}",
                config[key]
            ));
        }
    }
    let set = |path: &&&str| config.pointer(path).is_some_and(|value| !value.is_null());
    match (max_pods, MAX_PODS.iter().find(set)) {
        (Some(_), Some(path)) => Err(format!(
            "expected no {} in the NodeConfig beside MaxPods: leave one of them out",
            path[1..].replace('/', ".")
        )),
        (None, _) | (_, None) => Ok(()),
    }
}

const MAX_PODS: [&str; 2] = ["/spec/kubelet/config/maxPods", "/spec/kubelet/maxPodsExpression"];
