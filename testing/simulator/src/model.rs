//! The API's model, and the check of a request body against it.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::error::EksError;

static MODEL: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../model/eks-nodegroup-model.json")).expect("the model is JSON")
});

/// Checks the body of an operation: members known, required ones there, types, enums, lengths and bounds.
pub fn check(operation: &str, body: &Map<String, Value>) -> Result<(), EksError> {
    let Some(input) = MODEL["operations"][operation]["input"].as_str() else {
        return Ok(());
    };
    let shape = &MODEL["shapes"][input];
    let in_body = |member: &&Value| member.get("location").is_none();
    let known = |key: &str| shape["members"].get(key).filter(in_body);
    for (key, value) in body {
        let member = known(key).ok_or_else(|| EksError::invalid(format!("Unknown parameter in input: \"{key}\"")))?;
        check_value(member["shape"].as_str().unwrap_or_default(), value, key)?;
    }
    let required = shape["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    match required
        .filter(|key| known(key).is_some())
        .find(|key| body.get(*key).is_none_or(Value::is_null))
    {
        Some(missing) => Err(EksError::invalid(format!(
            "Missing required parameter in input: \"{missing}\""
        ))),
        None => Ok(()),
    }
}

/// Checks what came in the query string of an operation: parameters known, numbers within their bounds.
pub fn check_query(operation: &str, query: &[(String, String)]) -> Result<(), EksError> {
    let Some(input) = MODEL["operations"][operation]["input"].as_str() else {
        return Ok(());
    };
    let members = &MODEL["shapes"][input]["members"];
    for (key, text) in query {
        let member = &members[key];
        if member["location"] != "querystring" {
            return Err(EksError::invalid(format!("Unknown parameter in input: \"{key}\"")));
        }
        let shape = member["shape"].as_str().unwrap_or_default();
        let number = MODEL["shapes"][shape]["type"] == "integer";
        let value = match text.parse::<i64>() {
            Ok(value) if number => Value::from(value),
            _ => Value::from(text.as_str()),
        };
        check_value(shape, &value, key)?;
    }
    Ok(())
}

/// Checks a value against a shape of the model.
pub fn check_value(shape: &str, value: &Value, path: &str) -> Result<(), EksError> {
    let definition = &MODEL["shapes"][shape];
    match (definition["type"].as_str().unwrap_or_default(), value) {
        ("structure", Value::Object(map)) => structure(definition, map, path),
        ("list", Value::Array(items)) => {
            bounds(definition, items.len() as i64, path)?;
            let member = definition["member"].as_str().unwrap_or_default();
            items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| check_value(member, item, &format!("{path}[{index}]")))
        }
        ("map", Value::Object(map)) => {
            bounds(definition, map.len() as i64, path)?;
            let (key_shape, value_shape) = (definition["key"].as_str(), definition["value"].as_str());
            map.iter().try_for_each(|(key, value)| {
                check_value(
                    key_shape.unwrap_or_default(),
                    &Value::String(key.clone()),
                    &format!("{path} key"),
                )?;
                check_value(value_shape.unwrap_or_default(), value, &format!("{path}.{key}"))
            })
        }
        ("string", Value::String(text)) => string(definition, text, path),
        ("integer", Value::Number(number)) if number.is_i64() => {
            bounds(definition, number.as_i64().unwrap_or_default(), path)
        }
        ("boolean", Value::Bool(_)) => Ok(()),
        (kind, _) => Err(EksError::invalid(format!(
            "Invalid type for parameter {path}, expected {kind}"
        ))),
    }
}

fn structure(definition: &Value, map: &Map<String, Value>, path: &str) -> Result<(), EksError> {
    for (key, value) in map {
        let member = definition["members"].get(key);
        let member = member.ok_or_else(|| EksError::invalid(format!("Unknown parameter in {path}: \"{key}\"")))?;
        check_value(
            member["shape"].as_str().unwrap_or_default(),
            value,
            &format!("{path}.{key}"),
        )?;
    }
    let required = definition["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    match required.into_iter().find(|key| !map.contains_key(*key)) {
        Some(missing) => Err(EksError::invalid(format!(
            "Missing required parameter in {path}: \"{missing}\""
        ))),
        None => Ok(()),
    }
}

fn string(definition: &Value, text: &str, path: &str) -> Result<(), EksError> {
    bounds(definition, text.chars().count() as i64, path)?;
    match definition["enum"].as_array() {
        Some(words) if !words.iter().any(|word| word == text) => Err(EksError::invalid(format!(
            "Value '{text}' at '{path}' failed to satisfy constraint: Member must satisfy enum value set: {words:?}"
        ))),
        _ => Ok(()),
    }
}

fn bounds(definition: &Value, size: i64, path: &str) -> Result<(), EksError> {
    let least = definition["min"].as_i64().is_none_or(|min| size >= min);
    let most = definition["max"].as_i64().is_none_or(|max| size <= max);
    if least && most {
        return Ok(());
    }
    Err(EksError::invalid(format!(
        "Value {size} at '{path}' is out of bounds: min {}, max {}",
        definition["min"], definition["max"]
    )))
}
