//! Versions of Kubernetes and of AMI releases, and which of two is the newer.

use std::cmp::Ordering;
use std::fmt;

/// `1.34`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KubernetesVersion {
    pub major: u32,
    pub minor: u32,
}

/// EKS has published no AL2 image since this version (EKS user guide, "Upgrade from Amazon Linux 2 to Amazon Linux 2023").
pub const FIRST_WITHOUT_AL2: KubernetesVersion = KubernetesVersion { major: 1, minor: 33 };

impl KubernetesVersion {
    /// Reads `1.34`; anything more or less is no Kubernetes version of EKS.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self {
            major: number(major)?,
            minor: number(minor)?,
        })
    }
}

impl fmt::Display for KubernetesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Which of two AMI releases is the newer, `None` where that can't be told.
///
/// Amazon Linux and Windows releases are `<Kubernetes version>-<date>` (`1.34.1-20260304`, `1.34-2026.03.10`), Bottlerocket's
/// are `<Bottlerocket version>-<commit>`, of which the commit has no order.
pub fn compare_releases(left: &str, right: &str) -> Option<Ordering> {
    if left == right {
        return Some(Ordering::Equal);
    }
    let (left, left_build) = left.split_once('-')?;
    let (right, right_build) = right.split_once('-')?;
    let by_version = numbers(left)?.cmp(&numbers(right)?);
    match by_version {
        Ordering::Equal => is_date(left_build)
            .zip(is_date(right_build))
            .map(|(left, right)| left.cmp(&right)),
        decided => Some(decided),
    }
}

fn number(text: &str) -> Option<u32> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn numbers(text: &str) -> Option<Vec<u32>> {
    text.split('.').map(number).collect()
}

/// A build that is a date has eight digits, with or without dots; a commit has letters too, or another length.
fn is_date(build: &str) -> Option<u32> {
    let digits: String = build.chars().filter(|c| *c != '.').collect();
    (digits.len() == 8).then(|| number(&digits)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_versions_compare_by_number() {
        let version = |text| KubernetesVersion::parse(text);
        assert!(version("1.9") < version("1.10"));
        assert_eq!(version("1.34").unwrap().to_string(), "1.34");
        for bad in ["1", "1.34.1", "v1.34", "1.", "1.+3", "latest", ""] {
            assert_eq!(version(bad), None, "{bad}");
        }
    }

    #[test]
    fn releases_compare_where_they_can() {
        use Ordering::{Equal, Greater, Less};
        for (left, right, expected) in [
            ("1.34.1-20260304", "1.34.1-20260304", Some(Equal)),
            ("1.34.1-20260304", "1.34.1-20260401", Some(Less)),
            ("1.34.10-20260304", "1.34.9-20260401", Some(Greater)),
            ("1.33.9-20260701", "1.34.1-20260304", Some(Less)),
            ("1.34-2026.03.10", "1.34-2026.02.11", Some(Greater)),
            ("1.19.2-29cc92cc", "1.19.3-0aa0aa00", Some(Less)),
            ("1.19.2-29cc92cc", "1.19.2-0aa0aa00", None),
            ("ami-0123", "1.19.2-0aa0aa00", None),
        ] {
            assert_eq!(compare_releases(left, right), expected, "{left} {right}");
        }
    }
}
