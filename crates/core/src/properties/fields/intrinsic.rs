//! CloudFormation's intrinsic functions, which stand for values in a template.

use serde_json::{Map, Value};

/// Whether CloudFormation puts something else in the place of this value.
pub fn is_intrinsic(value: &Value) -> bool {
    value.as_object().is_some_and(is_call)
}

/// Whether an object is nothing but the call of an intrinsic function.
pub fn is_call(object: &Map<String, Value>) -> bool {
    let is_function = |key: &String| key == "Ref" || key == "Condition" || key.starts_with("Fn::");
    object.len() == 1 && object.keys().all(is_function)
}

/// A copy without what `AWS::NoValue` removes. What an intrinsic function is given stays as it is.
pub fn without_no_values(properties: &Map<String, Value>) -> Map<String, Value> {
    let kept = properties.iter().filter(|(_, value)| !is_no_value(value));
    kept.map(|(key, value)| (key.clone(), without(value))).collect()
}

fn without(value: &Value) -> Value {
    match value {
        Value::Object(object) if !is_call(object) => Value::Object(without_no_values(object)),
        Value::Array(items) => items.iter().filter(|item| !is_no_value(item)).map(without).collect(),
        other => other.clone(),
    }
}

fn is_no_value(value: &Value) -> bool {
    is_intrinsic(value) && value["Ref"] == "AWS::NoValue"
}
