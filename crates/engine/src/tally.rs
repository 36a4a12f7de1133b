//! What is counted of one operation. It survives hand-overs, so an operation of an hour is told in one sum.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use mng_core::decide::under_way::UnderWay;

/// Counters of one operation, from its first look on. A progress of a release that had none reads as all zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Tally {
    /// Milliseconds by what was under way.
    spent: BTreeMap<UnderWay, u64>,
    /// Up to when that was counted, in milliseconds since the epoch.
    counted_to: Option<u64>,
    /// Attempts of calls that were answered by a throttle.
    pub throttles: u32,
    /// Calls that came to nothing and will be made again, and passes that were cut off.
    pub lost_calls: u32,
    /// Times that the work went on elsewhere.
    pub hand_overs: u32,
}

impl Tally {
    /// Counts the time up to `now` to `what`; the first time from `began` on. Both are in milliseconds since the epoch.
    pub fn spend(&mut self, what: UnderWay, began: u64, now: u64) {
        let from = self.counted_to.unwrap_or(began);
        if now > from {
            *self.spent.entry(what).or_default() += now - from;
        }
        self.counted_to = Some(now.max(from));
    }

    /// How long each took, in seconds, in the order in which an operation comes by them.
    pub fn seconds(&self) -> impl Iterator<Item = (UnderWay, f64)> {
        self.spent
            .iter()
            .map(|(what, millis)| (*what, std::time::Duration::from_millis(*millis).as_secs_f64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_counted_once_whatever_the_clock_does() {
        let mut tally = Tally::default();
        tally.spend(UnderWay::Prepare, 1000, 3500);
        tally.spend(UnderWay::Create, 1000, 3000);
        tally.spend(UnderWay::Create, 1000, 63_500);
        tally.spend(UnderWay::Prepare, 1000, 64_000);
        let seconds: Vec<_> = tally.seconds().collect();
        assert_eq!(seconds, [(UnderWay::Prepare, 3.0), (UnderWay::Create, 60.0)]);
    }

    #[test]
    fn it_is_handed_over_whole() {
        let mut tally = Tally {
            throttles: 3,
            ..Tally::default()
        };
        tally.spend(UnderWay::Ec2, 0, 10);
        let handed = serde_json::to_string(&tally).unwrap();
        assert_eq!(serde_json::from_str::<Tally>(&handed).unwrap(), tally);
        assert_eq!(serde_json::from_str::<Tally>("{}").unwrap(), Tally::default());
    }
}
