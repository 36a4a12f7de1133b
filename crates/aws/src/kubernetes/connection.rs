//! A connection to the API of one cluster, and the meaning of its errors.

use std::time::Duration;

use aws_smithy_types::base64;
use kube::api::{Api, ApiResource, DynamicObject};
use kube::core::GroupVersionKind;
use kube::{Client, Error};

use super::token::Token;
use super::transport;
use mng_core::call_error::{CallError, Fault, NO_ANSWER};
use mng_core::texts::error_chain;
use mng_core::workload::access::{MissingAccess, remedy};
use mng_engine::ports::api_of;

/// The address of a cluster's API, as EKS shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterEndpoint {
    pub cluster: String,
    pub url: String,
    /// The certificates that sign the API server's certificate: PEM in base64.
    pub certificate_authority: String,
}

/// An open connection. It lasts as long as its token.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    cluster: String,
    /// The function's role, for the remedy if access is missing.
    role: Option<String>,
}

impl Connection {
    /// Opens a connection.
    ///
    /// # Errors
    /// The endpoint or a certificate cannot be parsed.
    pub fn open(endpoint: &ClusterEndpoint, token: Token, role: Option<String>) -> Result<Self, CallError> {
        let cluster = endpoint.cluster.clone();
        let unusable = |message: String| unusable(&cluster, message);
        let url = endpoint
            .url
            .parse()
            .map_err(|error| unusable(format!("{}: {error}", endpoint.url)))?;
        let certificates = base64::decode(&endpoint.certificate_authority);
        let certificates = certificates.map_err(|error| unusable(format!("certificateAuthority: {error}")))?;
        let client = transport::client(url, certificates, token).map_err(unusable)?;
        Ok(Self { client, cluster, role })
    }

    /// The API for one kind of objects: over all namespaces, or for objects without a namespace.
    pub fn all(&self, kind: &ObjectKind) -> Api<DynamicObject> {
        Api::all_with(self.client.clone(), &kind.resource())
    }

    pub fn of_namespace(&self, kind: &ObjectKind, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &kind.resource())
    }

    /// Classifies a failed call. `action` is verb and resource, such as `list nodes`.
    pub fn error(&self, action: &'static str, error: &Error) -> CallError {
        let resource = api_of(&self.cluster);
        let Error::Api(status) = error else {
            return CallError {
                action,
                resource,
                fault: Fault::Unknown,
                code: code(error).to_owned(),
                message: message(error),
            };
        };
        let fault = fault(status.code);
        let code = format!("{} {}", status.code, status.reason);
        let remedy = MissingAccess::of(&code).map(|lack| remedy(lack, &self.cluster, self.role.as_deref(), action));
        let message = [Some(status.message.clone()), remedy].into_iter().flatten();
        CallError {
            action,
            resource,
            fault,
            code,
            message: message.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        }
    }
}

/// A kind of Kubernetes objects.
pub struct ObjectKind {
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
}

pub const NODE: ObjectKind = ObjectKind {
    group: "",
    version: "v1",
    kind: "Node",
};
pub const POD: ObjectKind = ObjectKind {
    group: "",
    version: "v1",
    kind: "Pod",
};
pub const CONFIG_MAP: ObjectKind = ObjectKind {
    group: "",
    version: "v1",
    kind: "ConfigMap",
};
pub const DAEMON_SET: ObjectKind = ObjectKind {
    group: "apps",
    version: "v1",
    kind: "DaemonSet",
};
pub const POD_DISRUPTION_BUDGET: ObjectKind = ObjectKind {
    group: "policy",
    version: "v1",
    kind: "PodDisruptionBudget",
};

impl ObjectKind {
    fn resource(&self) -> ApiResource {
        ApiResource::from_gvk(&GroupVersionKind::gvk(self.group, self.version, self.kind))
    }
}

/// The error of a cluster that the function cannot connect to. It does not mean that the cluster is gone: the next poll
/// may succeed.
pub fn unusable(cluster: &str, message: String) -> CallError {
    CallError {
        action: "connect",
        resource: api_of(cluster),
        fault: Fault::Unknown,
        code: "no connection".to_owned(),
        message,
    }
}

/// The error of an endpoint that has sent nothing within `patience`.
pub fn silent(action: &'static str, cluster: &str, patience: Duration) -> CallError {
    CallError {
        action,
        resource: api_of(cluster),
        fault: Fault::Unknown,
        code: NO_ANSWER.to_owned(),
        message: format!("none came within {} seconds", patience.as_secs()),
    }
}

/// Distinguishes a response that did not arrive from a response that cannot be parsed.
fn code(error: &Error) -> &'static str {
    match error {
        Error::Service(_) | Error::HyperError(_) => NO_ANSWER,
        _ => "no readable answer",
    }
}

fn fault(status: u16) -> Fault {
    match status {
        404 => Fault::NotFound,
        401 | 403 => Fault::Denied,
        409 => Fault::InUse,
        429 => Fault::Throttled,
        400..=499 => Fault::Refused,
        _ => Fault::Unknown,
    }
}

/// The message comes from the sources of kube's error. Kube's own text is left out: it also covers kubeconfig files and
/// ways to sign in, and would bring them into the package.
fn message(error: &Error) -> String {
    match error {
        Error::Service(error) => error_chain(&**error),
        Error::HyperError(error) => error_chain(error),
        Error::ReadEvents(error) => error_chain(error),
        Error::SerdeError(error) => error_chain(error),
        Error::BuildRequest(error) => error_chain(error),
        _ => "the request could not be sent, or its answer not be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tells_what_an_error_means() {
        for (status, expected) in [
            (401, Fault::Denied),
            (403, Fault::Denied),
            (404, Fault::NotFound),
            (409, Fault::InUse),
            (410, Fault::Refused),
            (422, Fault::Refused),
            (429, Fault::Throttled),
            (500, Fault::Unknown),
        ] {
            assert_eq!(fault(status), expected, "{status}");
        }
    }
}
