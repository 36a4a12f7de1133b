//! A connection to the API of one cluster, and what its errors mean.

use std::time::Duration;

use aws_smithy_types::base64;
use kube::api::{Api, ApiResource, DynamicObject};
use kube::core::GroupVersionKind;
use kube::{Client, Config, Error};

use super::token::Token;
use crate::ports::{CallError, Fault};
use crate::workload::access::{Lack, remedy};

/// An endpoint that doesn't take a connection in this time isn't reachable: it is private, or closed to the function's address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest silence. A watch ends by itself before it (`nodes::WATCH_SECONDS`), and nothing else takes as long.
const READ_TIMEOUT: Duration = Duration::from_secs(35);

/// Where a cluster's API is, as EKS shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub cluster: String,
    pub url: String,
    /// The certificates that the API server's is signed by: PEM in base64.
    pub certificate_authority: String,
}

/// An open connection. It lasts as long as its token does.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    cluster: String,
    /// The function's role, for the remedy where access is missing.
    role: Option<String>,
}

impl Connection {
    /// # Errors
    /// An endpoint or a certificate that can't be read.
    pub fn open(endpoint: &Endpoint, token: Token, role: Option<String>) -> Result<Self, CallError> {
        let cluster = endpoint.cluster.clone();
        let unusable = |message: String| unusable(&cluster, message);
        let url = endpoint
            .url
            .parse()
            .map_err(|error| unusable(format!("{}: {error}", endpoint.url)))?;
        let mut config = Config::new(url);
        config.root_cert = Some(certificates(&endpoint.certificate_authority).map_err(unusable)?);
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        config.read_timeout = Some(READ_TIMEOUT);
        // The engine looks again by itself.
        config.default_retry = false;
        config.auth_info.token = Some(String::from(token).into());
        let client = Client::try_from(config).map_err(|error| unusable(chain(&error)))?;
        Ok(Self { client, cluster, role })
    }

    /// One kind of objects, over all namespaces or without any.
    pub fn all(&self, kind: &Kind) -> Api<DynamicObject> {
        Api::all_with(self.client.clone(), &kind.resource())
    }

    pub fn of_namespace(&self, kind: &Kind, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &kind.resource())
    }

    /// Says what a failed call means. `action` is verb and resource, such as `list nodes`.
    pub fn error(&self, action: &'static str, error: &Error) -> CallError {
        let resource = of(&self.cluster);
        let Error::Api(status) = error else {
            return CallError {
                action,
                resource,
                fault: Fault::Unknown,
                code: "no answer".to_owned(),
                message: chain(error),
            };
        };
        let fault = fault(status.code);
        let lack = match status.code {
            401 => Some(Lack::Entry),
            403 => Some(Lack::Permission),
            _ => None,
        };
        let remedy = lack.map(|lack| remedy(lack, &self.cluster, self.role.as_deref(), action));
        let message = [Some(status.message.clone()), remedy].into_iter().flatten();
        CallError {
            action,
            resource,
            fault,
            code: format!("{} {}", status.code, status.reason),
            message: message.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "),
        }
    }
}

/// A kind of Kubernetes' objects.
pub struct Kind {
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
}

pub const NODE: Kind = Kind {
    group: "",
    version: "v1",
    kind: "Node",
};
pub const POD: Kind = Kind {
    group: "",
    version: "v1",
    kind: "Pod",
};
pub const CONFIG_MAP: Kind = Kind {
    group: "",
    version: "v1",
    kind: "ConfigMap",
};
pub const DAEMON_SET: Kind = Kind {
    group: "apps",
    version: "v1",
    kind: "DaemonSet",
};
pub const POD_DISRUPTION_BUDGET: Kind = Kind {
    group: "policy",
    version: "v1",
    kind: "PodDisruptionBudget",
};

impl Kind {
    fn resource(&self) -> ApiResource {
        ApiResource::from_gvk(&GroupVersionKind::gvk(self.group, self.version, self.kind))
    }
}

/// What can't be connected to at all. It isn't gone for that: the next look may find it mended.
pub fn unusable(cluster: &str, message: String) -> CallError {
    CallError {
        action: "connect",
        resource: of(cluster),
        fault: Fault::Unknown,
        code: "no connection".to_owned(),
        message,
    }
}

fn of(cluster: &str) -> String {
    format!("the Kubernetes API of cluster {cluster}")
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

/// What kube tells of a failed connection is in the sources of its error.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    let mut told: Vec<String> = vec![];
    for text in sources.map(ToString::to_string) {
        if !told.iter().any(|before| before.contains(&text)) {
            told.push(text);
        }
    }
    told.join(": ")
}

/// PEM in base64 to DER.
fn certificates(bundle: &str) -> Result<Vec<Vec<u8>>, String> {
    const END: &str = "-----END CERTIFICATE-----";
    let bytes = base64::decode(bundle).map_err(|error| format!("certificateAuthority: {error}"))?;
    let pem = String::from_utf8(bytes).map_err(|error| format!("certificateAuthority: {error}"))?;
    let bodies = pem
        .split(END)
        .filter_map(|part| part.split_once("-----BEGIN CERTIFICATE-----"));
    let der = bodies.map(|(_, body)| base64::decode(body.split_whitespace().collect::<String>()));
    der.collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("certificateAuthority: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_may_hold_several_certificates() {
        let one = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        let pem = one("QUJD\nREVG") + &one("R0hJ");
        assert_eq!(
            certificates(&base64::encode(pem)).unwrap(),
            [b"ABCDEF".to_vec(), b"GHI".to_vec()]
        );
        assert!(
            certificates("not base64!")
                .unwrap_err()
                .starts_with("certificateAuthority: ")
        );
    }

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
