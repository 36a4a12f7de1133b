//! The cluster: whether it can have node groups now, and whether it suits this group.

use super::check::Check;
use super::facts::{Cluster, IpFamily, Location};
use super::finding::Finding;
use super::text::listed;
use super::view::{CheckInput, is_gone, known};
use crate::node::ami_type::OperatingSystem;
use crate::properties::version::{FIRST_WITHOUT_AL2, KubernetesVersion};

/// Kubernetes allows a kubelet three minor versions older than its API server (version skew policy).
const SKEW: u32 = 3;

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings: Vec<Finding> = not_found(view).into_iter().collect();
    if let Some(cluster) = view.cluster() {
        let checks = [
            not_usable(cluster),
            on_outpost(cluster),
            security_group(view, cluster),
            version_ahead(view, cluster),
            version_behind(view, cluster),
            windows(view, cluster),
            public_cidrs(cluster),
        ];
        findings.extend(checks.into_iter().flatten());
    }
    findings.extend(al2(view));
    findings
}

fn not_found(view: &CheckInput) -> Option<Finding> {
    let name = &view.spec.cluster;
    let gone = is_gone(&view.facts.cluster) && !name.is_empty();
    gone.then(|| {
        let cause = format!("cluster {name} doesn't exist in this account and Region");
        finding(Check::ClusterNotFound, name, cause)
    })
}

/// The engine waits for a cluster that EKS creates or updates.
fn not_usable(cluster: &Cluster) -> Option<Finding> {
    let Cluster { name, status, .. } = cluster;
    let lost = matches!(status.as_str(), "DELETING" | "FAILED");
    lost.then(|| {
        let cause = format!("cluster {name} is {status}, and EKS makes node groups in an ACTIVE one only");
        finding(Check::ClusterNotUsable, name, cause)
    })
}

fn on_outpost(cluster: &Cluster) -> Option<Finding> {
    let name = &cluster.name;
    (cluster.location == Location::Outpost).then(|| {
        let cause = format!("cluster {name} is a local cluster on an Outpost, where EKS makes no managed node groups");
        finding(Check::ClusterOnOutpost, name, cause)
    })
}

/// EKS reports this as Ec2SecurityGroupNotFound. The only way out in the user guide is another cluster.
fn security_group(view: &CheckInput, cluster: &Cluster) -> Option<Finding> {
    let (name, group) = (&cluster.name, &cluster.security_group);
    let gone = !group.is_empty() && !known(&view.facts.security_groups)?.contains_key(group);
    gone.then(|| {
        let cause = format!("{group}, the cluster security group of {name}, is gone, and every node would have it");
        finding(Check::ClusterSecurityGroupGone, group, cause)
    })
}

fn version_ahead(view: &CheckInput, cluster: &Cluster) -> Option<Finding> {
    let (wanted, running) = (view.spec.version?, KubernetesVersion::parse(&cluster.version)?);
    (wanted > running).then(|| {
        let cause = format!("{wanted} is ahead of cluster {}, which runs {running}", cluster.name);
        Finding::new(Check::VersionAhead, "Version", &cluster.name, cause)
    })
}

fn version_behind(view: &CheckInput, cluster: &Cluster) -> Option<Finding> {
    let (wanted, running) = (view.spec.version?, KubernetesVersion::parse(&cluster.version)?);
    let behind = wanted.major == running.major && wanted.minor.saturating_add(SKEW) < running.minor;
    behind.then(|| {
        let cause = format!(
            "{wanted} is more than {SKEW} minor versions behind cluster {}, which runs {running}",
            cluster.name
        );
        Finding::new(Check::VersionBehind, "Version", &cluster.name, cause)
    })
}

/// Validation already refuses a stated version that has no AL2 image.
fn al2(view: &CheckInput) -> Option<Finding> {
    let kind = view.stated_ami_type()?;
    if kind.family() != Some(OperatingSystem::AmazonLinux2) {
        return None;
    }
    let of_cluster = || KubernetesVersion::parse(&view.cluster()?.version);
    let version = view.spec.version.or_else(of_cluster)?;
    if version < FIRST_WITHOUT_AL2 {
        let cause = format!("{kind} gets no new images, and no fixes, since 2025-11-26");
        return Some(Finding::new(Check::Al2Retired, "AmiType", kind.as_str(), cause));
    }
    view.spec.version.is_none().then(|| {
        let cause = format!("{kind} has no image for Kubernetes {version}, nor for any since {FIRST_WITHOUT_AL2}");
        Finding::new(Check::Al2Version, "AmiType", kind.as_str(), cause)
    })
}

/// EKS user guide, "Deploy Windows nodes on EKS clusters", considerations.
fn windows(view: &CheckInput, cluster: &Cluster) -> Option<Finding> {
    let kind = view.stated_ami_type()?;
    let refused = kind.is_windows() && cluster.ip_family == IpFamily::V6;
    refused.then(|| {
        let cause = format!("{kind} runs on IPv4 only, and cluster {} is an IPv6 one", cluster.name);
        Finding::new(Check::WindowsIpv6, "AmiType", kind.as_str(), cause)
    })
}

/// Without a private endpoint, nodes reach the API server from outside, and the check does not know their addresses.
fn public_cidrs(cluster: &Cluster) -> Option<Finding> {
    let cidrs = &cluster.public_cidrs;
    let open = |cidr: &String| matches!(cidr.as_str(), "0.0.0.0/0" | "::/0");
    let public_only = cluster.public_access && !cluster.private_access;
    let narrow = public_only && !cidrs.is_empty() && !cidrs.iter().any(open);
    narrow.then(|| {
        let cause = format!(
            "cluster {} has a public endpoint only, open to {}: nodes reach it from the address of their NAT gateway, \
             or from public ones of their own, and those have to be among these",
            cluster.name,
            listed(cidrs)
        );
        finding(Check::PublicCidrs, &cluster.name, cause)
    })
}

fn finding(check: Check, resource: &str, cause: String) -> Finding {
    Finding::new(check, "ClusterName", resource, cause)
}
