//! Properties become a spec, or a list of everything that is wrong with them. Nothing is called here.

mod node;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::{Fields, Problem};
use super::name::{MAX_LENGTH, MAX_PREFIX_LENGTH};
use super::scaling::Scaling;
use super::settings::{
    Amount, NodeRepair, RepairOverride, Taint, TaintEffect, UpdateSettings, UpdateStrategy, WarmPool,
};
use super::spec::{
    CapacityType, ForceUpdate, LaunchTemplate, LaunchTemplateIdentity, LaunchTemplateVersion, Naming, Release, Spec,
    WaitFor,
};
use super::version::KubernetesVersion;

/// CloudFormation's own bounds of `ServiceTimeout`, in seconds; the upper one is its default.
pub const MAX_SERVICE_TIMEOUT: i32 = 3600;

/// Reads and checks the properties of a resource.
///
/// # Errors
/// Every problem found, each with the property's path and what was expected.
pub fn validate(properties: &Map<String, Value>, logical_id: &str) -> Result<Spec, Vec<Problem>> {
    let (spec, problems) = inspect(properties, logical_id);
    if problems.is_empty() { Ok(spec) } else { Err(problems) }
}

/// Reads properties as far as they can be read, with everything that is wrong with them: for whoever looks for more that is.
pub fn inspect(properties: &Map<String, Value>, logical_id: &str) -> (Spec, Vec<Problem>) {
    let mut problems = Vec::new();
    let spec = read(&mut Fields::new(properties, &mut problems), logical_id);
    rules::check(&spec, &mut problems);
    (spec, problems)
}

fn read(fields: &mut Fields, logical_id: &str) -> Spec {
    // CloudFormation's own property, passed on to the function.
    fields.text("ServiceToken");
    let mut spec = Spec {
        cluster: fields.required_text("ClusterName"),
        naming: naming(fields, logical_id),
        node_role: fields.required_text("NodeRole"),
        subnets: subnets(fields),
        ami_type: fields.word("AmiType", &rules::AMI_TYPES),
        capacity_type: capacity_type(fields),
        instance_types: fields.texts("InstanceTypes").unwrap_or_default(),
        launch_template: fields.object("LaunchTemplate", launch_template).flatten(),
        node: node::settings(fields),
        version: version(fields),
        release: release(fields),
        force: if fields.boolean("ForceUpdateEnabled") == Some(true) {
            ForceUpdate::Yes
        } else {
            ForceUpdate::No
        },
        scaling: fields.object("ScalingConfig", scaling).unwrap_or_default(),
        labels: BTreeMap::new(),
        taints: taints(fields),
        tags: fields.text_map("Tags"),
        update_settings: fields.object("UpdateConfig", update_settings).unwrap_or_default(),
        node_repair: fields.object("NodeRepairConfig", node_repair).unwrap_or_default(),
        warm_pool: fields.object("WarmPoolConfig", warm_pool).unwrap_or_default(),
        wait_for: wait_for(fields),
        service_timeout: service_timeout(fields),
    };
    let labels = fields.text_map("Labels");
    (spec.node.labels, spec.labels) = labels
        .into_iter()
        .partition(|(key, value)| node::is_the_nodes_own(key, value));
    fields.refuse_unknown();
    spec
}

fn naming(fields: &mut Fields, logical_id: &str) -> Naming {
    let prefix = fields.text("NodegroupNamePrefix");
    if let Some(name) = fields.text("NodegroupName") {
        check_name(fields, "NodegroupName", &name, MAX_LENGTH);
        return Naming::Explicit(name);
    }
    if let Some(prefix) = &prefix {
        check_name(fields, "NodegroupNamePrefix", prefix, MAX_PREFIX_LENGTH);
    }
    Naming::Generated {
        prefix: prefix.unwrap_or_else(|| logical_id.to_owned()),
    }
}

