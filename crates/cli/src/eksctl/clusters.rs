//! What a file has beside the managed groups. It is told once for each part, and shortly: it is the cluster's.

use super::fields::RELEASE;
use crate::document::{YamlContent, YamlNode};
use crate::note::{NoteKind, Notes};

/// Taken over, or looked at.
const READ: [&str; 4] = ["apiVersion", "kind", "metadata", "managedNodeGroups"];

/// Parts of a cluster, as the schema has them.
const CLUSTERS: [&str; 26] = [
    "accessConfig",
    "addons",
    "addonsConfig",
    "autoModeConfig",
    "availabilityZones",
    "capabilities",
    "cloudWatch",
    "controlPlaneScalingConfig",
    "fargateProfiles",
    "gitops",
    "iam",
    "iamIdentityMappings",
    "identityProviders",
    "karpenter",
    "kubeAPIServerConfig",
    "kubeControllerManagerConfig",
    "kubeSchedulerConfig",
    "kubernetesNetworkConfig",
    "localZones",
    "outpost",
    "privateCluster",
    "remoteNetworkConfig",
    "secretsEncryption",
    "upgradePolicy",
    "vpc",
    "zonalShiftConfig",
];

const METADATA: [&str; 4] = ["annotations", "forceUpdateVersion", "rollbackConfig", "version"];

pub fn tell(document: &YamlNode, notes: &mut Notes) {
    for entry in document
        .entries()
        .iter()
        .filter(|entry| entry.value.content != YamlContent::Nothing)
    {
        let (key, line) = (entry.key.as_str(), entry.line);
        let read_of = match key {
            "vpc" => Some("subnets"),
            "iam" => Some("withOIDC"),
            _ => None,
        };
        let is_read =
            |node: &YamlNode| read_of.is_some_and(|only| node.entries().iter().all(|entry| entry.key == only));
        if READ.contains(&key) || is_read(&entry.value) {
            continue;
        }
        match key {
            "nodeGroups" => {
                let text =
                    "self-managed groups are not EKS's; leave them to eksctl, or write them as managedNodeGroups";
                notes.add(line, key, NoteKind::NotMapped, text);
            }
            key if CLUSTERS.contains(&key) => {
                let but = read_of.map(|only| format!(", but for {only}")).unwrap_or_default();
                notes.add(
                    line,
                    key,
                    NoteKind::Clusters,
                    format!("it stays with what made the cluster{but}"),
                );
            }
            key => unknown(line, key, notes),
        }
    }
    metadata(document, notes);
}

fn metadata(document: &YamlNode, notes: &mut Notes) {
    let entries = document.get("metadata").map_or(&[][..], YamlNode::entries);
    for entry in entries
        .iter()
        .filter(|entry| entry.value.content != YamlContent::Nothing)
    {
        let path = format!("metadata.{}", entry.key);
        match entry.key.as_str() {
            "name" | "region" | "tags" => {}
            "version" => {
                let text = "a new group takes the version that the cluster runs; set Version to hold it there";
                notes.add(entry.line, path, NoteKind::Clusters, text);
            }
            key if METADATA.contains(&key) => {
                notes.add(
                    entry.line,
                    path,
                    NoteKind::Clusters,
                    "it stays with what made the cluster",
                );
            }
            _ => unknown(entry.line, &path, notes),
        }
    }
}

fn unknown(line: usize, path: &str, notes: &mut Notes) {
    let text = format!("the schema of eksctl {RELEASE} has no such field");
    notes.add(line, path, NoteKind::NotMapped, text);
}
