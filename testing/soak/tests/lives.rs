//! Lives of stacks under faults: nothing is wrong with any, the same number plays the same again, and a world that lies is
//! found out.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use soak::{Fiction, Played, play, play_with};

/// As many as a build can wait for; `make soak` plays more.
const SEEDS: u64 = 500;

fn wrong(played: &Played) -> Vec<String> {
    let seed = played.seed;
    let violations = played.violations.iter();
    violations
        .map(|violation| format!("seed {seed}: {violation}; make soak SEED={seed} plays it again"))
        .collect()
}

#[test]
fn nothing_is_wrong_with_five_hundred_lives() {
    let (next, found) = (AtomicU64::new(0), Mutex::new(vec![]));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= SEEDS {
                return;
            }
            found.lock().unwrap().extend(wrong(&play(seed)));
        }
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..processors).for_each(|_| drop(scope.spawn(work))));
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_seed_plays_the_same_again() {
    for seed in 1000..1020 {
        let (first, second) = (play(seed), play(seed));
        assert!(first.lines.len() > 10, "{seed}");
        assert_eq!(first.lines, second.lines, "{seed}");
        assert_eq!(first.counts, second.counts, "{seed}");
    }
}

#[test]
fn a_mistake_would_be_found() {
    for (fiction, expected) in [
        (Fiction::SecondAnswer, "two answers that differ"),
        (Fiction::LostAnswers, "was never answered"),
        (Fiction::ChangedId, "a FAILED Update changed the physical id"),
        (Fiction::NeedlessReplacement, "for nothing"),
        (Fiction::DeafEc2, "left behind: launch-template"),
        (Fiction::ForeignChange, "others\" was changed"),
        (Fiction::LoudLog, "a secret is in the log"),
        (Fiction::WrongWayBack, "was not gone back to"),
        (Fiction::LostGroup, "is recorded, and is being deleted"),
        (Fiction::TouchedRetained, "was retained, and was changed"),
        (Fiction::LostRetained, "was retained, and is gone"),
        (Fiction::TakenOver, "is retained, and was taken over"),
        (Fiction::ResetSize, "has the size 77"),
        (Fiction::SecondWork, "came again after the end, and changed"),
        (Fiction::Impatience, "FAILED for a denial"),
        (Fiction::LeftFailed, "did not make the failed group again"),
        (Fiction::NeedlessRoll, "were rolled, which nothing asks for"),
    ] {
        let finds = |seed: u64| {
            wrong(&play_with(seed, fiction))
                .iter()
                .any(|found| found.contains(expected))
        };
        assert!((0..60).any(finds), "{fiction:?} was not found out");
    }
}
