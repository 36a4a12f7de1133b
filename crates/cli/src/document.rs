//! A file in YAML or JSON, with the line of everything in it.
//!
//! CloudFormation hands every scalar to a custom resource as text, so the text of each is kept as it is written: a
//! `Version: 1.30` is no 1.3, and a name of `0123` keeps its zero.

mod compose;
mod locate;

use std::fmt;

use serde_json::{Map, Value};

pub use compose::read;

/// A value and the line where it begins, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlNode {
    pub line: usize,
    pub content: YamlContent,
    pub style: Style,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is, so that whoever reads it may take it for a number or a truth.
    Plain,
    /// In quotes, as a block, or with a tag, so that it is text. What isn't text has this too.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YamlContent {
    /// YAML's null, and a key without a value.
    Nothing,
    Text(String),
    List(Vec<YamlNode>),
    Map(Vec<Entry>),
}

/// A key, the line of it, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub key: String,
    pub line: usize,
    pub value: YamlNode,
}

/// Why a file can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFile {
    /// Where it is known.
    pub line: Option<usize>,
    pub problem: String,
}

impl UnreadableFile {
    pub fn new(problem: impl Into<String>) -> Self {
        Self {
            line: None,
            problem: problem.into(),
        }
    }

    pub fn at(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            problem: problem.into(),
        }
    }
}

impl UnreadableFile {
    /// As a line that editors jump by.
    pub fn in_file(&self, file: &str) -> String {
        match self.line {
            Some(_) => format!("{file}:{self}"),
            None => format!("{file}: {self}"),
        }
    }
}

impl fmt::Display for UnreadableFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}: ")?;
        }
        write!(f, "{}", self.problem)
    }
}

impl YamlNode {
    pub fn new(line: usize, content: YamlContent) -> Self {
        let style = Style::Text;
        Self { line, content, style }
    }

    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| &entry.value)
    }

    /// None of what isn't a map.
    pub fn entries(&self) -> &[Entry] {
        match &self.content {
            YamlContent::Map(entries) => entries,
            YamlContent::Nothing | YamlContent::Text(_) | YamlContent::List(_) => &[],
        }
    }

    /// None of what isn't a list.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            YamlContent::List(items) => items,
            YamlContent::Nothing | YamlContent::Text(_) | YamlContent::Map(_) => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.content {
            YamlContent::Text(text) => Some(text),
            YamlContent::Nothing | YamlContent::List(_) | YamlContent::Map(_) => None,
        }
    }

    /// The line of what a path such as `Taints[0].Effect` names, or else of the nearest thing around it.
    pub fn line_of(&self, path: &str) -> usize {
        locate::line_of(self, path)
    }

    /// How a problem calls it.
    pub fn kind(&self) -> &'static str {
        match &self.content {
            YamlContent::Nothing => "nothing",
            YamlContent::Text(_) => "text",
            YamlContent::List(_) => "a list",
            YamlContent::Map(_) => "a map",
        }
    }

    /// Without the lines.
    pub fn value(&self) -> Value {
        match &self.content {
            YamlContent::Nothing => Value::Null,
            YamlContent::Text(text) => Value::String(text.clone()),
            YamlContent::List(items) => items.iter().map(Self::value).collect(),
            YamlContent::Map(_) => Value::Object(self.object()),
        }
    }

    /// A map without the lines, empty for what isn't one.
    pub fn object(&self) -> Map<String, Value> {
        let entries = self.entries().iter();
        entries.map(|entry| (entry.key.clone(), entry.value.value())).collect()
    }
}

#[cfg(test)]
mod tests;
