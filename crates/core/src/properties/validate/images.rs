//! Which image the nodes run: AMI type, version and release have to fit each other.

use crate::node::os::Os;
use crate::properties::fields::Found;
use crate::properties::rule::Rule;
use crate::properties::spec::{Release, Spec, SshKey};
use crate::properties::version::KubernetesVersion;

/// The service's AMI types, of which `CUSTOM` is only ever reported: it is set by an `ImageId` in the launch template.
pub const AMI_TYPES: [&str; 23] = [
    "AL2_x86_64",
    "AL2_x86_64_GPU",
    "AL2_ARM_64",
    "CUSTOM",
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

/// EKS has published no AL2 image since this version (EKS user guide, "Upgrade from Amazon Linux 2 to Amazon Linux 2023").
const FIRST_WITHOUT_AL2: KubernetesVersion = KubernetesVersion { major: 1, minor: 33 };

/// Adds what is wrong with the image.
pub fn check(spec: &Spec, found: &mut Found) {
    windows_key(spec, found);
    custom(spec, found);
    amazon_linux_2(spec, found);
    release(spec, found);
}

fn windows_key(spec: &Spec, found: &mut Found) {
    let imported = spec.node.remote_access.as_ref().map(|access| &access.key);
    if let (Some(SshKey::Imported(key)), Os::Windows) = (imported, Os::of_ami_type(spec.ami_type.as_deref()))
        && !key.as_str().starts_with("ssh-rsa")
    {
        let advice = "expected an RSA key: EC2 takes no ed25519 key for Windows";
        found.report("RemoteAccess.PublicKey", Rule::Key, advice);
    }
}

fn custom(spec: &Spec, found: &mut Found) {
    if spec.ami_type.as_deref() != Some("CUSTOM") {
        return;
    }
    if spec.launch_template.is_none() && found.knows("LaunchTemplate") {
        let advice = "CUSTOM needs a LaunchTemplate that names the AMI";
        found.report("AmiType", Rule::CustomAmi, advice);
    }
    if spec.version.is_some() || spec.release != Release::Unstated {
        let advice = "can't be set with a custom AMI: the AMI decides, and so for ReleaseVersion";
        found.report("Version", Rule::CustomAmi, advice);
    }
}

fn amazon_linux_2(spec: &Spec, found: &mut Found) {
    let (Some(ami_type), Some(version)) = (spec.ami_type.as_deref(), spec.version) else {
        return;
    };
    if Os::of_ami_type(Some(ami_type)) != Os::AmazonLinux2 || version < FIRST_WITHOUT_AL2 {
        return;
    }
    let instead = match ami_type {
        "AL2_x86_64_GPU" => "AL2023_x86_64_NVIDIA",
        "AL2_ARM_64" => "AL2023_ARM_64_STANDARD",
        _ => "AL2023_x86_64_STANDARD",
    };
    let message = format!(
        "expected {instead} or Bottlerocket with Version {version}, got {ami_type}: EKS has no AL2 image from Version \
         {FIRST_WITHOUT_AL2} on"
    );
    found.report("AmiType", Rule::Al2Version, message);
}

/// Without an AMI type the image is Amazon Linux's.
fn release(spec: &Spec, found: &mut Found) {
    let Release::Exact(release) = &spec.release else {
        return;
    };
    if spec.ami_type.as_deref() == Some("CUSTOM") || !found.knows("AmiType") {
        return;
    }
    let os = Os::of_ami_type(spec.ami_type.as_deref());
    if !has_form(release, os) {
        let ami_type = spec.ami_type.as_deref().unwrap_or("the default AMI type");
        let example = example(os);
        let message = format!("expected a release of {ami_type}, such as {example}, got \"{release}\"");
        found.report("ReleaseVersion", Rule::ReleaseForm, message);
    } else if let Some(version) = spec.version.filter(|_| os != Os::Bottlerocket)
        && !is_of(release, &version.to_string())
    {
        let message = format!("expected a release of Version {version}, got \"{release}\"");
        found.report("ReleaseVersion", Rule::VersionRelease, message);
    }
}

/// How each family writes its releases. Bottlerocket has versions of its own, and a commit, which is no date.
fn has_form(release: &str, os: Os) -> bool {
    let Some((version, build)) = release.split_once('-') else {
        return false;
    };
    let numbers: Vec<&str> = version.split('.').collect();
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_hexadecimal = !build.is_empty() && build.chars().all(|c| c.is_ascii_hexdigit());
    let build_fits = match os {
        Os::AmazonLinux2 | Os::AmazonLinux2023 => is_date(build),
        Os::Windows => build.split('.').count() == 3 && is_date(&build.replace('.', "")),
        Os::Bottlerocket => is_hexadecimal && !is_date(build),
    };
    let parts = match os {
        Os::Windows => 2,
        Os::AmazonLinux2 | Os::AmazonLinux2023 | Os::Bottlerocket => 3,
    };
    numbers.len() == parts && numbers.into_iter().all(is_number) && build_fits
}

/// `20260304`. A commit of eight digits could pass for one, but hardly with a month and a day.
fn is_date(build: &str) -> bool {
    let within = |from: usize, most: u32| {
        build[from..from + 2]
            .parse::<u32>()
            .is_ok_and(|number| (1..=most).contains(&number))
    };
    build.len() == 8
        && build.chars().all(|c| c.is_ascii_digit())
        && build.starts_with("20")
        && within(4, 12)
        && within(6, 31)
}

fn example(os: Os) -> &'static str {
    match os {
        Os::AmazonLinux2 | Os::AmazonLinux2023 => "1.34.1-20260304",
        Os::Windows => "1.34-2026.03.10",
        Os::Bottlerocket => "1.19.2-29cc92cc",
    }
}

fn is_of(release: &str, version: &str) -> bool {
    release
        .strip_prefix(version)
        .is_some_and(|rest| rest.starts_with(['.', '-']))
}
