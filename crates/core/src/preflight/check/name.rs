//! The group's name, and the cluster's quota of node groups.

use crate::texts::Explanation;

pub const TAKEN: Explanation = Explanation {
    code: "name-taken",
    cause: "The cluster has a node group of that name, which isn't this resource's.",
    remedy: "choose another name, or leave NodegroupName out to have one made",
    example: "NodegroupName: node group blue is in cluster prod already, and has no tag that says it is this \
              resource's; choose another name, or leave NodegroupName out to have one made [name-taken]",
};

pub const NODE_GROUPS_QUOTA: Explanation = Explanation {
    code: "node-groups-quota",
    cause: "The cluster has as many node groups as the account's quota allows.",
    remedy: "delete one, or have the quota raised in Service Quotas",
    example: "ClusterName: cluster prod has 30 node groups, and quota L-6D54EA21 is 30; delete one, or have the \
              quota raised in Service Quotas [node-groups-quota]",
};
