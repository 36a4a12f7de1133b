//! The node role: whether EKS accepts it, and whether nodes can work with it.

mod policies;
mod trust;

use super::check::Check;
use super::facts::Role;
use super::finding::Finding;
use super::text::listed;
use super::view::{CheckInput, is_gone, known};

/// The role with which EKS acts. EKS creates it together with the account's first node group, if the caller may.
pub const SERVICE_LINKED_ROLE: &str = "AWSServiceRoleForAmazonEKSNodegroup";

/// The parts of a role's ARN that a check needs: `arn:aws:iam::123456789012:role/path/name`.
#[derive(Debug, Clone, Copy)]
struct RoleArn<'a> {
    partition: &'a str,
    account: &'a str,
    /// Between `role/` and the name, without the last slash.
    path: &'a str,
    name: &'a str,
}

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let Some(arn) = read_arn(&view.spec.node_role) else {
        return vec![];
    };
    // The function reads a role by name, in its own account. So the other facts say nothing about a role of another
    // account.
    if let Some(finding) = other_account(view, &arn) {
        return vec![finding];
    }
    let of_role = known(&view.facts.role).and_then(|role: &Role| trust::check(&arn, &role.trust));
    let mut findings: Vec<Finding> = [
        not_found(view, &arn),
        of_role,
        cluster_role(view, &arn),
        path(view, &arn),
        shared(view, &arn),
    ]
    .into_iter()
    .flatten()
    .collect();
    findings.extend(policies::findings(view, arn.name));
    findings.extend(service_linked_role(view));
    findings
}

/// A role's name: the text after the last slash of its ARN, since a path may stand before the name.
pub fn role_name(arn: &str) -> Option<&str> {
    read_arn(arn).map(|arn| arn.name)
}

/// Whether an instance with tags of these keys belongs to a managed node group: EKS tags each such instance.
pub fn is_of_node_group<'a>(mut tag_keys: impl Iterator<Item = &'a str>) -> bool {
    tag_keys.any(|key| key == "eks:nodegroup-name")
}

fn read_arn(arn: &str) -> Option<RoleArn<'_>> {
    let (prefix, resource) = arn.split_once(":role/")?;
    let mut parts = prefix.split(':');
    let (partition, account) = (parts.nth(1)?, parts.next_back()?);
    let (path, name) = resource.rsplit_once('/').unwrap_or(("", resource));
    (!name.is_empty()).then_some(RoleArn {
        partition,
        account,
        path,
        name,
    })
}

fn not_found(view: &CheckInput, arn: &RoleArn) -> Option<Finding> {
    let name = arn.name;
    is_gone(&view.facts.role).then(|| {
        let cause = format!("role {name} doesn't exist in account {}", arn.account);
        finding(Check::RoleNotFound, name, cause)
    })
}

fn other_account(view: &CheckInput, arn: &RoleArn) -> Option<Finding> {
    let cluster = view.cluster()?;
    let account = cluster.arn.split(':').nth(4).filter(|account| !account.is_empty())?;
    (account != arn.account).then(|| {
        let cause = format!(
            "role {} is in account {}, and cluster {} in {account}",
            arn.name, arn.account, cluster.name
        );
        finding(Check::RoleOtherAccount, arn.name, cause)
    })
}

/// EKS user guide, "Amazon EKS node IAM role".
fn cluster_role(view: &CheckInput, arn: &RoleArn) -> Option<Finding> {
    let cluster = view.cluster()?;
    (cluster.role == view.spec.node_role).then(|| {
        let cause = format!(
            "role {} is that of cluster {} itself, which EKS doesn't take for nodes",
            arn.name, cluster.name
        );
        finding(Check::RoleIsClusterRole, arn.name, cause)
    })
}

/// An entry of aws-auth holds the ARN without its path, or nodes aren't let in (EKS user guide, troubleshooting).
fn path(view: &CheckInput, arn: &RoleArn) -> Option<Finding> {
    let by_config_map = view.cluster()?.authentication == "CONFIG_MAP";
    (by_config_map && !arn.path.is_empty()).then(|| {
        let cause = format!(
            "role {} has the path /{}/, and cluster {} lets nodes in by its aws-auth ConfigMap alone, which has \
             to name a role without its path",
            arn.name, arn.path, view.spec.cluster
        );
        finding(Check::RolePath, arn.name, cause)
    })
}

/// EKS user guide, "Delete a managed node group from your cluster".
fn shared(view: &CheckInput, arn: &RoleArn) -> Option<Finding> {
    let others = known(&view.facts.other_instances)?;
    (!others.is_empty()).then(|| {
        let cause = format!(
            "role {} is also that of {}, which no managed node group has: when the last node group with the role is \
             deleted, EKS takes the role's access to the cluster away, and those go NotReady",
            arn.name,
            listed(others)
        );
        finding(Check::RoleShared, arn.name, cause)
    })
}

fn service_linked_role(view: &CheckInput) -> Option<Finding> {
    const NAME: &str = SERVICE_LINKED_ROLE;
    is_gone(&view.facts.service_linked_role).then(|| {
        let cause = format!("the account has no {NAME} yet; EKS makes it with the first node group, where it may");
        Finding::new(Check::ServiceLinkedRole, "ClusterName", NAME, cause)
    })
}

fn finding(check: Check, name: &str, cause: String) -> Finding {
    Finding::new(check, "NodeRole", name, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roles_name_is_the_end_of_its_arn() {
        for (arn, expected) in [
            ("arn:aws:iam::123456789012:role/eks-node", Some("eks-node")),
            (
                "arn:aws-cn:iam::123456789012:role/nodes/of/team/eks-node",
                Some("eks-node"),
            ),
            ("arn:aws:iam::123456789012:role/", None),
            ("arn:aws:iam::123456789012:user/somebody", None),
            ("eks-node", None),
            ("", None),
        ] {
            assert_eq!(role_name(arn), expected, "{arn}");
        }
    }

    #[test]
    fn an_instance_of_a_managed_node_group_has_its_tag() {
        for (keys, expected) in [
            (&["Name", "eks:nodegroup-name"][..], true),
            (&["Name", "nodegroup-name"], false),
            (&[], false),
        ] {
            assert_eq!(is_of_node_group(keys.iter().copied()), expected, "{keys:?}");
        }
    }
}
