//! What is found while properties are read: what is wrong with them, and what of them isn't known.

use std::fmt;

use serde_json::Value;

use super::intrinsic::is_intrinsic;
use crate::properties::rule::Rule;

/// One thing wrong with the properties: where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub rule: Rule,
    pub message: String,
}

/// Where the properties come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertySource {
    /// From CloudFormation: every value is there.
    Request,
    /// From a template: what an intrinsic function will give isn't known. It counts as given and correct.
    Template,
}

/// Everything found so far.
#[derive(Debug)]
pub struct Problems {
    pub problems: Vec<Problem>,
    reading: PropertySource,
    /// Where a value isn't known, or was refused.
    doubtful: Vec<String>,
}

impl Problems {
    pub fn new(reading: PropertySource) -> Self {
        Self {
            problems: vec![],
            reading,
            doubtful: vec![],
        }
    }

    pub fn report(&mut self, path: impl Into<String>, rule: Rule, message: impl Into<String>) {
        self.problems.push(Problem {
            path: path.into(),
            rule,
            message: message.into(),
        });
    }

    /// Whether a rule may conclude anything from what is at a path, from its absence too.
    pub fn knows(&self, path: &str) -> bool {
        let concerns = |other: &String| is_within(other, path) || is_within(path, other);
        !self.doubtful.iter().any(concerns)
    }

    /// A value that was refused when it was read is as good as unknown: another problem would only follow from this one.
    pub(super) fn refuse(&mut self, path: String, rule: Rule, message: impl Into<String>) {
        self.doubtful.push(path.clone());
        self.report(path, rule, message);
    }

    pub(super) fn is_unknown(&self, value: &Value) -> bool {
        self.reading == PropertySource::Template && is_intrinsic(value)
    }

    /// Notes that a value isn't known, if it isn't.
    pub(super) fn is_noted_as_unknown(&mut self, path: &str, value: &Value) -> bool {
        let unknown = self.is_unknown(value);
        if unknown {
            self.doubtful.push(path.to_owned());
        }
        unknown
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// `ScalingConfig.MinSize` is within `ScalingConfig`, `Subnets[0]` within `Subnets`, and each within itself.
fn is_within(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
