//! Which pods a selector selects (Kubernetes API reference, `LabelSelector`).

use std::collections::BTreeMap;

/// A selector by labels. A selector without requirements selects every pod of its namespace in `policy/v1`; in
/// `policy/v1beta1` it selected none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelSelector {
    pub match_labels: BTreeMap<String, String>,
    pub match_expressions: Vec<Requirement>,
}

/// What a label must be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirement {
    pub key: String,
    /// In Kubernetes' words: `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: String,
    pub values: Vec<String>,
}

impl LabelSelector {
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        let has = |(key, value): (&String, &String)| labels.get(key) == Some(value);
        self.match_labels.iter().all(has) && self.match_expressions.iter().all(|one| one.is_met(labels))
    }
}

impl Requirement {
    /// A requirement with an unknown operator counts as not met: the function does not name a budget that may not hold
    /// the pod.
    fn is_met(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "In" => value.is_some_and(|value| self.values.contains(value)),
            "NotIn" => value.is_none_or(|value| !self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    }
}
