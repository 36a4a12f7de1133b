//! Reading the settings that change in place: taints, updates, repair, warm pool.

use std::collections::BTreeSet;

use super::kubernetes::{MAX_NAME, is_label_value, key_fault, value_fault};
use crate::properties::fields::Fields;
use crate::properties::rule::Rule;
use crate::properties::settings::{
    Amount, NodeRepair, RepairOverride, Taint, TaintEffect, UpdateSettings, UpdateStrategy, WarmPool,
};
use crate::properties::table::MOST_TAINTS;

pub fn taints(fields: &mut Fields) -> BTreeSet<Taint> {
    let taints = fields.objects("Taints", taint);
    let (read, count): (BTreeSet<Taint>, usize) = (taints.iter().flatten().cloned().collect(), taints.len());
    let identities: BTreeSet<_> = read.iter().map(|taint| (&taint.key, taint.effect)).collect();
    if identities.len() < taints.iter().flatten().count() {
        fields.problem(
            "Taints",
            Rule::TaintDuplicate,
            "expected each pair of Key and Effect once: they are a taint's identity",
        );
    }
    if count > MOST_TAINTS {
        fields.problem(
            "Taints",
            Rule::TooMany,
            format!("expected at most {MOST_TAINTS} taints, EKS's limit, got {count}"),
        );
    }
    read
}

fn taint(fields: &mut Fields) -> Option<Taint> {
    let key = fields.required_text("Key");
    let value = fields.text("Value").unwrap_or_default();
    let effect = fields.required_text("Effect");
    taint_syntax(fields, &key, &value);
    let parsed = TaintEffect::parse(&effect);
    if parsed.is_none() && !effect.is_empty() {
        fields.problem(
            "Effect",
            Rule::TaintEffect,
            format!("expected NoSchedule, NoExecute or PreferNoSchedule, got \"{effect}\""),
        );
    }
    // A key that isn't known is no identity.
    (!key.is_empty()).then_some(())?;
    Some(Taint {
        key,
        effect: parsed?,
        value,
    })
}

/// Kubernetes takes a DNS prefix before a taint's key as before a label's (EKS user guide, "Recipe: Prevent pods from being
/// scheduled on specific nodes").
fn taint_syntax(fields: &mut Fields, key: &str, value: &str) {
    if let Some(fault) = key_fault(key).filter(|_| !key.trim().is_empty()) {
        fields.problem("Key", Rule::TaintSyntax, fault);
    }
    if value.len() > MAX_NAME {
        fields.problem("Value", Rule::TaintSyntax, "expected at most 63 characters");
    } else if !is_label_value(value) {
        fields.problem("Value", Rule::TaintSyntax, value_fault(value));
    }
}

pub fn update_settings(fields: &mut Fields) -> UpdateSettings {
    let unavailable = amount(fields, "MaxUnavailable", "MaxUnavailablePercentage");
    let strategy = match fields.word("UpdateStrategy").as_deref() {
        Some("MINIMAL") => UpdateStrategy::Minimal,
        _ => UpdateStrategy::Default,
    };
    UpdateSettings {
        unavailable: unavailable.unwrap_or(Amount::Nodes(1)),
        strategy,
    }
}

/// A number of nodes or a percentage of them; the service takes one of the two.
fn amount(fields: &mut Fields, count: &str, percentage: &str) -> Option<Amount> {
    match (fields.integer(count), fields.integer(percentage)) {
        (Some(_), Some(_)) => {
            let message = format!("expected either {count} or {percentage}, got both");
            fields.problem(count, Rule::NumberOrPercentage, message);
            None
        }
        (Some(nodes), None) => Some(Amount::Nodes(nodes)),
        (None, share) => share.map(Amount::Percentage),
    }
}

