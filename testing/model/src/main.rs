//! `make model`: explores every life, or those that are named, and tells what came of it.

use std::process::ExitCode;
use std::time::Instant;

use model::configuration::Configuration;
use model::properties::ALWAYS;
use model::{ExplorationReport, explore, lives};

fn main() -> ExitCode {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |of: &Configuration| only.is_empty() || only.iter().any(|name| name == of.name);
    let (mut states, mut violations) = (0, 0);
    for of in lives::all().into_iter().filter(is_asked) {
        let name = of.name;
        let (verdict, seconds) = timed(of);
        println!(
            "{name}: {} states, {} deep, {seconds:.1} s",
            verdict.states, verdict.depth
        );
        violations += tell(&verdict);
        states += verdict.states;
    }
    println!("{states} distinct states, {violations} violations");
    if violations > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// How long it takes is told, and decides nothing.
#[allow(clippy::disallowed_methods, reason = "nothing that is explored knows this clock")]
fn timed(of: Configuration) -> (ExplorationReport, f64) {
    let began = Instant::now();
    let verdict = explore(of, threads());
    (verdict, began.elapsed().as_secs_f64())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Each property with its verdict, and how many don't hold.
fn tell(verdict: &ExplorationReport) -> usize {
    for (property, _) in ALWAYS {
        match verdict.violated.get(property) {
            None => println!("  holds      {property}"),
            Some(path) => println!("  VIOLATED   {property}:\n    {}", path.join("\n    ")),
        }
    }
    verdict.violated.len()
}
