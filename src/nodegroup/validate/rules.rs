//! The rules that concern more than one property, or what EKS and Kubernetes say of names, labels and tags.

use crate::launch_template::os::Os;
use crate::launch_template::user_data::{Bootstrap, takes_node_labels, user_data};
use crate::nodegroup::fields::Problem;
use crate::nodegroup::ownership::{NODEGROUP_TAG, REPLACES_TAG, RESOURCE_TAG, STACK_TAG};
use crate::nodegroup::spec::{CapacityType, MaxPods, Release, Spec, SshKey};

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

/// The largest that EKS's calculation comes to, for a node of more than 30 vCPUs.
const LARGEST_MAX_PODS: u32 = 250;

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
    instance_types(spec, &mut problem);
    images(spec, &mut problem);
    node(spec, &mut problem);
}

/// Labels and user data are tried on the very node configuration that they lead to.
fn node(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    let os = Os::of_ami_type(spec.ami_type.as_deref());
    if !spec.node.labels.is_empty() && (spec.launch_template.is_some() || !takes_node_labels(os)) {
        for key in spec.node.labels.keys() {
            let limit = "expected a key of 1 to 63 characters and a value, EKS's limit; only AL2023 and AL2 nodes of the \
                         resource's own launch template can set others by themselves";
            problem(&format!("Labels.{key}"), limit.to_owned());
        }
        return;
    }
    for key in spec.node.labels.keys().filter(|key| is_kept_from_nodes(key)) {
        let advice = "expected a key that a node may give itself: the kubelet doesn't start with one under kubernetes.io or \
                      k8s.io, nor with one of EKS's; give it a value and a key of at most 63 characters, and EKS sets it";
        problem(&format!("Labels.{key}"), advice.to_owned());
    }
    let max_pods = spec.node.max_pods.map(|wanted| match wanted {
        MaxPods::Number(number) => number,
        MaxPods::Computed(_) => LARGEST_MAX_PODS,
    });
    let bootstrap = Bootstrap {
        os,
        max_pods,
        node_labels: &spec.node.labels,
        own: spec.node.user_data.as_deref(),
    };
    if let Err(message) = user_data(&bootstrap) {
        problem("UserData", message);
    }
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

/// Which labels the kubelet refuses in `--node-labels` (Kubernetes reference of the kubelet), and EKS's own.
fn is_kept_from_nodes(key: &str) -> bool {
    let Some((domain, _)) = key.split_once('/') else {
        return false;
    };
    let within = |parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    let allowed = within("node.kubernetes.io") || within("kubelet.kubernetes.io");
    within("eks.amazonaws.com") || (!allowed && (within("kubernetes.io") || within("k8s.io")))
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
        if [STACK_TAG, RESOURCE_TAG, REPLACES_TAG, NODEGROUP_TAG].contains(&key.as_str()) {
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

fn instance_types(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    if spec.instance_types.len() > MAX_INSTANCE_TYPES {
        problem(
            "InstanceTypes",
            format!(
                "expected at most {MAX_INSTANCE_TYPES} types, got {}",
                spec.instance_types.len()
            ),
        );
    }
    capacity_block(spec, problem);
}

/// EKS takes a capacity block only by a launch template that names it (user guide, "Managed node groups with Capacity
/// Blocks").
fn capacity_block(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    if spec.capacity_type == CapacityType::CapacityBlock && spec.launch_template.is_none() {
        let advice = "CAPACITY_BLOCK needs a LaunchTemplate whose MarketType is capacity-block, with the reservation's id and the \
                      instance type";
        problem("CapacityType", advice.to_owned());
    }
}

fn images(spec: &Spec, problem: &mut impl FnMut(&str, String)) {
    let ami_type = spec.ami_type.as_deref().unwrap_or("AL2023");
    let imported = spec.node.remote_access.as_ref().map(|access| &access.key);
    if let (Some(SshKey::Imported(key)), Os::Windows) = (imported, Os::of_ami_type(Some(ami_type)))
        && !key.as_str().starts_with("ssh-rsa")
    {
        let advice = "expected an RSA key: EC2 takes no ed25519 key for Windows";
        problem("RemoteAccess.PublicKey", advice.to_owned());
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
