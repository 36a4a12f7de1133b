//! The differences between the wanted group and the live one, in the shapes of EKS's update calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::decide::desired::Desired;
use crate::nodegroup::group::NodeGroup;
use crate::properties::scaling::LiveScaling;
use crate::properties::scaling::Scaling;
use crate::properties::settings::{NodeRepair, Setting, Taint, UpdateSettings, WarmPool};
use crate::properties::spec::Spec;

/// One `UpdateNodegroupConfig`. Labels and taints are deltas, as EKS takes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConfigChange {
    pub set_labels: BTreeMap<String, String>,
    pub remove_labels: BTreeSet<String>,
    pub set_taints: BTreeSet<Taint>,
    pub remove_taints: BTreeSet<Taint>,
    pub scaling: Option<ScalingChange>,
    pub update_settings: Option<UpdateSettings>,
    pub node_repair: Option<NodeRepair>,
    pub warm_pool: Option<WarmPool>,
}

/// The bounds, and a desired size only if it has to change: an autoscaler may change it at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScalingChange {
    pub min: i32,
    pub max: i32,
    pub desired: Option<i32>,
}

/// The settings that the template of `before` stated and the template of `now` no longer states.
pub fn dropped(now: &Spec, before: &Spec) -> BTreeSet<Setting> {
    let of_repair = now.node_repair.dropped(&before.node_repair);
    of_repair.chain(now.warm_pool.dropped(&before.warm_pool)).collect()
}

/// The configuration change that brings `live` to what is wanted, or `None` if there is none.
pub fn config_change(desired: &Desired, live: &NodeGroup) -> Option<ConfigChange> {
    change(desired, live, &desired.dropped)
}

/// Whether a configuration change only omits settings that the template no longer has. EKS may keep such a setting, and
/// may answer that there is nothing to change.
pub fn only_omits_settings(desired: &Desired, live: &NodeGroup) -> bool {
    change(desired, live, &BTreeSet::new()).is_none()
}

fn change(desired: &Desired, live: &NodeGroup, dropped: &BTreeSet<Setting>) -> Option<ConfigChange> {
    let spec = &desired.spec;
    let wanted_taints: BTreeSet<_> = spec.taints.iter().map(|taint| (&taint.key, taint.effect)).collect();
    let unwanted = |taint: &&Taint| !wanted_taints.contains(&(&taint.key, taint.effect));
    let change = ConfigChange {
        set_labels: missing(&spec.labels, &live.labels),
        remove_labels: live
            .labels
            .keys()
            .filter(|key| !spec.labels.contains_key(*key))
            .cloned()
            .collect(),
        set_taints: spec.taints.difference(&live.taints).cloned().collect(),
        remove_taints: live.taints.iter().filter(unwanted).cloned().collect(),
        scaling: scaling_change(desired, live.scaling),
        update_settings: (spec.update_settings != live.update_settings).then_some(spec.update_settings),
        node_repair: spec.node_repair.change_from(&live.node_repair, dropped),
        warm_pool: spec.warm_pool.change_from(&live.warm_pool, dropped),
    };
    (change != ConfigChange::default()).then_some(change)
}

/// The entries that `live` lacks or has with another value.
pub fn missing(wanted: &BTreeMap<String, String>, live: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    wanted
        .iter()
        .filter(|(key, value)| live.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn scaling_change(desired: &Desired, live: LiveScaling) -> Option<ScalingChange> {
    if desired.spec.scaling == Scaling::default() {
        return None;
    }
    let wanted = desired.spec.scaling.for_update(live, desired.desired_size);
    let desired = (wanted.desired != live.desired).then_some(wanted.desired);
    (wanted != live).then_some(ScalingChange {
        min: wanted.min,
        max: wanted.max,
        desired,
    })
}
