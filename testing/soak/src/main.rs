//! Plays lives, one or many, and says what was found.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use clap::Parser;
use soak::{Counts, Played, play};

/// The whole function in virtual time, under faults that a seed chooses.
#[derive(Parser)]
struct Arguments {
    /// How many seeds to play.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// One seed, with everything that happens in it.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let failed = match arguments.seed {
        Some(seed) => one(seed),
        None => many(arguments.first, arguments.seeds),
    };
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn one(seed: u64) -> bool {
    let played = play(seed);
    for line in &played.lines {
        println!("{line}");
    }
    print!("{}", played.counts);
    tell(&played)
}

/// On all processors, each of which has its own lives.
fn many(first: u64, seeds: u64) -> bool {
    let (next, sum, failed) = (AtomicU64::new(first), Mutex::new(Counts::default()), AtomicU64::new(0));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + seeds {
                return;
            }
            let played = play(seed);
            failed.fetch_add(u64::from(tell(&played)), Ordering::Relaxed);
            let mut sum = sum.lock().expect("no life panics");
            sum.add(&played.counts);
            if sum.seeds.is_multiple_of(1000) {
                eprintln!("{} of {seeds} seeds", sum.seeds);
            }
        }
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..processors).for_each(|_| drop(scope.spawn(work))));
    print!("{}", sum.into_inner().expect("no life panics"));
    let failed = failed.into_inner();
    println!("{failed:>10} seeds in which something was wrong");
    failed > 0
}

/// What was wrong, and how to see it again.
fn tell(played: &Played) -> bool {
    for violation in &played.violations {
        println!(
            "seed {}: {violation}; make soak SEED={} plays it again",
            played.seed, played.seed
        );
    }
    !played.violations.is_empty()
}
