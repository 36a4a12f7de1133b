//! Calls to AWS by hand: one HTTP client, requests signed and written out here, answers searched for what is needed.
//!
//! It tries nothing again, knows no error by its code and checks nothing of what it reads. That is the point: no function
//! that makes these calls can be much faster.

// The function's clock and environment are injected, and clippy sees to it. This crate is no part of the function.
#![allow(clippy::disallowed_methods)]

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::Error;
use serde_json::Value;

type Body = Full<Bytes>;

pub struct Aws {
    http: Client<HttpsConnector<HttpConnector>, Body>,
    endpoint: String,
    region: String,
    credentials: Credentials,
}

/// A variable of the environment; empty, if there is none.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

impl Aws {
    /// # Errors
    /// The system has no certificates.
    pub fn from_environment() -> Result<Self, Error> {
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(plain);
        let (key, secret) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"));
        Ok(Self {
            http: Client::builder(TokioExecutor::new()).build(https),
            endpoint: variable("AWS_ENDPOINT_URL"),
            region: variable("AWS_REGION"),
            credentials: Credentials::new(key, secret, None, None, "environment"),
        })
    }

    /// A call of EC2's and IAM's protocol.
    ///
    /// # Errors
    /// Whatever keeps an answer from coming.
    pub async fn query(&self, service: &str, form: String) -> Result<String, Error> {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.call(service, "POST", "/", &headers, form).await
    }

    /// A call of the protocol that has its operation in a header.
    ///
    /// # Errors
    /// Whatever keeps an answer from coming.
    pub async fn json(&self, service: &str, target: &str, body: String) -> Result<String, Error> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.call(service, "POST", "/", &headers, body).await
    }

    /// A call of EKS.
    ///
    /// # Errors
    /// Whatever keeps an answer from coming.
    pub async fn eks(&self, method: &str, path: &str, body: &Value) -> Result<Value, Error> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [("content-type", "application/json")];
        let answer = self.call("eks", method, path, &headers, body).await?;
        Ok(serde_json::from_str(&answer)?)
    }

    /// The PUT that ends a request.
    ///
    /// # Errors
    /// Whatever keeps it from being taken.
    pub async fn put(&self, url: &str, body: String) -> Result<(), Error> {
        let request = Request::put(url).header("content-type", "").body(Body::from(body))?;
        self.http.request(request).await?;
        Ok(())
    }

    async fn call(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<String, Error> {
        let identity = self.credentials.clone().into();
        let signing = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let url = format!("{}{path}", self.endpoint);
        let signable = SignableRequest::new(
            method,
            &url,
            headers.iter().copied(),
            SignableBody::Bytes(body.as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &signing)?.into_parts();
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(&url), |request, (name, value)| {
                request.header(*name, *value)
            });
        let mut request = request.body(Body::from(body))?;
        instructions.apply_to_request_http1x(&mut request);
        let answer = self.http.request(request).await?.into_body().collect().await?;
        Ok(String::from_utf8_lossy(&answer.to_bytes()).into_owned())
    }
}

/// The text of the first element of a name, or nothing.
pub fn first<'a>(xml: &'a str, element: &str) -> &'a str {
    let from = xml.split_once(&format!("<{element}>")).map_or("", |(_, rest)| rest);
    from.split_once("</").map_or("", |(text, _)| text)
}
