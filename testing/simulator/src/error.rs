//! Errors in EKS's shape: a status, a type in a header, a message in the body.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EksError {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl EksError {
    fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterException", message)
    }

    pub fn request(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequestException", message)
    }

    pub fn in_use(message: impl Into<String>) -> Self {
        Self::new(409, "ResourceInUseException", message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "ResourceNotFoundException", message)
    }

    /// The tag operations have errors of their own.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequestException", message)
    }

    pub fn no_resource(message: impl Into<String>) -> Self {
        Self::new(404, "NotFoundException", message)
    }

    pub fn server(message: impl Into<String>) -> Self {
        Self::new(500, "ServerException", message)
    }

    pub fn throttled() -> Self {
        Self::new(429, "ThrottlingException", "Rate exceeded")
    }

    pub fn unknown_operation(method: &str, path: &str) -> Self {
        Self::new(
            404,
            "UnknownOperationException",
            format!("the simulator has no operation {method} {path}"),
        )
    }

    /// The service names what a call was about beside the message.
    pub fn into_answer(self, cluster: &str, nodegroup: &str) -> Response {
        let mut body = json!({ "message": self.message });
        for (member, name) in [("clusterName", cluster), ("nodegroupName", nodegroup)] {
            if !name.is_empty() {
                body[member] = json!(name);
            }
        }
        let status =
            axum::http::StatusCode::from_u16(self.status).unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        (status, [("x-amzn-errortype", self.code)], Json(body)).into_response()
    }
}

impl IntoResponse for EksError {
    fn into_response(self) -> Response {
        self.into_answer("", "")
    }
}
