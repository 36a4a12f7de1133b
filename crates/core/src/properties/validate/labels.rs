//! Labels and tags: what Kubernetes, EKS and the resource itself leave to the user.

use super::kubernetes::{MAX_NAME, is_label_value, key_fault, reserved_fault, value_fault};
use crate::properties::fields::Found;
use crate::properties::rule::Rule;
use crate::properties::spec::Spec;
use crate::properties::tags::MOST_TAGS;
use crate::properties::tags::OWN_PREFIX;

/// Up to so many tags are the resource's own: whose it is, that it has the device plugin, and either what it replaces or, by
/// events, which request it follows.
const OWN_TAGS: usize = 4;

/// Adds what is wrong with labels, whoever sets them.
pub fn labels(spec: &Spec, found: &mut Found) {
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

fn label(key: &str, value: &str, found: &mut Found) {
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

pub fn tags(spec: &Spec, found: &mut Found) {
    for (key, value) in &spec.tags {
        let path = format!("Tags.{key}");
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 {
            let message = "expected a key of 1 to 128 characters and a value of at most 256";
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
    if spec.tags.len() + OWN_TAGS > MOST_TAGS {
        let message = format!(
            "expected at most {} tags, got {}",
            MOST_TAGS - OWN_TAGS,
            spec.tags.len()
        );
        found.report("Tags", Rule::TooMany, message);
    }
}
