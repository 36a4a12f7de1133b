//! Subnets without a default route, and the VPC endpoints that nodes need there.

use super::routes::{Routed, defaults, finding_of, routed};
use crate::preflight::check::Check;
use crate::preflight::facts::VpcEndpoint;
use crate::preflight::finding::Finding;
use crate::preflight::text::listed;
use crate::preflight::view::{CheckInput, known};

/// The services that nodes call before they are Ready (EKS user guide, "Deploy private clusters with limited internet
/// access").
const NEEDED: [&str; 5] = ["ec2", "ecr.api", "ecr.dkr", "s3", "sts"];

/// Nodes do not need this service, since the kubelet signs its token itself. Pods with IRSA need it.
const FOR_PODS: &str = "sts";

/// Whether nodes in the subnets certainly get no further, or another route may lead them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Egress {
    Shut,
    /// A transit gateway or a peering may lead to somebody else's endpoints or proxy.
    Elsewhere,
}

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let without: Vec<Routed> = routed(view)
        .into_iter()
        .filter(|routed| defaults(view, routed.table).is_empty())
        .collect();
    if without.is_empty() {
        return vec![];
    }
    let (shut, elsewhere): (Vec<Routed>, Vec<Routed>) = without.iter().partition(|routed| way(routed) == Egress::Shut);
    let mut findings = Vec::new();
    for (chosen, way) in [(shut, Egress::Shut), (elsewhere, Egress::Elsewhere)] {
        findings.extend(no_endpoints(view, &chosen, way));
        findings.extend(no_private_endpoint(view, &chosen, way));
    }
    findings.extend(not_available(view, &without));
    findings
}

/// Gateway endpoints and the VPC itself are the only targets that do not lead any further.
fn way(routed: &Routed) -> Egress {
    let within = |target: &str| target == "local" || target.starts_with("vpce-");
    if routed.table.routes.iter().all(|route| within(&route.target)) {
        Egress::Shut
    } else {
        Egress::Elsewhere
    }
}

fn no_endpoints(view: &CheckInput, chosen: &[Routed], way: Egress) -> Option<Finding> {
    let Some(endpoints) = known(&view.facts.endpoints) else {
        let unread = finding_of(Check::NoWayOut, chosen, |each| {
            format!("no default route, and what endpoints the VPC has couldn't be read: {each}")
        });
        return unread.map(Finding::as_warning);
    };
    let missing: Vec<&str> = NEEDED
        .into_iter()
        .filter(|name| !endpoints.iter().any(|endpoint| is_of(endpoint, name)))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let finding = finding_of(Check::NoWayOut, chosen, |each| {
        format!(
            "no default route, and the VPC has no endpoint for {}: {each}",
            listed(&missing)
        )
    })?;
    let sure = way == Egress::Shut && missing != [FOR_PODS] && !view.may_have_own_image();
    Some(if sure { finding } else { finding.as_warning() })
}

fn no_private_endpoint(view: &CheckInput, chosen: &[Routed], way: Egress) -> Option<Finding> {
    let cluster = view
        .cluster()
        .filter(|cluster| cluster.public_access && !cluster.private_access)?;
    let finding = finding_of(Check::PrivateEndpointOff, chosen, |each| {
        format!(
            "cluster {} has a public endpoint only, and no default route leads there: {each}",
            cluster.name
        )
    })?;
    Some(match way {
        Egress::Shut => finding,
        Egress::Elsewhere => finding.as_warning(),
    })
}

fn not_available(view: &CheckInput, without: &[Routed]) -> Option<Finding> {
    let endpoints = known(&view.facts.endpoints)?;
    let needed = |endpoint: &&VpcEndpoint| NEEDED.iter().any(|name| is_of(endpoint, name));
    let waiting: Vec<String> = endpoints
        .iter()
        .filter(needed)
        .filter(|endpoint| !endpoint.state.eq_ignore_ascii_case("available"))
        .map(|endpoint| format!("{} is {}", endpoint.service, endpoint.state))
        .collect();
    if waiting.is_empty() {
        return None;
    }
    finding_of(Check::EndpointNotAvailable, without, |each| {
        format!(
            "no default route, and not every endpoint works, {}: {each}",
            listed(&waiting)
        )
    })
}

/// `com.amazonaws.us-east-1.ecr.api`; in China with the prefix `cn.`, and for a FIPS endpoint with the suffix `-fips`.
fn is_of(endpoint: &VpcEndpoint, name: &str) -> bool {
    let service = endpoint.service.strip_suffix("-fips").unwrap_or(&endpoint.service);
    service.strip_suffix(name).is_some_and(|before| before.ends_with('.'))
}
