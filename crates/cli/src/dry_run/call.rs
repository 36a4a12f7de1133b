//! A call that would be made.

use std::fmt;

use serde::Serialize;

/// What is called, on what, and what matters of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// As IAM names it, such as `eks:CreateNodegroup`; of Kubernetes, verb and resource, such as `patch daemonsets`.
    pub action: &'static str,
    /// A node group as CLUSTER/NAME, a name or id of EC2's, or an object of Kubernetes as NAMESPACE/NAME.
    pub resource: String,
    /// In a few words; it may be empty.
    pub details: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.resource)?;
        if !self.details.is_empty() {
            write!(f, "  {}", self.details)?;
        }
        Ok(())
    }
}
