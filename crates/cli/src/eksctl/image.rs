//! `AmiType`: eksctl's family, and the architecture and accelerator of the instance types.

use mng_core::node::instance_type::{Accelerator, Architecture};

use super::group::EksctlGroup;
use crate::note::NoteKind;

/// What a group's nodes boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    AmazonLinux2023,
    AmazonLinux2,
    Bottlerocket,
    BottlerocketFips,
    /// By its `AmiType`.
    Windows(&'static str),
}

/// What is stated, in eksctl's words, in any case.
const FAMILIES: [(&str, Family); 10] = [
    ("AmazonLinux2023", Family::AmazonLinux2023),
    ("AmazonLinux2", Family::AmazonLinux2),
    ("Bottlerocket", Family::Bottlerocket),
    ("BottlerocketFips", Family::BottlerocketFips),
    (
        "WindowsServer2019CoreContainer",
        Family::Windows("WINDOWS_CORE_2019_x86_64"),
    ),
    (
        "WindowsServer2019FullContainer",
        Family::Windows("WINDOWS_FULL_2019_x86_64"),
    ),
    (
        "WindowsServer2022CoreContainer",
        Family::Windows("WINDOWS_CORE_2022_x86_64"),
    ),
    (
        "WindowsServer2022FullContainer",
        Family::Windows("WINDOWS_FULL_2022_x86_64"),
    ),
    (
        "WindowsServer2025CoreContainer",
        Family::Windows("WINDOWS_CORE_2025_x86_64"),
    ),
    (
        "WindowsServer2025FullContainer",
        Family::Windows("WINDOWS_FULL_2025_x86_64"),
    ),
];

/// The family that is stated, AL2023 where none is. One that EKS has no image of is noted.
pub fn family(group: &mut EksctlGroup) -> Family {
    let Some(stated) = group.text("amiFamily") else {
        return Family::AmazonLinux2023;
    };
    let found = FAMILIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(stated));
    if found.is_none() {
        let text = format!(
            "EKS has no AMI type for {stated}, and the group gets AL2023; name an AWS::EC2::LaunchTemplate of your own, with ImageId \
             and user data that joins the node, in LaunchTemplate"
        );
        group.unmapped("amiFamily", text);
    }
    found.map_or(Family::AmazonLinux2023, |(_, family)| *family)
}

/// `None` leaves it to the resource, which asks EC2 about the instance types and takes AL2023.
pub fn ami_type(group: &mut EksctlGroup, family: Family, types: &[&str]) -> Option<&'static str> {
    let kinds: Vec<_> = types.iter().map(|name| kind(name)).collect();
    let is_stated = group.text("amiFamily").is_some();
    let Some(first) = kinds.first() else {
        if is_stated {
            let text = "the launch template names the instance type, which decides the AMI type; set AmiType";
            group.unmapped("amiFamily", text);
        }
        return None;
    };
    let is_mixed = kinds.iter().any(|kind| kind != first);
    if is_mixed {
        let text = format!(
            "{} don't boot the same image; make a group of each kind",
            types.join(", ")
        );
        group.note("instanceTypes", NoteKind::Differs, text);
    }
    if !is_stated && !is_mixed {
        return None;
    }
    // eksctl takes the first accelerated type of a list, and the first of all where there is none.
    let accelerated = kinds.iter().find(|(_, accelerator)| *accelerator != Accelerator::None);
    let (architecture, accelerator) = *accelerated.unwrap_or(first);
    let found = of(family, architecture, accelerator);
    if found.is_none() {
        let text = format!(
            "EKS has no such image for {}; take other instance types",
            types.join(", ")
        );
        group.unmapped("amiFamily", text);
    } else if is_stated && group.text("launchTemplate.id").is_some() {
        let text = "if the launch template names an image, take AmiType out: EKS refuses the two beside each other, and eksctl \
                    leaves it out then";
        group.note("amiFamily", NoteKind::Told, text);
    }
    found
}

