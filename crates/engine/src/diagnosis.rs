//! From a failure to its reason: what can be found out is looked up first.

use crate::case::Case;
use crate::ports::{Cloud, ReadDrain, ReadEvidence};
use crate::preflight;
use mng_core::decide::FailedGroup;
use mng_core::diagnosis::{Evidence, explain};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::request::RequestType;

/// CloudFormation takes 4096 bytes of an answer in all; what else it holds, ids and attributes, is far below the rest.
const LONGEST_REASON: usize = 3_200;

/// The code of an update whose pods could not be evicted in time (API reference, `ErrorDetail`).
const NOT_EVICTED: &str = "PodEvictionFailure";

/// The reason, the most likely cause first.
pub async fn reason<C: Cloud>(cloud: &C, case: &Case, broken: &FailedGroup) -> String {
    let evidence = evidence(cloud, case, broken).await;
    if broken.issues.is_empty() && evidence == Evidence::default() {
        return broken.headline.clone();
    }
    explain(&broken.headline, &broken.issues, &evidence, broken.kind, LONGEST_REASON)
}

/// What keeps a group from being deleted is told by EKS alone.
async fn evidence<C: Cloud>(cloud: &C, case: &Case, broken: &FailedGroup) -> Evidence {
    if case.kind() == RequestType::Delete {
        return Evidence::default();
    }
    // An update's errors are its own: the group shows none of them.
    let group = NodeGroup {
        issues: broken.issues.clone(),
        ..broken.group.clone()
    };
    let mut evidence = cloud
        .call(&ReadEvidence {
            group: Box::new(group.clone()),
        })
        .await;
    evidence.preflight = preflight::causes_of_failure(cloud, case).await;
    if let Some(nodes) = not_drained(broken) {
        read_drain(cloud, &group, nodes, &mut evidence).await;
    }
    evidence
}

/// The nodes whose pods stayed; `None` where that wasn't the matter.
fn not_drained(broken: &FailedGroup) -> Option<Vec<String>> {
    let issues = broken.issues.iter().filter(|issue| issue.code == NOT_EVICTED);
    let nodes: Vec<&Vec<String>> = issues.map(|issue| &issue.resources).collect();
    (!nodes.is_empty()).then(|| nodes.into_iter().flatten().cloned().collect())
}

/// Which pods it was, the service doesn't say (containers-roadmap issue 1282).
async fn read_drain<C: Cloud>(cloud: &C, group: &NodeGroup, nodes: Vec<String>, evidence: &mut Evidence) {
    let read = ReadDrain {
        group: group.id(),
        nodes,
    };
    match cloud.call(&read).await {
        Ok(drain) => evidence.drain = Some(drain),
        Err(error) => evidence.unread.push(format!("which pods block the drain: {error}")),
    }
}
