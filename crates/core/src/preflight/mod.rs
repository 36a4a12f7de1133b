//! Checks before the function changes anything.
//!
//! [`reads`] decides which facts a request needs, and the adapters read them into [`facts::Facts`]. [`findings`] judges
//! the facts: one file for each family of checks, and [`check`] has their codes and texts. [`soften`] decides which
//! findings refuse the request at hand. This module is pure.

pub mod check;
mod cluster;
pub mod facts;
mod failed_reads;
pub mod finding;
mod instances;
mod launch;
mod name;
mod network;
mod policy;
pub mod quotas;
pub mod reads;
mod request_impact;
pub mod role;
mod text;
mod view;
pub mod workload;

pub use failed_reads::unread;
pub use request_impact::{RequestImpact, soften};

use facts::Facts;
use finding::Finding;
use view::CheckInput;

use crate::nodegroup::ownership::Owner;
use crate::properties::spec::Spec;

/// Everything that the facts say against the group, the gravest first. A fact that was not read, or whose read failed,
/// leads to no finding; [`unread`] lists the failed reads.
pub fn findings(spec: &Spec, owner: &Owner, facts: &Facts) -> Vec<Finding> {
    let view = CheckInput { spec, owner, facts };
    let families = [
        cluster::findings(&view),
        name::findings(&view),
        role::findings(&view),
        network::findings(&view),
        instances::findings(&view),
        launch::findings(&view),
        workload::findings(&view),
    ];
    let mut findings: Vec<Finding> = families.into_iter().flatten().collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

#[cfg(test)]
pub mod tests;