/// What `NodeRepairConfig` can set beside `Enabled`.
const REPAIR_SETTINGS: [&str; 5] = [
    "MaxUnhealthyNodeThresholdCount",
    "MaxUnhealthyNodeThresholdPercentage",
    "MaxParallelNodesRepairedCount",
    "MaxParallelNodesRepairedPercentage",
    "NodeRepairConfigOverrides",
];

pub fn node_repair(fields: &mut Fields) -> NodeRepair {
    let [unhealthy, unhealthy_share, parallel, parallel_share, overrides] = REPAIR_SETTINGS;
    needs_enabled(fields, Rule::Repair, &REPAIR_SETTINGS);
    NodeRepair {
        enabled: fields.boolean("Enabled").unwrap_or(false),
        unhealthy_threshold: amount(fields, unhealthy, unhealthy_share),
        parallel_repairs: amount(fields, parallel, parallel_share),
        overrides: Some(repair_overrides(fields, overrides)).filter(|overrides| !overrides.is_empty()),
    }
}

/// Both features are off unless they are enabled, so settings alone do nothing. `Enabled: false` beside them is deliberate:
/// it switches off what is set up.
fn needs_enabled(fields: &mut Fields, rule: Rule, settings: &[&str]) {
    let given = settings.iter().find(|setting| fields.stands(setting));
    if let (Some(setting), false) = (given, fields.has("Enabled")) {
        let message = format!("expected Enabled: true, since {setting} is set; without it nothing is switched on");
        fields.problem("Enabled", rule, message);
    }
}

fn repair_overrides(fields: &mut Fields, key: &'static str) -> BTreeSet<RepairOverride> {
    let overrides = fields.objects(key, repair_override);
    let mut seen = BTreeSet::new();
    let named = overrides
        .iter()
        .filter(|one| !one.condition.is_empty() && !one.reason.is_empty());
    let twice = named.filter(|one| !seen.insert((&one.condition, &one.reason))).count();
    if twice > 0 {
        let message =
            "expected each pair of NodeMonitoringCondition and NodeUnhealthyReason once; keep one action for each";
        fields.problem(key, Rule::Repair, message);
    }
    overrides.into_iter().collect()
}

fn repair_override(fields: &mut Fields) -> RepairOverride {
    if !fields.has("MinRepairWaitTimeMins") {
        fields.problem("MinRepairWaitTimeMins", Rule::Required, "is required");
    }
    RepairOverride {
        condition: fields.required_text("NodeMonitoringCondition"),
        reason: fields.required_text("NodeUnhealthyReason"),
        minimum_wait_minutes: fields.integer("MinRepairWaitTimeMins").unwrap_or_default(),
        action: repair_action(fields),
    }
}

fn repair_action(fields: &mut Fields) -> String {
    if !fields.has("RepairAction") {
        fields.problem("RepairAction", Rule::Required, "is required");
    }
    let action = fields.word("RepairAction");
    action.unwrap_or_default()
}

pub fn warm_pool(fields: &mut Fields) -> WarmPool {
    let settings = ["MinSize", "MaxGroupPreparedCapacity", "PoolState", "ReuseOnScaleIn"];
    needs_enabled(fields, Rule::WarmPool, &settings);
    let pool = WarmPool {
        enabled: fields.boolean("Enabled").unwrap_or(false),
        min_size: fields.integer("MinSize"),
        max_group_prepared_capacity: fields.integer("MaxGroupPreparedCapacity"),
        pool_state: fields.word("PoolState"),
        reuse_on_scale_in: fields.boolean("ReuseOnScaleIn"),
    };
    let sizes = pool.min_size.zip(pool.max_group_prepared_capacity);
    // -1 takes a limit back (API reference of `PutWarmPool`).
    if let Some((min, max)) = sizes.filter(|(min, max)| *max != -1 && min > max) {
        let message = format!("expected at least MinSize, {min}, got {max}; it counts the group and the pool together");
        fields.problem("MaxGroupPreparedCapacity", Rule::WarmPool, message);
    }
    pool
}
