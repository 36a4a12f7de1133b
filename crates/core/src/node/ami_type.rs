//! AMI types. This file alone reads their names: an AMI type is parsed once, and everything else asks it.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::instance_type::{Accelerator, Architecture, InstanceTypeFacts};

/// The AMI types of EKS's API, in the order of its model. A user can't set `CUSTOM` without a launch template: EKS reports
/// it for a group whose launch template names an `ImageId`.
pub const AMI_TYPES: [&str; 23] = [
    "AL2_x86_64",
    "AL2_x86_64_GPU",
    "AL2_ARM_64",
    CUSTOM,
    "BOTTLEROCKET_ARM_64",
    "BOTTLEROCKET_x86_64",
    "BOTTLEROCKET_ARM_64_FIPS",
    "BOTTLEROCKET_x86_64_FIPS",
    "BOTTLEROCKET_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
    "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
    "WINDOWS_CORE_2019_x86_64",
    "WINDOWS_FULL_2019_x86_64",
    "WINDOWS_CORE_2022_x86_64",
    "WINDOWS_FULL_2022_x86_64",
    "WINDOWS_CORE_2025_x86_64",
    "WINDOWS_FULL_2025_x86_64",
    "AL2023_x86_64_STANDARD",
    "AL2023_ARM_64_STANDARD",
    "AL2023_x86_64_NEURON",
    "AL2023_x86_64_NVIDIA",
    "AL2023_ARM_64_NVIDIA",
];

const CUSTOM: &str = "CUSTOM";

/// How the name of an AMI type begins, by family.
const FAMILIES: [(&str, OperatingSystem); 4] = [
    ("AL2_", OperatingSystem::AmazonLinux2),
    ("AL2023_", OperatingSystem::AmazonLinux2023),
    ("BOTTLEROCKET_", OperatingSystem::Bottlerocket),
    ("WINDOWS_", OperatingSystem::Windows),
];

/// The family of operating system that a node boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperatingSystem {
    AmazonLinux2,
    AmazonLinux2023,
    Bottlerocket,
    Windows,
}

/// How a person logs in to a node over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteLogin {
    Ssh,
    Rdp,
}

/// An AMI type, with what its name says of the image. The default is a group of which EKS reports no AMI type.
///
/// EKS may add names that are newer than this code. Such a name is kept, with as much of it as is understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AmiType {
    name: String,
    family: Option<OperatingSystem>,
    architecture: Option<Architecture>,
    accelerator: Accelerator,
}

impl OperatingSystem {
    /// The family of an AMI type. AL2023 is the default of EKS, so it stands for no AMI type, for `CUSTOM`, which says
    /// nothing of the image, and for families that are newer than this code.
    pub fn of(ami_type: Option<&AmiType>) -> Self {
        ami_type
            .and_then(|ami_type| ami_type.family)
            .unwrap_or(Self::AmazonLinux2023)
    }

    /// GiB of a node's root volume, on Bottlerocket of its data volume, where nobody states a size (API reference of
    /// `CreateNodegroup`, `diskSize`).
    pub fn default_disk(self) -> i32 {
        match self {
            Self::AmazonLinux2 | Self::AmazonLinux2023 | Self::Bottlerocket => 20,
            Self::Windows => 50,
        }
    }

    pub fn remote_login(self) -> RemoteLogin {
        match self {
            Self::AmazonLinux2 | Self::AmazonLinux2023 | Self::Bottlerocket => RemoteLogin::Ssh,
            Self::Windows => RemoteLogin::Rdp,
        }
    }
}

impl RemoteLogin {
    pub fn port(self) -> u16 {
        match self {
            Self::Ssh => 22,
            Self::Rdp => 3389,
        }
    }
}

impl AmiType {
    /// The AMI type of an image that the user's launch template names.
    pub fn custom() -> Self {
        Self::from(CUSTOM)
    }

