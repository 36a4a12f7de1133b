//! The settings of a node group that change in place, as both the template and the service state them.

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
    pub overrides: Vec<RepairOverride>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Whether what runs already does what is wanted. Only what the template states is compared, since the service fills
    /// in the rest.
    pub fn is_satisfied_by(&self, live: &Self) -> bool {
        let stated = |wanted: Option<Amount>, live: Option<Amount>| wanted.is_none() || wanted == live;
        self.enabled == live.enabled
            && (!self.enabled
                || stated(self.unhealthy_threshold, live.unhealthy_threshold)
                    && stated(self.parallel_repairs, live.parallel_repairs)
                    && self.overrides == live.overrides)
    }
}

impl WarmPool {
    /// Whether what runs already does what is wanted; only what the template states is compared.
    pub fn is_satisfied_by(&self, live: &Self) -> bool {
        fn stated<T: PartialEq>(wanted: &Option<T>, live: &Option<T>) -> bool {
            wanted.is_none() || wanted == live
        }
        self.enabled == live.enabled
            && (!self.enabled
                || stated(&self.min_size, &live.min_size)
                    && stated(&self.max_group_prepared_capacity, &live.max_group_prepared_capacity)
                    && stated(&self.pool_state, &live.pool_state)
                    && stated(&self.reuse_on_scale_in, &live.reuse_on_scale_in))
    }
}
