//! The rules that concern more than one property, or what EKS and Kubernetes say of names, labels and tags.

use crate::nodegroup::fields::Problem;
use crate::nodegroup::ownership::{REPLACES_TAG, RESOURCE_TAG, STACK_TAG};
use crate::nodegroup::spec::{BlockPodImds, Release, Spec};

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

/// EKS takes 50 tags on a resource; three of them are the resource's own.
const MAX_TAGS: usize = 50;

const OWN_TAGS: usize = 3;

/// EKS takes 20 instance types.
const MAX_INSTANCE_TYPES: usize = 20;

/// Adds what is wrong across properties.
pub fn check(spec: &Spec, problems: &mut Vec<Problem>) {
    let mut problem = |path: &str, message: String| {
        problems.push(Problem {
            path: path.to_owned(),
            message,
        })
    };
    scaling(spec, &mut problem);
    labels(spec, &mut problem);
    tags(spec, &mut problem);
    launch_template(spec, &mut problem);
    images(spec, &mut problem);
}

fn scaling(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    let ordered = |small: Option<i32>, large: Option<i32>| small.zip(large).is_none_or(|(small, large)| small <= large);
    let sizes = &spec.scaling;
    let mut least = |ok: bool, small: &str, large: &str| {
        if !ok {
            problem(&format!("ScalingConfig.{small}"), format!("expected at most {large}"));
        }
    };
    least(ordered(sizes.min, sizes.max), "MinSize", "MaxSize");
    least(ordered(sizes.min, sizes.desired), "MinSize", "DesiredSize");
    least(ordered(sizes.desired, sizes.max), "DesiredSize", "MaxSize");
}

fn labels(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    for (key, value) in &spec.labels {
        let path = format!("Labels.{key}");
        if key.is_empty() || key.len() > 63 {
            problem(&path, "expected a key of 1 to 63 characters, EKS's limit".to_owned());
        }
        if value.is_empty() || value.len() > 63 {
            problem(&path, "expected a value of 1 to 63 characters, EKS's limit".to_owned());
        }
        if key.starts_with("eks.amazonaws.com/") {
            problem(
                &path,
                "expected a key outside eks.amazonaws.com/, which EKS keeps for itself".to_owned(),
            );
        }
        if !is_label_value(value) {
            problem(
                &path,
                format!("expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"{value}\""),
            );
        }
    }
}

/// Kubernetes' syntax of a label's value.
fn is_label_value(value: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    value.chars().all(inner) && end(value.chars().next()) && end(value.chars().last())
}

fn tags(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    for (key, value) in &spec.tags {
        let path = format!("Tags.{key}");
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            problem(
                &path,
                "expected a key of 1 to 128 characters and a value of at most 256".to_owned(),
            );
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            problem(
                &path,
                "expected a key outside aws:, which AWS keeps for itself".to_owned(),
            );
        }
        if [STACK_TAG, RESOURCE_TAG, REPLACES_TAG].contains(&key.as_str()) {
            problem(
                &path,
                "expected another key: this one says whose the node group is".to_owned(),
            );
        }
    }
    if spec.tags.len() + OWN_TAGS > MAX_TAGS {
        problem(
            "Tags",
            format!("expected at most {} tags, got {}", MAX_TAGS - OWN_TAGS, spec.tags.len()),
        );
    }
}

fn launch_template(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    if spec.instance_types.len() > MAX_INSTANCE_TYPES {
        problem(
            "InstanceTypes",
            format!(
                "expected at most {MAX_INSTANCE_TYPES} types, got {}",
                spec.instance_types.len()
            ),
        );
    }
    if spec.launch_template.is_none() {
        return;
    }
    let beside = |there: bool, property: &str| there.then(|| property.to_owned());
    let properties = [
        beside(spec.disk_size.is_some(), "DiskSize"),
        beside(spec.remote_access.is_some(), "RemoteAccess"),
    ];
    for property in properties.into_iter().flatten() {
        problem(
            &property,
            "can't stand beside LaunchTemplate: set it in the launch template".to_owned(),
        );
    }
    if spec.block_pod_imds == BlockPodImds::Yes {
        let advice =
            "can't stand beside LaunchTemplate: set HttpTokens to required and HttpPutResponseHopLimit to 1 there";
        problem("BlockPodImds", advice.to_owned());
    }
}

fn images(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    let ami_type = spec.ami_type.as_deref().unwrap_or("AL2023");
    if spec.remote_access.is_some() && ami_type.starts_with("WINDOWS") {
        let advice = "can't enable SSH on Windows: give the key pair and open port 3389 in a launch template instead";
        problem("RemoteAccess", advice.to_owned());
    }
    if ami_type == "CUSTOM" {
        if spec.launch_template.is_none() {
            problem("AmiType", "CUSTOM needs a LaunchTemplate that names the AMI".to_owned());
        }
        if spec.version.is_some() || spec.release != Release::Unstated {
            problem(
                "Version",
                "can't be set with a custom AMI: the AMI decides, and so for ReleaseVersion".to_owned(),
            );
        }
    }
    // Without a launch template of its own the resource relies on what EKS does for AL2023: IMDSv2 with a hop limit of 1
    // (EKS user guide, "Upgrade from AL2 to AL2023"). For other families nothing blocks the pods.
    if spec.block_pod_imds == BlockPodImds::Yes && spec.launch_template.is_none() && !ami_type.starts_with("AL2023") {
        problem(
            "BlockPodImds",
            format!("can't be had with {ami_type} without a LaunchTemplate that sets its metadata options"),
        );
    }
    let (Some(version), Release::Exact(release)) = (spec.version, &spec.release) else {
        return;
    };
    if release.starts_with(|c: char| c.is_ascii_digit())
        && !ami_type.starts_with("BOTTLEROCKET")
        && !release_is_of(release, &version.to_string())
    {
        problem(
            "ReleaseVersion",
            format!("expected a release of Version {version}, got \"{release}\""),
        );
    }
}

fn release_is_of(release: &str, version: &str) -> bool {
    release
        .strip_prefix(version)
        .is_some_and(|rest| rest.starts_with(['.', '-']))
}
