//! The command line: what a request would be told and what it would lead to, without a deployment.

mod max_pods;
mod render;
mod request;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Print the launch template data and the user data that a request leads to, offline: exit statuses as of validate
    ///
    /// The data is JSON in EC2's names, as of `aws ec2 describe-launch-template-versions`. The user data follows it, decoded.
    /// What only a deployment can know stands there in words, such as (the cluster security group). A request that names a
    /// launch template of its own, or deletes, is told in one line.
    Render {
        /// A request as JSON, such as one in events/
        event: PathBuf,
    },
    /// Print how many pods a node of these instance types takes, by EKS's recommended calculation
    ///
    /// Asks ec2:DescribeInstanceTypes; region, credentials and endpoint are those of the environment. Exit status 2: EC2 doesn't
    /// know a type, or doesn't answer.
    MaxPods(max_pods::Asked),
}

/// What is printed: on stdout, and beside it on stderr.
struct Answer {
    text: String,
    notes: Vec<String>,
}

/// Why there is no answer.
enum Failure {
    /// What is wrong with what was asked, a line each. That is what was to be found out, so it goes to stdout.
    Problems(Vec<String>),
    /// Nothing could be found out.
    NoAnswer(String),
}

fn main() -> ExitCode {
    let answered = match Arguments::parse().command {
        Command::Validate { event } => validate::validate(&event),
        Command::Render { event } => render::render(&event),
        Command::MaxPods(asked) => max_pods::max_pods(&asked),
    };
    match answered {
        Ok(Answer { text, notes }) => {
            notes.iter().for_each(|note| eprintln!("{note}"));
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Problems(problems)) => {
            problems.iter().for_each(|problem| println!("{problem}"));
            ExitCode::from(1)
        }
        Err(Failure::NoAnswer(problem)) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}