fn check_name(fields: &mut Fields, key: &str, name: &str, longest: usize) {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        fields.problem(
            key,
            format!("expected letters, digits and hyphens, the first a letter, got \"{name}\""),
        );
    }
    if name.len() > longest {
        fields.problem(
            key,
            format!("expected at most {longest} characters, EKS's limit, got {}", name.len()),
        );
    }
}

fn subnets(fields: &mut Fields) -> BTreeSet<String> {
    let stated = fields.has("Subnets");
    let subnets: BTreeSet<String> = fields.texts("Subnets").unwrap_or_default().into_iter().collect();
    match (stated, subnets.is_empty()) {
        (false, _) => fields.problem("Subnets", "is required"),
        (true, true) => fields.problem("Subnets", "expected at least one subnet id"),
        (true, false) => {}
    }
    subnets
}

fn capacity_type(fields: &mut Fields) -> CapacityType {
    match fields
        .word("CapacityType", &["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"])
        .as_deref()
    {
        Some("SPOT") => CapacityType::Spot,
        Some("CAPACITY_BLOCK") => CapacityType::CapacityBlock,
        _ => CapacityType::OnDemand,
    }
}

fn launch_template(fields: &mut Fields) -> Option<LaunchTemplate> {
    let version = launch_template_version(fields);
    let identity = match (fields.text("Id"), fields.text("Name")) {
        (Some(id), None) => LaunchTemplateIdentity::Id(id),
        (None, Some(name)) => LaunchTemplateIdentity::Name(name),
        (given, _) => {
            let got = if given.is_some() { "both" } else { "neither" };
            fields.problem(
                "Id",
                format!("expected either Id or Name of the launch template, got {got}"),
            );
            return None;
        }
    };
    Some(LaunchTemplate { identity, version })
}

fn launch_template_version(fields: &mut Fields) -> LaunchTemplateVersion {
    match fields.text("Version").as_deref() {
        None | Some("$Default") => LaunchTemplateVersion::Default,
        Some("$Latest") => LaunchTemplateVersion::Latest,
        Some(text) => match text.parse().ok().filter(|number| *number > 0) {
            Some(number) => LaunchTemplateVersion::Number(number),
            None => {
                fields.problem(
                    "Version",
                    format!("expected a number, $Latest or $Default, got \"{text}\""),
                );
                LaunchTemplateVersion::Default
            }
        },
    }
}

fn version(fields: &mut Fields) -> Option<KubernetesVersion> {
    let text = fields.text("Version")?;
    let version = KubernetesVersion::parse(&text);
    if version.is_none() {
        fields.problem(
            "Version",
            format!("expected a Kubernetes version such as 1.34, got \"{text}\""),
        );
    }
    version
}

fn release(fields: &mut Fields) -> Release {
    match fields.text("ReleaseVersion") {
        None => Release::Unstated,
        Some(text) if text == "latest" => Release::Latest,
        Some(text) => Release::Exact(text),
    }
}

fn scaling(fields: &mut Fields) -> Scaling {
    Scaling {
        min: fields.integer("MinSize", 0..=i32::MAX),
        max: fields.integer("MaxSize", 1..=i32::MAX),
        desired: fields.integer("DesiredSize", 0..=i32::MAX),
    }
}

fn taints(fields: &mut Fields) -> BTreeSet<Taint> {
    let taints = fields.objects("Taints", taint);
    let (read, count): (BTreeSet<Taint>, usize) = (taints.iter().flatten().cloned().collect(), taints.len());
    let identities: BTreeSet<_> = read.iter().map(|taint| (&taint.key, taint.effect)).collect();
    if identities.len() < taints.iter().flatten().count() {
        fields.problem(
            "Taints",
            "expected each pair of Key and Effect once: they are a taint's identity",
        );
    }
    if count > 50 {
        fields.problem(
            "Taints",
            format!("expected at most 50 taints, EKS's limit, got {count}"),
        );
    }
    read
}

