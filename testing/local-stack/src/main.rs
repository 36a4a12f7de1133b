//! The local stack as a program: `make demo` runs it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// AWS stand-ins on loopback, with this project's template deployed into them.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play the life of a node group in both polling modes, and the examples
    Demo {
        /// The function's binary, unless it lies beside this program or LOCAL_STACK_FUNCTION names it
        #[arg(long)]
        function: Option<PathBuf>,
    },
}

// One thread: the kernel ends the servers when the thread that started them ends, and this one is the last to.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let Command::Demo { function } = Arguments::parse().command;
    let binary = function.map_or_else(local_stack::tools::function_binary, Ok)?;
    let good = local_stack::demo::play(&binary).await?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
