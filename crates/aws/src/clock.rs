//! The only module that reads the clock.

use std::time::SystemTime;

/// Gives the time, in milliseconds since the epoch.
pub trait Clock: Send + Sync {
    fn now_millis(&self) -> u64;

    /// The time in seconds since the epoch.
    fn now(&self) -> u64 {
        self.now_millis() / 1000
    }
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is where the clock is injected from")]
    fn now_millis(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}
