//! When to look again: by what is waited for, how long it has taken, and whether AWS keeps up.

use std::time::Duration;

use crate::nodegroup::decide::Waiting;

/// Nothing that EKS does ends sooner, and nobody notices less.
const SHORTEST: f64 = 2.0;
/// The same, for a wait that something else may end.
pub const SHORTEST_WAIT: Duration = Duration::from_secs(2);
/// The longest that an operation which has ended may go unnoticed.
const LONGEST: f64 = 15.0;
/// Where calls are throttled, looking less often is what helps: up to two minutes.
const LONGEST_WHEN_THROTTLED: f64 = 120.0;

/// How long to wait before the next look. `elapsed` is in seconds since the operation began, `unanswered` counts calls in a
/// row that were throttled or lost, `jitter` is from 0 to 1 and spreads those who began together.
pub fn next_look(waiting: Waiting, elapsed: u64, unanswered: u32, jitter: f64) -> Duration {
    let base = match waiting {
        Waiting::ForCreate => create(elapsed),
        Waiting::ForConfigUpdate => stairs(elapsed, &[(10, 2.0), (60, 4.0), (300, 8.0)]),
        Waiting::ForVersionUpdate => stairs(elapsed, &[(30, 5.0), (300, 10.0)]),
        Waiting::ForDelete => stairs(elapsed, &[(60, 15.0), (300, 5.0), (900, 10.0)]),
        // A watch ends the wait sooner where the function itself waits; a state machine has none.
        Waiting::ForNodes => stairs(elapsed, &[(120, 5.0), (600, 8.0)]),
        Waiting::ForOthers => stairs(elapsed, &[(30, 3.0), (300, 6.0)]),
        Waiting::ForAnAnswer => SHORTEST,
    };
    let seconds = if unanswered == 0 {
        (base * (0.9 + 0.2 * jitter)).clamp(SHORTEST, LONGEST)
    } else {
        // Full jitter over a doubling span: those who were refused together don't come back together.
        let span = (SHORTEST * 2_f64.powi(i32::try_from(unanswered.min(8)).unwrap_or(8))).min(LONGEST_WHEN_THROTTLED);
        SHORTEST + (span - SHORTEST) * jitter
    };
    Duration::from_secs_f64(seconds)
}

/// A create can't end in its first minute: instances have to boot and join. Most end within three to five.
fn create(elapsed: u64) -> f64 {
    stairs(elapsed, &[(60, 15.0), (120, 8.0), (360, 5.0), (900, 10.0)])
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

    #[test]
    fn a_look_is_never_sooner_than_two_seconds_nor_later_than_fifteen() {
        for waiting in ALL {
            for elapsed in (0..4000).step_by(7) {
                for jitter in [0.0, 0.5, 1.0] {
                    let seconds = next_look(waiting, elapsed, 0, jitter).as_secs_f64();
                    assert!((2.0..=15.0).contains(&seconds), "{waiting:?} {elapsed}: {seconds}");
                }
            }
        }
    }

    #[test]
    fn throttling_spreads_the_looks() {
        let longest = |unanswered| next_look(Waiting::ForCreate, 100, unanswered, 1.0).as_secs();
        assert_eq!(
            (1..=8).map(longest).collect::<Vec<_>>(),
            [4, 8, 16, 32, 64, 120, 120, 120]
        );
        assert_eq!(next_look(Waiting::ForCreate, 100, 8, 0.0).as_secs(), 2);
    }

    /// A create of three minutes: the looks it takes, and how late its end is noticed at most.
    #[test]
    fn a_create_of_three_minutes_takes_few_looks() {
        let (mut at, mut looks) = (0.0, 1);
        while at < 180.0 {
            at += next_look(Waiting::ForCreate, at as u64, 0, 0.5).as_secs_f64();
            looks += 1;
        }
        assert!(looks <= 26, "{looks} looks");
        assert!(at - 180.0 <= 5.5, "noticed after {at}");
    }
}
