//! What is put right after the types have become a schema.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

/// Takes the nulls out, which an `Option` brings along and CloudFormation refuses, and writes each description in one line.
#[derive(Debug, Clone)]
pub struct Tidy;

impl Transform for Tidy {
    fn transform(&mut self, schema: &mut Schema) {
        without_null_type(schema);
        without_null_choice(schema);
        in_one_line(schema);
        transform_subschemas(self, schema);
    }
}

fn without_null_type(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
}

/// What remains alone is no choice any more. What the property says of itself goes before what its type says.
fn without_null_choice(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| *choice != json!({"type": "null"}));
    let [Value::Object(only)] = &choices[..] else { return };
    let only = only.clone();
    schema.remove("anyOf");
    for (key, value) in only {
        schema.ensure_object().entry(key).or_insert(value);
    }
}

fn in_one_line(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
}
