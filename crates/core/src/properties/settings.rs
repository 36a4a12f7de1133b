//! The settings of a node group that change in place, as both the template and the service state them.

use std::collections::BTreeSet;
use std::fmt;

/// A Kubernetes taint. Its identity is key and effect: two taints that share both are one taint with two values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taint {
    pub key: String,
    pub effect: TaintEffect,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaintEffect {
    NoSchedule,
    NoExecute,
    PreferNoSchedule,
}

/// `UpdateConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateSettings {
    pub unavailable: Amount,
    pub strategy: UpdateStrategy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UpdateStrategy {
    #[default]
    Default,
    Minimal,
}

/// A number of nodes, or a percentage of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    Nodes(i32),
    Percentage(i32),
}

/// `NodeRepairConfig`. `None` leaves the service's own value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NodeRepair {
    pub enabled: bool,
    pub unhealthy_threshold: Option<Amount>,
    pub parallel_repairs: Option<Amount>,
    /// A set: EKS may give them in another order. An empty one takes those that the group has back.
    pub overrides: Option<BTreeSet<RepairOverride>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepairOverride {
    pub condition: String,
    pub reason: String,
    pub minimum_wait_minutes: i32,
    pub action: String,
}

/// `WarmPoolConfig`. `None` leaves the service's own value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WarmPool {
    pub enabled: bool,
    pub min_size: Option<i32>,
    pub max_group_prepared_capacity: Option<i32>,
    pub pool_state: Option<String>,
    pub reuse_on_scale_in: Option<bool>,
}

/// A setting for which EKS documents no value that stands for its own choice. So a group that has one and a template that has none
/// are no difference, unless the template had one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    UnhealthyThreshold,
    ParallelRepairs,
    PreparedCapacity,
}

impl TaintEffect {
    /// Reads both spellings: Kubernetes' `NoSchedule` and the service's `NO_SCHEDULE`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "NoSchedule" | "NO_SCHEDULE" => Some(Self::NoSchedule),
            "NoExecute" | "NO_EXECUTE" => Some(Self::NoExecute),
            "PreferNoSchedule" | "PREFER_NO_SCHEDULE" => Some(Self::PreferNoSchedule),
            _ => None,
        }
    }

    /// The service's spelling; it refuses Kubernetes'.
    pub fn as_service_spells_it(self) -> &'static str {
        match self {
            Self::NoSchedule => "NO_SCHEDULE",
            Self::NoExecute => "NO_EXECUTE",
            Self::PreferNoSchedule => "PREFER_NO_SCHEDULE",
        }
    }
}

/// What the service does when nothing is said: one node at a time.
impl Default for UpdateSettings {
    fn default() -> Self {
        Self {
            unavailable: Amount::Nodes(1),
            strategy: UpdateStrategy::Default,
        }
    }
}

impl fmt::Display for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}:{}", self.key, self.value, self.effect.as_service_spells_it())
    }
}

impl NodeRepair {
    /// The settings of `before` that this has no more.
    pub fn dropped(&self, before: &Self) -> impl Iterator<Item = Setting> {
        let gone = |setting, now: Option<Amount>, before: Option<Amount>| {
            (now.is_none() && before.is_some()).then_some(setting)
        };
        let settings = [
            gone(
                Setting::UnhealthyThreshold,
                self.unhealthy_threshold,
                before.unhealthy_threshold,
            ),
            gone(Setting::ParallelRepairs, self.parallel_repairs, before.parallel_repairs),
        ];
        settings.into_iter().flatten()
    }

    /// What is sent to a group that has `live`; `None`: it does already what is wanted. The settings go as a whole,
    /// without those that the template dropped. A list that is left out might stay, so an empty one is sent.
    pub fn change_from(&self, live: &Self, dropped: &BTreeSet<Setting>) -> Option<Self> {
        let same = |setting, wanted: Option<Amount>, live: Option<Amount>| match wanted {
            Some(_) => wanted == live,
            None => live.is_none() || !dropped.contains(&setting),
        };
        let overrides = |repair: &Self| repair.overrides.clone().unwrap_or_default();
        let is_so = self.enabled == live.enabled
            && (!self.enabled
                || same(
                    Setting::UnhealthyThreshold,
                    self.unhealthy_threshold,
                    live.unhealthy_threshold,
                ) && same(Setting::ParallelRepairs, self.parallel_repairs, live.parallel_repairs)
                    && overrides(self) == overrides(live));
        (!is_so).then(|| Self {
            overrides: self
                .overrides
                .clone()
                .or_else(|| live.overrides.as_ref().map(|_| BTreeSet::new())),
            ..self.clone()
        })
    }
}

/// What EKS does where `WarmPoolConfig` leaves a setting out (API reference of `WarmPoolConfig`).
const POOL_MIN_SIZE: i32 = 0;
const POOL_STATE: &str = "STOPPED";
const POOL_REUSE: bool = false;

/// Takes `MaxGroupPreparedCapacity` back (API reference of `PutWarmPool`).
pub const NO_CAPACITY_LIMIT: i32 = -1;

impl WarmPool {
    /// The settings of `before` that this has no more.
    pub fn dropped(&self, before: &Self) -> impl Iterator<Item = Setting> {
        let gone = self.max_group_prepared_capacity.is_none() && before.max_group_prepared_capacity.is_some();
        gone.then_some(Setting::PreparedCapacity).into_iter()
    }

    /// What is sent to a group that has `live`; `None`: it does already what is wanted. What is left out might stay, so EKS's
    /// own value is sent where the group has another. A pool that is off has nothing but leftovers.
    pub fn change_from(&self, live: &Self, dropped: &BTreeSet<Setting>) -> Option<Self> {
        if !self.enabled {
            return live.enabled.then(|| self.clone());
        }
        let no_limit = || {
            live.max_group_prepared_capacity
                .is_none_or(|live| live == NO_CAPACITY_LIMIT)
        };
        let limit_stays = live.enabled && !dropped.contains(&Setting::PreparedCapacity);
        let change = Self {
            enabled: true,
            min_size: stated(self.min_size, live.min_size, POOL_MIN_SIZE),
            max_group_prepared_capacity: self
                .max_group_prepared_capacity
                .or_else(|| (!limit_stays && !no_limit()).then_some(NO_CAPACITY_LIMIT)),
            pool_state: stated(self.pool_state.as_deref(), live.pool_state.as_deref(), POOL_STATE).map(str::to_owned),
            reuse_on_scale_in: stated(self.reuse_on_scale_in, live.reuse_on_scale_in, POOL_REUSE),
        };
        (!change.is_what_runs(live)).then_some(change)
    }

    /// Whether all that is stated here is so in `live` already.
    fn is_what_runs(&self, live: &Self) -> bool {
        fn same<T: PartialEq>(wanted: &Option<T>, live: &Option<T>) -> bool {
            wanted.is_none() || wanted == live
        }
        self.enabled == live.enabled
            && same(&self.min_size, &live.min_size)
            && same(&self.max_group_prepared_capacity, &live.max_group_prepared_capacity)
            && same(&self.pool_state, &live.pool_state)
            && same(&self.reuse_on_scale_in, &live.reuse_on_scale_in)
    }
}

/// What is to be said of a setting: what the template states, or EKS's own value where the group has another.
fn stated<T: PartialEq>(wanted: Option<T>, live: Option<T>, default: T) -> Option<T> {
    let is_another = live.is_some_and(|live| live != default);
    wanted.or_else(|| is_another.then_some(default))
}

#[cfg(test)]
mod tests;
