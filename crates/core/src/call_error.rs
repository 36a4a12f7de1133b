//! How a call to AWS or to a cluster fails: one vocabulary for both.

use std::fmt;

/// A failed call: the action, the resource, and the error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CallError {
    /// The action as IAM names it, such as `eks:CreateNodegroup`. For Kubernetes, verb and resource, such as `list
    /// nodes`.
    pub action: &'static str,
    pub resource: String,
    pub fault: Fault,
    pub code: String,
    pub message: String,
}

/// The code of a call without a response: the connection failed, broke off, or timed out.
pub const NO_ANSWER: &str = "no answer";

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The resource does not exist. No other fault means gone.
    NotFound,
    /// Something else uses the resource; the fault passes.
    InUse,
    Throttled,
    Denied,
    /// The service understood the request and refuses it. A retry changes nothing.
    Refused,
    /// Nothing is known: a timeout, a broken connection, a server error, or a response that cannot be parsed.
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
        // EKS names the missing action, or encodes it. The missing action is not the action of the call.
        if is_invalid(code) {
            return f.write_str(
                "; EKS checks this with the permissions of the function's role and of the node role, so give what is missing to the role \
                 that the message is about (`aws sts decode-authorization-message` decodes an encoded message)",
            );
        }
        // IAM cannot allow what Kubernetes denies; the message of Kubernetes says what is missing.
        if action.contains(':') {
            write!(f, "; allow {action} to the role of the function behind ServiceToken")?;
        }
        Ok(())
    }
}

/// Whether EKS calls a request invalid by this code. EKS uses the code also if IAM denies what EKS checks in the name
/// of the caller: to launch instances (scylladb/scylla-cluster-tests issue 12172), and to read a role
/// (terraform-aws-eks issue 823).
pub fn is_invalid(code: &str) -> bool {
    matches!(code, "InvalidRequestException" | "InvalidParameterException")
}
