//! Real time, or that of a runtime whose time is paused; durations are scaled, timestamps are not.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

pub fn now() -> Instant {
    Instant::now()
}

/// What timestamps count from: so they go by as the runtime's time does, and a world that is played again shows the same.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    began: Instant,
    epoch: f64,
}

impl Calendar {
    /// `epoch`, in seconds since 1970, is now; `None` takes the machine's clock.
    pub fn from(epoch: Option<f64>) -> Self {
        let machine = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            began: now(),
            epoch: epoch.unwrap_or_else(|| machine().as_secs_f64()),
        }
    }

    /// As the service writes timestamps: seconds since the epoch, with fractions.
    pub fn timestamp(self) -> f64 {
        self.epoch + now().duration_since(self.began).as_secs_f64()
    }
}
