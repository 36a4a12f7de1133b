//! Tags of node groups, by ARN. These operations are no part of the model, so their input is checked here.

use serde_json::{Map, Value, json};

use super::checks;
use crate::error::EksError;
use crate::model;
use crate::routes::RoutedCall;
use crate::world::{SimulatedGroup, World};

/// The service's limit.
const MAX_TAGS: usize = 50;

pub fn tag(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let tags = wanted(call)?;
    let group = by_arn(world, &call.subject)?;
    let mut all = group.shown["tags"].as_object().cloned().unwrap_or_default();
    all.extend(tags);
    if all.len() > MAX_TAGS {
        let message = format!("A resource can have at most {MAX_TAGS} tags");
        return Err(EksError::bad_request(message));
    }
    group.shown["tags"] = Value::Object(all);
    Ok(json!({}))
}

pub fn untag(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let keys: Vec<&str> = call.values("tagKeys").collect();
    if keys.is_empty() || keys.len() > MAX_TAGS {
        return Err(EksError::bad_request("tagKeys must have between 1 and 50 entries"));
    }
    let group = by_arn(world, &call.subject)?;
    if let Some(tags) = group.shown["tags"].as_object_mut() {
        tags.retain(|key, _| !keys.contains(&key.as_str()));
    }
    Ok(json!({}))
}

pub fn list(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    Ok(json!({ "tags": by_arn(world, &call.subject)?.shown["tags"] }))
}

fn wanted(call: &RoutedCall) -> Result<Map<String, Value>, EksError> {
    if let Some(unknown) = call.body.keys().find(|key| *key != "tags") {
        return Err(EksError::bad_request(format!(
            "Unknown parameter in input: \"{unknown}\""
        )));
    }
    let tags = call.body.get("tags").unwrap_or(&Value::Null);
    model::check_value("TagMap", tags, "tags")
        .and_then(|()| checks::tags(Some(tags)))
        .map_err(|error| EksError::bad_request(error.message))?;
    Ok(tags.as_object().cloned().unwrap_or_default())
}

fn by_arn<'w>(world: &'w mut World, arn: &str) -> Result<&'w mut SimulatedGroup, EksError> {
    let group = world
        .groups
        .values_mut()
        .find(|group| group.shown["nodegroupArn"] == arn);
    group.ok_or_else(|| EksError::no_resource(format!("Resource was not found: {arn}")))
}
