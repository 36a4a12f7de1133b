//! The group's name, and the cluster's quota of node groups.

use std::collections::BTreeMap;

use super::check::Check;
use super::finding::Finding;
use super::quotas::{NODE_GROUPS, quota};
use super::view::{CheckInput, known};
use crate::nodegroup::name::name;
use crate::nodegroup::ownership::{RESOURCE_TAG, STACK_TAG};

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    [taken(view), quota_of_cluster(view)].into_iter().flatten().collect()
}

/// Two resources have the same explicit name, or somebody made the group by hand. The function never takes such a group
/// over.
fn taken(view: &CheckInput) -> Option<Finding> {
    let tags = &known(&view.facts.name)?.as_ref()?.tags;
    let name = name(view.spec, view.owner);
    let foreign = !view.owner.owns(tags) && !name.is_empty();
    foreign.then(|| {
        let cause = format!(
            "node group {name} is in cluster {} already, and {}",
            view.spec.cluster,
            whose(tags)
        );
        Finding::new(Check::NameTaken, "NodegroupName", name, cause)
    })
}

fn whose(tags: &BTreeMap<String, String>) -> String {
    match (tags.get(RESOURCE_TAG), tags.get(STACK_TAG)) {
        (Some(resource), Some(stack)) => format!("belongs to {resource} of stack {stack}"),
        (Some(_), None) | (None, _) => "has no tag that says it is this resource's".to_owned(),
    }
}

/// A group that exists already counts in the quota already.
fn quota_of_cluster(view: &CheckInput) -> Option<Finding> {
    let free = known(&view.facts.name)?.is_none();
    let (count, most) = (*known(&view.facts.node_groups)?, quota(view, NODE_GROUPS)?);
    let cluster = &view.spec.cluster;
    #[expect(clippy::cast_precision_loss, reason = "a cluster has some dozens of node groups")]
    let full = free && count as f64 >= most;
    full.then(|| {
        let cause = format!("cluster {cluster} has {count} node groups, and quota {NODE_GROUPS} is {most}");
        Finding::new(Check::NodeGroupsQuota, "ClusterName", cluster, cause)
    })
}
