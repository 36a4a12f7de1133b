//! What can be known before anything is made: one file a family of checks, each over what was read. Pure; the reads are
//! the adapters'.

pub mod check;
mod cluster;
pub mod facts;
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
mod unread;
mod view;
pub mod workload;

pub use request_impact::{RequestImpact, soften};
pub use unread::unread;

use facts::Facts;
use finding::Finding;
use view::View;

use crate::nodegroup::ownership::Owner;
use crate::properties::spec::Spec;

/// Everything that the facts say against the group, the gravest first. A fact that wasn't asked for or couldn't be read
/// says nothing here: [`unread`] tells those.
pub fn findings(spec: &Spec, owner: &Owner, facts: &Facts) -> Vec<Finding> {
    let view = View { spec, owner, facts };
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
