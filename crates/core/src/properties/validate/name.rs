//! The names of cluster and group.

use crate::properties::fields::Fields;
use crate::properties::rule::Rule;
use crate::properties::spec::Naming;

/// The longest name of a node group (API reference of `CreateNodegroup`).
pub const MAX_LENGTH: usize = 63;
/// The longest prefix that leaves room for a hyphen and the twelve digits of a generated name's hash.
pub const MAX_PREFIX_LENGTH: usize = 50;
/// The longest name of a cluster (API reference of `CreateCluster`).
pub const MAX_CLUSTER_LENGTH: usize = 100;

/// The API takes the name and nothing else; the ARN is at hand as well, so it is written by mistake.
pub fn cluster(fields: &mut Fields) -> String {
    let key = "ClusterName";
    let name = fields.required_text(key);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.starts_with("arn:") {
        let message = format!("expected the cluster's name, got an ARN, {name}; take what follows its slash");
        fields.problem(key, Rule::NameSyntax, message);
    } else if name.trim().is_empty() {
        // It is told already, or isn't known.
    } else if !begins || !name.chars().all(inner) {
        let expected = "expected letters, digits, hyphens and underscores, the first a letter or digit";
        fields.problem(key, Rule::NameSyntax, format!("{expected}, got \"{name}\""));
    } else if name.len() > MAX_CLUSTER_LENGTH {
        let expected = format!("expected at most {MAX_CLUSTER_LENGTH} characters, EKS's limit");
        fields.problem(key, Rule::NameTooLong, format!("{expected}, got {}", name.len()));
    }
    name
}

pub fn naming(fields: &mut Fields, logical_id: &str) -> Naming {
    let prefix = fields.text("NodegroupNamePrefix");
    if let Some(name) = fields.text("NodegroupName") {
        check_name(fields, "NodegroupName", &name, MAX_LENGTH);
        return Naming::Explicit(name);
    }
    if let Some(prefix) = &prefix {
        check_name(fields, "NodegroupNamePrefix", prefix, MAX_PREFIX_LENGTH);
    }
    Naming::Generated {
        prefix: prefix.unwrap_or_else(|| logical_id.to_owned()),
    }
}

fn check_name(fields: &mut Fields, key: &str, name: &str, longest: usize) {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        fields.problem(
            key,
            Rule::NameSyntax,
            format!("expected letters, digits and hyphens, the first a letter, got \"{name}\""),
        );
    }
    if name.len() > longest {
        fields.problem(
            key,
            Rule::NameTooLong,
            format!("expected at most {longest} characters, EKS's limit, got {}", name.len()),
        );
    }
}
