//! What a check says: which check, how grave, about which resource, and why.

use std::fmt;

use super::check::Check;
use crate::texts::Explanation;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The group, or its nodes, can't come up. `Preflight: Strict` refuses it.
    Error,
    /// It may work; it is told with the answer.
    Warning,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub check: Check,
    pub severity: Severity,
    /// The property that led to it, such as `Subnets`.
    pub property: &'static str,
    /// Ids or names, comma-separated.
    pub resource: String,
    /// What was found, with the resource's id. The remedy is the check's own.
    pub cause: String,
}

impl Finding {
    /// A finding of the check's own severity.
    pub fn new(check: Check, property: &'static str, resource: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            check,
            severity: check.severity(),
            property,
            resource: resource.into(),
            cause: cause.into(),
        }
    }

    /// The property of the resource itself: `RemoteAccess` of `RemoteAccess.Ec2SshKey`.
    pub fn root(&self) -> &'static str {
        self.property.split_once('.').map_or(self.property, |(root, _)| root)
    }

    /// The same, as something that is told and doesn't refuse.
    pub fn as_warning(self) -> Self {
        Self {
            severity: Severity::Warning,
            ..self
        }
    }
}

/// `Subnets: subnet-1 has no route …; give it one [no-way-out]`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { code, remedy, .. } = self.check.explanation();
        write!(f, "{}: {}; {remedy} [{code}]", self.property, self.cause)
    }
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}
