//! `SelfInvoke`: poll while the invocation lasts, then go on in another one.
//!
//! Lambda stops a chain after about sixteen invocations (developer guide, "recursive loop detection"); slices of a
//! quarter of an hour make five of the longest request.

use serde_json::{Value, json};

use crate::cfn::event::CONTINUATION;
use crate::progress::Progress;

/// What an invocation keeps for its end, in milliseconds: one call that hangs, and the hand-over.
const RESERVE_MILLIS: u64 = 40_000;

/// The payload that the next invocation gets.
pub fn payload(progress: &Progress) -> Value {
    json!({ CONTINUATION: progress })
}

/// The time, in milliseconds since the epoch, after which nothing new is begun in an invocation that began at `began` and
/// is ended at `deadline`. A short invocation keeps a quarter.
pub fn last_look(began: u64, deadline: u64) -> u64 {
    deadline.saturating_sub(RESERVE_MILLIS.min(deadline.saturating_sub(began) / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_a_handful_of_slices() {
        let slice = last_look(0, 900_000);
        assert_eq!(slice, 860_000);
        assert!(3_600_000 / slice < 10);
        assert_eq!(last_look(0, 60_000), 45_000);
    }
}
