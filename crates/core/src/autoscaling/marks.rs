//! The two tags by which an Auto Scaling group says which of its tags and suspended processes are the function's.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::ScalingGroup;

/// A short digest of each key that the function set.
pub const TAGS_MARK: &str = "managed-node-group:tags";
/// The processes that the function suspended.
pub const SUSPENDED_MARK: &str = "managed-node-group:suspended";

/// 24 bits for a key. The digests of 50 tags fit in the 256 characters of a tag's value. A tag of somebody else is
/// mistaken for one of the function's once in some 300,000 groups.
const LETTERS: usize = 4;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The tags that the mark claims for the function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claims(BTreeSet<String>);

impl Claims {
    pub fn read(live: &ScalingGroup) -> Self {
        let letters: Vec<char> = live
            .tags
            .get(TAGS_MARK)
            .map(|mark| mark.chars().collect())
            .unwrap_or_default();
        Self(letters.chunks(LETTERS).map(|code| code.iter().collect()).collect())
    }

    /// Whether the mark has the key.
    pub fn cover(&self, key: &str) -> bool {
        self.0.contains(&code(key))
    }

    /// Whether the function may remove a tag of the group.
    pub fn own(&self, key: &str) -> bool {
        !is_mark(key) && !is_of_service(key) && self.cover(key)
    }
}

/// The mark for tags with these keys.
pub fn of_tags<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    keys.map(code).collect::<BTreeSet<String>>().into_iter().collect()
}

/// The mark for these processes.
pub fn of_processes(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(",")
}

/// The processes that the mark names.
pub fn processes(live: &ScalingGroup) -> BTreeSet<String> {
    let mark = live.tags.get(SUSPENDED_MARK).map(String::as_str).unwrap_or_default();
    mark.split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

pub fn is_mark(key: &str) -> bool {
    key == TAGS_MARK || key == SUSPENDED_MARK
}

/// Whether EKS itself sets such a tag. Without it the group no longer belongs to the cluster, or the Cluster Autoscaler
/// does not find the group (EKS user guide, "Managed node groups concepts").
pub fn is_of_service(key: &str) -> bool {
    const TEMPLATE: &str = "k8s.io/cluster-autoscaler/node-template/";
    let prefixes = ["aws:", "eks:", "kubernetes.io/cluster/", "k8s.io/cluster-autoscaler/"];
    prefixes.iter().any(|prefix| key.starts_with(prefix)) && !key.starts_with(TEMPLATE)
}

/// Four letters of base64url.
fn code(key: &str) -> String {
    let digest = Sha256::digest(key);
    let bits = digest
        .iter()
        .take(3)
        .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
    [18, 12, 6, 0]
        .map(|shift| char::from(ALPHABET[bits >> shift & 63]))
        .iter()
        .collect()
}
