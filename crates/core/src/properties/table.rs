//! The table of properties: every property and every member of one, with all that is said of it.
//!
//! Validation takes the known names, words and bounds from the table; the JSON Schema and `docs/properties.md` are made of
//! it. What a change does is claimed here and decided by [`replacement_reasons`](crate::nodegroup::replacement_reasons),
//! [`plan`](crate::decide::plan) and the launch template's recipe; the end-to-end tests make a change for each claim.

mod objects;
mod rows;

use std::ops::RangeInclusive;

use serde_json::Value;

pub use objects::AUTOSCALER_OPTIONS;
pub use rows::PROPERTIES;

/// EKS's limits of a node group (API reference of `CreateNodegroup`).
pub const MOST_INSTANCE_TYPES: usize = 20;
pub const MOST_TAINTS: usize = 50;

/// A property of the resource, or a member of one.
#[derive(Debug, Clone)]
pub struct Property {
    pub name: &'static str,
    pub kind: PropertyType,
    pub need: Need,
    /// What holds where a template doesn't state the property, in Markdown; empty where nothing does.
    pub default: &'static str,
    /// As a template has them: text as it is, anything else as JSON.
    pub examples: &'static [&'static str],
    /// What a change does, and in which case. The words go on behind the effect's own. A member without any changes as its
    /// property does.
    pub changes: &'static [(Effect, &'static str)],
    /// Whole sentences, in Markdown.
    pub documentation: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
}

/// What becomes of a group when a property of its is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// No node is touched.
    InPlace,
    /// The group stays, and EKS replaces its nodes one after another.
    Rolls,
    /// Another group is made, and the old one is deleted when it is there.
    Replaces,
    /// The change alone changes nothing.
    Nothing,
}

/// The type of a property. CloudFormation makes text of each scalar, so `3` and `"3"` are one.
#[derive(Debug, Clone)]
pub enum PropertyType {
    Text {
        longest: Option<usize>,
        /// As a regular expression of JSON Schema.
        pattern: Option<&'static str>,
    },
    /// A number up to [`i32::MAX`] has no upper bound but that of the API.
    Whole(RangeInclusive<i32>),
    Boolean,
    /// A boolean for the Cluster Autoscaler, which takes no other spelling.
    LowerCaseBoolean,
    /// A number from 0 to 1.
    Fraction,
    /// A length of time in Go's spelling.
    Duration,
    KubernetesVersion,
    Word(&'static [&'static str]),
    Words(&'static [&'static str]),
    Texts {
        least: usize,
        most: Option<usize>,
        /// Of each text, as a regular expression of JSON Schema.
        pattern: Option<&'static str>,
        unique: bool,
    },
    /// Keys and values are both the user's.
    Map {
        longest_key: usize,
        longest_value: usize,
        most: Option<usize>,
    },
    /// Kubernetes' quantities by resource.
    Quantities,
    Object(&'static Object),
    Objects {
        of: &'static Object,
        most: Option<usize>,
    },
    WholeOrObject(RangeInclusive<i32>, &'static Object),
    BooleanOrObject(&'static Object),
}

/// An object of fixed members.
#[derive(Debug)]
pub struct Object {
    pub members: &'static [Property],
    pub exclusive: Exclusive,
    /// Whole sentences, in Markdown; may be empty.
    pub documentation: &'static str,
}

/// Which members of an object exclude each other.
#[derive(Debug, Clone, Copy)]
pub enum Exclusive {
    None,
    /// Exactly one of them must be there.
    OneOf(&'static [&'static str]),
    /// Of each pair at most one may be there.
    Pairs(&'static [[&'static str; 2]]),
}

impl Property {
    /// The examples as values.
    pub fn example_values(&self) -> impl Iterator<Item = Value> {
        let is_text = matches!(
            self.kind,
            PropertyType::Text { .. }
                | PropertyType::Word(_)
                | PropertyType::KubernetesVersion
                | PropertyType::Duration
        );
        let value = move |text: &&str| {
            let json = (!is_text).then(|| serde_json::from_str(text).ok()).flatten();
            json.unwrap_or_else(|| Value::String((*text).to_owned()))
        };
        self.examples.iter().map(value)
    }

    /// What a change does, in Markdown; empty for a member that changes as its property does.
    pub fn when_changed(&self) -> String {
        let change = |(effect, case): &(Effect, &str)| format!("{} {case}", effect.words()).trim().to_owned();
        self.changes.iter().map(change).collect::<Vec<_>>().join("; ")
    }

    pub(super) const fn new(name: &'static str, kind: PropertyType, documentation: &'static str) -> Self {
        Self {
            name,
            kind,
            need: Need::Optional,
            default: "",
            examples: &[],
            changes: &[],
            documentation,
        }
    }

    pub(super) const fn required(mut self) -> Self {
        self.need = Need::Required;
        self
    }

    pub(super) const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    pub(super) const fn examples(mut self, examples: &'static [&'static str]) -> Self {
        self.examples = examples;
        self
    }

    pub(super) const fn changes(mut self, changes: &'static [(Effect, &'static str)]) -> Self {
        self.changes = changes;
        self
    }
}

impl PropertyType {
    /// The object that a property is, or is a list of, or may be.
    pub fn object(&self) -> Option<&'static Object> {
        if let Self::Object(object)
        | Self::Objects { of: object, .. }
        | Self::WholeOrObject(_, object)
        | Self::BooleanOrObject(object) = self
        {
            Some(object)
        } else {
            None
        }
    }
}

impl Effect {
    /// How the documentation says it. Of a change that does nothing, the case says why or what comes later.
    fn words(self) -> &'static str {
        match self {
            Self::InPlace => "in place",
            Self::Rolls => "rolls in place",
            Self::Replaces => "replaces",
            Self::Nothing => "",
        }
    }
}

pub(super) const TEXT: PropertyType = PropertyType::Text {
    longest: None,
    pattern: None,
};
const COUNT: PropertyType = PropertyType::Whole(1..=i32::MAX);
const PERCENTAGE: PropertyType = PropertyType::Whole(1..=100);
const SECURITY_GROUP_IDS: PropertyType = PropertyType::Texts {
    least: 0,
    most: None,
    pattern: Some("^sg-"),
    unique: false,
};

/// GiB; the largest EBS volume that boots.
const DISK: PropertyType = PropertyType::Whole(1..=16_384);
const DEFAULT_DISK: &str = "20, on Windows 50";

#[cfg(test)]
mod tests;
