//! What a group's fields hold, each looked up in the table. What isn't mapped is told here, whatever the conversion does.

use super::fields::{self, Field, FieldMapping, FieldType};
use crate::document::{UnreadableFile, YamlContent, YamlNode};
use crate::note::{self, Notes};

/// Reads a group's fields: what is wrong with their kinds, and notes on those that aren't mapped.
///
/// # Errors
/// A list where a map belongs, a word where a number does, and so on: each is told, with its line.
pub fn check(group: &YamlNode, path: &str, notes: &mut Notes) -> Result<(), Vec<UnreadableFile>> {
    let mut reading = LeafReader { notes, wrong: vec![] };
    reading.value(group, path, "");
    if reading.wrong.is_empty() {
        Ok(())
    } else {
        Err(reading.wrong)
    }
}

struct LeafReader<'n> {
    notes: &'n mut Notes,
    wrong: Vec<UnreadableFile>,
}

impl LeafReader<'_> {
    /// `path` is the place in the file, `pattern` the one in the table.
    fn value(&mut self, node: &YamlNode, path: &str, pattern: &str) {
        if node.content == YamlContent::Nothing {
            return;
        }
        let items = format!("{pattern}[]");
        if let Some(field) = fields::field(pattern) {
            self.leaf(node, path, field);
        } else if fields::is_around(pattern) {
            self.map(node, path, pattern);
        } else if fields::field(&items).is_some() || fields::is_around(&items) {
            self.list(node, path, &items);
        } else {
            let meant = fields::meant(pattern).map(|meant| format!("; did you mean {meant}?"));
            let unknown = format!("the schema of eksctl {} has no such field", fields::RELEASE);
            let text = format!("{unknown}{}", meant.unwrap_or_default());
            self.notes.add(node.line, path, note::NoteKind::NotMapped, text);
        }
    }

    fn map(&mut self, node: &YamlNode, path: &str, pattern: &str) {
        let YamlContent::Map(entries) = &node.content else {
            return self.wrong(node, path, "a map");
        };
        for entry in entries {
            let pattern = join(pattern, &entry.key);
            self.value(&entry.value, &format!("{path}.{}", entry.key), &pattern);
        }
    }

    fn list(&mut self, node: &YamlNode, path: &str, items: &str) {
        let YamlContent::List(list) = &node.content else {
            return self.wrong(node, path, "a list");
        };
        for (index, item) in list.iter().enumerate() {
            self.value(item, &format!("{path}[{index}]"), items);
        }
    }

    fn leaf(&mut self, node: &YamlNode, path: &str, field: &Field) {
        if let Some(expected) = mismatch(node, field.kind) {
            return self.wrong(node, path, expected);
        }
        if let FieldMapping::Unmapped { idle, why, instead } = field.verdict
            && !is_idle(node, field.kind, idle)
        {
            let text = format!("{why}; {instead}").replace('`', "");
            self.notes.add(node.line, path, note::NoteKind::NotMapped, text);
        }
    }

    fn wrong(&mut self, node: &YamlNode, path: &str, expected: &str) {
        let got = match node.text() {
            Some(text) => format!("\"{text}\""),
            None => node.kind().to_owned(),
        };
        let problem = format!("{path}: expected {expected}, got {got}");
        self.wrong.push(UnreadableFile::at(node.line, problem));
    }
}

fn join(pattern: &str, key: &str) -> String {
    if pattern.is_empty() {
        key.to_owned()
    } else {
        format!("{pattern}.{key}")
    }
}

/// What is expected in place of another kind.
fn mismatch(node: &YamlNode, kind: FieldType) -> Option<&'static str> {
    let is_text = |node: &YamlNode| matches!(node.content, YamlContent::Text(_) | YamlContent::Nothing);
    let (fits, expected) = match kind {
        FieldType::Text => (is_text(node), "text"),
        FieldType::Boolean => (truth(node).is_some(), "true or false"),
        FieldType::Integer => (
            node.text().is_some_and(|text| text.parse::<i32>().is_ok()),
            "a whole number",
        ),
        FieldType::Texts => {
            let all_texts = node.entries().iter().all(|entry| is_text(&entry.value));
            (
                matches!(node.content, YamlContent::Map(_)) && all_texts,
                "a map of texts",
            )
        }
        FieldType::Document => (matches!(node.content, YamlContent::Map(_)), "a map"),
    };
    (!fits).then_some(expected)
}

/// YAML 1.1's words, which eksctl's reader takes.
pub fn truth(node: &YamlNode) -> Option<bool> {
    match node.text()?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// Whether a value asks for nothing: a file that `eksctl --dry-run` prints has many of them.
fn is_idle(node: &YamlNode, kind: FieldType, idle: Option<&str>) -> bool {
    match (&node.content, kind) {
        (YamlContent::Text(text), FieldType::Text) => text.is_empty() || Some(text.as_str()) == idle,
        (_, FieldType::Boolean) => truth(node) == Some(idle == Some("true")),
        _ => false,
    }
}
