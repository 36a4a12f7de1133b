//! When to look again: by what is waited for, how long it has taken, and whether AWS keeps up.

use std::time::Duration;

use super::throttle_backoff;
use mng_core::decide::Waiting;

/// Nothing that EKS does ends sooner, and nobody notices less.
const SHORTEST: f64 = 2.0;
/// The same, for a wait that something else may end.
pub const SHORTEST_WAIT: Duration = Duration::from_secs(2);
/// The longest that an operation which has ended may go unnoticed. Only a create that fails in its first minute may take longer.
const LONGEST: f64 = 15.0;
/// Where calls come to nothing, looking less often is what helps: up to two minutes.
const LONGEST_WHEN_UNANSWERED: f64 = 120.0;

/// What keeps looks from being answered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CallTrouble {
    /// Calls in a row that were throttled or lost.
    pub unanswered: u32,
    /// How far apart looks are kept since calls were throttled (`throttle_backoff`).
    pub min_interval: f64,
}

/// How long to wait before the next look. `elapsed` is in seconds since the operation began, `jitter` is from 0 to 1 and spreads
/// those who began together.
pub fn next_look(waiting: Waiting, elapsed: u64, trouble: CallTrouble, jitter: f64) -> Duration {
    let undisturbed = (base(waiting, elapsed) * (0.9 + 0.2 * jitter)).max(SHORTEST);
    let seconds = match trouble.unanswered {
        0 => undisturbed,
        unanswered => after_lost_calls(unanswered, jitter),
    };
    Duration::from_secs_f64(seconds.max(throttle_backoff::wait(trouble.min_interval, jitter)))
}

/// The seconds that have gone by for the service, whose time is scaled as the waits are; all of them where waits are none.
pub fn elapsed(began_millis: u64, now_millis: u64, scale: f64) -> u64 {
    let seconds = Duration::from_millis(now_millis.saturating_sub(began_millis)).as_secs_f64();
    (seconds / scale) as u64
}

fn base(waiting: Waiting, elapsed: u64) -> f64 {
    match waiting {
        Waiting::ForCreate => create(elapsed),
        Waiting::ForConfigUpdate => stairs(elapsed, &[(10, 2.0), (60, 4.0), (300, 8.0)]),
        Waiting::ForVersionUpdate => stairs(elapsed, &[(30, 5.0), (300, 10.0)]),
        Waiting::ForDelete => stairs(elapsed, &[(60, 15.0), (300, 5.0), (900, 10.0)]),
        // A watch ends the wait sooner; what a state machine waits has none.
        Waiting::ForNodes => stairs(elapsed, &[(120, 5.0), (600, 8.0)]),
        Waiting::ForOthers => stairs(elapsed, &[(30, 3.0), (300, 6.0)]),
        Waiting::ForAnAnswer => SHORTEST,
    }
}

/// A create can't end in its first minute: instances have to boot and join. Most end within three to five.
fn create(elapsed: u64) -> f64 {
    stairs(elapsed, &[(60, 20.0), (120, 12.0), (240, 4.2), (480, 6.0), (900, 10.0)])
}

/// Full jitter over a doubling span: those who were refused together don't come back together.
fn after_lost_calls(unanswered: u32, jitter: f64) -> f64 {
    let doubled = SHORTEST * 2_f64.powi(i32::try_from(unanswered.min(8)).unwrap_or(8));
    let span = doubled.min(LONGEST_WHEN_UNANSWERED);
    SHORTEST + (span - SHORTEST) * jitter
}

/// The seconds of the first step that isn't over yet.
fn stairs(elapsed: u64, steps: &[(u64, f64)]) -> f64 {
    steps
        .iter()
        .find(|(until, _)| elapsed < *until)
        .map_or(LONGEST, |(_, seconds)| *seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Waiting; 7] = [
        Waiting::ForNodes,
        Waiting::ForCreate,
        Waiting::ForConfigUpdate,
        Waiting::ForVersionUpdate,
        Waiting::ForDelete,
        Waiting::ForOthers,
        Waiting::ForAnAnswer,
    ];

    const NONE: CallTrouble = CallTrouble {
        unanswered: 0,
        min_interval: 0.0,
    };

    #[test]
    fn a_look_is_never_sooner_than_two_seconds_nor_much_later_than_fifteen() {
        for waiting in ALL {
            for elapsed in (0..4000).step_by(7) {
                for jitter in [0.0, 0.5, 1.0] {
                    let seconds = next_look(waiting, elapsed, NONE, jitter).as_secs_f64();
                    let longest = if waiting == Waiting::ForCreate && elapsed < 60 {
                        22.0
                    } else {
                        16.5
                    };
                    assert!((2.0..=longest).contains(&seconds), "{waiting:?} {elapsed}: {seconds}");
                }
            }
        }
    }

    #[test]
    fn lost_calls_spread_the_looks() {
        let longest = |unanswered| {
            let trouble = CallTrouble {
                unanswered,
                min_interval: 0.0,
            };
            next_look(Waiting::ForCreate, 100, trouble, 1.0).as_secs()
        };
        assert_eq!(
            (1..=8).map(longest).collect::<Vec<_>>(),
            [4, 8, 16, 32, 64, 120, 120, 120]
        );
        let again = CallTrouble {
            unanswered: 8,
            min_interval: 0.0,
        };
        assert_eq!(next_look(Waiting::ForCreate, 100, again, 0.0).as_secs(), 2);
    }

    /// Also after a look that was answered, or all who share a bucket would be back at once.
    #[test]
    fn throttling_keeps_looks_apart_until_it_is_forgotten() {
        for (unanswered, min_interval, expected) in
            [(0, 0.0, 13), (0, 4.0, 13), (0, 60.0, 60), (1, 60.0, 60), (6, 60.0, 120)]
        {
            let trouble = CallTrouble {
                unanswered,
                min_interval,
            };
            let seconds = next_look(Waiting::ForCreate, 100, trouble, 1.0).as_secs();
            assert_eq!(seconds, expected, "{trouble:?}");
        }
    }

    #[test]
    fn the_clock_is_scaled_as_the_waits_are() {
        for (millis, scale, expected) in [
            (90_000, 1.0, 90),
            (4_500, 0.05, 90),
            (90, 0.001, 90),
            (0, 0.05, 0),
            (1_000, 0.0, u64::MAX),
            (0, 0.0, 0),
        ] {
            assert_eq!(elapsed(5_000, 5_000 + millis, scale), expected, "{millis} {scale}");
        }
        assert_eq!(elapsed(5_000, 4_000, 1.0), 0);
    }

    /// A create of three minutes: the looks it takes, and how late its end is noticed at most.
    #[test]
    fn a_create_of_three_minutes_takes_few_looks() {
        let (mut at, mut looks) = (0.0, 1);
        while at < 180.0 {
            at += next_look(Waiting::ForCreate, at as u64, NONE, 0.5).as_secs_f64();
            looks += 1;
        }
        assert!(looks <= 24, "{looks} looks");
        assert!(at - 180.0 <= 5.0, "noticed after {at}");
    }
}
