//! Which operation of the service a request is, by the paths of the API's model.

use axum::http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::error::EksError;
use crate::launch_template::SimulatedTemplate;

/// A request that names an operation of the service.
pub struct RoutedCall {
    pub operation: &'static str,
    pub cluster: String,
    /// The node group that the call is about, wherever the request names it.
    pub nodegroup: String,
    /// An update's id, a principal's or a resource's ARN, where the operation has one.
    pub subject: String,
    /// As it came: `tagKeys` may be there several times.
    pub query: Vec<(String, String)>,
    pub body: Map<String, Value>,
    /// What EC2 says of the launch template that is named, where there is an EC2 to ask.
    pub template: Option<Result<SimulatedTemplate, EksError>>,
}

impl RoutedCall {
    /// The launch template, or the error of one that can't be used.
    pub fn template(&self) -> Result<Option<&SimulatedTemplate>, EksError> {
        self.template
            .as_ref()
            .map(Result::as_ref)
            .transpose()
            .map_err(Clone::clone)
    }

    pub fn value(&self, key: &str) -> Option<&str> {
        self.values(key).next()
    }

    pub fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        let found = self.query.iter().filter(move |(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a request.
pub fn call(method: &Method, path: &str, query: Vec<(String, String)>, body: &[u8]) -> Result<RoutedCall, EksError> {
    let segments: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let Some((operation, cluster, nodegroup, subject)) = operation(method.as_str(), &segments) else {
        return Err(EksError::unknown_operation(method.as_str(), path));
    };
    let mut call = RoutedCall {
        operation,
        cluster: cluster.to_owned(),
        nodegroup: nodegroup.to_owned(),
        subject,
        query,
        body: object(body)?,
        template: None,
    };
    if let Some((cluster, nodegroup)) = named_elsewhere(&call) {
        (call.cluster, call.nodegroup) = (cluster, nodegroup);
    }
    Ok(call)
}

/// Operation, cluster, node group, and an update's id or a resource's ARN.
fn operation<'p>(method: &str, path: &[&'p str]) -> Option<(&'static str, &'p str, &'p str, String)> {
    let (name, cluster, nodegroup) = match (method, path) {
        ("POST", ["clusters", cluster, "node-groups"]) => ("CreateNodegroup", *cluster, ""),
        ("GET", ["clusters", cluster, "node-groups"]) => ("ListNodegroups", *cluster, ""),
        ("GET", ["clusters", cluster, "node-groups", name]) => ("DescribeNodegroup", *cluster, *name),
        ("DELETE", ["clusters", cluster, "node-groups", name]) => ("DeleteNodegroup", *cluster, *name),
        ("POST", ["clusters", cluster, "node-groups", name, "update-config"]) => {
            ("UpdateNodegroupConfig", *cluster, *name)
        }
        ("POST", ["clusters", cluster, "node-groups", name, "update-version"]) => {
            ("UpdateNodegroupVersion", *cluster, *name)
        }
        ("GET", ["clusters", cluster, "updates"]) => ("ListUpdates", *cluster, ""),
        ("GET", ["clusters", cluster, "access-entries"]) => ("ListAccessEntries", *cluster, ""),
        ("GET", ["clusters", cluster, "access-entries", principal @ ..]) => {
            return Some(("DescribeAccessEntry", *cluster, "", principal.join("/")));
        }
        ("GET", ["clusters", cluster]) => ("DescribeCluster", *cluster, ""),
        ("GET", ["clusters", cluster, "updates", id]) => {
            return Some(("DescribeUpdate", *cluster, "", (*id).to_owned()));
        }
        (method, ["tags", arn @ ..]) if !arn.is_empty() => {
            return Some((tag_operation(method)?, "", "", arn.join("/")));
        }
        _ => return None,
    };
    Some((name, cluster, nodegroup, String::new()))
}

fn tag_operation(method: &str) -> Option<&'static str> {
    match method {
        "POST" => Some("TagResource"),
        "DELETE" => Some("UntagResource"),
        "GET" => Some("ListTagsForResource"),
        _ => None,
    }
}

/// Cluster and node group of a call whose path doesn't name the node group.
fn named_elsewhere(call: &RoutedCall) -> Option<(String, String)> {
    match call.operation {
        "CreateNodegroup" => {
            let name = call.body.get("nodegroupName").and_then(Value::as_str);
            Some((call.cluster.clone(), name?.to_owned()))
        }
        "DescribeUpdate" | "ListUpdates" => Some((call.cluster.clone(), call.value("nodegroupName")?.to_owned())),
        _ => {
            let (_, names) = call.subject.split_once(":nodegroup/")?;
            let mut names = names.split('/').map(str::to_owned);
            Some((names.next()?, names.next()?))
        }
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, EksError> {
    let body = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(body).unwrap_or(Value::Null)
    };
    match body {
        Value::Object(body) => Ok(body),
        _ => Err(EksError::invalid("The request body is not a JSON object")),
    }
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}
