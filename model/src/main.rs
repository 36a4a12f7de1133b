//! `make model`: explores every life, or those that are named, and tells what came of it.

use std::process::ExitCode;
use std::time::Instant;

use model::configuration::Configuration;
use model::properties::ALWAYS;
use model::{Verdict, explore, lives};

fn main() -> ExitCode {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |of: &Configuration| only.is_empty() || only.iter().any(|name| name == of.name);
    let (mut states, mut surprises) = (0, 0);
    for of in lives::all().into_iter().filter(is_asked) {
        let (name, gaps) = (of.name, of.known_gaps);
        let (verdict, seconds) = timed(of);
        println!(
            "{name}: {} states, {} deep, {seconds:.1} s",
            verdict.states, verdict.depth
        );
        surprises += tell(&verdict, gaps);
        states += verdict.states;
    }
    println!("{states} distinct states, {surprises} surprises");
    if surprises > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// How long it takes is told, and decides nothing.
#[allow(clippy::disallowed_methods, reason = "nothing that is explored knows this clock")]
fn timed(of: Configuration) -> (Verdict, f64) {
    let began = Instant::now();
    let verdict = explore(of, threads());
    (verdict, began.elapsed().as_secs_f64())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Each property with its verdict, and how many are not as expected: a gap that is closed should be told as such.
fn tell(verdict: &Verdict, gaps: &[&str]) -> usize {
    let mut surprises = 0;
    for (property, _) in ALWAYS {
        match (verdict.violated.get(property), gaps.contains(&property)) {
            (None, false) => println!("  holds      {property}"),
            (Some(_), true) => println!("  known gap  {property}"),
            (None, true) => {
                surprises += 1;
                println!("  HOLDS      {property}, which was a known gap");
            }
            (Some(path), false) => {
                surprises += 1;
                println!("  VIOLATED   {property}:\n    {}", path.join("\n    "));
            }
        }
    }
    surprises
}
