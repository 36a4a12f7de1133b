//! The subnets of the nodes: where they are, how many addresses they have, and what nodes reach from them.

mod addresses;
mod egress;
mod routes;

use std::collections::BTreeSet;

use super::check::Check;
use super::facts::{IpFamily, Subnet, VpcDns};
use super::finding::Finding;
use super::text::listed;
use super::view::{CheckInput, known};

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings: Vec<Finding> = [
        not_found(view),
        other_vpc(view),
        several_vpcs(view),
        on_outpost(view),
        in_wavelength(view),
        no_ipv6(view),
        dns_support(view),
        dns_hostnames(view),
        dhcp(view),
    ]
    .into_iter()
    .flatten()
    .collect();
    findings.extend(routes::findings(view));
    findings.extend(egress::findings(view));
    findings.extend(addresses::findings(view));
    findings
}

/// One finding about all subnets that fail a check, or `None` if there are none.
fn finding<'a>(
    check: Check,
    subnets: impl IntoIterator<Item = &'a Subnet>,
    cause: impl FnOnce(&[&'a Subnet]) -> String,
) -> Option<Finding> {
    let subnets: Vec<&Subnet> = subnets.into_iter().collect();
    (!subnets.is_empty()).then(|| Finding::new(check, "Subnets", ids(&subnets), cause(&subnets)))
}

fn ids(subnets: &[&Subnet]) -> String {
    listed(subnets.iter().map(|subnet| &subnet.id))
}

fn not_found(view: &CheckInput) -> Option<Finding> {
    let found: BTreeSet<&str> = known(&view.facts.subnets)?
        .iter()
        .map(|subnet| subnet.id.as_str())
        .collect();
    let wanted = view.spec.subnets.iter();
    let missing: Vec<&String> = wanted
        .filter(|id| !id.is_empty() && !found.contains(id.as_str()))
        .collect();
    (!missing.is_empty()).then(|| {
        let missing = listed(missing);
        let cause = format!("not found in this account and Region: {missing}");
        Finding::new(Check::SubnetNotFound, "Subnets", missing, cause)
    })
}

fn cluster_vpc<'a>(view: &CheckInput<'a>) -> Option<&'a str> {
    let cluster = view.cluster()?;
    Some(cluster.vpc.as_str()).filter(|vpc| !vpc.is_empty())
}

fn other_vpc(view: &CheckInput) -> Option<Finding> {
    let vpc = cluster_vpc(view)?;
    let elsewhere = view.subnets().iter().filter(|subnet| subnet.vpc != vpc);
    finding(Check::SubnetOtherVpc, elsewhere, |elsewhere| {
        format!(
            "not in {vpc}, the VPC of cluster {}: {}",
            view.spec.cluster,
            each_with_vpc(elsewhere)
        )
    })
}

/// If the cluster's VPC is known, `other_vpc` already reports each subnet of another VPC.
fn several_vpcs(view: &CheckInput) -> Option<Finding> {
    let vpcs: BTreeSet<&str> = view.subnets().iter().map(|subnet| subnet.vpc.as_str()).collect();
    let several = cluster_vpc(view).is_none() && vpcs.len() > 1;
    let subnets = view.subnets().iter().filter(|_| several);
    finding(Check::SubnetsOfSeveralVpcs, subnets, |subnets| {
        format!("not all in one VPC: {}", each_with_vpc(subnets))
    })
}

fn each_with_vpc(subnets: &[&Subnet]) -> String {
    listed(subnets.iter().map(|subnet| format!("{} in {}", subnet.id, subnet.vpc)))
}

/// EKS user guide, "Simplify node lifecycle with managed node groups": EKS supports Local Zones, but neither Outposts
/// nor Wavelength Zones.
fn on_outpost(view: &CheckInput) -> Option<Finding> {
    let subnets = view.subnets().iter().filter(|subnet| subnet.outpost.is_some());
    finding(Check::SubnetOnOutpost, subnets, |subnets| {
        format!(
            "on an Outpost, where EKS makes no managed node groups: {}",
            ids(subnets)
        )
    })
}

fn in_wavelength(view: &CheckInput) -> Option<Finding> {
    let wavelength = |zone: &str| zone.contains("-wl1-") || zone.contains("-wlz-");
    let subnets = view.subnets().iter().filter(|subnet| wavelength(&subnet.zone));
    finding(Check::SubnetInWavelength, subnets, |subnets| {
        let each = listed(subnets.iter().map(|subnet| format!("{} in {}", subnet.id, subnet.zone)));
        format!("in a Wavelength Zone, where EKS makes no managed node groups: {each}")
    })
}

/// EKS reports this as Ec2SubnetMissingIpv6Assignment.
fn no_ipv6(view: &CheckInput) -> Option<Finding> {
    let wanted = view.ip_family() == Some(IpFamily::V6);
    let without = |subnet: &&Subnet| wanted && !subnet.assigns_ipv6_addresses;
    finding(Check::SubnetNoIpv6, view.subnets().iter().filter(without), |subnets| {
        format!(
            "cluster {} is an IPv6 one, and instances get no IPv6 address in {}",
            view.spec.cluster,
            ids(subnets)
        )
    })
}

/// A user with name servers of their own in the DHCP options may have switched this off on purpose.
fn dns_support(view: &CheckInput) -> Option<Finding> {
    let (VpcDns { support, .. }, vpc) = (known(&view.facts.dns)?, view.vpc()?);
    let own_servers =
        known(&view.facts.dhcp).is_some_and(|dhcp| dhcp.servers.iter().any(|server| server != "AmazonProvidedDNS"));
    let finding = (!support).then(|| {
        let cause = format!("{vpc} has enableDnsSupport off, so that nodes resolve no names");
        Finding::new(Check::DnsSupport, "Subnets", vpc, cause)
    })?;
    Some(if own_servers { finding.as_warning() } else { finding })
}

/// EKS user guide, "View Amazon EKS networking requirements for VPC and subnets".
fn dns_hostnames(view: &CheckInput) -> Option<Finding> {
    let (VpcDns { hostnames, .. }, vpc) = (known(&view.facts.dns)?, view.vpc()?);
    (!hostnames).then(|| {
        let cause = format!("{vpc} has enableDnsHostnames off, and EKS asks for it, or nodes may not register");
        Finding::new(Check::DnsHostnames, "Subnets", vpc, cause)
    })
}

/// EKS user guide, troubleshooting, "Nodes fail to join cluster".
fn dhcp(view: &CheckInput) -> Option<Finding> {
    let (dhcp, vpc) = (known(&view.facts.dhcp)?, view.vpc()?);
    dhcp.servers.is_empty().then(|| {
        let cause = format!("the DHCP options {} of {vpc} name no domain-name-servers", dhcp.id);
        Finding::new(Check::DhcpNoDns, "Subnets", &dhcp.id, cause)
    })
}
