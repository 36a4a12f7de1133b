//! How far apart a request keeps its calls once AWS was too busy for one.
//!
//! Everybody in an account draws on one bucket of calls, and nobody knows how many they are. So each finds its share by itself:
//! a look that meets a throttle makes the distance to the next 2.5 times as long, each that doesn't takes a quarter off again. In
//! balance a quarter of the looks are refused, however many share the bucket: it is used up, and not filled with refusals.

/// A sign of throttling keeps looks at least so far apart, in seconds.
const FIRST: f64 = 6.0;
/// What a look that met a throttle multiplies the distance by, and one that didn't.
const RARER: f64 = 2.5;
const MORE_FREQUENT: f64 = 0.75;
/// A thousand resources look 11 times a second then. Farther apart they would leave a bucket of 10 calls a second unused when most
/// of them have ended.
const FARTHEST: f64 = 120.0;
/// Less than the shortest wait is none.
const NONE_BELOW: f64 = 2.0;

/// The distance after a look in which so many calls were throttled, in seconds; 0 where nothing is known of throttling.
pub fn after(min_interval: f64, throttles: u32) -> f64 {
    if throttles > 0 {
        return (min_interval * RARER).clamp(FIRST, FARTHEST);
    }
    let nearer = min_interval * MORE_FREQUENT;
    if nearer < NONE_BELOW { 0.0 } else { nearer }
}

/// The wait that a distance makes, with `jitter` from 0 to 1. The half of it is left to chance: those who were refused together
/// don't come back together.
pub fn wait(min_interval: f64, jitter: f64) -> f64 {
    min_interval * (0.5 + 0.5 * jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What looks with so many throttles make of no distance at all.
    fn through(throttles: &[u32]) -> f64 {
        throttles
            .iter()
            .fold(0.0, |min_interval, throttles| after(min_interval, *throttles))
    }

    #[test]
    fn a_throttle_is_remembered_and_fades() {
        for (throttles, expected) in [
            (&[][..], 0.0),
            (&[0, 0], 0.0),
            (&[1], 6.0),
            (&[5], 6.0),
            (&[1, 1], 15.0),
            (&[1, 1, 1], 37.5),
            (&[1, 1, 1, 1, 1], 120.0),
            (&[1, 1, 1, 1, 1, 0], 90.0),
            (&[1, 0], 4.5),
            (&[1, 0, 1], 11.25),
            (&[1, 0, 0, 0, 0], 0.0),
        ] {
            let min_interval = through(throttles);
            assert!((min_interval - expected).abs() < 1e-9, "{throttles:?}: {min_interval}");
        }
    }

    #[test]
    fn half_of_a_wait_is_left_to_chance() {
        for (min_interval, jitter, expected) in [(0.0, 0.7, 0.0), (100.0, 0.0, 50.0), (100.0, 1.0, 100.0)] {
            assert!(
                (wait(min_interval, jitter) - expected).abs() < 1e-9,
                "{min_interval} {jitter}"
            );
        }
    }

    /// A bucket of 10 calls a second for so many that look every five seconds: most of it is used, and most looks are answered.
    #[test]
    fn whoever_shares_a_bucket_finds_a_share() {
        for sharers in [20_u32, 200, 500] {
            let (mut min_interval, mut next) = (vec![0.0; sharers as usize], vec![0.0; sharers as usize]);
            let (mut tokens, mut admitted, mut refused) = (20.0, 0, 0);
            for tenth in 0..20_000_u32 {
                let now = f64::from(tenth) / 10.0;
                tokens = f64::min(tokens + 1.0, 20.0);
                for (index, at) in next.iter_mut().enumerate().filter(|(_, at)| **at <= now) {
                    let throttles = u32::from(tokens < 1.0);
                    tokens -= f64::from(1 - throttles);
                    admitted += 1 - throttles;
                    refused += throttles;
                    min_interval[index] = after(min_interval[index], throttles);
                    let jitter =
                        f64::from((index as u32).wrapping_add(tenth).wrapping_mul(2_654_435_761) >> 16) / 65_535.0;
                    *at = now + wait(min_interval[index], jitter).max(5.0);
                }
            }
            let could = f64::from(20_000.min(sharers * 400));
            assert!(
                f64::from(admitted) >= 0.75 * could,
                "{sharers}: {admitted} let through of {could}"
            );
            assert!(
                refused <= admitted / 2,
                "{sharers}: {refused} refused beside {admitted}"
            );
        }
    }
}
