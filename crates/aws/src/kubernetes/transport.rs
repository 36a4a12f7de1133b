//! Carries kube's requests. Kube's own stack would add a reader of kubeconfig files and all the ways to sign in that
//! such a file may name: a million bytes of the package that no request of the function needs.

use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Method, Request, Response, Uri};
use kube::Client;
use kube::client::middleware::BaseUriLayer;
use kube::client::{Body, ClientBuilder};
use tower::service_fn;
use tower_http::timeout::TimeoutBody;

use super::token::Token;
use crate::https::{Https, Trust, readable};

/// An endpoint that accepts no connection in this time is not reachable: it is private, or closed to the function's
/// address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest silence of a watch. A watch ends by itself before that (`watch::WATCH_SECONDS`).
const WATCH_SILENCE: Duration = Duration::from_secs(35);
/// The limit of a whole read, with its response. A pass that begins at the deadline has 20 seconds
/// (`Progress::end_of_pass`).
const READ_LIMIT: Duration = Duration::from_secs(10);
/// The limit of a whole write. The API server asks admission webhooks first, and waits up to 30 seconds for a dead one
/// (Kubernetes documentation, "Dynamic Admission Control", `timeoutSeconds`).
const WRITE_LIMIT: Duration = Duration::from_secs(35);

/// A client for the API at `url`, whose certificate must lead to one of `certificates`, in PEM. The client has no
/// default namespace and never retries: the engine polls again by itself.
///
/// # Errors
/// The certificates cannot be parsed.
pub fn client(url: Uri, certificates: Vec<u8>, token: Token) -> Result<Client, String> {
    readable(&certificates).map_err(|problem| format!("certificateAuthority: {problem}"))?;
    let https = Https::new(Trust::Only(certificates), CONNECT_TIMEOUT, WATCH_SILENCE);
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
    let limit = limit(request.method(), request.uri());
    let (mut head, body) = request.into_parts();
    head.headers.insert(AUTHORIZATION, bearer);
    let body = body.collect_bytes().await?;
    let answer = https.send(Request::from_parts(head, body.to_vec()));
    let answer = match limit {
        Some(limit) => within(limit, whole(answer)).await?,
        None => answer.await?,
    };
    Ok(answer.map(|body| TimeoutBody::new(WATCH_SILENCE, body)))
}

/// How long a whole request may take. `None` for a watch, which stays open.
fn limit(method: &Method, uri: &Uri) -> Option<Duration> {
    let mut parameters = uri.query().unwrap_or_default().split('&');
    match *method {
        Method::GET if parameters.any(|parameter| parameter == "watch=true") => None,
        Method::GET => Some(READ_LIMIT),
        _ => Some(WRITE_LIMIT),
    }
}

/// The response with its whole body.
async fn whole(
    answer: impl Future<Output = Result<Response<SdkBody>, BoxError>>,
) -> Result<Response<SdkBody>, BoxError> {
    let (head, body) = answer.await?.into_parts();
    let bytes = ByteStream::new(body).collect().await?.into_bytes();
    Ok(Response::from_parts(head, SdkBody::from(bytes)))
}

async fn within<T>(limit: Duration, call: impl Future<Output = Result<T, BoxError>>) -> Result<T, BoxError> {
    let answer = tokio::time::timeout(limit, call).await;
    answer.unwrap_or_else(|_| Err(format!("none came within {} seconds", limit.as_secs()).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Duration = Duration::from_millis(10);

    #[test]
    fn everything_but_a_watch_has_a_limit() {
        for (method, query, expected) in [
            (Method::GET, "", Some(READ_LIMIT)),
            (Method::GET, "?limit=500", Some(READ_LIMIT)),
            (Method::GET, "?watch=true&labelSelector=a", None),
            (Method::GET, "?labelSelector=watch%3Dtrue", Some(READ_LIMIT)),
            (Method::POST, "", Some(WRITE_LIMIT)),
            (Method::PATCH, "?force=true", Some(WRITE_LIMIT)),
            (Method::DELETE, "", Some(WRITE_LIMIT)),
        ] {
            let uri = format!("https://h/api/v1/nodes{query}").parse().unwrap();
            assert_eq!(limit(&method, &uri), expected, "{method} {query}");
        }
    }

    /// A pass that begins at the deadline has 20 seconds for its calls.
    #[test]
    fn a_read_ends_before_the_pass_is_cut_off() {
        assert!(CONNECT_TIMEOUT < READ_LIMIT && READ_LIMIT < Duration::from_secs(20));
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_given_up() {
        let silent = std::future::pending::<Result<Response<SdkBody>, BoxError>>();
        let answer = within(MOMENT, whole(silent)).await;
        assert_eq!(answer.unwrap_err().to_string(), "none came within 0 seconds");
        let short = async { Ok(Response::new(SdkBody::from("all of it"))) };
        let answer = within(READ_LIMIT, whole(short)).await.unwrap();
        assert_eq!(answer.body().bytes(), Some(&b"all of it"[..]));
    }
}
