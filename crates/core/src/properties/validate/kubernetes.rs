//! Kubernetes' syntax of labels and taints (its documentation of "Labels and Selectors", "Syntax and character set"), and
//! which keys aren't to be had.

/// The longest name of a key after its prefix, and the longest value.
pub const MAX_NAME: usize = 63;

/// The longest DNS prefix of a key.
pub const MAX_PREFIX: usize = 253;

/// What is wrong with a key: a name, and perhaps a DNS name and a slash before it. An empty key is somebody else's concern.
pub fn key_fault(key: &str) -> Option<String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if key.is_empty() {
        None
    } else if prefix.is_some_and(|prefix| !is_dns_name(prefix)) {
        Some(format!(
            "expected a DNS name of lower-case letters, digits, '-' and '.' before the slash, at most {MAX_PREFIX} characters, \
             got \"{key}\""
        ))
    } else if name.is_empty() || name.len() > MAX_NAME || !is_label_value(name) {
        Some(format!(
            "expected a key of 1 to {MAX_NAME} letters, digits, '-', '_' and '.', a letter or digit at both ends, perhaps after \
             a DNS name and one slash, got \"{key}\""
        ))
    } else {
        None
    }
}

/// Whether a value has the characters of one. The empty value has.
pub fn is_label_value(value: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    value.chars().all(inner) && end(value.chars().next()) && end(value.chars().last())
}

pub fn value_fault(value: &str) -> String {
    format!("expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"{value}\"")
}

/// Which keys Kubernetes and EKS keep: EKS refuses some of them (aws/containers-roadmap issue 1451), and the kubelet doesn't
/// start with the others, so that nodes never join (terraform-aws-eks issue 3346).
pub fn reserved_fault(key: &str) -> Option<&'static str> {
    let (domain, _) = key.split_once('/')?;
    let within = |parent: &str| domain == parent || domain.ends_with(&format!(".{parent}"));
    let allowed = within("node.kubernetes.io") || within("kubelet.kubernetes.io");
    if within("eks.amazonaws.com") {
        Some("expected a key outside eks.amazonaws.com/, which EKS keeps for itself")
    } else if !allowed && (within("kubernetes.io") || within("k8s.io")) {
        Some(
            "expected a key that a node may give itself: the kubelet doesn't start with one under kubernetes.io or k8s.io; use a \
             domain of your own, or node.kubernetes.io",
        )
    } else {
        None
    }
}

fn is_dns_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let part =
        |part: &str| !part.is_empty() && part.chars().all(inner) && !part.starts_with('-') && !part.ends_with('-');
    text.len() <= MAX_PREFIX && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_qualified_names() {
        let longest = format!("{}.io/{}", "a".repeat(250), "n".repeat(63));
        for good in ["a", "A_b-c.9", "example.com/a", "a.b-c.d/E_f", "", &longest] {
            assert_eq!(key_fault(good), None, "{good}");
        }
        let (name, prefix) = ("n".repeat(64), format!("{}/n", "a".repeat(254)));
        for bad in [
            "-a", "a-", "a b", "é", "/a", "a/", "A.com/a", "a..b/c", "-a.b/c", "a/b/c", "a_b/c", &name, &prefix,
        ] {
            assert!(key_fault(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn some_domains_are_not_to_be_had() {
        for free in [
            "a",
            "kubernetes.io",
            "node.kubernetes.io/pool",
            "x.kubelet.kubernetes.io/a",
            "notk8s.io/a",
        ] {
            assert_eq!(reserved_fault(free), None, "{free}");
        }
        for kept in [
            "kubernetes.io/a",
            "node-role.kubernetes.io/a",
            "k8s.io/a",
            "x.k8s.io/a",
            "eks.amazonaws.com/a",
        ] {
            assert!(reserved_fault(kept).is_some(), "{kept}");
        }
    }
}
