//! The AMI type of a new group whose template names none: AL2023 for the architecture and the accelerator of its types.

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Accelerator {
    None,
    Nvidia,
    Neuron,
}

/// The AMI type that fits all of the types, `None` where they don't agree or nothing was found out: then the service chooses.
///
/// EKS doesn't pick an accelerated image by itself (API reference of `CreateNodegroup`, `instanceTypes`).
pub fn default_ami_type(types: &[InstanceTypeFacts]) -> Option<&'static str> {
    let first = types.first()?;
    let kind = |facts: &InstanceTypeFacts| (facts.architecture, facts.accelerator);
    if types.iter().any(|other| kind(other) != kind(first)) {
        return None;
    }
    match (first.architecture, first.accelerator) {
        (Architecture::X86, Accelerator::None) => Some("AL2023_x86_64_STANDARD"),
        (Architecture::Arm, Accelerator::None) => Some("AL2023_ARM_64_STANDARD"),
        (Architecture::X86, Accelerator::Nvidia) => Some("AL2023_x86_64_NVIDIA"),
        (Architecture::Arm, Accelerator::Nvidia) => Some("AL2023_ARM_64_NVIDIA"),
        (Architecture::X86, Accelerator::Neuron) => Some("AL2023_x86_64_NEURON"),
        (Architecture::Arm, Accelerator::Neuron) => None,
    }
}

/// Whether instances of these types can boot an image of the AMI type. What isn't known is no reason to say no.
pub fn boots(ami_type: &str, types: &[InstanceTypeFacts]) -> bool {
    let arm = ami_type.contains("ARM_64");
    let x86 = ami_type.contains("x86_64");
    types.iter().all(|facts| match facts.architecture {
        Architecture::Arm => !x86,
        Architecture::X86 => !arm,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_follows_architecture_and_accelerator() {
        let facts = |architecture, accelerator| InstanceTypeFacts {
            architecture,
            accelerator,
            network: None,
        };
        let (plain, arm) = (
            facts(Architecture::X86, Accelerator::None),
            facts(Architecture::Arm, Accelerator::None),
        );
        for (types, expected) in [
            (vec![], None),
            (vec![plain, plain], Some("AL2023_x86_64_STANDARD")),
            (vec![arm], Some("AL2023_ARM_64_STANDARD")),
            (vec![plain, arm], None),
            (
                vec![facts(Architecture::X86, Accelerator::Nvidia)],
                Some("AL2023_x86_64_NVIDIA"),
            ),
            (
                vec![facts(Architecture::Arm, Accelerator::Nvidia)],
                Some("AL2023_ARM_64_NVIDIA"),
            ),
            (
                vec![facts(Architecture::X86, Accelerator::Neuron)],
                Some("AL2023_x86_64_NEURON"),
            ),
        ] {
            assert_eq!(default_ami_type(&types), expected, "{types:?}");
        }
    }

    #[test]
    fn an_image_boots_on_its_own_architecture_only() {
        let facts = |architecture| InstanceTypeFacts {
            architecture,
            accelerator: Accelerator::None,
            network: None,
        };
        for (ami_type, architecture, expected) in [
            ("AL2023_x86_64_STANDARD", Architecture::X86, true),
            ("AL2023_x86_64_STANDARD", Architecture::Arm, false),
            ("BOTTLEROCKET_ARM_64", Architecture::X86, false),
            ("BOTTLEROCKET_ARM_64", Architecture::Arm, true),
            ("CUSTOM", Architecture::Arm, true),
        ] {
            assert_eq!(
                boots(ami_type, &[facts(architecture)]),
                expected,
                "{ami_type} {architecture:?}"
            );
        }
        assert!(boots("AL2023_ARM_64_STANDARD", &[]));
    }
}
