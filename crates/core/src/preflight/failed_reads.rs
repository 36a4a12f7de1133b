//! The reads that failed, so that nobody takes a missing answer for a good one.

use super::facts::{Facts, Read};
use super::workload::access::check_of;
use crate::call_error::{CallError, Fault};

/// The failed reads, each once, such as `iam:GetRole on eks-node: AccessDenied: …`. No check that needs one of them was made.
pub fn unread(facts: &Facts) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for error in errors(facts) {
        let text = error.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// The errors in the order of the fields. The pattern has no `..`, so a new fact does not compile until it stands here.
fn errors(facts: &Facts) -> impl Iterator<Item = &CallError> {
    let Facts {
        cluster,
        name,
        node_groups,
        role,
        role_policies,
        role_inline_policies,
        other_instances,
        service_linked_role,
        subnets,
        route_tables,
        endpoints,
        dns,
        dhcp,
        types,
        offers,
        quotas,
        key_pairs,
        security_groups,
        template,
        image,
        key,
        grantees,
        key_policy,
        nodes,
        daemon_sets,
        windows,
        node_access_entry,
    } = facts;
    let errors = [
        error(cluster),
        error(name),
        error(node_groups),
        error(role),
        error(role_policies),
        error(role_inline_policies),
        error(other_instances),
        error(service_linked_role),
        error(subnets),
        error(route_tables),
        error(endpoints),
        error(dns),
        error(dhcp),
        error(types),
        error(offers),
        error(quotas),
        error(key_pairs),
        error(security_groups),
        error(template),
        error(image),
        error(key),
        error(grantees),
        error(key_policy),
        error(nodes).filter(is_no_finding),
        error(daemon_sets).filter(is_no_finding),
        error(windows).filter(is_no_finding),
        error(node_access_entry),
    ];
    errors.into_iter().flatten()
}

/// If the cluster's API refuses or does not answer, either a finding says so, or nothing in the properties needs the API.
fn is_no_finding(error: &&CallError) -> bool {
    check_of(error).is_none()
}

/// The error of a read, except `NotFound`: a check reports what is missing, or what it belongs to.
fn error<T>(read: &Option<Read<T>>) -> Option<&CallError> {
    let error = read.as_ref()?.as_ref().err()?;
    Some(error).filter(|error| error.fault != Fault::NotFound)
}
