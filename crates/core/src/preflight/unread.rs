//! What couldn't be read, so that nobody takes it for good.

use super::facts::{Facts, Read};
use super::workload::access::check_of;
use crate::call_error::{CallError, Fault};

/// The reads that failed, each once, as `iam:GetRole on eks-node: AccessDenied: …`: what they would have told wasn't
/// checked.
pub fn unread(facts: &Facts) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for error in errors(facts).into_iter().flatten() {
        let text = error.to_string();
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

fn errors(facts: &Facts) -> [Option<&CallError>; 27] {
    [
        error(&facts.cluster),
        error(&facts.name),
        error(&facts.node_groups),
        error(&facts.role),
        error(&facts.role_policies),
        error(&facts.role_inline_policies),
        error(&facts.other_instances),
        error(&facts.service_linked_role),
        error(&facts.subnets),
        error(&facts.route_tables),
        error(&facts.endpoints),
        error(&facts.dns),
        error(&facts.dhcp),
        error(&facts.types),
        error(&facts.offers),
        error(&facts.quotas),
        error(&facts.key_pairs),
        error(&facts.security_groups),
        error(&facts.template),
        error(&facts.image),
        error(&facts.key),
        error(&facts.grantees),
        error(&facts.key_policy),
        error(&facts.nodes).filter(untold),
        error(&facts.daemon_sets).filter(untold),
        error(&facts.windows).filter(untold),
        error(&facts.node_access_entry),
    ]
}

/// What the cluster's API refuses is a finding, or nobody's need.
fn untold(error: &&CallError) -> bool {
    check_of(error).is_none()
}

/// Not what isn't there: either a finding tells that, or it belongs to something of which a finding does.
fn error<T>(read: &Option<Read<T>>) -> Option<&CallError> {
    read.as_ref()?
        .as_ref()
        .err()
        .filter(|error| error.fault != Fault::NotFound)
}
