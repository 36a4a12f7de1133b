//! Time as it is, and as the function's machine tells it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::TimeSource;
use managed_node_group::clock::Clock;
use std::sync::Arc;
use tokio::time::Instant;

/// When every life begins, in milliseconds since 1970: a day in autumn 2026.
pub const EPOCH_MILLIS: u64 = 1_790_000_000_000;

/// The runtime's time, and by how much the machine's clock is wrong.
#[derive(Debug)]
pub struct Time {
    began: Instant,
    ahead_millis: AtomicI64,
}

/// What the function reads.
#[derive(Debug, Clone)]
pub struct MachineClock(pub Arc<Time>);

impl Time {
    pub fn begin() -> Self {
        Self {
            began: Instant::now(),
            ahead_millis: AtomicI64::new(0),
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
        self.ahead_millis.store(millis, Ordering::Relaxed);
    }

    fn told_millis(&self) -> u64 {
        self.millis()
            .saturating_add_signed(self.ahead_millis.load(Ordering::Relaxed))
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

/// As a response URL is dated: `20260926T104640Z`.
pub fn date(millis: u64) -> String {
    let seconds = millis / 1000;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    // The days of a civil calendar from those since the epoch, counted from the first of March of the year 0.
    let shifted = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}
