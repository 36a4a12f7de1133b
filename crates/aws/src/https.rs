//! One way over HTTP for all: the SDKs, and requests to where no SDK goes, which are the bucket in which CloudFormation waits
//! for its answer and a cluster's own API.
//!
//! It is the SDKs' own connector. Every further HTTP client would bring another copy of HTTP/1, HTTP/2 and the set-up
//! of TLS into the package: reqwest and kube's own stack were a sixth of it, measured.

use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::{Request, Response};

/// Whose certificates are believed.
pub enum Trust {
    /// Those of the system's store.
    System,
    /// Those that lead to one of these, in PEM, and no other.
    Only(Vec<u8>),
}

/// That of `aws_config::defaults`.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// The head of an answer. What takes longer is better asked again, S3 and EKS alike.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A pool of connections. No proxy is asked, and no redirect is followed.
#[derive(Debug, Clone)]
pub struct Https(SharedHttpConnector);

impl Https {
    /// To AWS, for all clients of a process. Left to itself, each client of an SDK loads the system's certificates and sets TLS
    /// up anew, and once more to see whether it can (aws-smithy-http-client 1.5, `validate_base_client_config`): that was
    /// a third of the CPU of a cold start, measured.
    pub fn to_aws() -> Self {
        Self::new(Trust::System, CONNECT_TIMEOUT, ANSWER_TIMEOUT)
    }

    /// `connect` bounds the making of a connection, and `answer` the time until the head of an answer is there.
    ///
    /// # Panics
    /// If what is to be trusted isn't readable. [`readable`] tells before.
    pub fn new(trust: Trust, connect: Duration, answer: Duration) -> Self {
        let store = match trust {
            Trust::System => TrustStore::default(),
            Trust::Only(pem) => TrustStore::empty().with_pem_certificate(pem),
        };
        let context = TlsContext::builder().with_trust_store(store).build();
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(connect)
            .read_timeout(answer)
            .build();
        let connector = Connector::builder()
            .connector_settings(settings)
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.expect("a trust store makes a TLS context"))
            .build();
        Self(SharedHttpConnector::new(connector))
    }

    /// Over a connector that somebody else has made, such as one that leads no further than its own process.
    pub fn through(connector: SharedHttpConnector) -> Self {
        Self(connector)
    }

    /// # Errors
    /// Whatever keeps an answer from coming. An answer of any status is one.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<SdkBody>, BoxError> {
        let request = HttpRequest::try_from(request.map(SdkBody::from))?;
        let response = self.0.call(request).await?;
        Ok(response.try_into_http1x()?)
    }
}

/// The same pool whatever a client asks for: its own bounds on attempts and calls hold beside those of the pool.
impl HttpClient for Https {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// Whether certificates can be trusted: the connector takes it for granted.
///
/// # Errors
/// What is wrong with them.
pub fn readable(pem: &[u8]) -> Result<(), String> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    let mut store = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        store.add(certificate).map_err(|error| error.to_string())?;
    }
    if store.is_empty() {
        return Err("no certificate in PEM".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_told_before_it_is_trusted() {
        let pem = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        for (bundle, expected) in [
            (String::new(), "no certificate in PEM"),
            ("nonsense".to_owned(), "no certificate in PEM"),
            (pem("QUJD"), "invalid peer certificate: BadEncoding"),
        ] {
            assert_eq!(readable(bundle.as_bytes()).unwrap_err(), expected);
        }
    }
}
