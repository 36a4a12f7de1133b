//! The local stack: real parts that stand in for AWS, on loopback, with the project's own template deployed into them.
//!
//! Ministack is CloudFormation, Lambda, Step Functions, SQS, S3 and CloudWatch Logs; moto is EC2 and IAM; the simulator,
//! in this very process, is EKS. The end-to-end tests and `make demo` drive it.

// The function's clock and environment are injected, and clippy sees to it. This crate is no part of the function: it
// measures what it shows, and is told by the Makefile's environment where the tools are.
#![allow(clippy::disallowed_methods)]

mod auto_scaling;
pub mod cdk;
mod cloudformation;
pub mod demo;
mod ec2;
mod interrupt;
mod ministack;
mod moto;
mod package;
mod proxy;
mod query_api;
mod seeds;
mod server;
mod stack;
pub mod tools;

pub use simulator;

pub use cloudformation::{Deployment, OperationSign, StackEventSummary, StackOperation, StackOutcome};
pub use moto::Moto;
pub use proxy::{Mishap, Proxy};
pub use query_api::{QueryApi, first};
pub use seeds::Seeds;
pub use stack::{LocalStack, PROVIDER, PollingMode, RequestRoute, StackOptions};

/// Moto's account, which the others are told to have as well.
pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "us-east-1";
