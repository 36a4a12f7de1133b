//! The table of properties in Markdown, for people.

use serde_json::Value;

use super::table::{Need, Object, PROPERTIES, Property, PropertyType};

/// One row for each property that a node group has, with its default, an example and what a change does.
pub fn overview() -> String {
    let head = "| property | default | example | when changed |\n|---|---|---|---|\n";
    let properties = PROPERTIES.iter().filter(|property| !property.changes.is_empty());
    let row = |property: &Property| {
        format!(
            "| `{}`{} | {} | {} | {} |\n",
            property.name,
            need(property),
            property.default,
            example(property),
            property.when_changed()
        )
    };
    properties.fold(head.to_owned(), |table, property| table + &row(property))
}

/// Every property, each under a heading of its own, with its members in a table.
pub fn reference() -> String {
    let section = |property: &Property| {
        let required = match property.need {
            Need::Required => "yes",
            Need::Optional => "",
        };
        let facts = [
            ("Type", kind(&property.kind)),
            ("Required", required.to_owned()),
            ("Default", property.default.to_owned()),
            ("Example", examples(property)),
            ("When changed", property.when_changed()),
        ];
        let stated = facts.iter().filter(|(_, fact)| !fact.is_empty());
        let facts: String = stated.map(|(name, fact)| format!("- {name}: {fact}\n")).collect();
        let members = property.kind.object().map(members).unwrap_or_default();
        format!(
            "\n### {}\n\n{}\n\n{facts}{members}",
            property.name, property.documentation
        )
    };
    PROPERTIES.iter().map(section).collect()
}

fn members(object: &Object) -> String {
    let documentation = match object.documentation {
        "" => String::new(),
        text => format!("\n{text}\n"),
    };
    let head = "\n| member | type | default | example | description |\n|---|---|---|---|---|\n";
    let mut rows = vec![];
    collect_rows(object, "", &mut rows);
    format!("{documentation}{head}{}", rows.concat())
}

fn collect_rows(object: &Object, path: &str, rows: &mut Vec<String>) {
    for member in object.members {
        let name = format!("{path}{}", member.name);
        rows.push(format!(
            "| `{name}`{} | {} | {} | {} | {}{} |\n",
            need(member),
            kind(&member.kind),
            member.default,
            examples(member),
            member.documentation,
            change(member)
        ));
        if let Some(inner) = member.kind.object() {
            let list = if matches!(member.kind, PropertyType::Objects { .. }) {
                "[]"
            } else {
                ""
            };
            collect_rows(inner, &format!("{name}{list}."), rows);
        }
    }
}

fn change(member: &Property) -> String {
    match member.when_changed().as_str() {
        "" => String::new(),
        changes => format!(" When changed: {changes}."),
    }
}

fn need(property: &Property) -> &'static str {
    match property.need {
        Need::Required => " (required)",
        Need::Optional => "",
    }
}

fn kind(kind: &PropertyType) -> String {
    let at_most = |most: &Option<usize>, of: &str| most.map(|most| format!(", at most {most}{of}")).unwrap_or_default();
    let quoted = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    match kind {
        PropertyType::Text { longest, .. } => format!("text{}", at_most(longest, " characters")),
        PropertyType::Whole(bounds) if *bounds.end() == i32::MAX => {
            format!("whole number, at least {}", bounds.start())
        }
        PropertyType::Whole(bounds) => format!("whole number from {} to {}", bounds.start(), bounds.end()),
        PropertyType::Boolean | PropertyType::LowerCaseBoolean => "`true` or `false`".to_owned(),
        PropertyType::Fraction => "number from 0 to 1".to_owned(),
        PropertyType::Duration => "duration".to_owned(),
        PropertyType::KubernetesVersion => "Kubernetes version".to_owned(),
        PropertyType::Word(words) => format!("one of {}", quoted(words)),
        PropertyType::Words(words) => format!("list of {}", quoted(words)),
        PropertyType::Texts { most, .. } => format!("list of texts{}", at_most(most, "")),
        PropertyType::Map { most, .. } => format!("map of texts{}", at_most(most, "")),
        PropertyType::Quantities => "map of Kubernetes quantities".to_owned(),
        PropertyType::Object(_) => "object".to_owned(),
        PropertyType::Objects { most, .. } => format!("list of objects{}", at_most(most, "")),
        PropertyType::WholeOrObject(bounds, _) => {
            format!("{}, or an object", self::kind(&PropertyType::Whole(bounds.clone())))
        }
        PropertyType::BooleanOrObject(_) => "`true` or `false`, or an object".to_owned(),
    }
}

/// The first example. Of a boolean and of a few words, which need none, one that may stand in a template.
fn example(property: &Property) -> String {
    match (&property.kind, property.example_values().next()) {
        (_, Some(example)) => format!("`{}`", yaml(&example)),
        (PropertyType::Word([first, ..]), None) => format!("`{first}`"),
        (_, None) => "`true`".to_owned(),
    }
}

fn examples(property: &Property) -> String {
    let values = property.example_values().map(|value| format!("`{}`", yaml(&value)));
    values.collect::<Vec<_>>().join(", ")
}

/// A value as a template in YAML has it, in one line.
fn yaml(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(yaml).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{key}: {}", yaml(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Whether a text needs no quotes: it is no number and no boolean, and has no character of YAML's own.
fn is_plain(text: &str) -> bool {
    let is_other = text.parse::<f64>().is_ok() || ["true", "false"].contains(&text);
    let plain = |c: char| c.is_ascii_alphanumeric() || " $-_./:+=@".contains(c);
    !is_other && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '$') && text.chars().all(plain)
}
