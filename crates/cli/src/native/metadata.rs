//! Whether pods reach the instance metadata. Without a launch template of the user's, EKS makes one for the group, and this resource
//! makes one of its own: for AL2023 EKS sets a hop limit of 1 (EKS user guide, "AL2023"), this resource 2 without `BlockPodImds`.

use mng_core::node::ami_type::{AmiType, OperatingSystem};

use super::places::Placed;

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metadata {
    /// The user's own template says it, before and after.
    OfTheTemplate,
    /// EKS's template lets no pod reach it, and `BlockPodImds` keeps that.
    Blocked,
    /// What it was isn't known from the template.
    Unknown,
}

/// By what stands in a group's properties.
pub fn metadata(properties: &Placed) -> Metadata {
    let keys = || properties.entries().iter().filter_map(|(key, _)| key.text());
    // What these bring along isn't written where it stands.
    if keys().any(|key| key == "<<" || key.starts_with("Fn::")) {
        return Metadata::Unknown;
    }
    match (properties.get("LaunchTemplate"), properties.get("AmiType")) {
        (Some(template), _) if template.call().is_some() => Metadata::Unknown,
        (Some(_), _) => Metadata::OfTheTemplate,
        // EKS takes AL2023 where nothing is said.
        (None, None) => Metadata::Blocked,
        (None, Some(ami_type)) => {
            let stated = ami_type.text().filter(|_| ami_type.tag.is_none());
            let family = stated.and_then(|stated| AmiType::from(stated).family());
            if family == Some(OperatingSystem::AmazonLinux2023) {
                Metadata::Blocked
            } else {
                Metadata::Unknown
            }
        }
    }
}
