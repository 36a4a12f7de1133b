//! Time as it is, and as the function's machine tells it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::TimeSource;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
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

/// As services write it, to the second: `2026-09-26T10:46:40Z`.
pub fn timestamp(seconds: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    time.fmt(Format::DateTime).expect("no life goes on for so long")
}

/// As a response URL is dated: `20260926T104640Z`.
pub fn date(millis: u64) -> String {
    timestamp(millis / 1000).replace(['-', ':'], "")
}
