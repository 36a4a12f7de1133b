//! The two tags by which an Auto Scaling group says what of it is ours.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::ScalingGroup;

/// A short digest of each key that we set.
pub const TAGS_MARK: &str = "managed-node-group:tags";
/// The processes that we suspended.
pub const SUSPENDED_MARK: &str = "managed-node-group:suspended";

/// 24 bits for a key: those of 50 tags have room in the 256 characters of a tag's value, and a tag of somebody else's
/// is taken for ours once in some 300,000 groups.
const LETTERS: usize = 4;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What the mark of the tags claims.
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

    /// Whether a tag of the group is ours to remove.
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

/// Whether EKS sets such a tag itself: without it the group isn't the cluster's any more, or the Cluster Autoscaler
/// doesn't find it, asked for or not (EKS user guide, "Managed node groups concepts").
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
