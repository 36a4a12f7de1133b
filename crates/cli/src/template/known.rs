//! Properties as far as a template tells them. Intrinsic functions stay; what else isn't known yet becomes one.

use mng_core::properties::table::PROPERTIES;

use super::{is_call, unknown};
use crate::document::{Content, Entry, Node};

/// Properties to check, with what can't be checked taken out.
pub struct Known {
    pub properties: Node,
    /// Where a value is null: the path and the line.
    pub nulls: Vec<(String, usize)>,
}

/// Settles what isn't known: dynamic references, what a macro will put in, what a loop around the resource repeats.
pub fn known(properties: &Node, placeholders: &[String]) -> Known {
    let mut reading = Reading {
        placeholders,
        nulls: vec![],
    };
    let properties = reading.root(properties);
    let nulls = reading.nulls;
    Known { properties, nulls }
}

struct Reading<'p> {
    placeholders: &'p [String],
    nulls: Vec<(String, usize)>,
}

impl Reading<'_> {
    /// A macro among the properties may bring any of them that isn't there.
    fn root(&mut self, node: &Node) -> Node {
        if is_call(node) {
            return node.clone();
        }
        let is_open = node.entries().iter().any(|entry| self.is_open(entry));
        let mut entries = self.entries(node, "");
        if is_open {
            let absent = PROPERTIES.iter().filter(|property| node.get(property.name).is_none());
            entries.extend(absent.map(|property| Entry {
                key: property.name.to_owned(),
                line: node.line,
                value: unknown(node.line),
            }));
        }
        map(node.line, entries)
    }

    fn node(&mut self, node: &Node, path: &str) -> Node {
        match &node.content {
            Content::Nothing => {
                self.nulls.push((path.to_owned(), node.line));
                unknown(node.line)
            }
            Content::Text(text) if self.stands_for_another(text) => unknown(node.line),
            Content::Text(_) => node.clone(),
            Content::Map(_) if is_call(node) => node.clone(),
            Content::Map(entries) if entries.iter().any(|entry| self.is_open(entry)) => unknown(node.line),
            Content::Map(_) => map(node.line, self.entries(node, path)),
            Content::List(items) => self.list(node.line, items, path),
        }
    }

    fn entries(&mut self, node: &Node, path: &str) -> Vec<Entry> {
        let mut entries = vec![];
        for entry in node.entries() {
            if self.is_open(entry) || is_no_value(&entry.value) {
                continue;
            }
            let path = if path.is_empty() {
                entry.key.clone()
            } else {
                format!("{path}.{}", entry.key)
            };
            let (key, value) = (entry.key.clone(), self.node(&entry.value, &path));
            let line = entry.line;
            entries.push(Entry { key, line, value });
        }
        entries
    }

    /// The places in the list are counted without what `AWS::NoValue` removes, as CloudFormation will.
    fn list(&mut self, line: usize, items: &[Node], path: &str) -> Node {
        let items = items.iter().filter(|item| !is_no_value(item)).enumerate();
        let items = items.map(|(index, item)| self.node(item, &format!("{path}[{index}]")));
        let content = Content::List(items.collect());
        Node::new(line, content)
    }

    /// Whether an entry becomes others than it is: by a macro, by a loop, or by what a loop around it puts into its key.
    fn is_open(&self, entry: &Entry) -> bool {
        let becomes_others = entry.key == "Fn::Transform" || entry.key.starts_with("Fn::ForEach::");
        becomes_others || self.has_placeholder(&entry.key)
    }

    /// A dynamic reference is looked up by CloudFormation before it sends the request.
    fn stands_for_another(&self, text: &str) -> bool {
        text.contains("{{resolve:") || self.has_placeholder(text)
    }

    fn has_placeholder(&self, text: &str) -> bool {
        self.placeholders.iter().any(|placeholder| text.contains(placeholder))
    }
}

fn map(line: usize, entries: Vec<Entry>) -> Node {
    let content = Content::Map(entries);
    Node::new(line, content)
}

fn is_no_value(node: &Node) -> bool {
    is_call(node) && node.get("Ref").and_then(Node::text) == Some("AWS::NoValue")
}
