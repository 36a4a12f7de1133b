//! What a check finds: which check, how grave, about which resource, and why.

use std::fmt;

use super::check::Check;
use crate::texts::Explanation;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The group or its nodes cannot come up. `Preflight: Strict` refuses the request.
    Error,
    /// The group may work. The response contains the finding as a warning.
    Warning,
}

/// One finding of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub check: Check,
    pub severity: Severity,
    /// The property that led to the finding, such as `Subnets`.
    pub property: &'static str,
    /// IDs or names, separated by commas.
    pub resource: String,
    /// The cause, with the ID of the resource. The remedy is in the check's explanation.
    pub cause: String,
}

impl Finding {
    /// A finding with the severity of its check.
    pub fn new(check: Check, property: &'static str, resource: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            check,
            severity: check.severity(),
            property,
            resource: resource.into(),
            cause: cause.into(),
        }
    }

    /// The top-level property: `RemoteAccess` for `RemoteAccess.Ec2SshKey`.
    pub fn root(&self) -> &'static str {
        self.property.split_once('.').map_or(self.property, |(root, _)| root)
    }

    /// The same finding as a warning, which refuses nothing.
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