fn taint(fields: &mut Fields) -> Option<Taint> {
    let key = fields.required_text("Key");
    let value = fields.text("Value").unwrap_or_default();
    let effect = fields.required_text("Effect");
    if value.len() > 63 {
        fields.problem("Value", "expected at most 63 characters");
    }
    let parsed = TaintEffect::parse(&effect);
    if parsed.is_none() && !effect.is_empty() {
        fields.problem(
            "Effect",
            format!("expected NoSchedule, NoExecute or PreferNoSchedule, got \"{effect}\""),
        );
    }
    Some(Taint {
        key,
        effect: parsed?,
        value,
    })
}

fn update_settings(fields: &mut Fields) -> UpdateSettings {
    let unavailable = amount(fields, "MaxUnavailable", "MaxUnavailablePercentage", 1..=100);
    let strategy = match fields.word("UpdateStrategy", &["DEFAULT", "MINIMAL"]).as_deref() {
        Some("MINIMAL") => UpdateStrategy::Minimal,
        _ => UpdateStrategy::Default,
    };
    UpdateSettings {
        unavailable: unavailable.unwrap_or(Amount::Nodes(1)),
        strategy,
    }
}

/// A number of nodes or a percentage of them; the service takes one of the two.
fn amount(
    fields: &mut Fields,
    count: &'static str,
    percentage: &'static str,
    counts: std::ops::RangeInclusive<i32>,
) -> Option<Amount> {
    match (fields.integer(count, counts), fields.integer(percentage, 1..=100)) {
        (Some(_), Some(_)) => {
            fields.problem(count, format!("expected either {count} or {percentage}, got both"));
            None
        }
        (Some(nodes), None) => Some(Amount::Nodes(nodes)),
        (None, share) => share.map(Amount::Percentage),
    }
}

fn node_repair(fields: &mut Fields) -> NodeRepair {
    let any = 1..=i32::MAX;
    NodeRepair {
        enabled: fields.boolean("Enabled").unwrap_or(false),
        unhealthy_threshold: amount(
            fields,
            "MaxUnhealthyNodeThresholdCount",
            "MaxUnhealthyNodeThresholdPercentage",
            any.clone(),
        ),
        parallel_repairs: amount(
            fields,
            "MaxParallelNodesRepairedCount",
            "MaxParallelNodesRepairedPercentage",
            any,
        ),
        overrides: fields.objects("NodeRepairConfigOverrides", repair_override),
    }
}

fn repair_override(fields: &mut Fields) -> RepairOverride {
    if !fields.has("MinRepairWaitTimeMins") {
        fields.problem("MinRepairWaitTimeMins", "is required");
    }
    RepairOverride {
        condition: fields.required_text("NodeMonitoringCondition"),
        reason: fields.required_text("NodeUnhealthyReason"),
        minimum_wait_minutes: fields
            .integer("MinRepairWaitTimeMins", 1..=i32::MAX)
            .unwrap_or_default(),
        action: fields
            .word("RepairAction", &["Replace", "Reboot", "NoAction"])
            .unwrap_or_default(),
    }
}

fn warm_pool(fields: &mut Fields) -> WarmPool {
    WarmPool {
        enabled: fields.boolean("Enabled").unwrap_or(false),
        min_size: fields.integer("MinSize", 0..=i32::MAX),
        max_group_prepared_capacity: fields.integer("MaxGroupPreparedCapacity", -1..=i32::MAX),
        pool_state: fields.word("PoolState", &["STOPPED", "RUNNING", "HIBERNATED"]),
        reuse_on_scale_in: fields.boolean("ReuseOnScaleIn"),
    }
}

fn wait_for(fields: &mut Fields) -> WaitFor {
    match fields.word("WaitFor", &["Submitted", "Active"]).as_deref() {
        Some("Submitted") => WaitFor::Submitted,
        _ => WaitFor::Active,
    }
}

fn service_timeout(fields: &mut Fields) -> u64 {
    let seconds = fields
        .integer("ServiceTimeout", 1..=MAX_SERVICE_TIMEOUT)
        .unwrap_or(MAX_SERVICE_TIMEOUT);
    u64::from(seconds.unsigned_abs())
}

#[cfg(test)]
pub mod tests;
