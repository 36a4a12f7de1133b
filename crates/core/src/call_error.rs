//! How a call to AWS or to a cluster fails: the one vocabulary for both.

use std::fmt;

/// A call that failed: what was attempted, on which resource, what came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CallError {
    /// As IAM names it, such as `eks:CreateNodegroup`; of Kubernetes, verb and resource, such as `list nodes`.
    pub action: &'static str,
    pub resource: String,
    pub fault: Fault,
    pub code: String,
    pub message: String,
}

/// The code of a call that nobody answered: no connection came about, it broke off, or nothing came over it in time.
pub const NO_ANSWER: &str = "no answer";

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It isn't there. The only fault that means gone.
    NotFound,
    /// Something else holds it; it passes.
    InUse,
    Throttled,
    Denied,
    /// The service understood and refuses; asking again changes nothing.
    Refused,
    /// Nothing is known: a time-out, a broken connection, a server error, an answer that can't be read.
    Unknown,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            action,
            resource,
            code,
            message,
            ..
        } = self;
        write!(f, "{action} on {resource}: {code}: {message}")?;
        if self.fault != Fault::Denied {
            return Ok(());
        }
        // EKS names the missing action, or has encoded it. It is another one than the action of the call.
        if is_invalid(code) {
            return f.write_str(
                "; EKS checks this with the permissions of the function's role and of the node role, so give what is missing to the role \
                 that the message is about (`aws sts decode-authorization-message` decodes an encoded message)",
            );
        }
        // What Kubernetes denies isn't IAM's to allow, and its message says what is.
        if action.contains(':') {
            write!(f, "; allow {action} to the role of the function behind ServiceToken")?;
        }
        Ok(())
    }
}

/// Whether EKS calls a request invalid by this code. EKS does so too where IAM doesn't allow what EKS checks in the name of the
/// caller: to launch instances (scylladb/scylla-cluster-tests issue 12172), and to read a role (terraform-aws-eks issue 823).
pub fn is_invalid(code: &str) -> bool {
    matches!(code, "InvalidRequestException" | "InvalidParameterException")
}
