//! Labels that the node gives itself, as an argument of the kubelet.

use std::collections::BTreeMap;

use super::takes_node_labels;
use crate::node::ami_type::OperatingSystem;

/// `--node-labels=…`, or `None` without labels. The kubelet adds them to those of EKS's own `--node-labels`.
pub(super) fn argument(os: OperatingSystem, labels: &BTreeMap<String, String>) -> Result<Option<String>, String> {
    if labels.is_empty() {
        return Ok(None);
    }
    if !takes_node_labels(os) {
        return Err(format!(
            "expected no labels of the node's own on {os:?}, where they can't be told: use Labels"
        ));
    }
    let pairs = labels.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(format!("--node-labels={}", pairs.join(","))))
}

/// The text ends up in a shell script, so nothing may pass that the shell or `sed` reads as its own.
fn pair((key, value): (&String, &String)) -> Result<String, String> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = !key.is_empty() && key.chars().all(|c| harmless(c) || c == '/') && value.chars().all(harmless);
    fits.then(|| format!("{key}={value}")).ok_or_else(|| {
        format!(
            "expected a node label of letters, digits, '-', '_' and '.', and '/' in the key, got {key:?}: {value:?}"
        )
    })
}
