//! The AMI type of a new group whose template names none: AL2023 for the architecture and the accelerator of its types.

/// What of an instance type decides which image it boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceTypeFacts {
    pub architecture: Architecture,
    pub accelerator: Accelerator,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    X86,
    Arm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    if types.iter().any(|other| other != first) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_follows_architecture_and_accelerator() {
        let facts = |architecture, accelerator| InstanceTypeFacts {
            architecture,
            accelerator,
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
}
