//! What carries kube's requests. kube would bring a stack of its own, and with it a reader of kubeconfig files and all the
//! ways to sign in that such a file may name: a million bytes of the package that no request of ours comes through.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::body::SdkBody;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Response, Uri};
use kube::Client;
use kube::client::middleware::BaseUriLayer;
use kube::client::{Body, ClientBuilder};
use tower::service_fn;
use tower_http::timeout::TimeoutBody;

use super::token::Token;
use crate::https::{Https, Trust, readable};

/// An endpoint that doesn't take a connection in this time isn't reachable: it is private, or closed to the function's address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest silence. A watch ends by itself before it (`watch::WATCH_SECONDS`), and nothing else takes as long.
const READ_TIMEOUT: Duration = Duration::from_secs(35);

/// A client for the API at `url`, whose certificate must lead to one of `certificates`, in PEM. It has no namespace of its
/// own, and sends nothing twice: the engine looks again by itself.
///
/// # Errors
/// Certificates that can't be read.
pub fn client(url: Uri, certificates: Vec<u8>, token: Token) -> Result<Client, String> {
    readable(&certificates).map_err(|problem| format!("certificateAuthority: {problem}"))?;
    let https = Https::new(Trust::Only(certificates), CONNECT_TIMEOUT, READ_TIMEOUT);
    let bearer = HeaderValue::try_from(format!("Bearer {}", token.as_str())).map_err(|error| error.to_string())?;
    let service = service_fn(move |request| carry(https.clone(), bearer.clone(), request));
    Ok(ClientBuilder::new(service, "default")
        .with_layer(&BaseUriLayer::new(url))
        .build())
}

async fn carry(
    https: Https,
    bearer: HeaderValue,
    request: Request<Body>,
) -> Result<Response<TimeoutBody<SdkBody>>, BoxError> {
    let (mut head, body) = request.into_parts();
    head.headers.insert(AUTHORIZATION, bearer);
    let body = body.collect_bytes().await?;
    let response = https.send(Request::from_parts(head, body.to_vec())).await?;
    Ok(response.map(|body| TimeoutBody::new(READ_TIMEOUT, body)))
}
