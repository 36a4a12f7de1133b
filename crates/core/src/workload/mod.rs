//! What runs in the cluster around a node group: its nodes, the device plugin, Windows support, and what blocks a drain. Pure:
//! what Kubernetes shows comes in, what is to be done or told comes out.

pub mod access;
pub mod device_plugin;
pub mod drain;
pub mod nodes;
pub mod windows;
