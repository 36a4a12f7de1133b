//! What one pass has seen, so that it asks for nothing twice.

use mng_core::decide::{OutsideEksFacts, OutsideEksPart, Surroundings};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::physical_id::PhysicalId;

/// What the pass at hand has seen. A later pass looks again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PassCache {
    /// What the group has around it in EC2 and EKS.
    pub surroundings: Option<Surroundings>,
    /// The Auto Scaling group and the nodes.
    pub outside_eks: OutsideEksFacts,
    /// What outside of EKS the pass asks for at the moment.
    pub asking_for: Option<OutsideEksPart>,
    groups: Vec<(PhysicalId, Option<NodeGroup>)>,
}

impl PassCache {
    /// Keeps what DescribeNodegroup has shown: the checks, the choice of the target and the first decision look at one answer.
    pub fn note_group(&mut self, id: PhysicalId, group: Option<NodeGroup>) {
        self.groups.push((id, group));
    }

    /// What the pass has seen of a group; `None`: it hasn't looked yet.
    pub fn seen_group(&self, id: &PhysicalId) -> Option<Option<NodeGroup>> {
        let found = self.groups.iter().rev().find(|(seen, _)| seen == id);
        found.map(|(_, group)| group.clone())
    }

    /// From now on a group has to be looked at again: a step has changed something, or a decision was taken on it.
    pub fn forget_groups(&mut self) {
        self.groups.clear();
    }
}
