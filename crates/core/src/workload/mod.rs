//! What runs in the cluster around a node group: its nodes, the device plugin, Windows support, and the pods that block
//! a drain.
//!
//! This module is pure: it takes what the adapter read from Kubernetes, and gives what to apply, delete or report.

pub mod access;
pub mod device_plugin;
pub mod drain;
pub mod nodes;
pub mod windows;
