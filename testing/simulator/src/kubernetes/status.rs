//! Refusals in Kubernetes' shape: an object of the kind Status.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::paths::ApiTarget;
use super::resource::{KubernetesResource, Scope};

/// As whom the API server knows whoever comes with a token: a role's session.
const USER: &str = "arn:aws:sts::123456789012:assumed-role/function/session";

#[derive(Debug, Clone, PartialEq)]
pub struct StatusFailure {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    pub details: Value,
}

impl StatusFailure {
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            details: Value::Null,
        }
    }

    /// The API server tells nobody who isn't known why.
    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    pub fn forbidden(target: &ApiTarget, verb: &str) -> Self {
        let resource = target.resource;
        let (plural, group) = (resource.plural(), resource.group());
        let object = target
            .name
            .as_ref()
            .map_or(String::new(), |name| format!(" \"{name}\""));
        let scope = match &target.namespace {
            Some(namespace) if resource.scope() == Scope::Namespace => format!("in the namespace \"{namespace}\""),
            _ => "at the cluster scope".to_owned(),
        };
        let message = format!(
            "{}{object} is forbidden: User \"{USER}\" cannot {verb} resource \"{plural}\" in API group \
             \"{group}\" {scope}",
            resource.qualified(),
        );
        Self::new(403, "Forbidden", message).about(resource, target.name.as_deref())
    }

    pub fn no_such_path() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource")
    }

    pub fn not_found(resource: KubernetesResource, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", resource.qualified());
        Self::new(404, "NotFound", message).about(resource, Some(name))
    }

    pub fn exists(resource: KubernetesResource, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", resource.qualified());
        Self::new(409, "AlreadyExists", message).about(resource, Some(name))
    }

    /// An object that isn't, or is no longer, what the request expects.
    pub fn conflict(resource: KubernetesResource, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": {why}",
            resource.qualified()
        );
        Self::new(409, "Conflict", message).about(resource, Some(name))
    }

    pub fn immutable_uid(resource: KubernetesResource, name: &str, given: &str) -> Self {
        let kind = match resource.group() {
            "" => resource.kind().to_owned(),
            group => format!("{}.{group}", resource.kind()),
        };
        let message =
            format!("{kind} \"{name}\" is invalid: metadata.uid: Invalid value: \"{given}\": field is immutable");
        Self::new(422, "Invalid", message).about(resource, Some(name))
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn expired(asked: u64, oldest: u64) -> Self {
        Self::new(410, "Expired", format!("too old resource version: {asked} ({oldest})"))
    }

    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code,
        });
        if !self.details.is_null() {
            status["details"] = self.details.clone();
        }
        status
    }

    fn about(mut self, resource: KubernetesResource, name: Option<&str>) -> Self {
        self.details = json!({"kind": resource.plural()});
        for (key, value) in [("name", name.unwrap_or_default()), ("group", resource.group())] {
            if !value.is_empty() {
                self.details[key] = json!(value);
            }
        }
        self
    }
}

impl IntoResponse for StatusFailure {
    fn into_response(self) -> Response {
        let code = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (code, Json(self.status())).into_response()
    }
}
