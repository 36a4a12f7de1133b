//! Facts of instance types by their names.

use mng_core::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use mng_core::node::max_pods::{NetworkFacts, Prefixes};

/// The facts of m5.large, except for the architecture and the accelerator, which follow from the name.
pub fn instance_type(name: &str) -> InstanceTypeFacts {
    let arm = name.contains("g.");
    InstanceTypeFacts {
        architecture: if arm { Architecture::Arm } else { Architecture::X86 },
        accelerator: accelerator(name),
        network: Some(NetworkFacts {
            interfaces: 3,
            addresses: 10,
            vcpus: 2,
            prefixes: Prefixes::Supported,
        }),
    }
}

fn accelerator(name: &str) -> Accelerator {
    let begins = |families: &[&str]| families.iter().any(|family| name.starts_with(family));
    match name {
        _ if begins(&["g4", "g5", "g6", "p3", "p4", "p5"]) => Accelerator::Nvidia,
        _ if begins(&["inf", "trn"]) => Accelerator::Neuron,
        _ => Accelerator::None,
    }
}
