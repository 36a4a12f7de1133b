//! From the SDK's types to core's.

use std::collections::BTreeSet;

use aws_sdk_eks::types::{
    ErrorDetail, Issue as EksIssue, NodeRepairConfig, Nodegroup, NodegroupUpdateConfig, NodegroupUpdateStrategies,
    Update, UpdateStatus, WarmPoolConfig,
};

use mng_core::decide::history::UpdateState;
use mng_core::nodegroup::group::{Issue, LiveLaunchTemplate, NodeGroup, Status};
use mng_core::properties::scaling::LiveScaling;
use mng_core::properties::settings::{
    Amount, NodeRepair, RepairOverride, Taint, TaintEffect, UpdateSettings, UpdateStrategy, WarmPool,
};

pub fn node_group(group: &Nodegroup) -> NodeGroup {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let resources = group.resources();
    NodeGroup {
        arn: text(group.nodegroup_arn()),
        cluster: text(group.cluster_name()),
        name: text(group.nodegroup_name()),
        status: group
            .status()
            .map_or(Status::Unknown(String::new()), |status| Status::from(status.as_str())),
        created_at: group.created_at().and_then(|at| u64::try_from(at.secs()).ok()),
        version: text(group.version()),
        release_version: text(group.release_version()),
        ami_type: group.ami_type().map(|kind| kind.as_str().into()).unwrap_or_default(),
        capacity_type: text(group.capacity_type().map(|kind| kind.as_str())),
        instance_types: group.instance_types().to_vec(),
        subnets: group.subnets().iter().cloned().collect(),
        node_role: text(group.node_role()),
        launch_template: group.launch_template().map(|template| LiveLaunchTemplate {
            id: text(template.id()),
            name: text(template.name()),
            version: text(template.version()),
        }),
        scaling: scaling(group),
        labels: group.labels().cloned().unwrap_or_default().into_iter().collect(),
        taints: group.taints().iter().filter_map(taint).collect(),
        tags: group.tags().cloned().unwrap_or_default().into_iter().collect(),
        update_settings: group.update_config().map(update_settings).unwrap_or_default(),
        node_repair: group.node_repair_config().map(node_repair).unwrap_or_default(),
        warm_pool: group.warm_pool_config().map(warm_pool).unwrap_or_default(),
        issues: group
            .health()
            .map(|health| health.issues().iter().map(issue).collect())
            .unwrap_or_default(),
        auto_scaling_group: text(resources.and_then(|resources| resources.auto_scaling_groups().first()?.name())),
        remote_access_security_group: text(resources.and_then(|resources| resources.remote_access_security_group())),
    }
}

/// Failed and cancelled are the same: the update has ended, and the group keeps its earlier settings. The function
/// waits on a status that EKS adds later.
pub fn update(update: &Update) -> UpdateState {
    match update.status() {
        Some(UpdateStatus::Successful) => UpdateState::Successful,
        Some(UpdateStatus::Failed | UpdateStatus::Cancelled) => {
            UpdateState::Failed(update.errors().iter().map(error).collect())
        }
        _ => UpdateState::InProgress,
    }
}

fn scaling(group: &Nodegroup) -> LiveScaling {
    let scaling = group.scaling_config();
    let size = |size: Option<i32>| size.unwrap_or_default();
    LiveScaling {
        min: size(scaling.and_then(|scaling| scaling.min_size())),
        max: size(scaling.and_then(|scaling| scaling.max_size())),
        desired: size(scaling.and_then(|scaling| scaling.desired_size())),
    }
}

fn taint(taint: &aws_sdk_eks::types::Taint) -> Option<Taint> {
    let effect = TaintEffect::parse(taint.effect()?.as_str())?;
    Some(Taint {
        key: taint.key()?.to_owned(),
        effect,
        value: taint.value().unwrap_or_default().to_owned(),
    })
}

fn amount(nodes: Option<i32>, percentage: Option<i32>) -> Option<Amount> {
    nodes.map(Amount::Nodes).or(percentage.map(Amount::Percentage))
}

fn update_settings(config: &NodegroupUpdateConfig) -> UpdateSettings {
    let strategy = match config.update_strategy() {
        Some(NodegroupUpdateStrategies::Minimal) => UpdateStrategy::Minimal,
        _ => UpdateStrategy::Default,
    };
    let unavailable = amount(config.max_unavailable(), config.max_unavailable_percentage()).unwrap_or(Amount::Nodes(1));
    UpdateSettings { unavailable, strategy }
}

fn node_repair(config: &NodeRepairConfig) -> NodeRepair {
    let overrides = config.node_repair_config_overrides().iter().map(|rule| RepairOverride {
        condition: rule.node_monitoring_condition().unwrap_or_default().to_owned(),
        reason: rule.node_unhealthy_reason().unwrap_or_default().to_owned(),
        minimum_wait_minutes: rule.min_repair_wait_time_mins().unwrap_or_default(),
        action: rule
            .repair_action()
            .map(|action| action.as_str().to_owned())
            .unwrap_or_default(),
    });
    NodeRepair {
        enabled: config.enabled().unwrap_or_default(),
        unhealthy_threshold: amount(
            config.max_unhealthy_node_threshold_count(),
            config.max_unhealthy_node_threshold_percentage(),
        ),
        parallel_repairs: amount(
            config.max_parallel_nodes_repaired_count(),
            config.max_parallel_nodes_repaired_percentage(),
        ),
        overrides: Some(overrides.collect()).filter(|overrides: &BTreeSet<_>| !overrides.is_empty()),
    }
}

fn warm_pool(config: &WarmPoolConfig) -> WarmPool {
    WarmPool {
        enabled: config.enabled().unwrap_or_default(),
        min_size: config.min_size(),
        max_group_prepared_capacity: config.max_group_prepared_capacity(),
        pool_state: config.pool_state().map(|state| state.as_str().to_owned()),
        reuse_on_scale_in: config.reuse_on_scale_in(),
    }
}

fn issue(issue: &EksIssue) -> Issue {
    Issue {
        code: issue.code().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        message: issue.message().unwrap_or_default().to_owned(),
        resources: issue.resource_ids().to_vec(),
    }
}

fn error(error: &ErrorDetail) -> Issue {
    Issue {
        code: error
            .error_code()
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        message: error.error_message().unwrap_or_default().to_owned(),
        resources: error.resource_ids().to_vec(),
    }
}
