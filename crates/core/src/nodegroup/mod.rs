//! The node group as EKS shows it: its name, its owner, and the order of the requests about it.

pub mod group;
pub mod name;
pub mod ownership;
pub mod replacement_reasons;
pub mod request_order;
pub mod requester;
pub mod tags;
