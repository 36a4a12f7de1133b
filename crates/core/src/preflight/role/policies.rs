//! What the node role may do, judged by the names of its policies.

use std::collections::BTreeSet;

use super::finding;
use crate::preflight::check::Check;
use crate::preflight::facts::IpFamily;
use crate::preflight::finding::Finding;
use crate::preflight::view::{CheckInput, known};

const WORKER: &str = "AmazonEKSWorkerNodePolicy";
const CNI: &str = "AmazonEKS_CNI_Policy";

/// Each of these policies lets a node pull images. The first one grants the least.
const REGISTRY: [&str; 4] = [
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerRegistryPowerUser",
    "AmazonEC2ContainerRegistryFullAccess",
];

/// Whether another policy of the role may allow what a missing AWS managed policy would allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OtherPolicies {
    Possible,
    Impossible,
}

pub fn findings(view: &CheckInput, role: &str) -> Vec<Finding> {
    let Some(arns) = known(&view.facts.role_policies) else {
        return vec![];
    };
    let names: BTreeSet<&str> = arns.iter().filter_map(|arn| aws_name(arn)).collect();
    let otherwise = otherwise(view, arns, &names);
    let graded = |finding: Finding| match otherwise {
        OtherPolicies::Possible => finding.as_warning(),
        OtherPolicies::Impossible => finding,
    };
    let by_name = [worker(&names, role), registry(&names, role)];
    let mut findings: Vec<Finding> = by_name.into_iter().flatten().map(graded).collect();
    findings.extend(cni(view, &names, otherwise, role));
    findings
}

/// The name of an AWS managed policy: `arn:aws:iam::aws:policy/service-role/Name`.
fn aws_name(arn: &str) -> Option<&str> {
    let of_aws = arn.split(':').nth(4) == Some("aws");
    arn.rsplit('/').next().filter(|_| of_aws)
}

/// The function does not read the user's own policies, so any of them may allow the same actions.
fn otherwise(view: &CheckInput, arns: &BTreeSet<String>, names: &BTreeSet<&str>) -> OtherPolicies {
    let inline = match &view.facts.role_inline_policies {
        Some(Ok(inline)) => !inline.is_empty(),
        Some(Err(_)) => true,
        None => false,
    };
    if inline || names.contains("AdministratorAccess") || arns.iter().any(|arn| aws_name(arn).is_none()) {
        OtherPolicies::Possible
    } else {
        OtherPolicies::Impossible
    }
}

fn worker(names: &BTreeSet<&str>, role: &str) -> Option<Finding> {
    (!names.contains(WORKER)).then(|| {
        let cause = format!("role {role} lacks {WORKER}, without which nodes don't join");
        finding(Check::RoleWorkerPolicy, role, cause)
    })
}

fn registry(names: &BTreeSet<&str>, role: &str) -> Option<Finding> {
    (!REGISTRY.iter().any(|name| names.contains(name))).then(|| {
        let cause = format!(
            "role {role} lacks {}, without which nodes pull no images from ECR, EKS's own among them",
            REGISTRY[0]
        );
        finding(Check::RoleRegistryPolicy, role, cause)
    })
}

/// The VPC CNI may have a role of its own. On IPv6 its policy is always the user's own (EKS user guide, "Configure
/// Amazon VPC CNI plugin to use IRSA").
fn cni(view: &CheckInput, names: &BTreeSet<&str>, otherwise: OtherPolicies, role: &str) -> Option<Finding> {
    let on_ipv6 = view.ip_family() == Some(IpFamily::V6);
    match (on_ipv6, otherwise) {
        (true, OtherPolicies::Possible) => return None,
        (false, _) if names.contains(CNI) => return None,
        (true, OtherPolicies::Impossible) | (false, _) => {}
    }
    let policy = if on_ipv6 {
        "a policy of the VPC CNI for IPv6"
    } else {
        CNI
    };
    let cause = format!("role {role} lacks {policy}: nodes become Ready only if aws-node has a role of its own");
    Some(finding(Check::RoleCniPolicy, role, cause))
}
