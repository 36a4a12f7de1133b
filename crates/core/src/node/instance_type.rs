//! What of an instance type decides about the nodes.

use serde::{Deserialize, Serialize};

use super::max_pods::NetworkFacts;

/// What of an instance type decides which image it boots and how many pods it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceTypeFacts {
    pub architecture: Architecture,
    pub accelerator: Accelerator,
    /// `None` where EC2 doesn't tell.
    pub network: Option<NetworkFacts>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Architecture {
    X86,
    Arm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Accelerator {
    #[default]
    None,
    Nvidia,
    Neuron,
}
