//! Measures the function beside what a user would write instead. `make bench` builds them all and runs this.
//!
//! Each figure is of whole processes, against the same answers, in one run, the contenders taking turns.

// The function's clock and environment are injected, and clippy sees to it. This crate is no part of the function.
#![allow(clippy::disallowed_methods)]

mod account;
mod answers;
mod bars;
mod bill;
mod chart;
mod child;
mod contender;
mod crowd;
mod curve;
mod emulator;
mod first_answer;
mod lag;
mod machine;
mod package;
mod page;
mod prices;
mod results;
mod runtime_api;
mod stage;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::crowd::CrowdSize;

/// Speed, size and cost.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure, write the results and render them
    Run(Run),
    /// Render the results that are there: the pictures, and the tables of README.md and docs/cost.md
    Render,
}

#[derive(clap::Args)]
pub struct Run {
    /// The function's release binary
    #[arg(long)]
    function: PathBuf,
    /// The zip that is deployed
    #[arg(long)]
    package: PathBuf,
    /// Where the floor's binaries are
    #[arg(long)]
    floor: PathBuf,
    /// The Python that has what its contenders need
    #[arg(long)]
    python: PathBuf,
    /// AWS's emulator of Lambda's runtime
    #[arg(long)]
    emulator: PathBuf,
    /// What to measure, the rest being kept as it was
    #[arg(long, value_delimiter = ',', default_values = ["package", "first-answer", "emulator", "waiting", "crowd"])]
    figures: Vec<Figure>,
    /// Cold starts of each contender and transport
    #[arg(long, default_value_t = 30)]
    cold: usize,
    /// Creates of three minutes in each mode of polling
    #[arg(long, default_value_t = 31)]
    creates: usize,
    /// Warm calls of each contender and transport
    #[arg(long, default_value_t = 300)]
    warm: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Figure {
    Package,
    FirstAnswer,
    Emulator,
    /// The lag and the bill, beside each other in real time: five minutes
    Waiting,
    /// A thousand processes
    Crowd,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    if let Command::Run(run) = Arguments::parse().command {
        let mut results = results::read().unwrap_or_default();
        results.machine = machine::describe()?;
        for figure in &run.figures {
            eprintln!("measuring {figure:?}");
            match figure {
                Figure::FirstAnswer => results.first_answer = first_answer::measure(&run).await?,
                Figure::Emulator => results.emulator = emulator::measure(&run).await?,
                Figure::Package => results.packages = package::measure(&run)?,
                Figure::Waiting => {
                    let (lag, bills) = (lag::measure(&run.function, run.creates), bill::measure(&run.function));
                    (results.lag, results.bills) = tokio::try_join!(lag, bills)?;
                }
                Figure::Crowd => results.crowd = Some(crowd::measure(&run.function, CrowdSize::FULL).await?),
            }
            results::write(&results)?;
        }
    }
    let results = results::read()?;
    chart::draw(&results)?;
    let rendered = table::render(&results);
    page::write("README.md", &rendered)?;
    page::write("docs/cost.md", &bill::table(&results.bills))?;
    print!("{rendered}");
    Ok(())
}
