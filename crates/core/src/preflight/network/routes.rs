//! The route table of a subnet, and what its default route means.

use super::finding;
use crate::preflight::check::Check;
use crate::preflight::facts::{IpFamily, Route, RouteTable, Subnet};
use crate::preflight::finding::Finding;
use crate::preflight::text::listed;
use crate::preflight::view::{CheckInput, known};

const ANY_V4: &str = "0.0.0.0/0";
const ANY_V6: &str = "::/0";

/// A subnet with its route table.
#[derive(Debug, Clone, Copy)]
pub struct Routed<'a> {
    pub subnet: &'a Subnet,
    pub table: &'a RouteTable,
    by: RouteTableSource,
}

/// A subnet without a table of its own uses its VPC's main route table. That surprises users who believe the subnet is
/// private (eksctl issue 2834).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RouteTableSource {
    Association,
    MainTable,
}

/// The subnets whose route table is known.
pub fn routed<'a>(view: &CheckInput<'a>) -> Vec<Routed<'a>> {
    let Some(tables) = known(&view.facts.route_tables) else {
        return vec![];
    };
    view.subnets()
        .iter()
        .filter_map(|subnet| of_subnet(subnet, tables))
        .collect()
}

/// `subnet-1 (rtb-1), subnet-2 (main route table rtb-0)`.
pub fn each_with_table(subnets: &[Routed]) -> String {
    listed(subnets.iter().map(|Routed { subnet, table, by }| match by {
        RouteTableSource::Association => format!("{} (route table {})", subnet.id, table.id),
        RouteTableSource::MainTable => format!("{} (main route table {})", subnet.id, table.id),
    }))
}

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let routed = routed(view);
    [no_public_address(view, &routed), blackhole(view, &routed)]
        .into_iter()
        .flatten()
        .collect()
}

/// The default routes that count. An IPv6 route counts only if the cluster uses IPv6 or its address family is not
/// known.
pub fn defaults<'a>(view: &CheckInput, table: &'a RouteTable) -> Vec<&'a Route> {
    let v6 = view.ip_family() != Some(IpFamily::V4);
    let counts = |route: &&Route| route.destination == ANY_V4 || v6 && route.destination == ANY_V6;
    table.routes.iter().filter(counts).collect()
}

/// One finding about the chosen subnets, or `None` if there are none.
pub fn finding_of(check: Check, chosen: &[Routed], cause: impl FnOnce(&str) -> String) -> Option<Finding> {
    let subnets = chosen.iter().map(|routed| routed.subnet);
    finding(check, subnets, |_| cause(&each_with_table(chosen)))
}

fn of_subnet<'a>(subnet: &'a Subnet, tables: &'a [RouteTable]) -> Option<Routed<'a>> {
    let own = tables.iter().find(|table| table.subnets.contains(&subnet.id));
    let main = || tables.iter().find(|table| table.main && table.vpc == subnet.vpc);
    let (table, by) = match own {
        Some(table) => (table, RouteTableSource::Association),
        None => (main()?, RouteTableSource::MainTable),
    };
    Some(Routed { subnet, table, by })
}

/// EKS reports this as Ec2SubnetInvalidConfiguration. One place of its user guide requires public addresses in every
/// public subnet, another place only for clusters with a public endpoint alone.
fn no_public_address(view: &CheckInput, routed: &[Routed]) -> Option<Finding> {
    let open = |routed: &Routed| opens(routed.table) && !routed.subnet.assigns_public_addresses;
    let chosen: Vec<Routed> = routed.iter().filter(|routed| open(routed)).copied().collect();
    let finding = finding_of(Check::SubnetNoPublicAddress, &chosen, |each| {
        format!("public subnets, by a route to an internet gateway, whose instances get no public address: {each}")
    })?;
    Some(if is_certain(view) {
        finding
    } else {
        finding.as_warning()
    })
}

fn opens(table: &RouteTable) -> bool {
    let mut defaults = table.routes.iter().filter(|route| route.destination == ANY_V4);
    defaults.any(|route| route.target.starts_with("igw-") && !route.blackhole)
}

/// A network interface in the user's launch template may ask for a public address by itself.
fn is_certain(view: &CheckInput) -> bool {
    let public_only = view
        .cluster()
        .is_some_and(|cluster| cluster.public_access && !cluster.private_access);
    let own_interfaces =
        view.spec.launch_template.is_some() && view.template().is_none_or(|template| template.network_interfaces > 0);
    public_only && !own_interfaces
}

fn blackhole(view: &CheckInput, routed: &[Routed]) -> Option<Finding> {
    let lost = |routed: &&Routed| {
        let defaults = defaults(view, routed.table);
        !defaults.is_empty() && defaults.iter().all(|route| route.blackhole)
    };
    let chosen: Vec<Routed> = routed.iter().filter(lost).copied().collect();
    finding_of(Check::SubnetBlackhole, &chosen, |each| {
        let mut targets: Vec<&str> = chosen
            .iter()
            .flat_map(|routed| defaults(view, routed.table))
            .map(|route| route.target.as_str())
            .collect();
        targets.dedup();
        format!("the default route leads to {}, which is gone: {each}", listed(targets))
    })
}
