//! The node group as EKS shows it.
//!
//! [`group`] is the group itself. [`name`] gives a group its name, [`ownership`] says by tags whose a group is,
//! [`request_order`] says which of several requests about a group is the later one, and [`replacement_reasons`] says
//! which properties force a new group. [`tags`] counts the tags of a group.

pub mod group;
pub mod name;
pub mod ownership;
pub mod replacement_reasons;
pub mod request_order;
pub mod requester;
pub mod tags;
