//! `make model`.

use std::process::ExitCode;

use model::{explore, lives, properties::ALWAYS};

fn main() -> ExitCode {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let (mut states, mut violated) = (0, 0);
    for of in lives::all() {
        if !only.is_empty() && !only.iter().any(|name| name == of.name) {
            continue;
        }
        let name = of.name;
        #[allow(clippy::disallowed_methods)]
        let began = std::time::Instant::now();
        let verdict = explore(of, 2);
        println!(
            "{name}: {} states, {} deep, {:.1} s",
            verdict.states,
            verdict.depth,
            began.elapsed().as_secs_f64()
        );
        for (property, _) in ALWAYS {
            match verdict.violated.get(property) {
                None => println!("  holds     {property}"),
                Some(path) => {
                    violated += 1;
                    println!("  VIOLATED  {property}\n{}", path.join("\n"));
                }
            }
        }
        states += verdict.states;
    }
    println!("{states} states, {violated} violations");
    if violated > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
