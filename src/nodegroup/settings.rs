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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_is_read_in_both_spellings_and_written_in_the_services() {
        for (kubernetes, service) in [
            ("NoSchedule", "NO_SCHEDULE"),
            ("NoExecute", "NO_EXECUTE"),
            ("PreferNoSchedule", "PREFER_NO_SCHEDULE"),
        ] {
            for spelling in [kubernetes, service] {
                let effect = TaintEffect::parse(spelling).unwrap();
                assert_eq!(effect.as_service_spells_it(), service);
                let taint = Taint {
                    key: "k".to_owned(),
                    effect,
                    value: "v".to_owned(),
                };
                assert_eq!(taint.to_string(), format!("k=v:{service}"));
            }
        }
        assert_eq!(TaintEffect::parse("Never"), None);
    }

    fn repair() -> NodeRepair {
        let one = RepairOverride {
            condition: "c".to_owned(),
            reason: "r".to_owned(),
            minimum_wait_minutes: 5,
            action: "Reboot".to_owned(),
        };
        NodeRepair {
            enabled: true,
            unhealthy_threshold: Some(Amount::Nodes(1)),
            parallel_repairs: Some(Amount::Percentage(10)),
            overrides: vec![one],
        }
    }

    fn off() -> NodeRepair {
        NodeRepair::default()
    }

    /// The service fills in what isn't stated, so only what is stated can differ.
    #[test]
    fn only_what_is_stated_of_repair_is_compared() {
        let with = |change: fn(&mut NodeRepair)| {
            let mut wanted = repair();
            change(&mut wanted);
            wanted
        };
        for (wanted, live, expected) in [
            (off(), off(), true),
            (off(), repair(), false),
            (repair(), off(), false),
            (repair(), repair(), true),
            (with(|wanted| wanted.unhealthy_threshold = None), repair(), true),
            (with(|wanted| wanted.parallel_repairs = None), repair(), true),
            (
                with(|wanted| wanted.unhealthy_threshold = Some(Amount::Nodes(2))),
                repair(),
                false,
            ),
            (
                with(|wanted| wanted.parallel_repairs = Some(Amount::Nodes(1))),
                repair(),
                false,
            ),
            (with(|wanted| wanted.overrides.clear()), repair(), false),
            // What stands beside a feature that is off does nothing.
            (with(|wanted| wanted.enabled = false), off(), true),
        ] {
            assert_eq!(wanted.is_satisfied_by(&live), expected, "{wanted:?} {live:?}");
        }
    }

    #[test]
    fn only_what_is_stated_of_a_warm_pool_is_compared() {
        let pool = || WarmPool {
            enabled: true,
            min_size: Some(1),
            max_group_prepared_capacity: Some(2),
            pool_state: Some("STOPPED".to_owned()),
            reuse_on_scale_in: Some(false),
        };
        let with = |change: fn(&mut WarmPool)| {
            let mut wanted = pool();
            change(&mut wanted);
            wanted
        };
        let unstated = || WarmPool {
            enabled: true,
            ..WarmPool::default()
        };
        for (wanted, live, expected) in [
            (WarmPool::default(), WarmPool::default(), true),
            (WarmPool::default(), pool(), false),
            (pool(), WarmPool::default(), false),
            (pool(), pool(), true),
            (unstated(), pool(), true),
            (with(|wanted| wanted.min_size = Some(3)), pool(), false),
            (
                with(|wanted| wanted.max_group_prepared_capacity = Some(3)),
                pool(),
                false,
            ),
            (
                with(|wanted| wanted.pool_state = Some("RUNNING".to_owned())),
                pool(),
                false,
            ),
            (with(|wanted| wanted.reuse_on_scale_in = Some(true)), pool(), false),
            (with(|wanted| wanted.enabled = false), WarmPool::default(), true),
        ] {
            assert_eq!(wanted.is_satisfied_by(&live), expected, "{wanted:?} {live:?}");
        }
    }
}
