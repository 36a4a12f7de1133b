//! Measures the function beside what a user would write instead. `make bench` builds them all and runs this.
//!
//! Each figure is of whole processes, against the same answers, in one run, the contenders taking turns.

// The function's clock and environment are injected, and clippy sees to it. This crate is no part of the function.
#![allow(clippy::disallowed_methods)]

mod account;
mod answers;
mod bill;
mod child;
mod contender;
mod crowd;
mod first_answer;
mod lag;
mod prices;
mod runtime_api;
mod stage;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

/// Measures speed, size and cost.
#[derive(Parser)]
pub struct Arguments {
    /// The function's release binary
    #[arg(long)]
    function: PathBuf,
    /// Where the floor's binaries are
    #[arg(long)]
    floor: PathBuf,
    /// The folder of the Python and Node contenders
    #[arg(long, default_value = "bench/peers")]
    peers: PathBuf,
    /// The Python that has what they need
    #[arg(long)]
    python: Option<PathBuf>,
    /// Cold starts of each contender and transport
    #[arg(long, default_value_t = 30)]
    cold: usize,
    /// Warm calls of each contender
    #[arg(long, default_value_t = 300)]
    warm: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // Until figures can be chosen.
    if let Some(figure) = std::env::var_os("BENCH_FIGURE") {
        let text = match figure.to_string_lossy().as_ref() {
            "lag" => serde_json::to_string(&lag::measure(&arguments.function, 31).await?)?,
            "bill" => {
                let bills = bill::measure(&arguments.function).await?;
                if let Some(page) = std::env::var_os("BENCH_PAGE") {
                    bill::render(page.as_ref(), &bills)?;
                }
                serde_json::to_string(&bills)?
            }
            "one" => {
                let size = crowd::Size {
                    clusters: 1,
                    groups: 1,
                    rate: 0.02,
                    burst: 1.0,
                    scale: 0.02,
                };
                serde_json::to_string(&crowd::measure(&arguments.function, size).await?)?
            }
            "small" => {
                let size = crowd::Size {
                    scale: 0.2,
                    ..crowd::Size::FULL
                };
                serde_json::to_string(&crowd::measure(&arguments.function, size).await?)?
            }
            _ => serde_json::to_string(&crowd::measure(&arguments.function, crowd::Size::FULL).await?)?,
        };
        println!("{text}");
        return Ok(());
    }
    let contenders = contender::all(&arguments);
    let samples = first_answer::measure(&contenders, arguments.cold, arguments.warm).await?;
    println!("{}", serde_json::to_string_pretty(&samples)?);
    Ok(())
}
