//! The PUT that ends a request.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, StatusCode, Uri};

use mng_aws::https::Https;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::request::Envelope;
use mng_core::protocol::response_url::{Loopback, NotAResponseUrl, ResponseUrl};
use mng_core::texts::error_chain;

/// Attempts to deliver an answer, a second, two, four and eight apart: S3 has its moments (aws-cdk issue 17929).
const ATTEMPTS: u32 = 5;

/// Answers requests.
pub struct Responder {
    https: Https,
    loopback: Loopback,
    time_scale: f64,
}

/// Why an answer could not be delivered. It never contains the URL.
#[derive(Debug, thiserror::Error)]
pub enum NotDelivered {
    /// Nobody there to be answered, now or later.
    #[error(transparent)]
    Nowhere(#[from] NotAResponseUrl),
    #[error("CloudFormation's bucket refused the answer with {0}: the response URL has expired or was altered")]
    Refused(StatusCode),
    #[error("CloudFormation's bucket took the answer in none of {ATTEMPTS} attempts: {0}")]
    Unreachable(String),
}

impl Responder {
    /// `time_scale` shortens the pauses between attempts in local runs.
    pub fn new(https: Https, loopback: Loopback, time_scale: f64) -> Self {
        Self {
            https,
            loopback,
            time_scale,
        }
    }

    /// Whether the request comes from somewhere that may be answered.
    ///
    /// # Errors
    /// Its response URL is not where CloudFormation waits for its stack.
    pub fn check(&self, url: &ResponseUrl, envelope: &Envelope) -> Result<(), NotAResponseUrl> {
        url.target(&envelope.stack_id, self.loopback).map(drop)
    }

    /// Delivers the answer.
    ///
    /// # Errors
    /// [`NotDelivered`].
    pub async fn put(&self, url: &ResponseUrl, envelope: &Envelope, answer: &Answer) -> Result<(), NotDelivered> {
        let url = url.target(&envelope.stack_id, self.loopback)?;
        let body = answer.body(envelope);
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_secs(1 << (attempt - 1)).mul_f64(self.time_scale)).await;
            }
            match self.attempt(url.clone(), body.clone()).await {
                Ok(status) if status.is_success() => return Ok(()),
                // S3 redirects for a while when a bucket is new. The URL is a credential for this place and no other.
                Ok(status) if status.is_redirection() => last = format!("{status}, a redirect, which is not followed"),
                Ok(status) if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                    last = status.to_string()
                }
                Ok(status) => return Err(NotDelivered::Refused(status)),
                Err(problem) => last = problem,
            }
            tracing::warn!(attempt, problem = last, "the answer was not taken");
        }
        Err(NotDelivered::Unreachable(last))
    }

    /// The URL may be signed for an empty content type, and then any other is a wrong signature.
    async fn attempt(&self, url: Uri, body: Vec<u8>) -> Result<StatusCode, String> {
        let request = Request::put(url).header(CONTENT_TYPE, HeaderValue::from_static(""));
        let request = request.body(body).map_err(|error| error.to_string())?;
        let answer = self.https.send(request).await;
        answer
            .map(|answer| answer.status())
            .map_err(|error| error_chain(&*error))
    }
}
