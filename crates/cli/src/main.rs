//! The command line: what a request would be told and what it would lead to, without a deployment.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use cli::validate::Format;
use cli::{answer, from_eksctl, from_native, render, schema, validate};
#[cfg(feature = "account")]
use cli::{max_pods, plan, preflight, request_arguments};

/// Amazon EKS managed node groups in CloudFormation, from the command line.
#[derive(Parser)]
#[command(name = "mng", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the node groups of a template, offline: exit status 0 clean, 1 problems, 2 unreadable
    ///
    /// Each `Custom::ManagedNodeGroup` is checked. What an intrinsic function will give isn't known, and counts as correct. A
    /// file may also hold the properties alone, or a request as JSON, such as one in events/.
    Validate {
        /// A template in YAML or JSON, the properties of one resource, or a request
        file: PathBuf,
        /// `text`: FILE:LINE: Resource.Property: problem, a line each. `json`: an array of objects
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print the JSON Schema of the properties, which editors complete and check by
    Schema,
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
    #[cfg(feature = "account")]
    MaxPods(max_pods::MaxPodsArguments),
    /// Print the calls that a request would lead to, in order, and make none of them
    ///
    /// What is there is read from AWS; region, credentials and endpoints are those of the environment. One line a call:
    /// its IAM action, the resource, and what matters. Nothing is looked at after a CreateNodegroup. Exit status 0 with
    /// calls or `no changes`, 1 when the request would be refused, with the reason (in JSON an object `refused` at the
    /// end), 2 when it can't be told.
    #[cfg(feature = "account")]
    Plan(request_arguments::RequestArguments),
    /// Check what a node group is to be made with: network, role, quotas, launch template, and the properties themselves
    ///
    /// Reads from AWS and changes nothing; region, credentials and endpoints are those of the environment. One line a
    /// finding: `error CODE Property: cause; remedy`, or `warning`. Exit status 0 without errors, 1 with, 2 when not even
    /// the cluster could be asked about.
    #[cfg(feature = "account")]
    Preflight(request_arguments::RequestArguments),
    /// Turn the managed groups of an eksctl ClusterConfig into a CloudFormation template, offline
    ///
    /// The template goes to stdout. What can't be taken over is told on stderr, a line each: FILE:LINE: field: not mapped:
    /// why; what to do. Exit status 0 when all is in the template, 1 when something isn't, 2 when the file can't be read.
    /// docs/from-eksctl.md has every field.
    FromEksctl {
        /// A ClusterConfig in YAML or JSON
        file: PathBuf,
        /// `text`: YAML. `json`: JSON
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Turn each AWS::EKS::Nodegroup of a template into this resource, offline
    ///
    /// The template goes to stdout, with everything else in it as it is written, comments too. Each group gets a new logical
    /// id, for CloudFormation changes no type under the old one, and what names it is rewritten. What differs is told on
    /// stderr, a line each. Exit status 0 when all is as it was, 1 when something isn't, 2 when the file can't be converted.
    FromNative {
        /// A template in YAML or JSON
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    answer::print(match Arguments::parse().command {
        Command::Validate { file, format } => validate::validate(&file, format),
        Command::Schema => schema::schema(),
        Command::Render { event } => render::render(&event),
        #[cfg(feature = "account")]
        Command::MaxPods(asked) => max_pods::max_pods(&asked),
        #[cfg(feature = "account")]
        Command::Plan(asked) => plan::plan(&asked),
        Command::FromEksctl { file, format } => from_eksctl::from_eksctl(&file, format),
        Command::FromNative { file } => from_native::from_native(&file),
        #[cfg(feature = "account")]
        Command::Preflight(asked) => preflight::preflight(&asked),
    })
}
