//! Warnings about settings that the function applies as asked and that may surprise.

use crate::node::ami_type::{AmiType, OperatingSystem, RemoteLogin};
use crate::node::instance_type::InstanceTypeFacts;
use crate::node::user_data::{MaxPodsFate, max_pods_fate};
use crate::properties::spec::Spec;

/// The warnings about a group of this AMI type with a launch template of the resource's own.
pub fn warnings(spec: &Spec, ami_type: &AmiType, types: &[InstanceTypeFacts]) -> Vec<String> {
    let os = OperatingSystem::of(Some(ami_type));
    [
        remote_access(spec, os),
        admin_container(spec, os),
        max_pods(spec, os),
        image(spec, ami_type, types),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn remote_access(spec: &Spec, os: OperatingSystem) -> Option<String> {
    let access = spec.node.remote_access.as_ref()?;
    if !access.source_security_groups.is_empty() {
        return None;
    }
    Some(match os.remote_login() {
        RemoteLogin::Rdp => {
            "RemoteAccess names no SourceSecurityGroups, so port 3389 is open to nobody; the key pair decrypts the \
                        administrator's password"
                .to_owned()
        }
        RemoteLogin::Ssh => "SSH is open to 0.0.0.0/0, since RemoteAccess names no SourceSecurityGroups".to_owned(),
    })
}

/// EKS user guide, "Create a managed node group".
fn admin_container(spec: &Spec, os: OperatingSystem) -> Option<String> {
    let told = "on Bottlerocket a key pair in RemoteAccess also enables the admin container";
    (os == OperatingSystem::Bottlerocket && spec.node.remote_access.is_some()).then(|| told.to_owned())
}

/// EKS user guide, "Choose an optimal node instance type", how `maxPods` is determined.
fn max_pods(spec: &Spec, os: OperatingSystem) -> Option<String> {
    spec.node.max_pods?;
    match max_pods_fate(os) {
        MaxPodsFate::Kept => None,
        MaxPodsFate::OverriddenByEks => Some(
            "MaxPods is in the nodes' NodeConfig, but on AL2023 EKS puts its own number after it, which wins unless the AMI is a \
             custom one; EKS takes prefix delegation and custom networking from the VPC CNI's own settings"
                .to_owned(),
        ),
        MaxPodsFate::CantBeSaid => {
            Some("MaxPods is only computed: on Windows EKS alone tells the kubelet how many pods it takes".to_owned())
        }
    }
}

/// A default that moves replaces no running group, so the image may be left behind by a change of the instance type.
fn image(spec: &Spec, ami_type: &AmiType, types: &[InstanceTypeFacts]) -> Option<String> {
    let fitting = AmiType::fitting(types).filter(|_| spec.ami_type.is_none())?;
    let of_our_choice = ami_type.family() == Some(OperatingSystem::AmazonLinux2023) && fitting != *ami_type;
    of_our_choice.then(|| {
        format!(
            "{} would take AMI type {fitting}, and the node group keeps {ami_type}; to have it replaced, set AmiType: {fitting}",
            spec.type_names().join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::instance_type::{Accelerator, Architecture};
    use crate::properties::validate::tests::{properties, spec_of};
    use serde_json::{Value, json};

    #[track_caller]
    fn check(changes: &Value, ami_type: &str, accelerator: Accelerator, expected: &[&str]) {
        let facts = InstanceTypeFacts {
            architecture: Architecture::X86,
            accelerator,
            network: None,
        };
        let found = warnings(&spec_of(&properties(changes)), &ami_type.into(), &[facts]);
        assert_eq!(found.len(), expected.len(), "{changes}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{changes}: {found}");
        }
    }

    #[test]
    fn what_may_surprise_is_told() {
        let open = json!({"RemoteAccess": {"Ec2SshKey": "k"}});
        let closed = json!({"RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": ["sg-1"]}});
        let none = Accelerator::None;
        let al2023 = "AL2023_x86_64_STANDARD";
        check(&json!({}), al2023, none, &[]);
        check(&open, al2023, none, &["open to 0.0.0.0/0"]);
        check(&closed, al2023, none, &[]);
        check(&open, "WINDOWS_CORE_2022_x86_64", none, &["3389 is open to nobody"]);
        check(&closed, "BOTTLEROCKET_x86_64", none, &["admin container"]);
        check(&json!({"MaxPods": 50}), al2023, none, &["on AL2023 EKS puts its own"]);
        check(&json!({"MaxPods": 50}), "BOTTLEROCKET_x86_64", none, &[]);
        check(
            &json!({"MaxPods": 50}),
            "WINDOWS_CORE_2022_x86_64",
            none,
            &["on Windows EKS alone"],
        );
        check(
            &json!({}),
            al2023,
            Accelerator::Nvidia,
            &["set AmiType: AL2023_x86_64_NVIDIA"],
        );
        check(&json!({"AmiType": al2023}), al2023, Accelerator::Nvidia, &[]);
    }
}
