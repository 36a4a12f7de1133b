//! Reading properties leniently and reporting strictly: `"3"` and `3` are one number, and every problem is collected with
//! its path, so that a deploy is told all its mistakes at once.

pub mod intrinsic;
mod problems;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub use problems::{Problem, Problems, PropertySource};

use super::rule::Rule;
use super::table::{Property, PropertyType};

/// An object of properties that is being read.
pub struct Fields<'a> {
    path: String,
    map: Map<String, Value>,
    /// The properties that may stand in the object.
    known: &'static [Property],
    found: &'a mut Problems,
}

impl<'a> Fields<'a> {
    /// `known` is what the table says of the object's properties.
    pub fn new(map: &Map<String, Value>, known: &'static [Property], found: &'a mut Problems) -> Self {
        Self {
            path: String::new(),
            map: map.clone(),
            known,
            found,
        }
    }

    /// Notes a problem with one property of this object.
    pub fn problem(&mut self, key: &str, rule: Rule, message: impl Into<String>) {
        let path = self.at(key);
        self.found.refuse(path, rule, message);
    }

    /// Whether a property is given, known or not.
    pub fn has(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(|value| !value.is_null())
    }

    /// Whether a property is given for certain: what isn't known may turn out to be `AWS::NoValue`.
    pub fn stands(&self, key: &str) -> bool {
        let given = self.map.get(key).filter(|value| !value.is_null());
        given.is_some_and(|value| !self.found.is_unknown(value))
    }

    /// Whether a rule may conclude anything from a property, from its absence too.
    pub fn knows(&self, key: &str) -> bool {
        self.found.knows(&self.at(key))
    }

    pub fn is_object(&self, key: &str) -> bool {
        self.stands(key) && self.map.get(key).is_some_and(Value::is_object)
    }

