//! The table of properties as a JSON Schema, for editors: they complete by it and check while one types.
//!
//! It describes what a template may say without intrinsic functions. A rule about several properties is for validation,
//! except where two members of one object exclude each other.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use super::table::{Exclusive, Need, Object, PROPERTIES, Property, PropertyType};

/// Draft 7, since the editors' language servers know it best. Nothing is referred to, so that an excerpt stands alone.
pub fn schema() -> Value {
    let head = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Custom::ManagedNodeGroup",
        "description": "The properties of Custom::ManagedNodeGroup, an Amazon EKS managed node group as a CloudFormation custom \
                        resource.",
    });
    let resource = Object {
        members: PROPERTIES,
        exclusive: Exclusive::None,
        documentation: "",
    };
    joined([head, object(&resource)])
}

fn property(property: &Property) -> Value {
    let examples: Vec<Value> = property
        .example_values()
        .filter(|_| has_examples(&property.kind))
        .collect();
    let examples = if examples.is_empty() {
        json!({})
    } else {
        json!({ "examples": examples })
    };
    joined([
        json!({ "description": description(property) }),
        kind(&property.kind),
        examples,
    ])
}

/// Where an editor can offer words or members, it needs no example.
fn has_examples(kind: &PropertyType) -> bool {
    match kind {
        PropertyType::Boolean | PropertyType::LowerCaseBoolean | PropertyType::Word(_) | PropertyType::Words(_) => {
            false
        }
        PropertyType::Object(_)
        | PropertyType::Objects { .. }
        | PropertyType::WholeOrObject(..)
        | PropertyType::BooleanOrObject(_) => false,
        PropertyType::Text { .. }
        | PropertyType::Texts { .. }
        | PropertyType::Map { .. }
        | PropertyType::Quantities => true,
        PropertyType::Whole(_) | PropertyType::Fraction | PropertyType::Duration | PropertyType::KubernetesVersion => {
            true
        }
    }
}

/// Editors show it as plain text.
fn description(property: &Property) -> String {
    let changes = property.when_changed();
    let sentence = |head: &str, text: &str| match text {
        "" => String::new(),
        text => format!(" {head}: {text}."),
    };
    let text = [
        property.documentation,
        &sentence("Default", property.default),
        &sentence("When changed", &changes),
    ]
    .concat();
    text.replace('`', "")
}

fn kind(kind: &PropertyType) -> Value {
    match kind {
        PropertyType::Text { longest, pattern } => joined([
            json!({"type": ["string", "number", "boolean"]}),
            given("maxLength", *longest),
            given("pattern", *pattern),
        ]),
        PropertyType::Whole(bounds) => whole(bounds),
        PropertyType::Boolean => any_of([json!({"type": "boolean"}), word(&["true", "false", "True", "False"])]),
        PropertyType::LowerCaseBoolean => any_of([json!({"type": "boolean"}), word(&["true", "false"])]),
        PropertyType::Fraction => any_of([
            json!({"type": "number", "minimum": 0, "maximum": 1}),
            text_like(r"^[0-9]*\.?[0-9]+$"),
        ]),
        PropertyType::Duration => text_like(r"^([0-9]+(\.[0-9]+)?[hms])+$"),
        PropertyType::KubernetesVersion => any_of([text_like(r"^[0-9]+\.[0-9]+$"), json!({"type": "number"})]),
        PropertyType::Word(words) => word(words),
        PropertyType::Words(words) => json!({"type": "array", "items": word(words)}),
        PropertyType::Texts {
            least,
            most,
            pattern,
            unique,
        } => joined([
            json!({
                "type": "array",
                "items": joined([json!({"type": "string", "minLength": 1}), given("pattern", *pattern)]),
                "minItems": least,
            }),
            given("maxItems", *most),
            given("uniqueItems", unique.then_some(true)),
        ]),
        PropertyType::Map {
            longest_key,
            longest_value,
            most,
        } => joined([
            json!({
                "type": "object",
                "propertyNames": {"minLength": 1, "maxLength": longest_key},
                "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": longest_value},
            }),
            given("maxProperties", *most),
        ]),
        PropertyType::Quantities => json!({
            "type": "object",
            "propertyNames": {"minLength": 1},
            "additionalProperties": {
                "type": ["string", "number"],
                "minimum": 0,
                "pattern": r"^[0-9]+(\.[0-9]+)?([KMGTPE]i|[mkMGTPE])?$",
            },
        }),
        PropertyType::Object(of) => object(of),
        PropertyType::Objects { of, most } => joined([
            json!({"type": "array", "items": described(of)}),
            given("maxItems", *most),
        ]),
        PropertyType::WholeOrObject(bounds, of) => any_of([whole(bounds), described(of)]),
        PropertyType::BooleanOrObject(of) => any_of([self::kind(&PropertyType::Boolean), described(of)]),
    }
}

fn object(object: &Object) -> Value {
    let properties: Map<String, Value> = object
        .members
        .iter()
        .map(|member| (member.name.to_owned(), property(member)))
        .collect();
    let required = object.members.iter().filter(|member| member.need == Need::Required);
    let required: Vec<&str> = required.map(|member| member.name).collect();
    joined([
        json!({"type": "object", "additionalProperties": false, "properties": properties}),
        given("required", (!required.is_empty()).then_some(required)),
        exclusive(object.exclusive),
    ])
}

fn described(of: &Object) -> Value {
    let documentation = Some(of.documentation).filter(|text| !text.is_empty());
    joined([given("description", documentation), object(of)])
}

fn exclusive(exclusive: Exclusive) -> Value {
    let both = |pair: &[&str; 2]| json!({"not": {"required": pair}});
    match exclusive {
        Exclusive::None => json!({}),
        Exclusive::OneOf(names) => {
            let each: Vec<Value> = names.iter().map(|name| json!({"required": [name]})).collect();
            json!({ "oneOf": each })
        }
        Exclusive::Pairs([pair]) => both(pair),
        Exclusive::Pairs(pairs) => json!({"allOf": pairs.iter().map(both).collect::<Vec<_>>()}),
    }
}

/// The bounds are of the number; of a text there is only a pattern.
fn whole(bounds: &RangeInclusive<i32>) -> Value {
    let (least, most) = (*bounds.start(), *bounds.end());
    let number = joined([
        json!({"type": "integer", "minimum": least}),
        given("maximum", (most != i32::MAX).then_some(most)),
    ]);
    any_of([number, text_like(if least < 0 { "^-?[0-9]+$" } else { "^[0-9]+$" })])
}

fn word(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

fn text_like(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

fn any_of(choices: [Value; 2]) -> Value {
    json!({ "anyOf": choices })
}

fn given<T: Into<Value>>(key: &str, value: Option<T>) -> Value {
    let entries = value.map(|value| (key.to_owned(), value.into()));
    Value::Object(entries.into_iter().collect())
}

fn joined<const N: usize>(parts: [Value; N]) -> Value {
    let entries = parts.into_iter().filter_map(|part| match part {
        Value::Object(entries) => Some(entries),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    });
    Value::Object(entries.flatten().collect())
}
