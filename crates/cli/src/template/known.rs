//! Properties as far as a template tells them. Intrinsic functions stay; what else isn't known yet becomes one.

use mng_core::properties::table::PROPERTIES;

use super::{is_call, unknown};
use crate::document::{Entry, YamlContent, YamlNode};

/// Properties to check, with what can't be checked taken out.
pub struct CheckableProperties {
    pub properties: YamlNode,
    /// Where a value is null: the path and the line.
    pub nulls: Vec<(String, usize)>,
}

/// Settles what isn't known: dynamic references, what a macro will put in, what a loop around the resource repeats.
pub fn known(properties: &YamlNode, placeholders: &[String]) -> CheckableProperties {
    let mut reading = PlaceholderFilter {
        placeholders,
        nulls: vec![],
    };
    let properties = reading.root(properties);
    let nulls = reading.nulls;
    CheckableProperties { properties, nulls }
}

struct PlaceholderFilter<'p> {
    placeholders: &'p [String],
    nulls: Vec<(String, usize)>,
}

impl PlaceholderFilter<'_> {
    /// A macro among the properties may bring any of them that isn't there.
    fn root(&mut self, node: &YamlNode) -> YamlNode {
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

    fn node(&mut self, node: &YamlNode, path: &str) -> YamlNode {
        match &node.content {
            YamlContent::Nothing => {
                self.nulls.push((path.to_owned(), node.line));
                unknown(node.line)
            }
            YamlContent::Text(text) if self.stands_for_another(text) => unknown(node.line),
            YamlContent::Text(_) => node.clone(),
            YamlContent::Map(_) if is_call(node) => node.clone(),
            YamlContent::Map(entries) if entries.iter().any(|entry| self.is_open(entry)) => unknown(node.line),
            YamlContent::Map(_) => map(node.line, self.entries(node, path)),
            YamlContent::List(items) => self.list(node.line, items, path),
        }
    }

    fn entries(&mut self, node: &YamlNode, path: &str) -> Vec<Entry> {
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
    fn list(&mut self, line: usize, items: &[YamlNode], path: &str) -> YamlNode {
        let items = items.iter().filter(|item| !is_no_value(item)).enumerate();
        let items = items.map(|(index, item)| self.node(item, &format!("{path}[{index}]")));
        let content = YamlContent::List(items.collect());
        YamlNode::new(line, content)
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

fn map(line: usize, entries: Vec<Entry>) -> YamlNode {
    let content = YamlContent::Map(entries);
    YamlNode::new(line, content)
}

fn is_no_value(node: &YamlNode) -> bool {
    is_call(node) && node.get("Ref").and_then(YamlNode::text) == Some("AWS::NoValue")
}
