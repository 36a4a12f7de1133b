//! How long an invocation may go on.

use std::time::Duration;

/// What an invocation keeps for its end, in milliseconds: one call that hangs, and the hand-over.
const RESERVE_MILLIS: u64 = 40_000;

/// One invocation's time, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvocationBudget {
    pub began: u64,
    /// After this nothing new is begun.
    pub last_look: u64,
}

impl InvocationBudget {
    /// Of an invocation that began at `began` and is ended at `deadline`. A short one keeps a quarter for its end.
    pub fn until(began: u64, deadline: u64) -> Self {
        let reserve = RESERVE_MILLIS.min(deadline.saturating_sub(began) / 4);
        Self {
            began,
            last_look: deadline.saturating_sub(reserve),
        }
    }

    /// The same, and nothing more is begun in it.
    pub fn over(self) -> Self {
        Self { last_look: 0, ..self }
    }

    /// Whether there is time for a wait from `now` on, and a look after it.
    pub fn allows(self, now: u64, wait: Duration) -> bool {
        now.saturating_add(millis(wait)) < self.last_look
    }

    /// How long it would have gone on by the end of a wait from `now` on.
    pub fn elapsed_after(self, now: u64, wait: Duration) -> Duration {
        Duration::from_millis(now.saturating_sub(self.began).saturating_add(millis(wait)))
    }
}

fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_a_handful_of_slices() {
        let slice = InvocationBudget::until(0, 900_000).last_look;
        assert_eq!(slice, 860_000);
        assert!(3_600_000 / slice < 10);
        assert_eq!(InvocationBudget::until(0, 60_000).last_look, 45_000);
    }

    #[test]
    fn a_wait_leaves_time_for_a_look() {
        let budget = InvocationBudget::until(1000, 901_000);
        for (budget, now, seconds, expected) in [
            (budget, 1000, 15, true),
            (budget, 850_000, 10, true),
            (budget, 850_000, 11, false),
            (budget.over(), 1000, 1, false),
        ] {
            assert_eq!(
                budget.allows(now, Duration::from_secs(seconds)),
                expected,
                "{now} {seconds}"
            );
        }
        assert_eq!(budget.elapsed_after(3000, Duration::from_secs(5)).as_secs(), 7);
    }
}
