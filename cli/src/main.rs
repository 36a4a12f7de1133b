//! The command line: what a request would be told, without asking anybody.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use managed_node_group::cfn::event::{Event, classify};
use managed_node_group::cfn::request::Request;
use managed_node_group::nodegroup::validate::validate;

/// Amazon EKS managed node groups in CloudFormation, from the command line.
#[derive(Parser)]
#[command(name = "mng", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the properties in a request of CloudFormation: exit status 0 clean, 1 problems, 2 unreadable
    Validate {
        /// A request as JSON, such as one in events/
        event: PathBuf,
    },
}

fn main() -> ExitCode {
    let Command::Validate { event } = Arguments::parse().command;
    match problems(&event) {
        Ok(problems) => {
            problems
                .iter()
                .for_each(|problem| println!("{}: {problem}", event.display()));
            if problems.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(1)
            }
        }
        Err(problem) => {
            eprintln!("{}: {problem}", event.display());
            ExitCode::from(2)
        }
    }
}

fn problems(path: &PathBuf) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let event = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let Some(Event::Request(event)) = classify(event).into_iter().next() else {
        return Err("no request".to_owned());
    };
    let request = Request::parse(&event).map_err(|error| error.to_string())?;
    let found = validate(&request.properties, &request.envelope.logical_resource_id)
        .err()
        .unwrap_or_default();
    Ok(found.iter().map(ToString::to_string).collect())
}
