//! Whether the subnets have addresses for the nodes, for the further nodes of a rolling update, and for the pods.

use super::finding;
use crate::node::max_pods::PodSubnets;
use crate::preflight::check::Check;
use crate::preflight::facts::{IpFamily, Subnet};
use crate::preflight::finding::Finding;
use crate::preflight::text::counted;
use crate::preflight::view::CheckInput;
use crate::properties::settings::{Amount, UpdateStrategy};
use crate::properties::spec::MaxPods;

/// The first network interface, and the spare one that the VPC CNI keeps by default (`WARM_ENI_TARGET=1`).
const INTERFACES_AT_START: u32 = 2;

pub fn findings(view: &CheckInput) -> Option<Finding> {
    let subnets = view.all_subnets()?;
    let free = subnets.iter().map(|subnet| i64::from(subnet.free_addresses)).sum();
    exhausted(view, subnets, free).or_else(|| short(view, subnets, free))
}

/// Running nodes already have their addresses.
fn nodes_to_come(view: &CheckInput) -> i64 {
    if view.runs_already() {
        0
    } else {
        view.nodes_at_first().into()
    }
}

fn exhausted(view: &CheckInput, subnets: &[Subnet], free: i64) -> Option<Finding> {
    let nodes = nodes_to_come(view);
    let subnets = subnets.iter().filter(|_| free < nodes);
    finding(Check::AddressesExhausted, subnets, |subnets| {
        format!(
            "{} at one address each, and {}",
            counted(nodes, "node"),
            free_addresses(subnets, free)
        )
    })
}

/// On IPv6 pods take no IPv4 addresses.
fn short(view: &CheckInput, subnets: &[Subnet], free: i64) -> Option<Finding> {
    if view.ip_family() == Some(IpFamily::V6) {
        return None;
    }
    let (nodes, each) = (nodes_to_come(view) + surge(view), addresses_of_a_node(view));
    let needed = nodes * each;
    let subnets = subnets.iter().filter(|_| free < needed);
    finding(Check::AddressesShort, subnets, |subnets| {
        format!(
            "{} at {each} each, those that an update adds for a while among them, take {needed} addresses, and {}",
            counted(nodes, "node"),
            free_addresses(subnets, free)
        )
    })
}

fn free_addresses(subnets: &[&Subnet], free: i64) -> String {
    let each = subnets
        .iter()
        .map(|subnet| format!("{} ({})", subnet.id, subnet.free_addresses));
    format!("{free} are free: {}", super::listed(each))
}

/// Twice the number of zones, or the number of nodes that EKS replaces at once if that is higher (EKS user guide,
/// "Understand each phase of node updates"). `MINIMAL` removes nodes first.
fn surge(view: &CheckInput) -> i64 {
    let settings = view.spec.update_settings;
    if settings.strategy == UpdateStrategy::Minimal {
        return 0;
    }
    let at_once = match settings.unavailable {
        Amount::Nodes(count) => i64::from(count),
        Amount::Percentage(share) => i64::from(view.nodes_at_first()) * i64::from(share) / 100,
    };
    let zones = i64::try_from(view.zones().len()).unwrap_or_default();
    at_once.max(2 * zones)
}

/// One address if the pods' addresses are not known. With custom networking, pods take addresses of other subnets.
fn addresses_of_a_node(view: &CheckInput) -> i64 {
    let elsewhere = matches!(view.spec.node.max_pods,
        Some(MaxPods::Computed(networking)) if networking.pod_subnets == PodSubnets::Custom);
    let types = view.types().iter().filter(|_| !elsewhere);
    let of_types = types.filter_map(|kind| {
        let network = kind.facts.network?;
        Some(i64::from(network.addresses) * i64::from(network.interfaces.min(INTERFACES_AT_START)))
    });
    of_types.min().unwrap_or(1).max(1)
}
