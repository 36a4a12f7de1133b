//! From the parser's events to nodes. What a hostile file can make large is bounded: the depth, and what aliases repeat.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};
use serde_json::Value;

use super::{Entry, Style, UnreadableFile, YamlContent, YamlNode};

/// No template is as deep, and no stack too small for it. `serde_json` stops there too.
const MAX_DEPTH: usize = 128;

/// How many nodes aliases may repeat in all. A template of CloudFormation's largest size, 1 MB, has fewer.
const MAX_REPEATED: usize = 100_000;

/// Reads a file with exactly one document in it.
///
/// # Errors
/// It isn't YAML, or YAML of a kind that can't be a template.
pub fn read(text: &str) -> Result<YamlNode, UnreadableFile> {
    let composed = Composer::new(text).document();
    composed.or_else(|problem| json_alone(text).ok_or(problem))
}

/// JSON that is no YAML, such as with an escaped pair of surrogates in it. Only the lines are lost.
fn json_alone(text: &str) -> Option<YamlNode> {
    let is_yaml = Parser::new_from_str(text).all(|event| event.is_ok());
    let value = if is_yaml { None } else { serde_json::from_str(text).ok() };
    value.map(of_json)
}

fn of_json(value: Value) -> YamlNode {
    let style = match value {
        Value::Bool(_) | Value::Number(_) => Style::Plain,
        _ => Style::Text,
    };
    let content = match value {
        Value::Null => YamlContent::Nothing,
        Value::Bool(boolean) => YamlContent::Text(boolean.to_string()),
        Value::Number(number) => YamlContent::Text(number.to_string()),
        Value::String(text) => YamlContent::Text(text),
        Value::Array(items) => YamlContent::List(items.into_iter().map(of_json).collect()),
        Value::Object(object) => YamlContent::Map(object.into_iter().map(entry_of_json).collect()),
    };
    let line = 1;
    YamlNode { line, content, style }
}

fn entry_of_json((key, value): (String, Value)) -> Entry {
    let value = of_json(value);
    Entry { key, line: 1, value }
}

struct Composer<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, YamlNode>,
    repeated: usize,
}

impl<'t> Composer<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
            repeated: 0,
        }
    }

    fn document(mut self) -> Result<YamlNode, UnreadableFile> {
        let mut document = None;
        while let Some((event, line)) = self.event()? {
            match event {
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd
                | Event::Nothing => {}
                _ if document.is_some() => {
                    return Err(UnreadableFile::at(
                        line,
                        "expected one document, got another one behind it",
                    ));
                }
                event => document = Some(self.node(event, line, 0)?),
            }
        }
        document.ok_or_else(|| UnreadableFile::new("the file is empty, and nothing in it to check"))
    }

    fn event(&mut self) -> Result<Option<(Event<'t>, usize)>, UnreadableFile> {
        match self.parser.next_event().transpose() {
            Ok(event) => Ok(event.map(|(event, span)| (event, span.start.line()))),
            Err(error) => Err(broken(&error)),
        }
    }

    /// The event that must follow, since something is still open.
    fn next(&mut self) -> Result<(Event<'t>, usize), UnreadableFile> {
        let cut_off = || UnreadableFile::new("the file ends in the middle");
        self.event()?.ok_or_else(cut_off)
    }

    fn node(&mut self, event: Event, line: usize, depth: usize) -> Result<YamlNode, UnreadableFile> {
        within_depth(depth, line)?;
        let style = style(&event);
        let (content, anchor, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, tag.as_deref()), anchor, tag),
            Event::SequenceStart(anchor, tag) => (self.list(depth)?, anchor, tag),
            Event::MappingStart(anchor, tag) => (self.map(depth)?, anchor, tag),
            Event::Alias(anchor) => return self.repeat(anchor, line, depth),
            _ => return Err(UnreadableFile::at(line, "expected a value")),
        };
        let node = called(tag.as_deref(), YamlNode { line, content, style });
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<YamlContent, UnreadableFile> {
        let mut items = vec![];
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(YamlContent::List(items)),
                (event, line) => items.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<YamlContent, UnreadableFile> {
        let (mut entries, mut merged, mut keys) = (vec![], vec![], HashSet::new());
        loop {
            let (event, line) = match self.next()? {
                (Event::MappingEnd, _) => break,
                next => next,
            };
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = key(self.node(event, line, depth + 1)?)?;
            let (event, begins) = self.next()?;
            let value = self.node(event, begins, depth + 1)?;
            if merges {
                merged.push(value);
            } else if keys.insert(key.clone()) {
                entries.push(Entry { key, line, value });
            } else {
                return Err(UnreadableFile::at(
                    line,
                    format!("expected each key once, got \"{key}\" again"),
                ));
            }
        }
        let inherited = merged.into_iter().flat_map(inherited);
        entries.extend(inherited.filter(|entry| keys.insert(entry.key.clone())));
        Ok(YamlContent::Map(entries))
    }

    /// An anchor is complete when its node is, so none holds itself.
    fn repeat(&mut self, anchor: usize, line: usize, depth: usize) -> Result<YamlNode, UnreadableFile> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(UnreadableFile::at(
                line,
                "expected an alias of something complete, got one of what is around it",
            ));
        };
        let (count, height) = size(node);
        within_depth(depth + height, line)?;
        self.repeated += count;
        if self.repeated > MAX_REPEATED {
            let problem = format!("expected aliases to repeat at most {MAX_REPEATED} values, got more");
            return Err(UnreadableFile::at(line, problem));
        }
        Ok(node.clone())
    }
}

