//! From core's types to the SDK's.

use aws_sdk_eks::types::{
    LaunchTemplateSpecification, NodeRepairConfig, NodeRepairConfigOverrides, NodegroupScalingConfig,
    NodegroupUpdateConfig, NodegroupUpdateStrategies, RepairAction, Taint as EksTaint, TaintEffect as EksTaintEffect,
    UpdateLabelsPayload, UpdateTaintsPayload, WarmPoolConfig, WarmPoolState,
};

use mng_core::decide::change::{ConfigChange, ScalingChange};
use mng_core::properties::scaling::LiveScaling;
use mng_core::properties::settings::{
    Amount, NodeRepair, RepairOverride, Taint, UpdateSettings, UpdateStrategy, WarmPool,
};
use mng_core::properties::spec::LaunchTemplateIdentity;

pub fn taint(taint: &Taint) -> EksTaint {
    // The function sends an empty value as such: the Cluster Autoscaler skips a taint without a value (aws_manager.go).
    EksTaint::builder()
        .key(&taint.key)
        .value(&taint.value)
        .effect(EksTaintEffect::from(taint.effect.as_service_spells_it()))
        .build()
}

pub fn scaling(scaling: LiveScaling) -> NodegroupScalingConfig {
    NodegroupScalingConfig::builder()
        .min_size(scaling.min)
        .max_size(scaling.max)
        .desired_size(scaling.desired)
        .build()
}

pub fn scaling_change(change: ScalingChange) -> NodegroupScalingConfig {
    NodegroupScalingConfig::builder()
        .min_size(change.min)
        .max_size(change.max)
        .set_desired_size(change.desired)
        .build()
}

pub fn launch_template(identity: &LaunchTemplateIdentity, version: Option<&str>) -> LaunchTemplateSpecification {
    let template = LaunchTemplateSpecification::builder().set_version(version.map(str::to_owned));
    match identity {
        LaunchTemplateIdentity::Id(id) => template.id(id).build(),
        LaunchTemplateIdentity::Name(name) => template.name(name).build(),
    }
}

pub fn update_settings(settings: UpdateSettings) -> NodegroupUpdateConfig {
    let config = match settings.unavailable {
        Amount::Nodes(nodes) => NodegroupUpdateConfig::builder().max_unavailable(nodes),
        Amount::Percentage(share) => NodegroupUpdateConfig::builder().max_unavailable_percentage(share),
    };
    let strategy = match settings.strategy {
        UpdateStrategy::Default => NodegroupUpdateStrategies::Default,
        UpdateStrategy::Minimal => NodegroupUpdateStrategies::Minimal,
    };
    config.update_strategy(strategy).build()
}

pub fn node_repair(repair: &NodeRepair) -> NodeRepairConfig {
    let nodes = |amount: Option<Amount>| match amount {
        Some(Amount::Nodes(nodes)) => Some(nodes),
        Some(Amount::Percentage(_)) | None => None,
    };
    let share = |amount: Option<Amount>| match amount {
        Some(Amount::Percentage(share)) => Some(share),
        Some(Amount::Nodes(_)) | None => None,
    };
    let overrides = repair.overrides.as_ref();
    NodeRepairConfig::builder()
        .enabled(repair.enabled)
        .set_max_unhealthy_node_threshold_count(nodes(repair.unhealthy_threshold))
        .set_max_unhealthy_node_threshold_percentage(share(repair.unhealthy_threshold))
        .set_max_parallel_nodes_repaired_count(nodes(repair.parallel_repairs))
        .set_max_parallel_nodes_repaired_percentage(share(repair.parallel_repairs))
        .set_node_repair_config_overrides(overrides.map(|rules| rules.iter().map(repair_override).collect()))
        .build()
}

fn repair_override(rule: &RepairOverride) -> NodeRepairConfigOverrides {
    NodeRepairConfigOverrides::builder()
        .node_monitoring_condition(&rule.condition)
        .node_unhealthy_reason(&rule.reason)
        .min_repair_wait_time_mins(rule.minimum_wait_minutes)
        .repair_action(RepairAction::from(rule.action.as_str()))
        .build()
}

pub fn warm_pool(pool: &WarmPool) -> WarmPoolConfig {
    WarmPoolConfig::builder()
        .enabled(pool.enabled)
        .set_min_size(pool.min_size)
        .set_max_group_prepared_capacity(pool.max_group_prepared_capacity)
        .set_pool_state(pool.pool_state.as_deref().map(WarmPoolState::from))
        .set_reuse_on_scale_in(pool.reuse_on_scale_in)
        .build()
}

pub fn labels(change: &ConfigChange) -> Option<UpdateLabelsPayload> {
    if change.set_labels.is_empty() && change.remove_labels.is_empty() {
        return None;
    }
    let set = (!change.set_labels.is_empty()).then(|| change.set_labels.clone().into_iter().collect());
    let removed = (!change.remove_labels.is_empty()).then(|| change.remove_labels.iter().cloned().collect());
    Some(
        UpdateLabelsPayload::builder()
            .set_add_or_update_labels(set)
            .set_remove_labels(removed)
            .build(),
    )
}

pub fn taints(change: &ConfigChange) -> Option<UpdateTaintsPayload> {
    if change.set_taints.is_empty() && change.remove_taints.is_empty() {
        return None;
    }
    let set = (!change.set_taints.is_empty()).then(|| change.set_taints.iter().map(taint).collect());
    let removed = (!change.remove_taints.is_empty()).then(|| change.remove_taints.iter().map(taint).collect());
    Some(
        UpdateTaintsPayload::builder()
            .set_add_or_update_taints(set)
            .set_remove_taints(removed)
            .build(),
    )
}
