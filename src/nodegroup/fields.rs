//! Reading properties leniently and reporting strictly: `"3"` and `3` are one number, and every problem is collected with
//! its path, so that a deploy is told all its mistakes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

/// One thing wrong with the properties: where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// An object of properties that is being read.
pub struct Fields<'a> {
    path: String,
    map: Map<String, Value>,
    asked: BTreeSet<&'static str>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub fn new(map: &Map<String, Value>, problems: &'a mut Vec<Problem>) -> Self {
        Self {
            path: String::new(),
            map: map.clone(),
            asked: BTreeSet::new(),
            problems,
        }
    }

    /// Notes a problem with one property of this object.
    pub fn problem(&mut self, key: &str, message: impl Into<String>) {
        let path = self.at(key);
        self.problems.push(Problem {
            path,
            message: message.into(),
        });
    }

    pub fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    pub fn is_object(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_object)
    }

    /// A text. Numbers and booleans are taken for theirs, since CloudFormation makes every scalar a string anyway.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.take(key)?;
        let text = scalar(&value);
        if text.is_none() {
            self.problem(key, format!("expected text, got {}", kind(&value)));
        }
        text
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &'static str) -> String {
        if !self.has(key) {
            self.asked.insert(key);
            self.problem(key, "is required");
            return String::new();
        }
        let text = self.text(key).unwrap_or_default();
        if text.trim().is_empty() {
            self.problem(key, "must not be empty");
        }
        text
    }

    /// One of a few words.
    pub fn word(&mut self, key: &'static str, words: &[&str]) -> Option<String> {
        let text = self.text(key)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        let nearest = nearest(&text, words.iter().copied())
            .map(|word| format!("; did you mean {word}?"))
            .unwrap_or_default();
        self.problem(
            key,
            format!("expected one of {}, got \"{text}\"{nearest}", words.join(", ")),
        );
        None
    }

    /// A whole number within bounds.
    pub fn integer(&mut self, key: &'static str, bounds: RangeInclusive<i32>) -> Option<i32> {
        let text = self.text(key)?;
        let number = text.trim().parse::<i32>().ok().filter(|number| bounds.contains(number));
        if number.is_none() {
            let (from, to) = (bounds.start(), bounds.end());
            let upto = if *to == i32::MAX {
                format!("at least {from}")
            } else {
                format!("from {from} to {to}")
            };
            self.problem(key, format!("expected a whole number {upto}, got \"{text}\""));
        }
        number
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let text = self.text(key)?;
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.problem(key, format!("expected true or false, got \"{text}\""));
                None
            }
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let Value::Array(items) = &value else {
            self.problem(key, format!("expected a list, got {}", kind(&value)));
            return None;
        };
        for (index, item) in items.iter().enumerate() {
            if scalar(item).is_none_or(|text| text.trim().is_empty()) {
                self.problem(&format!("{key}[{index}]"), format!("expected text, got {}", kind(item)));
            }
        }
        Some(items.iter().filter_map(scalar).collect())
    }

    /// A map of texts, such as labels and tags. Its values stay texts: a label's `"true"` is no boolean.
    pub fn text_map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let Some(value) = self.take(key) else {
            return BTreeMap::new();
        };
        let Value::Object(map) = &value else {
            self.problem(key, format!("expected a map of texts, got {}", kind(&value)));
            return BTreeMap::new();
        };
        for (name, value) in map.iter().filter(|(_, value)| scalar(value).is_none()) {
            self.problem(&format!("{key}.{name}"), format!("expected text, got {}", kind(value)));
        }
        map.iter()
            .filter_map(|(name, value)| Some((name.clone(), scalar(value)?)))
            .collect()
    }

    /// An object within this one, read by `read`; its unknown properties are reported.
    pub fn object<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
        let value = self.take(key)?;
        self.nested(key, &value, read)
    }

    /// A list of objects.
    pub fn objects<T>(&mut self, key: &'static str, mut read: impl FnMut(&mut Fields) -> T) -> Vec<T> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let Value::Array(items) = &value else {
            self.problem(key, format!("expected a list, got {}", kind(&value)));
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items
            .filter_map(|(index, item)| self.nested(&format!("{key}[{index}]"), item, &mut read))
            .collect()
    }

    /// Reports every property that nobody asked for, with the nearest one that exists.
    pub fn refuse_unknown(&mut self) {
        let unknown: Vec<String> = self
            .map
            .keys()
            .filter(|key| !self.asked.contains(key.as_str()))
            .cloned()
            .collect();
        for key in unknown {
            let suggestion = match nearest(&key, self.asked.iter().copied()) {
                Some(known) => format!("did you mean {known}?"),
                None => format!(
                    "known are {}",
                    self.asked.iter().copied().collect::<Vec<_>>().join(", ")
                ),
            };
            self.problem(&key, format!("unknown property; {suggestion}"));
        }
    }

    fn nested<T>(&mut self, key: &str, value: &Value, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
        let Value::Object(map) = value else {
            self.problem(key, format!("expected an object, got {}", kind(value)));
            return None;
        };
        let mut fields = Fields {
            path: self.at(key),
            map: map.clone(),
            asked: BTreeSet::new(),
            problems: self.problems,
        };
        let read = read(&mut fields);
        fields.refuse_unknown();
        Some(read)
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.asked.insert(key);
        self.map.get(key).filter(|value| !value.is_null()).cloned()
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(boolean) => Some(boolean.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(text) if text.trim().is_empty() => "empty text",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The nearest known word, if it is near enough to be a slip of the hand.
fn nearest<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let distance = |known: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &known.to_lowercase());
    let (distance, known) = known.map(|known| (distance(known), known)).min()?;
    (distance <= 2 + known.len() / 4).then_some(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(properties: &Value, expected: &[&str]) {
        let mut problems = Vec::new();
        let mut fields = Fields::new(properties.as_object().unwrap(), &mut problems);
        fields.required_text("Name");
        fields.integer("Size", 1..=9);
        fields.boolean("Enabled");
        fields.word("Kind", &["SPOT", "ON_DEMAND"]);
        fields.texts("Items");
        fields.text_map("Labels");
        fields.object("Inner", |inner| inner.integer("Deep", 0..=i32::MAX));
        fields.objects("Rows", |row| row.text("Key"));
        fields.refuse_unknown();
        let found: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(found, expected, "{properties}");
    }

    #[test]
    fn scalars_are_taken_in_any_spelling() {
        check(
            &json!({"Name": 1, "Size": "3", "Enabled": "True", "Inner": {"Deep": "0"}, "Rows": [{"Key": true}]}),
            &[],
        );
        check(
            &json!({"Name": "n", "Size": 3, "Enabled": false, "Items": ["a", 1], "Labels": {"a": true}}),
            &[],
        );
    }

    #[test]
    fn every_problem_is_told_with_its_path() {
        check(
            &json!({"Size": "ten", "Enabled": "yes", "Kind": "Spot", "Items": "a", "Labels": {"a": []}, "Inner": {"Deep": -1, "Depe": 1},
                    "Rows": [{}, "x"], "Sise": 1, "Zzzzzzzzz": 1}),
            &[
                "Name: is required",
                "Size: expected a whole number from 1 to 9, got \"ten\"",
                "Enabled: expected true or false, got \"yes\"",
                "Kind: expected one of SPOT, ON_DEMAND, got \"Spot\"; did you mean SPOT?",
                "Items: expected a list, got text",
                "Labels.a: expected text, got a list",
                "Inner.Deep: expected a whole number at least 0, got \"-1\"",
                "Inner.Depe: unknown property; did you mean Deep?",
                "Rows[1]: expected an object, got text",
                "Sise: unknown property; did you mean Size?",
                "Zzzzzzzzz: unknown property; known are Enabled, Inner, Items, Kind, Labels, Name, Rows, Size",
            ],
        );
    }
}