    /// A text. Numbers and booleans are taken for theirs, since CloudFormation makes every scalar a string anyway.
    pub fn text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let text = scalar(&value);
        if text.is_none() {
            self.problem(key, Rule::WrongKind, format!("expected text, got {}", kind(&value)));
        }
        text
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &str) -> String {
        if !self.has(key) {
            self.problem(key, Rule::Required, "is required");
            return String::new();
        }
        let Some(text) = self.text(key) else {
            return String::new();
        };
        if text.trim().is_empty() {
            self.problem(key, Rule::Required, "must not be empty");
        }
        text
    }

    /// One of the words that the table has for the property.
    pub fn word(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let words = self.words(key);
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        let nearest = nearest(&text, words.iter().copied())
            .map(|word| format!("; did you mean {word}?"))
            .unwrap_or_default();
        self.problem(
            key,
            Rule::NotOneOf,
            format!("expected one of {}, got \"{text}\"{nearest}", words.join(", ")),
        );
        None
    }

    /// The words that the table has for a property; none for one that isn't chosen among words.
    pub fn words(&self, key: &str) -> &'static [&'static str] {
        if let Some(PropertyType::Word(words) | PropertyType::Words(words)) = self.kind(key) {
            words
        } else {
            &[]
        }
    }

    /// A whole number within the bounds that the table has for the property.
    pub fn integer(&mut self, key: &str) -> Option<i32> {
        let text = self.text(key)?;
        let bounds = if let Some(PropertyType::Whole(bounds) | PropertyType::WholeOrObject(bounds, _)) = self.kind(key)
        {
            bounds
        } else {
            &(i32::MIN..=i32::MAX)
        };
        let number = text.trim().parse::<i32>().ok().filter(|number| bounds.contains(number));
        if number.is_none() {
            let (from, to) = (bounds.start(), bounds.end());
            let upto = if *to == i32::MAX {
                format!("at least {from}")
            } else {
                format!("from {from} to {to}")
            };
            let rule = match text.trim().parse::<i64>() {
                Ok(_) => Rule::OutOfRange,
                Err(_) => Rule::WrongKind,
            };
            self.problem(key, rule, format!("expected a whole number {upto}, got \"{text}\""));
        }
        number
    }

    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        let text = self.text(key)?;
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                self.problem(key, Rule::WrongKind, format!("expected true or false, got \"{text}\""));
                None
            }
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let Value::Array(items) = &value else {
            self.problem(key, Rule::WrongKind, format!("expected a list, got {}", kind(&value)));
            return None;
        };
        for (index, item) in items.iter().enumerate() {
            let path = format!("{key}[{index}]");
            if scalar(item).is_none_or(|text| text.trim().is_empty()) && !self.is_unknown(&path, item) {
                self.problem(&path, Rule::WrongKind, format!("expected text, got {}", kind(item)));
            }
        }
        Some(items.iter().filter_map(scalar).collect())
    }

    /// A map of texts, such as labels and tags. Its values stay texts: a label's `"true"` is no boolean.
    pub fn text_map(&mut self, key: &str) -> BTreeMap<String, String> {
        let Some(value) = self.take(key) else {
            return BTreeMap::new();
        };
        let Value::Object(map) = &value else {
            self.problem(
                key,
                Rule::WrongKind,
                format!("expected a map of texts, got {}", kind(&value)),
            );
            return BTreeMap::new();
        };
        for (name, value) in map.iter().filter(|(_, value)| scalar(value).is_none()) {
            let path = format!("{key}.{name}");
            if !self.is_unknown(&path, value) {
                self.problem(&path, Rule::WrongKind, format!("expected text, got {}", kind(value)));
            }
        }
        map.iter()
            .filter_map(|(name, value)| Some((name.clone(), scalar(value)?)))
            .collect()
    }

    /// An object within this one, read by `read`; its unknown properties are reported.
    pub fn object<T>(&mut self, key: &str, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
        let value = self.take(key)?;
        self.nested(key, &value, read)
    }

    /// A list of objects.
    pub fn objects<T>(&mut self, key: &str, mut read: impl FnMut(&mut Fields) -> T) -> Vec<T> {
        let Some(value) = self.take(key) else { return Vec::new() };
        let Value::Array(items) = &value else {
            self.problem(key, Rule::WrongKind, format!("expected a list, got {}", kind(&value)));
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items
            .filter_map(|(index, item)| self.nested(&format!("{key}[{index}]"), item, &mut read))
            .collect()
    }

    /// Reports every property that the table doesn't have, with the nearest one that it has.
    pub fn refuse_unknown(&mut self) {
        let unknown: Vec<String> = self
            .map
            .keys()
            .filter(|key| self.kind(key).is_none())
            .cloned()
            .collect();
        let known: BTreeSet<&str> = self.known.iter().map(|property| property.name).collect();
        for key in unknown {
            let suggestion = match nearest(&key, known.iter().copied()) {
                Some(known) => format!("did you mean {known}?"),
                None => format!("known are {}", known.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            self.problem(&key, Rule::UnknownProperty, format!("unknown property; {suggestion}"));
        }
    }

    fn nested<T>(&mut self, key: &str, value: &Value, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
        if self.is_unknown(key, value) {
            return None;
        }
        let name = key.split('[').next().unwrap_or_default();
        let object = self.kind(name).and_then(PropertyType::object);
        let Value::Object(map) = value else {
            self.problem(key, Rule::WrongKind, format!("expected an object, got {}", kind(value)));
            return None;
        };
        let mut fields = Fields {
            path: self.at(key),
            map: map.clone(),
            known: object.map_or(&[], |object| object.members),
            found: self.found,
        };
        let read = read(&mut fields);
        fields.refuse_unknown();
        Some(read)
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        let value = self.map.get(key).filter(|value| !value.is_null()).cloned()?;
        (!self.is_unknown(key, &value)).then_some(value)
    }

    fn kind(&self, key: &str) -> Option<&'static PropertyType> {
        let property = self.known.iter().find(|property| property.name == key);
        property.map(|property| &property.kind)
    }

    fn is_unknown(&mut self, key: &str, value: &Value) -> bool {
        let path = self.at(key);
        self.found.is_noted_as_unknown(&path, value)
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
mod tests;
