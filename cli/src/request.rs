//! Reading a request out of a file.

use std::fs;
use std::path::Path;

use managed_node_group::cfn::event::{Event, classify};
use managed_node_group::cfn::request::Request;
use managed_node_group::nodegroup::spec::Spec;
use managed_node_group::nodegroup::validate;

use crate::Failure;

/// The request in a file, which may have come through SNS.
pub fn read(path: &Path) -> Result<Request, Failure> {
    let unreadable = |problem: String| Failure::NoAnswer(format!("{}: {problem}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let event = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let Some(Event::Request(event)) = classify(event).into_iter().next() else {
        return Err(unreadable("no request".to_owned()));
    };
    Request::parse(&event).map_err(|error| unreadable(error.to_string()))
}

/// What the request's properties ask for.
pub fn spec(request: &Request, path: &Path) -> Result<Spec, Failure> {
    validate::validate(&request.properties, &request.envelope.logical_resource_id).map_err(|problems| {
        let line = |problem| format!("{}: {problem}", path.display());
        Failure::Problems(problems.iter().map(line).collect())
    })
}
