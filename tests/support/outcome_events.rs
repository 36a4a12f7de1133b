//! What was told on the bus, looked at as by somebody who goes by the schemas, and who counts on one outcome for a request.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

const KINDS: [&str; 5] = ["requested", "progressing", "ready", "failed", "deleted"];

/// An event's detail-type and detail.
pub type ReceivedEvent = (String, Value);

/// The schema of an event, with what it refers to in its place.
pub fn schema(name: &str) -> Validator {
    let read = |path: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(path);
        serde_json::from_str(&fs::read_to_string(&path).expect("a schema")).expect("JSON")
    };
    let mut schema = read(&format!("events/{name}.schema.json"));
    let mut properties = read("managed-node-group.schema.json");
    properties.as_object_mut().expect("an object").remove("$schema");
    if let Some(rule) = schema.pointer_mut("/$defs/detail/allOf/0/else/properties/ResourceProperties") {
        assert_eq!(rule["$ref"], "../managed-node-group.schema.json");
        *rule = properties;
    }
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}

/// Everything that is wrong with what was told.
pub fn wrong_with(heard: &[ReceivedEvent]) -> Vec<String> {
    let schemas: BTreeMap<String, Validator> = KINDS
        .iter()
        .map(|kind| (format!("ManagedNodeGroup {}", capital(kind)), schema(kind)))
        .collect();
    let mut wrong = vec![];
    let mut ends: BTreeMap<String, &ReceivedEvent> = BTreeMap::new();
    for one in heard {
        let (kind, detail) = one;
        let event = serde_json::json!({"source": "managed-node-group", "detail-type": kind, "detail": detail});
        match schemas.get(kind) {
            None => wrong.push(format!("{kind} has no schema")),
            Some(schema) => wrong.extend(schema.iter_errors(&event).map(|error| format!("{error}: {event}"))),
        }
        let text = event.to_string();
        if text.contains("X-Amz") {
            wrong.push(format!("a response URL: {text}"));
        }
        if is_an_end(kind) {
            let id = detail["RequestId"].as_str().unwrap_or_default().to_owned();
            let first = ends.entry(id).or_insert(one);
            if !says_the_same(first, one) {
                wrong.push(format!("a second outcome says something else: {first:?} {one:?}"));
            }
        }
    }
    wrong
}

/// The outcomes of a request.
pub fn ends(heard: &[ReceivedEvent], request_id: &str) -> Vec<ReceivedEvent> {
    let of_it = |one: &&ReceivedEvent| is_an_end(&one.0) && one.1["RequestId"] == request_id;
    heard.iter().filter(of_it).cloned().collect()
}

/// The steps that were told of a request, in order.
pub fn steps(heard: &[ReceivedEvent], request_id: &str) -> Vec<String> {
    let of_it = heard.iter().filter(|(_, detail)| detail["RequestId"] == request_id);
    of_it
        .filter_map(|(_, detail)| detail["Step"].as_str().map(str::to_owned))
        .collect()
}

fn is_an_end(kind: &str) -> bool {
    ["Ready", "Failed", "Deleted"].iter().any(|word| kind.ends_with(word))
}

/// A repeated outcome may show a live size that an autoscaler moved.
fn says_the_same(first: &ReceivedEvent, second: &ReceivedEvent) -> bool {
    let same = |key: &str| first.1[key] == second.1[key];
    first.0 == second.0 && same("PhysicalResourceId") && same("Codes")
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}
