//! Labels and tags: what Kubernetes, EKS and the resource itself leave to the user.

use super::kubernetes::{MAX_NAME, is_label_value, key_fault, reserved_fault, value_fault};
use crate::properties::fields::Problems;
use crate::properties::rule::Rule;
use crate::properties::spec::Spec;
use crate::properties::tags::{LONGEST_TAG_KEY, LONGEST_TAG_VALUE, MOST_USER_TAGS, OWN_PREFIX};

/// Adds what is wrong with labels, whoever sets them.
pub fn labels(spec: &Spec, found: &mut Problems) {
    for (key, value) in &spec.labels {
        if key.is_empty() || key.len() > MAX_NAME {
            let message = "expected a key of 1 to 63 characters, EKS's limit";
            found.report(format!("Labels.{key}"), Rule::LabelTooLong, message);
        }
        label(key, value, found);
    }
    for (key, value) in &spec.node.labels {
        label(key, value, found);
    }
}

fn label(key: &str, value: &str, found: &mut Problems) {
    let path = format!("Labels.{key}");
    if value.len() > MAX_NAME {
        found.report(
            &path,
            Rule::LabelTooLong,
            "expected a value of 1 to 63 characters, EKS's limit",
        );
    }
    if let Some(fault) = reserved_fault(key) {
        found.report(&path, Rule::LabelReserved, fault);
    }
    if let Some(fault) = key_fault(key) {
        found.report(&path, Rule::LabelSyntax, fault);
    }
    if !is_label_value(value) {
        found.report(&path, Rule::LabelSyntax, value_fault(value));
    }
}

pub fn tags(spec: &Spec, found: &mut Problems) {
    for (key, value) in &spec.tags {
        let path = format!("Tags.{key}");
        if key.is_empty() || key.chars().count() > LONGEST_TAG_KEY || value.chars().count() > LONGEST_TAG_VALUE {
            let message = format!(
                "expected a key of 1 to {LONGEST_TAG_KEY} characters and a value of at most {LONGEST_TAG_VALUE}"
            );
            found.report(&path, Rule::TagSyntax, message);
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            let message = "expected a key outside aws:, which AWS keeps for itself";
            found.report(&path, Rule::TagReserved, message);
        }
        if key.starts_with(OWN_PREFIX) {
            let message = "expected a key outside managed-node-group:, by which the resource knows what is its own";
            found.report(&path, Rule::TagReserved, message);
        }
    }
    if spec.tags.len() > MOST_USER_TAGS {
        let message = format!("expected at most {MOST_USER_TAGS} tags, got {}", spec.tags.len());
        found.report("Tags", Rule::TooMany, message);
    }
}
