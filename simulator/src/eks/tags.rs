//! Tags of node groups, by ARN.

use serde_json::{Value, json};

use crate::error::EksError;
use crate::http::Call;
use crate::world::{Group, World};

/// The service's limit.
const MAX_TAGS: usize = 50;

pub fn tag(world: &mut World, call: &Call) -> Result<Value, EksError> {
    let tags = call
        .body
        .get("tags")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    if tags.is_empty() || tags.keys().any(|key| key.to_lowercase().starts_with("aws:")) {
        return Err(EksError::invalid(
            "tags must have at least one entry, and none whose key begins with aws:",
        ));
    }
    let group = by_arn(world, &call.subject)?;
    let mut all = group.shown["tags"].as_object().cloned().unwrap_or_default();
    all.extend(tags);
    if all.len() > MAX_TAGS {
        return Err(EksError::invalid(format!(
            "A resource can have at most {MAX_TAGS} tags"
        )));
    }
    group.shown["tags"] = Value::Object(all);
    Ok(json!({}))
}

pub fn untag(world: &mut World, call: &Call) -> Result<Value, EksError> {
    let group = by_arn(world, &call.subject)?;
    if let Some(tags) = group.shown["tags"].as_object_mut() {
        tags.retain(|key, _| !call.tag_keys.contains(key));
    }
    Ok(json!({}))
}

pub fn list(world: &mut World, call: &Call) -> Result<Value, EksError> {
    Ok(json!({ "tags": by_arn(world, &call.subject)?.shown["tags"] }))
}

fn by_arn<'w>(world: &'w mut World, arn: &str) -> Result<&'w mut Group, EksError> {
    let group = world
        .groups
        .values_mut()
        .find(|group| group.shown["nodegroupArn"] == arn);
    group.ok_or_else(|| EksError::not_found(format!("Resource was not found: {arn}")))
}