fn within_depth(depth: usize, line: usize) -> Result<(), UnreadableFile> {
    let problem = || {
        UnreadableFile::at(
            line,
            format!("expected at most {MAX_DEPTH} levels of lists and maps, got more"),
        )
    };
    (depth <= MAX_DEPTH).then_some(()).ok_or_else(problem)
}

/// How many nodes there are, and in how many levels.
fn size(node: &YamlNode) -> (usize, usize) {
    let entries = node.entries().iter().map(|entry| &entry.value);
    let inner = node.items().iter().chain(entries).map(size);
    let (count, height) = inner.fold((0, 0), |(count, height), (more, high)| (count + more, height.max(high)));
    (count + 1, height + 1)
}

fn broken(error: &ScanError) -> UnreadableFile {
    UnreadableFile::at(
        error.marker().line(),
        format!("expected YAML or JSON: {}", error.info()),
    )
}

fn key(node: YamlNode) -> Result<String, UnreadableFile> {
    match node.content {
        YamlContent::Text(text) => Ok(text),
        YamlContent::Nothing => Ok(String::new()),
        YamlContent::List(_) | YamlContent::Map(_) => Err(UnreadableFile::at(node.line, "expected text for a key")),
    }
}

/// What `<<` brings along: a map, or several in a list, of which the first wins.
fn inherited(node: YamlNode) -> Vec<Entry> {
    match node.content {
        YamlContent::Map(entries) => entries,
        YamlContent::List(maps) => maps.into_iter().flat_map(inherited).collect(),
        YamlContent::Nothing | YamlContent::Text(_) => vec![],
    }
}

fn style(event: &Event) -> Style {
    match event {
        Event::Scalar(_, ScalarStyle::Plain, _, None) => Style::Plain,
        _ => Style::Text,
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> YamlContent {
    let says_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    let is_null = matches!(text, "" | "~" | "null" | "Null" | "NULL");
    if style == ScalarStyle::Plain && is_null && !says_text {
        YamlContent::Nothing
    } else {
        YamlContent::Text(text.to_owned())
    }
}

/// `!Ref x` and `!Sub x` are short for `Ref: x` and `Fn::Sub: x`.
fn called(tag: Option<&Tag>, argument: YamlNode) -> YamlNode {
    let Some(tag) = tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty()) else {
        return argument;
    };
    let line = argument.line;
    let key = match tag.suffix.as_str() {
        function @ ("Ref" | "Condition") => function.to_owned(),
        function => format!("Fn::{function}"),
    };
    let value = argument;
    let content = YamlContent::Map(vec![Entry { key, line, value }]);
    YamlNode::new(line, content)
}
