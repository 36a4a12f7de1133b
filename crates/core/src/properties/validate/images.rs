//! Which image the nodes run: AMI type, version and release have to fit each other.

use crate::node::ami_type::{AmiType, OperatingSystem};
use crate::node::instance_type::Architecture;
use crate::properties::fields::Problems;
use crate::properties::rule::Rule;
use crate::properties::spec::{Release, Spec, SshKey};
use crate::properties::version::FIRST_WITHOUT_AL2;

/// Adds what is wrong with the image.
pub fn check(spec: &Spec, found: &mut Problems) {
    windows_key(spec, found);
    custom(spec, found);
    amazon_linux_2(spec, found);
    release(spec, found);
}

fn windows_key(spec: &Spec, found: &mut Problems) {
    let imported = spec.node.remote_access.as_ref().map(|access| &access.key);
    if let (Some(SshKey::Imported(key)), OperatingSystem::Windows) = (imported, spec.operating_system())
        && !key.as_str().starts_with("ssh-rsa")
    {
        let advice = "expected an RSA key: EC2 takes no ed25519 key for Windows";
        found.report("RemoteAccess.PublicKey", Rule::Key, advice);
    }
}

fn custom(spec: &Spec, found: &mut Problems) {
    if !spec.has_custom_ami() {
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

fn amazon_linux_2(spec: &Spec, found: &mut Problems) {
    let (Some(ami_type), Some(version)) = (&spec.ami_type, spec.version) else {
        return;
    };
    if ami_type.family() != Some(OperatingSystem::AmazonLinux2) || version < FIRST_WITHOUT_AL2 {
        return;
    }
    let architecture = ami_type.architecture().unwrap_or(Architecture::X86);
    let instead = AmiType::amazon_linux_2023(architecture, ami_type.accelerator()).unwrap_or_default();
    let message = format!(
        "expected {instead} or Bottlerocket with Version {version}, got {ami_type}: EKS has no AL2 image from Version \
         {FIRST_WITHOUT_AL2} on"
    );
    found.report("AmiType", Rule::Al2Version, message);
}

/// Without an AMI type the image is Amazon Linux's.
fn release(spec: &Spec, found: &mut Problems) {
    let Release::Exact(release) = &spec.release else {
        return;
    };
    if spec.has_custom_ami() || !found.knows("AmiType") {
        return;
    }
    let os = spec.operating_system();
    if !has_form(release, os) {
        let stated = spec.ami_type.as_ref();
        let ami_type = stated.map_or("the default AMI type", AmiType::as_str);
        let example = example(os);
        let message = format!("expected a release of {ami_type}, such as {example}, got \"{release}\"");
        found.report("ReleaseVersion", Rule::ReleaseForm, message);
    } else if let Some(version) = spec.version.filter(|_| os != OperatingSystem::Bottlerocket)
        && !is_of(release, &version.to_string())
    {
        let message = format!("expected a release of Version {version}, got \"{release}\"");
        found.report("ReleaseVersion", Rule::VersionRelease, message);
    }
}

/// How each family writes its releases. Bottlerocket has versions of its own, and a commit, which is no date.
fn has_form(release: &str, os: OperatingSystem) -> bool {
    let Some((version, build)) = release.split_once('-') else {
        return false;
    };
    let numbers: Vec<&str> = version.split('.').collect();
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_hexadecimal = !build.is_empty() && build.chars().all(|c| c.is_ascii_hexdigit());
    let build_fits = match os {
        OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023 => is_date(build),
        OperatingSystem::Windows => build.split('.').count() == 3 && is_date(&build.replace('.', "")),
        OperatingSystem::Bottlerocket => is_hexadecimal && !is_date(build),
    };
    let parts = match os {
        OperatingSystem::Windows => 2,
        OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023 | OperatingSystem::Bottlerocket => 3,
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

fn example(os: OperatingSystem) -> &'static str {
    match os {
        OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023 => "1.34.1-20260304",
        OperatingSystem::Windows => "1.34-2026.03.10",
        OperatingSystem::Bottlerocket => "1.19.2-29cc92cc",
    }
}

fn is_of(release: &str, version: &str) -> bool {
    release
        .strip_prefix(version)
        .is_some_and(|rest| rest.starts_with(['.', '-']))
}
