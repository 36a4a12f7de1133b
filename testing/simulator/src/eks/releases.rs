//! Kubernetes versions and AMI releases: which is the latest, and which is older.

use serde_json::Value;

use crate::error::EksError;
use crate::world::World;

/// The newest release of a version, unless a test published another.
pub fn latest(world: &World, version: &str) -> String {
    let published = world.releases.get(version).cloned();
    published.unwrap_or_else(|| format!("{version}.1-20260901"))
}

/// `1.34` as numbers, for comparing.
pub fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}

/// Amazon Linux's releases carry the Kubernetes version that they are of; Bottlerocket's and Windows's are numbered
/// another way and are taken as they come.
pub fn check_of_version(ami_type: &Value, release: &str, version: &str, latest: &str) -> Result<(), EksError> {
    if !amazon_linux(ami_type) || release.starts_with(&format!("{version}.")) {
        return Ok(());
    }
    Err(EksError::invalid(format!(
        "Requested Nodegroup release version {release} is invalid. Allowed release version is {latest}"
    )))
}

/// A group can't be taken back to an earlier AMI.
pub fn check_not_older(ami_type: &Value, release: &str, live: &str) -> Result<(), EksError> {
    if !amazon_linux(ami_type) || ordered(release) >= ordered(live) {
        return Ok(());
    }
    Err(EksError::invalid(format!(
        "Requested release version {release} is older than the nodegroup's release version {live}"
    )))
}

fn amazon_linux(ami_type: &Value) -> bool {
    ami_type.as_str().is_some_and(|kind| kind.starts_with("AL2"))
}

/// `1.34.1-20260901` as numbers.
fn ordered(release: &str) -> Vec<u32> {
    release
        .split(['.', '-'])
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}
