//! One HTTP connector for everything: the SDKs, and the requests that no SDK makes, to CloudFormation's response bucket
//! and to a cluster's API.
//!
//! It is the SDKs' own connector. Each further HTTP client would add another copy of HTTP/1, HTTP/2 and TLS set-up to
//! the package: reqwest and kube's own stack were a sixth of it, measured.

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

/// Which certificates the connector trusts.
pub enum Trust {
    /// Certificates of the system's store.
    System,
    /// Only certificates that lead to one of these, in PEM.
    Only(Vec<u8>),
}

/// The timeout of `aws_config::defaults`.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// The timeout until the head of a response. After this time a second attempt is better, for S3 and for EKS.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A pool of connections. It uses no proxy and follows no redirect.
#[derive(Debug, Clone)]
pub struct Https(SharedHttpConnector);

impl Https {
    /// The connector to AWS, for all clients of a process. By default each SDK client loads the system's certificates
    /// and sets TLS up anew, and once more to test the configuration (aws-smithy-http-client 1.5,
    /// `validate_base_client_config`): a third of the CPU of a cold start, measured.
    pub fn to_aws() -> Self {
        Self::new(Trust::System, CONNECT_TIMEOUT, ANSWER_TIMEOUT)
    }

    /// `connect` limits the time to connect, and `answer` the time until the head of a response arrives.
    ///
    /// # Panics
    /// If the trusted certificates cannot be parsed. [`readable`] tests them before.
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

    /// Uses a connector that the caller made, such as one that stays within the process.
    pub fn through(connector: SharedHttpConnector) -> Self {
        Self(connector)
    }

    /// Sends a request and returns the response, whatever its status.
    ///
    /// # Errors
    /// Whatever keeps a response from arriving.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<SdkBody>, BoxError> {
        let request = HttpRequest::try_from(request.map(SdkBody::from))?;
        let response = self.0.call(request).await?;
        Ok(response.try_into_http1x()?)
    }
}

/// Every client gets the same pool. A client's own timeouts for attempts and calls apply in addition to those of the
/// pool.
impl HttpClient for Https {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// Tests whether certificates can be parsed, since the connector panics otherwise.
///
/// # Errors
/// What is wrong with the certificates.
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
