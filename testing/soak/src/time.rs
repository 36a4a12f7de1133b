//! Time as it is, and as the function's machine tells it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::TimeSource;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use mng_aws::clock::Clock;
use tokio::time::Instant;

/// When every life begins, in milliseconds since 1970: a day in autumn 2026.
pub const EPOCH_MILLIS: u64 = 1_790_000_000_000;

/// The runtime's time, and by how much the machine's clock is wrong.
#[derive(Debug)]
pub struct Time {
    began: Instant,
    /// Since when the clock is by how many milliseconds ahead, or behind. The last counts.
    jumps: Mutex<Vec<(Duration, i64)>>,
}

/// What the function reads.
#[derive(Debug, Clone)]
pub struct MachineClock(pub Arc<Time>);

impl Time {
    pub fn begin() -> Self {
        Self {
            began: Instant::now(),
            jumps: Mutex::default(),
        }
    }

    pub fn gone_by(&self) -> Duration {
        self.began.elapsed()
    }

    /// In milliseconds since 1970, as it is.
    pub fn millis(&self) -> u64 {
        EPOCH_MILLIS + u64::try_from(self.gone_by().as_millis()).unwrap_or(u64::MAX)
    }

    pub fn set_ahead(&self, millis: i64) {
        let at = self.gone_by();
        self.jumps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((at, millis));
    }

    /// Whether the clock has been behind by more than `by` at any moment since a time.
    pub fn was_behind(&self, by: Duration, since: Duration) -> bool {
        let jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = jumps.iter().skip(1).map(|(at, _)| *at).chain([Duration::MAX]);
        let is_behind = |ahead: i64| ahead < 0 && Duration::from_millis(ahead.unsigned_abs()) > by;
        jumps
            .iter()
            .zip(ends)
            .any(|((_, ahead), end)| is_behind(*ahead) && end > since)
    }

    fn told_millis(&self) -> u64 {
        let jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = jumps.last().map_or(0, |(_, ahead)| *ahead);
        self.millis().saturating_add_signed(ahead)
    }
}

impl Clock for MachineClock {
    fn now_millis(&self) -> u64 {
        self.0.told_millis()
    }
}

impl TimeSource for MachineClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.told_millis())
    }
}

/// As services write it, to the second: `2026-09-26T10:46:40Z`.
pub fn timestamp(seconds: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    time.fmt(Format::DateTime).expect("no life goes on for so long")
}

/// As a response URL is dated: `20260926T104640Z`.
pub fn date(millis: u64) -> String {
    timestamp(millis / 1000).replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_was_behind_is_known_until_it_is_right_again() {
        let (time, minute) = (Time::begin(), Duration::from_secs(60));
        let second = Duration::from_secs(1);
        for (ahead, expected) in [(120_000, false), (-20_000, false), (-120_000, true), (0, true)] {
            time.set_ahead(ahead);
            assert_eq!(time.was_behind(minute, Duration::ZERO), expected, "{ahead}");
            tokio::time::advance(second).await;
        }
        assert!(time.was_behind(minute, 2 * second));
        assert!(!time.was_behind(minute, 3 * second));
    }
}
