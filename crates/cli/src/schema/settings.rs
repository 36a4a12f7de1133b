//! What changes in place.

use schemars::JsonSchema;

use super::scalars::{ANY, Boolean, Text, Whole};
use super::words::{PoolState, RepairAction, TaintEffect, UpdateStrategy};

#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ScalingConfig {
    /// The fewest nodes.
    #[schemars(example = 2)]
    min_size: Option<Whole<0, ANY>>,
    /// The most nodes.
    #[schemars(example = 4)]
    max_size: Option<Whole<1, ANY>>,
    /// How many nodes to begin with. An autoscaler may change it: as long as this stays the same, that is left alone.
    #[schemars(example = 3)]
    desired_size: Option<Whole<0, ANY>>,
}

/// Key and Effect together make a taint; each pair may be there once.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Taint {
    /// As of a label.
    #[schemars(example = &"dedicated", example = &"example.com/gpu")]
    key: Text,
    /// As of a label; empty unless given.
    #[schemars(example = &"batch", extend("maxLength" = 63))]
    value: Option<Text>,
    /// What becomes of pods that don't tolerate it.
    effect: TaintEffect,
}

/// By number or by share, one node unless given.
#[derive(JsonSchema)]
#[schemars(
    rename_all = "PascalCase",
    deny_unknown_fields,
    extend("not" = {"required": ["MaxUnavailable", "MaxUnavailablePercentage"]}),
)]
pub struct UpdateConfig {
    /// How many nodes at a time.
    #[schemars(example = 1)]
    max_unavailable: Option<Whole<1, 100>>,
    /// How many nodes of a hundred at a time.
    #[schemars(example = 33)]
    max_unavailable_percentage: Option<Whole<1, 100>>,
    /// Whether new nodes are there before old ones go (DEFAULT), or old ones go first (MINIMAL).
    update_strategy: Option<UpdateStrategy>,
}

/// Nothing is repaired without Enabled: true.
#[derive(JsonSchema)]
#[schemars(
    rename_all = "PascalCase",
    deny_unknown_fields,
    extend("allOf" = [
        {"not": {"required": ["MaxUnhealthyNodeThresholdCount", "MaxUnhealthyNodeThresholdPercentage"]}},
        {"not": {"required": ["MaxParallelNodesRepairedCount", "MaxParallelNodesRepairedPercentage"]}},
    ]),
)]
pub struct NodeRepairConfig {
    /// Whether EKS repairs nodes.
    enabled: Option<Boolean>,
    /// With more unhealthy nodes than so many, nothing is repaired.
    #[schemars(example = 5)]
    max_unhealthy_node_threshold_count: Option<Whole<1, ANY>>,
    /// With more unhealthy nodes of a hundred than so many, nothing is repaired.
    #[schemars(example = 20)]
    max_unhealthy_node_threshold_percentage: Option<Whole<1, 100>>,
    /// How many nodes are repaired at a time.
    #[schemars(example = 1)]
    max_parallel_nodes_repaired_count: Option<Whole<1, ANY>>,
    /// How many of a hundred unhealthy nodes are repaired at a time.
    #[schemars(example = 10)]
    max_parallel_nodes_repaired_percentage: Option<Whole<1, 100>>,
    /// Other actions for certain causes. Each pair of condition and reason may be there once.
    node_repair_config_overrides: Option<Vec<RepairOverride>>,
}

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "PascalCase", deny_unknown_fields)]
pub struct RepairOverride {
    /// The condition of the node.
    #[schemars(example = &"AcceleratedHardwareReady")]
    node_monitoring_condition: Text,
    /// Why the node has that condition.
    #[schemars(example = &"NvidiaXID64Error")]
    node_unhealthy_reason: Text,
    /// How many minutes the node must have been like that.
    #[schemars(example = 10)]
    min_repair_wait_time_mins: Whole<1, ANY>,
    /// What is done with the node.
    repair_action: RepairAction,
}

/// There is no warm pool without Enabled: true.
#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WarmPoolConfig {
    /// Whether there is a warm pool.
    enabled: Option<Boolean>,
    /// The fewest instances in it.
    #[schemars(example = 1)]
    min_size: Option<Whole<0, ANY>>,
    /// The most instances in group and pool together; -1 takes a limit back.
    #[schemars(example = 5)]
    max_group_prepared_capacity: Option<Whole<-1, ANY>>,
    /// How the instances wait.
    pool_state: Option<PoolState>,
    /// Whether nodes return into the pool when the group shrinks.
    reuse_on_scale_in: Option<Boolean>,
}
