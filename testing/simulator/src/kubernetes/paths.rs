//! What a path of the Kubernetes API names.

use axum::http::Method;
use percent_encoding::percent_decode_str;

use super::resource::{KubernetesResource, Scope};
use super::status::StatusFailure;

/// A kind of objects, all of them, those of a namespace, or a single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTarget {
    pub resource: KubernetesResource,
    pub namespace: Option<String>,
    pub name: Option<String>,
}

/// What is to be done, in RBAC's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Create,
    Delete,
    Get,
    List,
    Patch,
    Watch,
}

impl Verb {
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Get => "get",
            Self::List => "list",
            Self::Patch => "patch",
            Self::Watch => "watch",
        }
    }

    pub fn reads(self) -> bool {
        match self {
            Self::Get | Self::List | Self::Watch => true,
            Self::Create | Self::Delete | Self::Patch => false,
        }
    }

    pub fn of(method: &Method, target: &ApiTarget, query: &[(String, String)]) -> Result<Self, StatusFailure> {
        let watches = || {
            query
                .iter()
                .any(|(key, value)| key == "watch" && (value == "true" || value == "1"))
        };
        match (method.as_str(), target.name.is_some()) {
            ("GET", true) => Ok(Self::Get),
            ("GET", false) if watches() => Ok(Self::Watch),
            ("GET", false) => Ok(Self::List),
            ("POST", false) => Ok(Self::Create),
            ("PATCH", true) => Ok(Self::Patch),
            ("DELETE", true) => Ok(Self::Delete),
            _ => Err(StatusFailure::new(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
            )),
        }
    }
}

/// The cluster that a path begins with, and the API's own path after it.
pub fn of_cluster(path: &str) -> (String, String) {
    let path = path.trim_start_matches('/');
    let (cluster, rest) = path.split_once('/').unwrap_or((path, ""));
    (decode(cluster), format!("/{rest}"))
}

pub fn target(path: &str) -> Option<ApiTarget> {
    let segments: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["api", "v1", rest @ ..] => within("", rest),
        ["apis", group, "v1", rest @ ..] if !group.is_empty() => within(group, rest),
        _ => None,
    }
}

fn within(group: &str, path: &[&str]) -> Option<ApiTarget> {
    let (namespace, plural, name) = match path {
        ["namespaces", namespace, plural] => (Some(*namespace), *plural, None),
        ["namespaces", namespace, plural, name] => (Some(*namespace), *plural, Some(*name)),
        [plural] => (None, *plural, None),
        [plural, name] => (None, *plural, Some(*name)),
        _ => return None,
    };
    let resource = KubernetesResource::in_group(group, plural)?;
    let fits = match resource.scope() {
        Scope::Cluster => namespace.is_none(),
        Scope::Namespace => namespace.is_some() || name.is_none(),
    };
    fits.then(|| ApiTarget {
        resource,
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
    })
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}
