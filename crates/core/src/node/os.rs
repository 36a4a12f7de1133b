//! The operating system of a group's nodes. It decides how a node is told anything when it boots.

use serde::{Deserialize, Serialize};

/// The family of operating system that an AMI type is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Os {
    AmazonLinux2,
    AmazonLinux2023,
    Bottlerocket,
    Windows,
}

impl Os {
    /// The family by the name's beginning. AL2023 is the service's default, so it stands for no AMI type at all, for
    /// `CUSTOM`, which tells nothing, and for types that are newer than this code.
    pub fn of_ami_type(ami_type: Option<&str>) -> Self {
        const BEGINNINGS: [(&str, Os); 3] = [
            ("AL2_", Os::AmazonLinux2),
            ("BOTTLEROCKET_", Os::Bottlerocket),
            ("WINDOWS_", Os::Windows),
        ];
        let ami_type = ami_type.unwrap_or_default();
        let known = BEGINNINGS.iter().find(|(start, _)| ami_type.starts_with(start));
        known.map_or(Self::AmazonLinux2023, |(_, os)| *os)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_the_ami_type_tells_the_family() {
        for (ami_type, expected) in [
            (None, Os::AmazonLinux2023),
            (Some(""), Os::AmazonLinux2023),
            (Some("CUSTOM"), Os::AmazonLinux2023),
            (Some("AL2023_x86_64_STANDARD"), Os::AmazonLinux2023),
            (Some("AL2023_ARM_64_NVIDIA"), Os::AmazonLinux2023),
            (Some("AL2_x86_64"), Os::AmazonLinux2),
            (Some("AL2_x86_64_GPU"), Os::AmazonLinux2),
            (Some("AL2_ARM_64"), Os::AmazonLinux2),
            (Some("BOTTLEROCKET_x86_64"), Os::Bottlerocket),
            (Some("BOTTLEROCKET_ARM_64_NVIDIA"), Os::Bottlerocket),
            (Some("WINDOWS_CORE_2022_x86_64"), Os::Windows),
            (Some("WINDOWS_FULL_2019_x86_64"), Os::Windows),
            (Some("SOMETHING_NEW_x86_64"), Os::AmazonLinux2023),
        ] {
            assert_eq!(Os::of_ami_type(ami_type), expected, "{ami_type:?}");
        }
    }
}