fn of(family: Family, architecture: Architecture, accelerator: Accelerator) -> Option<&'static str> {
    use Accelerator::{Neuron, None as Plain, Nvidia};
    use Architecture::{Arm, X86};
    Some(match (family, architecture, accelerator) {
        (Family::AmazonLinux2023, X86, Plain) => "AL2023_x86_64_STANDARD",
        (Family::AmazonLinux2023, X86, Nvidia) => "AL2023_x86_64_NVIDIA",
        (Family::AmazonLinux2023, X86, Neuron) => "AL2023_x86_64_NEURON",
        (Family::AmazonLinux2023, Arm, Plain) => "AL2023_ARM_64_STANDARD",
        (Family::AmazonLinux2023, Arm, Nvidia) => "AL2023_ARM_64_NVIDIA",
        (Family::AmazonLinux2, X86, Plain) => "AL2_x86_64",
        (Family::AmazonLinux2, X86, Nvidia | Neuron) => "AL2_x86_64_GPU",
        (Family::AmazonLinux2, Arm, Plain) => "AL2_ARM_64",
        (Family::Bottlerocket, X86, Plain | Neuron) => "BOTTLEROCKET_x86_64",
        (Family::Bottlerocket, X86, Nvidia) => "BOTTLEROCKET_x86_64_NVIDIA",
        (Family::Bottlerocket, Arm, Plain | Neuron) => "BOTTLEROCKET_ARM_64",
        (Family::Bottlerocket, Arm, Nvidia) => "BOTTLEROCKET_ARM_64_NVIDIA",
        (Family::BottlerocketFips, X86, Plain | Neuron) => "BOTTLEROCKET_x86_64_FIPS",
        (Family::BottlerocketFips, X86, Nvidia) => "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
        (Family::BottlerocketFips, Arm, Plain | Neuron) => "BOTTLEROCKET_ARM_64_FIPS",
        (Family::BottlerocketFips, Arm, Nvidia) => "BOTTLEROCKET_ARM_64_NVIDIA_FIPS",
        (Family::Windows(ami_type), X86, _) => ami_type,
        (Family::AmazonLinux2023 | Family::AmazonLinux2 | Family::Windows(_), Arm, _) => return None,
    })
}

/// By the name alone, as EC2 makes them (EC2 user guide, "Instance type naming conventions"): a `g` behind the generation is
/// Graviton. `p6e-gb200` has an Arm processor of NVIDIA's, and `g4ad` a GPU of AMD's.
pub fn kind(name: &str) -> (Architecture, Accelerator) {
    let family = name.split('.').next().unwrap_or_default();
    let generation = family.find(|c: char| c.is_ascii_digit()).unwrap_or(family.len());
    let (series, rest) = family.split_at(generation);
    let options = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let architecture = if family == "a1" || options.contains('g') {
        Architecture::Arm
    } else {
        Architecture::X86
    };
    let accelerator = match series {
        "g" | "gr" | "p" if family != "g4ad" => Accelerator::Nvidia,
        "inf" | "trn" => Accelerator::Neuron,
        _ => Accelerator::None,
    };
    (architecture, accelerator)
}

#[cfg(test)]
mod tests {
    use mng_core::node::instance_type::Accelerator::{Neuron, None as Plain, Nvidia};
    use mng_core::node::instance_type::Architecture::{Arm, X86};

    use super::kind;

    #[test]
    fn a_name_tells_architecture_and_accelerator() {
        for (name, expected) in [
            ("m5.large", (X86, Plain)),
            ("m6g.large", (Arm, Plain)),
            ("m6gd.large", (Arm, Plain)),
            ("a1.medium", (Arm, Plain)),
            ("t4g.small", (Arm, Plain)),
            ("im4gn.large", (Arm, Plain)),
            ("c7i-flex.large", (X86, Plain)),
            ("u7i-12tb.224xlarge", (X86, Plain)),
            ("hpc7g.4xlarge", (Arm, Plain)),
            ("g4dn.xlarge", (X86, Nvidia)),
            ("g4ad.xlarge", (X86, Plain)),
            ("g5g.xlarge", (Arm, Nvidia)),
            ("gr6.4xlarge", (X86, Nvidia)),
            ("p5.48xlarge", (X86, Nvidia)),
            ("p6-b200.48xlarge", (X86, Nvidia)),
            ("p6e-gb200.36xlarge", (Arm, Nvidia)),
            ("inf2.xlarge", (X86, Neuron)),
            ("trn1n.32xlarge", (X86, Neuron)),
            ("", (X86, Plain)),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }
}
