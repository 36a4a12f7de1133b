use super::*;

fn facts(architecture: Architecture, accelerator: Accelerator) -> InstanceTypeFacts {
    InstanceTypeFacts {
        architecture,
        accelerator,
        network: None,
    }
}

#[test]
fn every_ami_type_of_eks_is_understood() {
    for name in AMI_TYPES {
        let ami_type = AmiType::from(name);
        assert_eq!(ami_type.as_str(), name);
        assert_eq!(ami_type.family().is_none(), name == "CUSTOM", "{name}");
        assert_eq!(ami_type.architecture().is_none(), name == "CUSTOM", "{name}");
        assert_eq!(ami_type.is_custom(), name == "CUSTOM", "{name}");
    }
}

#[test]
fn the_beginning_of_the_name_says_the_family() {
    use OperatingSystem::{AmazonLinux2, AmazonLinux2023, Bottlerocket, Windows};
    for (name, expected) in [
        (None, AmazonLinux2023),
        (Some(""), AmazonLinux2023),
        (Some("CUSTOM"), AmazonLinux2023),
        (Some("AL2023_x86_64_STANDARD"), AmazonLinux2023),
        (Some("AL2023_ARM_64_NVIDIA"), AmazonLinux2023),
        (Some("AL2_x86_64"), AmazonLinux2),
        (Some("AL2_x86_64_GPU"), AmazonLinux2),
        (Some("AL2_ARM_64"), AmazonLinux2),
        (Some("BOTTLEROCKET_x86_64"), Bottlerocket),
        (Some("BOTTLEROCKET_ARM_64_NVIDIA"), Bottlerocket),
        (Some("WINDOWS_CORE_2022_x86_64"), Windows),
        (Some("WINDOWS_FULL_2019_x86_64"), Windows),
        (Some("SOMETHING_NEW_x86_64"), AmazonLinux2023),
    ] {
        let ami_type = name.map(AmiType::from);
        assert_eq!(OperatingSystem::of(ami_type.as_ref()), expected, "{name:?}");
    }
}

#[test]
fn the_image_follows_architecture_and_accelerator() {
    use Accelerator::{Neuron, None as Plain, Nvidia};
    use Architecture::{Arm, X86};
    for (types, expected) in [
        (vec![], None),
        (
            vec![facts(X86, Plain), facts(X86, Plain)],
            Some("AL2023_x86_64_STANDARD"),
        ),
        (vec![facts(Arm, Plain)], Some("AL2023_ARM_64_STANDARD")),
        (vec![facts(X86, Plain), facts(Arm, Plain)], None),
        (vec![facts(X86, Nvidia)], Some("AL2023_x86_64_NVIDIA")),
        (vec![facts(Arm, Nvidia)], Some("AL2023_ARM_64_NVIDIA")),
        (vec![facts(X86, Neuron)], Some("AL2023_x86_64_NEURON")),
        (vec![facts(Arm, Neuron)], None),
    ] {
        assert_eq!(AmiType::fitting(&types), expected.map(AmiType::from), "{types:?}");
    }
}

#[test]
fn an_image_boots_on_its_own_architecture_only() {
    for (name, architecture, expected) in [
        ("AL2023_x86_64_STANDARD", Architecture::X86, true),
        ("AL2023_x86_64_STANDARD", Architecture::Arm, false),
        ("BOTTLEROCKET_ARM_64", Architecture::X86, false),
        ("BOTTLEROCKET_ARM_64", Architecture::Arm, true),
        ("CUSTOM", Architecture::Arm, true),
    ] {
        let types = [facts(architecture, Accelerator::None)];
        assert_eq!(AmiType::from(name).boots(&types), expected, "{name} {architecture:?}");
    }
    assert!(AmiType::from("AL2023_ARM_64_STANDARD").boots(&[]));
}

#[test]
fn an_image_drives_what_it_is_made_for() {
    for (name, nvidia, neuron) in [
        ("AL2023_x86_64_STANDARD", false, false),
        ("AL2023_x86_64_NVIDIA", true, false),
        ("AL2023_x86_64_NEURON", false, true),
        ("AL2_x86_64_GPU", true, true),
        ("BOTTLEROCKET_ARM_64_NVIDIA_FIPS", true, false),
        ("CUSTOM", false, false),
    ] {
        let ami_type = AmiType::from(name);
        let drives = (
            ami_type.drives(Accelerator::Nvidia),
            ami_type.drives(Accelerator::Neuron),
        );
        assert_eq!(drives, (nvidia, neuron), "{name}");
    }
}
