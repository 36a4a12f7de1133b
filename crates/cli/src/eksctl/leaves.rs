//! What a group's fields hold, each looked up in the table. What isn't mapped is told here, whatever the conversion does.

use super::fields::{self, Field, Kind, Verdict};
use crate::document::{Content, Node, Unreadable};
use crate::note::{self, Notes};

/// Reads a group's fields: what is wrong with their kinds, and notes on those that aren't mapped.
///
/// # Errors
/// A list where a map belongs, a word where a number does, and so on: each is told, with its line.
pub fn check(group: &Node, path: &str, notes: &mut Notes) -> Result<(), Vec<Unreadable>> {
    let mut reading = Reading { notes, wrong: vec![] };
    reading.value(group, path, "");
    if reading.wrong.is_empty() {
        Ok(())
    } else {
        Err(reading.wrong)
    }
}

struct Reading<'n> {
    notes: &'n mut Notes,
    wrong: Vec<Unreadable>,
}

impl Reading<'_> {
    /// `path` is the place in the file, `pattern` the one in the table.
    fn value(&mut self, node: &Node, path: &str, pattern: &str) {
        if node.content == Content::Nothing {
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
            self.notes.add(node.line, path, note::Kind::NotMapped, text);
        }
    }

    fn map(&mut self, node: &Node, path: &str, pattern: &str) {
        let Content::Map(entries) = &node.content else {
            return self.wrong(node, path, "a map");
        };
        for entry in entries {
            let pattern = join(pattern, &entry.key);
            self.value(&entry.value, &format!("{path}.{}", entry.key), &pattern);
        }
    }

    fn list(&mut self, node: &Node, path: &str, items: &str) {
        let Content::List(list) = &node.content else {
            return self.wrong(node, path, "a list");
        };
        for (index, item) in list.iter().enumerate() {
            self.value(item, &format!("{path}[{index}]"), items);
        }
    }

    fn leaf(&mut self, node: &Node, path: &str, field: &Field) {
        if let Some(expected) = mismatch(node, field.kind) {
            return self.wrong(node, path, expected);
        }
        if let Verdict::Unmapped { idle, why, instead } = field.verdict
            && !is_idle(node, field.kind, idle)
        {
            let text = format!("{why}; {instead}").replace('`', "");
            self.notes.add(node.line, path, note::Kind::NotMapped, text);
        }
    }

    fn wrong(&mut self, node: &Node, path: &str, expected: &str) {
        let got = match node.text() {
            Some(text) => format!("\"{text}\""),
            None => node.kind().to_owned(),
        };
        let problem = format!("{path}: expected {expected}, got {got}");
        self.wrong.push(Unreadable::at(node.line, problem));
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
fn mismatch(node: &Node, kind: Kind) -> Option<&'static str> {
    let is_text = |node: &Node| matches!(node.content, Content::Text(_) | Content::Nothing);
    let (fits, expected) = match kind {
        Kind::Text => (is_text(node), "text"),
        Kind::Boolean => (truth(node).is_some(), "true or false"),
        Kind::Integer => (
            node.text().is_some_and(|text| text.parse::<i32>().is_ok()),
            "a whole number",
        ),
        Kind::Texts => {
            let all_texts = node.entries().iter().all(|entry| is_text(&entry.value));
            (matches!(node.content, Content::Map(_)) && all_texts, "a map of texts")
        }
        Kind::Document => (matches!(node.content, Content::Map(_)), "a map"),
    };
    (!fits).then_some(expected)
}

/// YAML 1.1's words, which eksctl's reader takes.
pub fn truth(node: &Node) -> Option<bool> {
    match node.text()?.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// Whether a value asks for nothing: a file that `eksctl --dry-run` prints has many of them.
fn is_idle(node: &Node, kind: Kind, idle: Option<&str>) -> bool {
    match (&node.content, kind) {
        (Content::Text(text), Kind::Text) => text.is_empty() || Some(text.as_str()) == idle,
        (_, Kind::Boolean) => truth(node) == Some(idle == Some("true")),
        _ => false,
    }
}
