//! How many pods a node has addresses for, by EKS's recommended calculation.

use serde::{Deserialize, Serialize};

use super::ami_type::OperatingSystem;

/// What of an instance type limits its pods, as `DescribeInstanceTypes` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkFacts {
    /// `MaximumNetworkInterfaces` of the default network card. The instance's own figure counts every card: p5.48xlarge has
    /// 32 cards, and its pods live on one.
    pub interfaces: u32,
    /// IPv4 addresses of one interface.
    pub addresses: u32,
    pub vcpus: u32,
    pub prefixes: Prefixes,
}

/// Whether an interface of the type takes address prefixes: Nitro and bare metal do, as the VPC CNI has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prefixes {
    Supported,
    NotSupported,
}

/// How the VPC CNI gives addresses to pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Addressing {
    /// One by one, as secondary addresses of an interface.
    #[default]
    Secondary,
    /// In blocks of sixteen.
    Prefixes,
}

/// Which subnets the pods' addresses come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PodSubnets {
    #[default]
    NodesOwn,
    /// The VPC CNI's custom networking: the node's first interface has no pods.
    Custom,
}

/// What of the VPC CNI's configuration decides about the pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Networking {
    pub addressing: Addressing,
    pub pod_subnets: PodSubnets,
}

/// What every node of the group can have: the smallest over its types, each under EKS's cap. `None` for no types.
pub fn max_pods(types: &[NetworkFacts], networking: Networking, os: OperatingSystem) -> Option<u32> {
    types
        .iter()
        .map(|facts| max_allowed(facts, networking, os).min(cap(facts.vcpus)))
        .min()
}

/// What the addresses of one type allow, uncapped.
pub fn max_allowed(facts: &NetworkFacts, networking: Networking, os: OperatingSystem) -> u32 {
    let pods_of_an_interface = facts
        .addresses
        .saturating_sub(1)
        .saturating_mul(addresses_of_a_slot(facts, networking.addressing));
    match os {
        // Windows nodes give pods the addresses of one interface, know no custom networking, and run no pods with the
        // host's own address (EKS user guide, Windows support).
        OperatingSystem::Windows => pods_of_an_interface,
        OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023 | OperatingSystem::Bottlerocket => {
            interfaces_for_pods(facts, networking.pod_subnets)
                .saturating_mul(pods_of_an_interface)
                .saturating_add(PODS_WITHOUT_ADDRESS)
        }
    }
}

/// `aws-node` and `kube-proxy` are on every node and use the host's address.
const PODS_WITHOUT_ADDRESS: u32 = 2;

/// A prefix is a /28.
const ADDRESSES_OF_A_PREFIX: u32 = 16;

/// What the Kubernetes scalability thresholds allow a small node, and what EKS tested on large ones. The user guide says
/// "less" and "greater" than 30 vCPUs; EKS's own script gives exactly 30 the lower cap.
fn cap(vcpus: u32) -> u32 {
    if vcpus > 30 { 250 } else { 110 }
}

/// Without support for prefixes the CNI falls back to single addresses.
fn addresses_of_a_slot(facts: &NetworkFacts, addressing: Addressing) -> u32 {
    match (addressing, facts.prefixes) {
        (Addressing::Prefixes, Prefixes::Supported) => ADDRESSES_OF_A_PREFIX,
        (Addressing::Prefixes, Prefixes::NotSupported) | (Addressing::Secondary, _) => 1,
    }
}

fn interfaces_for_pods(facts: &NetworkFacts, pod_subnets: PodSubnets) -> u32 {
    match pod_subnets {
        PodSubnets::NodesOwn => facts.interfaces,
        PodSubnets::Custom => facts.interfaces.saturating_sub(1),
    }
}

#[cfg(test)]
mod tests;
