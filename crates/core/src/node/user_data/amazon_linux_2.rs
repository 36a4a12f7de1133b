//! AL2: EKS calls `/etc/eks/bootstrap.sh` in a last part of its own, so what comes before can prepare that script.

use super::mime::{self, NODE_CONFIG, SHELL, UserDataPart};

pub(super) fn render(
    own: Option<&str>,
    max_pods: Option<u32>,
    node_labels: Option<String>,
) -> Result<Option<String>, String> {
    let mut parts = own.map_or_else(|| Ok(vec![]), mime::parts)?;
    if parts.iter().any(|part| part.media_type == NODE_CONFIG) {
        return Err("expected shell commands or #cloud-config, got a NodeConfig, which only AL2023 reads".to_owned());
    }
    let arguments: Vec<_> = max_pods
        .map(|n| format!("--max-pods={n}"))
        .into_iter()
        .chain(node_labels)
        .collect();
    if !arguments.is_empty() {
        parts.push(UserDataPart::new(SHELL, script(&arguments.join(" "))));
    }
    mime::document(&parts)
}

/// Adds arguments to the kubelet's, after all that EKS passes to the bootstrap: of two `--max-pods` the kubelet takes the
/// later, and two `--node-labels` add up.
///
/// The line to insert before is where the bootstrap has its last look at them. It reads the same in every revision of the
/// script from the first in 2018 to its removal in 2026 (amazon-eks-ami, `files/` and `templates/al2/runtime/bootstrap.sh`).
/// If it ever isn't there the part fails, and cloud-init reports that: silence would hide a node that differs from its template.
fn script(arguments: &str) -> String {
    format!(
        r#"#!/bin/bash
# Adds to the kubelet's arguments in the bootstrap script, which EKS calls in a part after this one.
set -o errexit -o nounset -o pipefail

bootstrap=/etc/eks/bootstrap.sh
addition='KUBELET_EXTRA_ARGS="$KUBELET_EXTRA_ARGS {arguments}"'

added() {{ grep --quiet --line-regexp --fixed-strings "$addition" "$bootstrap"; }}

if ! added; then
  sed --in-place '/^if \[\[ -n "\$KUBELET_EXTRA_ARGS" \]\]; then$/i '"$addition" "$bootstrap"
fi
if ! added; then
  echo "$bootstrap is not as expected, so the kubelet gets no {arguments}" >&2
  exit 1
fi
"#
    )
}
