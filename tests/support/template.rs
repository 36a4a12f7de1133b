//! What template.yaml says, for the tests that hold the code against it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// The template's text.
pub fn text() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("template.yaml")).expect("template.yaml")
}

/// The actions in the statements that say what the function calls itself: those whose Sid begins with `Call` or `Read`.
pub fn called_by_the_function() -> BTreeSet<String> {
    let text = text();
    let statements = text
        .split("- Sid: ")
        .filter(|statement| statement.starts_with("Call") || statement.starts_with("Read"));
    let actions = statements.flat_map(|statement| {
        let from_action = statement.split("Action:").nth(1).unwrap_or_default();
        from_action
            .split("Resource:")
            .next()
            .unwrap_or_default()
            .split_whitespace()
    });
    let named = actions
        .filter(|word| word.contains(':') && !word.starts_with('#'))
        .map(str::to_owned);
    named.collect()
}

/// The whole template. `!Sub text` is its text, any other short form an object such as `{"Ref": "Tracing"}`.
pub fn parsed() -> Value {
    plain(&yaml_serde::from_str(&text()).expect("YAML"))
}

/// The statements of a role, and those that are there under a condition too.
pub fn statements(role: &str) -> Vec<Value> {
    let policies = property(role, "Policies");
    let policies = policies.as_array().expect("a list").iter();
    let statements = policies.flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
    statements
        .map(|statement| match statement.get("If") {
            Some(conditional) => conditional[1].clone(),
            None => statement,
        })
        .collect()
}

/// A value, or each of several.
pub fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        one => vec![one.clone()],
    }
}

/// A member of a resource's properties, such as `OperationsDashboard`, `DashboardBody`.
pub fn property(resource: &str, name: &str) -> Value {
    parsed()["Resources"][resource]["Properties"][name].clone()
}

fn plain(value: &yaml_serde::Value) -> Value {
    match value {
        yaml_serde::Value::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            match tag.trim_start_matches('!') {
                "Sub" => plain(&tagged.value),
                function => json!({ function: plain(&tagged.value) }),
            }
        }
        yaml_serde::Value::Sequence(items) => items.iter().map(plain).collect(),
        yaml_serde::Value::Mapping(members) => {
            let members = members
                .iter()
                .map(|(key, value)| (key.as_str().expect("a text").to_owned(), plain(value)));
            Value::Object(members.collect())
        }
        scalar => serde_json::to_value(scalar).expect("a scalar"),
    }
}
