//! The schema is the committed one, and knows the same properties and words as validation does.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use mng_core::properties::validate::inspect;
use serde_json::{Map, Value, json};
use support::mng;

/// No property is near enough to it to be suggested, so that all that are known are listed.
const UNKNOWN: &str = "ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ";

fn schema() -> Value {
    mng_core::properties::schema::schema()
}

#[test]
fn the_committed_schema_is_what_mng_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/managed-node-group.schema.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let (status, printed, _) = mng(&["schema"], &[]);
    assert_eq!(status, Some(0));
    let advice = "renew it: cargo run -q -p cli -- schema > schema/managed-node-group.schema.json";
    assert!(
        committed == printed,
        "{} is not what the table of properties says; {advice}",
        path.display()
    );
}

/// A way from the resource's properties to an object or a word within, `[]` for a list's first entry.
type SchemaPath = Vec<String>;

/// Each object of fixed properties with their names.
fn objects(schema: &Value, way: &SchemaPath, found: &mut Vec<(SchemaPath, BTreeSet<String>)>) {
    if let Some(properties) = schema["properties"].as_object() {
        assert_eq!(schema["additionalProperties"], false, "{way:?}");
        found.push((way.clone(), properties.keys().cloned().collect()));
    }
    each_within(schema, way, &mut |inner, way| objects(inner, way, found));
}

/// Each property that is one of a few words, with them.
fn words(schema: &Value, way: &SchemaPath, found: &mut Vec<(SchemaPath, BTreeSet<String>)>) {
    if let Some(words) = schema["enum"].as_array().filter(|_| schema["type"] == "string") {
        found.push((
            way.clone(),
            words
                .iter()
                .map(|word| word.as_str().expect("a word").to_owned())
                .collect(),
        ));
    }
    // Whether true or false may be written as text is no choice of words.
    if schema["anyOf"][0]["type"] != "boolean" {
        each_within(schema, way, &mut |inner, way| words(inner, way, found));
    }
}

fn each_within(schema: &Value, way: &SchemaPath, then: &mut dyn FnMut(&Value, &SchemaPath)) {
    let further = |step: &str| [way.clone(), vec![step.to_owned()]].concat();
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        then(inner, &further(name));
    }
    for choice in schema["anyOf"].as_array().into_iter().flatten() {
        then(choice, way);
    }
    if schema["items"].is_object() {
        then(&schema["items"], &further("[]"));
    }
}

/// Properties that have nothing but a value at the end of a way.
fn at(way: &[String], value: Value) -> Value {
    way.iter().rev().fold(value, |inner, step| match step.as_str() {
        "[]" => json!([inner]),
        name => json!({ name: inner }),
    })
}

/// What validation says of one property: the message on the path that ends with it.
fn message(properties: &Value, end: &str) -> String {
    let none = Map::new();
    let (_, problems) = inspect(properties.as_object().unwrap_or(&none), "Nodes");
    let told = problems.iter().filter(|problem| problem.path.ends_with(end));
    told.map(|problem| problem.message.clone())
        .collect::<Vec<_>>()
        .join("; ")
}

fn listed(message: &str, before: &str, after: &str) -> BTreeSet<String> {
    let rest = message.split_once(before).map_or("", |(_, rest)| rest);
    let list = rest.split_once(after).map_or(rest, |(list, _)| list);
    list.replace(" or ", ", ").split(", ").map(ToOwned::to_owned).collect()
}

#[test]
fn schema_and_validation_know_the_same_properties_at_each_depth() {
    let mut found = vec![];
    objects(&schema(), &vec![], &mut found);
    assert_eq!(found.len(), 14, "{found:#?}");
    for (way, names) in found {
        let message = message(&at(&way, json!({ UNKNOWN: 1 })), UNKNOWN);
        // The Cluster Autoscaler's options are a map to the function.
        let message = message.replace("expected one of ", "known are ");
        assert_eq!(listed(&message, "known are ", "; "), names, "{way:?}");
    }
}

#[test]
fn schema_and_validation_know_the_same_words() {
    let mut found = vec![];
    words(&schema(), &vec![], &mut found);
    assert_eq!(found.len(), 10, "{found:#?}");
    for (way, mut words) in found {
        let end = way.iter().rfind(|step| *step != "[]").expect("a name").clone();
        if end == "Effect" {
            // EKS's own spelling is taken without being offered.
            words.retain(|word| !word.contains('_'));
        }
        let message = message(&at(&way, json!(UNKNOWN)), &end);
        let message = message.replace("one of ", "").replace("some of ", "");
        assert_eq!(listed(&message, "expected ", ", got"), words, "{way:?}");
    }
}

/// What a schema requires, and the bounds of its numbers, are validation's too: one beyond each is refused.
#[test]
fn bounds_are_the_same() {
    let mut beyond = vec![];
    bounds(&schema(), &vec![], &mut beyond);
    assert!(beyond.len() > 20, "{beyond:#?}");
    for (way, number, refused) in beyond {
        let name = way.last().expect("a name").clone();
        let told = message(&at(&way, json!(number)), &name);
        assert_eq!(
            told.contains("expected a whole number"),
            refused,
            "{way:?} {number}: {told}"
        );
    }
}

fn bounds(schema: &Value, way: &SchemaPath, found: &mut Vec<(SchemaPath, i64, bool)>) {
    if schema["type"] == "integer" {
        for (bound, outwards) in [("minimum", -1), ("maximum", 1)] {
            let bound = schema[bound].as_i64();
            found.extend(bound.into_iter().flat_map(|bound| {
                let inside = (way.clone(), bound, false);
                [inside, (way.clone(), bound + outwards, true)]
            }));
        }
    }
    each_within(schema, way, &mut |inner, way| bounds(inner, way, found));
}

#[test]
fn what_must_be_there_is_the_same() {
    let mut found = vec![];
    required(&schema(), &vec![], &mut found);
    assert_eq!(found.len(), 3, "{found:#?}");
    for (way, names) in found {
        let properties = at(&way, json!({}));
        for name in names {
            assert!(message(&properties, &name).contains("is required"), "{way:?} {name}");
        }
    }
}

fn required(schema: &Value, way: &SchemaPath, found: &mut Vec<(SchemaPath, Vec<String>)>) {
    if let Some(names) = schema["required"].as_array() {
        let names = names.iter().map(|name| name.as_str().expect("a name").to_owned());
        found.push((way.clone(), names.collect()));
    }
    each_within(schema, way, &mut |inner, way| required(inner, way, found));
}

#[test]
fn every_property_is_described() {
    described(&schema(), &vec![]);
}

fn described(schema: &Value, way: &SchemaPath) {
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        let text = inner["description"].as_str().unwrap_or_default();
        assert!(text.ends_with('.') && !text.contains('\n'), "{way:?} {name}: {text}");
    }
    each_within(schema, way, &mut |inner, way| described(inner, way));
}