    /// The Amazon Linux 2023 for an architecture and an accelerator; `None` where EKS publishes none.
    pub fn amazon_linux_2023(architecture: Architecture, accelerator: Accelerator) -> Option<Self> {
        let name = match (architecture, accelerator) {
            (Architecture::X86, Accelerator::None) => "AL2023_x86_64_STANDARD",
            (Architecture::Arm, Accelerator::None) => "AL2023_ARM_64_STANDARD",
            (Architecture::X86, Accelerator::Nvidia) => "AL2023_x86_64_NVIDIA",
            (Architecture::Arm, Accelerator::Nvidia) => "AL2023_ARM_64_NVIDIA",
            (Architecture::X86, Accelerator::Neuron) => "AL2023_x86_64_NEURON",
            (Architecture::Arm, Accelerator::Neuron) => return None,
        };
        Some(Self::from(name))
    }

    /// The AMI type of a new group whose template states none: the one that fits all of its instance types. `None`, which
    /// leaves the choice to EKS, where the types don't agree or nothing is known of them.
    ///
    /// EKS doesn't pick an accelerated image by itself (API reference of `CreateNodegroup`, `instanceTypes`).
    pub fn fitting(types: &[InstanceTypeFacts]) -> Option<Self> {
        let kind = |facts: &InstanceTypeFacts| (facts.architecture, facts.accelerator);
        let (architecture, accelerator) = kind(types.first()?);
        let agree = types.iter().all(|other| kind(other) == (architecture, accelerator));
        Self::amazon_linux_2023(architecture, accelerator).filter(|_| agree)
    }

    /// The name as EKS and the template spell it; empty where EKS reports none.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether the image is the user's own, of which the AMI type says nothing.
    pub fn is_custom(&self) -> bool {
        self.name == CUSTOM
    }

    /// `None` for `CUSTOM` and for a family that is newer than this code.
    pub fn family(&self) -> Option<OperatingSystem> {
        self.family
    }

    pub fn is_windows(&self) -> bool {
        self.family == Some(OperatingSystem::Windows)
    }

    /// `None` where the name doesn't say.
    pub fn architecture(&self) -> Option<Architecture> {
        self.architecture
    }

    /// What the image is made for.
    pub fn accelerator(&self) -> Accelerator {
        self.accelerator
    }

    /// Whether the image is made for an accelerator. The AL2 image for GPUs drives Neuron devices as well.
    pub fn drives(&self, accelerator: Accelerator) -> bool {
        let is_al2_gpu = self.family == Some(OperatingSystem::AmazonLinux2) && self.accelerator == Accelerator::Nvidia;
        match accelerator {
            Accelerator::None => false,
            Accelerator::Nvidia => self.accelerator == Accelerator::Nvidia,
            Accelerator::Neuron => self.accelerator == Accelerator::Neuron || is_al2_gpu,
        }
    }

    /// Whether instances of all these types can boot the image. What isn't known is no reason to say no.
    pub fn boots(&self, types: &[InstanceTypeFacts]) -> bool {
        let fits = |facts: &InstanceTypeFacts| self.architecture.is_none_or(|own| own == facts.architecture);
        types.iter().all(fits)
    }
}

impl From<&str> for AmiType {
    fn from(name: &str) -> Self {
        let family = FAMILIES.iter().find(|(beginning, _)| name.starts_with(beginning));
        Self {
            name: name.to_owned(),
            family: family.map(|(_, family)| *family),
            architecture: architecture(name),
            accelerator: accelerator(name),
        }
    }
}

impl fmt::Display for AmiType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// As its name: generated names of node groups are made from it.
impl Serialize for AmiType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

fn architecture(name: &str) -> Option<Architecture> {
    if name.contains("x86_64") {
        Some(Architecture::X86)
    } else if name.contains("ARM_64") {
        Some(Architecture::Arm)
    } else {
        None
    }
}

fn accelerator(name: &str) -> Accelerator {
    if name.contains("_NEURON") {
        Accelerator::Neuron
    } else if name.contains("_NVIDIA") || name.ends_with("_GPU") {
        Accelerator::Nvidia
    } else {
        Accelerator::None
    }
}

#[cfg(test)]
mod tests;
