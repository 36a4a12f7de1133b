//! Reading a request out of a file.

use std::fs;
use std::path::Path;

use mng_core::properties::spec::Spec;
use mng_core::properties::validate;
use mng_core::protocol::event::{Event, classify};
use mng_core::protocol::eventbridge::{self, request::EventRefusal};
use mng_core::protocol::request::Request;
use mng_engine::Case;
use serde_json::Value;

use crate::answer::CommandFailure;
use crate::document::UnreadableFile;

/// The request in a file, which may have come through SNS or by EventBridge.
pub fn read(path: &Path) -> Result<Request, CommandFailure> {
    let unreadable = |problem: String| CommandFailure::NoAnswer(format!("{}: {problem}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let event = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    request(&event).map_err(|error| unreadable(error.problem))
}

/// The request in an event, which may have come through SNS or by EventBridge.
pub fn request(event: &Value) -> Result<Request, UnreadableFile> {
    if let Some(Event::Bus(event)) = classify(event.clone()).first() {
        return sent(event);
    }
    let parsed = match event.pointer("/Records/0/Sns/Message").and_then(Value::as_str) {
        Some(message) => {
            let message = serde_json::from_str(message).map_err(|error| UnreadableFile::new(error.to_string()))?;
            Request::parse(&message)
        }
        None if event.get("RequestType").is_none() => return Err(UnreadableFile::new("no request")),
        None => Request::parse(event),
    };
    parsed.map_err(|error| UnreadableFile::new(error.to_string()))
}

fn sent(event: &Value) -> Result<Request, UnreadableFile> {
    let request = eventbridge::request::read(event).map_err(|unfit| match unfit {
        EventRefusal::Ignored(why) => UnreadableFile::new(format!("no request: {why}")),
        EventRefusal::Refused { reason, .. } => UnreadableFile::new(reason),
    })?;
    let case = mng_engine::identified(Case::of(request)).map_err(UnreadableFile::new)?;
    Ok(case.request)
}

/// What the request's properties ask for.
pub fn spec(request: &Request, path: &Path) -> Result<Spec, CommandFailure> {
    validate::validate(&request.properties, &request.envelope.logical_resource_id).map_err(|problems| {
        let line = |problem| format!("{}: {problem}", path.display());
        CommandFailure::Problems(problems.iter().map(line).collect())
    })
}
