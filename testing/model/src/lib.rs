//! The decision explored exhaustively.
//!
//! The engine itself runs here, call by call, against a small EKS, EC2, CloudFormation and Lambda in which everything may go
//! wrong between any two calls. What is explored is every order of it, as often as a configuration's budget allows.

pub mod action;
mod answers;
pub mod call;
mod choices;
pub mod cloudformation;
pub mod configuration;
mod ec2;
mod eks;
pub mod explore;
mod kept;
mod lambda;
pub mod lives;
mod made;
mod masks;
mod meddling;
mod operations;
mod passes;
pub mod properties;
mod replay;
mod report;
mod script;
mod steps;
mod watch;
mod words;
mod world;

pub use report::{ExplorationReport, explore};
