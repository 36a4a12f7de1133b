//! From eksctl's `ClusterConfig` to a CloudFormation template. Every field of a group is looked at ([`leaves`]): it is mapped,
//! or a note says why it isn't. A note is all that a user has to find what is missing before the nodes run.

mod access;
mod bootstrap;
mod clusters;
mod config;
pub mod fields;
mod group;
mod image;
mod leaves;
mod marks;
mod network;
mod node_group;
mod repaired;
mod role;
mod scalars;
mod scaling;
mod storage;

pub use config::{ConvertedConfig, convert};
