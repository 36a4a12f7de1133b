//! What EC2 launches an instance with: key pair, security groups, the user's own launch template and image, and the KMS
//! key of the volumes.

mod kms;
mod template;

use std::collections::BTreeSet;

use super::check::Check;
use super::finding::{Finding, Severity};
use super::text::listed;
use super::view::{CheckInput, known};
use crate::properties::spec::SshKey;

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings: Vec<Finding> = key_pair(view).into_iter().collect();
    findings.extend(security_groups(view));
    findings.extend(template::findings(view));
    findings.extend(kms::findings(view));
    findings
}

fn key_pair(view: &CheckInput) -> Option<Finding> {
    let SshKey::Named(name) = &view.spec.node.remote_access.as_ref()?.key else {
        return None;
    };
    let missing = !known(&view.facts.key_pairs)?.contains(name) && !name.is_empty();
    missing.then(|| {
        let cause = format!("key pair {name} doesn't exist in this account and Region");
        Finding::new(Check::KeyPairNotFound, "RemoteAccess.Ec2SshKey", name, cause)
    })
}

/// A rule may let in a security group of a peered VPC. An instance can only have security groups of its own VPC.
fn security_groups(view: &CheckInput) -> Vec<Finding> {
    let of_nodes = &view.spec.node.security_groups;
    let mut findings = judged(view, "SecurityGroups", of_nodes, Severity::Error);
    if let Some(access) = &view.spec.node.remote_access {
        let sources = &access.source_security_groups;
        let property = "RemoteAccess.SourceSecurityGroups";
        findings.extend(judged(view, property, sources, Severity::Warning));
    }
    findings
}

fn judged(view: &CheckInput, property: &'static str, wanted: &BTreeSet<String>, elsewhere: Severity) -> Vec<Finding> {
    let Some(found) = known(&view.facts.security_groups) else {
        return vec![];
    };
    let wanted = || wanted.iter().filter(|id| !id.is_empty());
    let missing: Vec<&String> = wanted().filter(|id| !found.contains_key(*id)).collect();
    let missing = (!missing.is_empty()).then(|| {
        let ids = listed(missing);
        let cause = format!("not found in this account and Region: {ids}");
        Finding::new(Check::SecurityGroupNotFound, property, ids, cause)
    });
    let present: Vec<(&str, &str)> = wanted()
        .filter_map(|id| Some((id.as_str(), found.get(id)?.as_str())))
        .collect();
    let other = other_vpc(view, property, &present).map(|finding| match elsewhere {
        Severity::Error => finding,
        Severity::Warning => finding.as_warning(),
    });
    missing.into_iter().chain(other).collect()
}

/// `groups` are IDs, each with its VPC.
fn other_vpc(view: &CheckInput, property: &'static str, groups: &[(&str, &str)]) -> Option<Finding> {
    let vpc = view.vpc()?;
    let other: Vec<&(&str, &str)> = groups.iter().filter(|(_, of)| *of != vpc && !of.is_empty()).collect();
    (!other.is_empty()).then(|| {
        let each = listed(other.iter().map(|(id, of)| format!("{id} in {of}")));
        let cause = format!("not in {vpc}, the VPC of the nodes: {each}");
        let ids = listed(other.iter().map(|(id, _)| id));
        Finding::new(Check::SecurityGroupOtherVpc, property, ids, cause)
    })
}
