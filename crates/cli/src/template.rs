//! The node groups in a template, and what is known of their properties before a deployment.

mod known;

pub use known::{CheckableProperties, known};

use crate::document::{Entry, YamlContent, YamlNode};

const TYPE: &str = "Custom::ManagedNodeGroup";

/// A node group in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateResource<'t> {
    /// As written. In a loop it has the loop's identifiers in it.
    pub logical_id: &'t str,
    pub line: usize,
    pub properties: Option<&'t YamlNode>,
    /// What stands for something else in each round of the loops around it, such as `${Zone}`.
    pub placeholders: Vec<String>,
}

/// Whether a document is a template, with or without resources.
pub fn is_template(document: &YamlNode) -> bool {
    let sections = ["Resources", "AWSTemplateFormatVersion"];
    sections.iter().any(|section| document.get(section).is_some())
}

/// Each node group, in the order of the template.
pub fn node_groups(template: &YamlNode) -> Vec<TemplateResource<'_>> {
    let resources = template.get("Resources").map_or(&[][..], YamlNode::entries);
    within(resources, &[])
}

fn within<'t>(resources: &'t [Entry], placeholders: &[String]) -> Vec<TemplateResource<'t>> {
    let found = resources.iter().map(|entry| match repeated(entry) {
        Some((identifier, body)) => {
            let both_spellings = ["$", "&"].map(|sign| format!("{sign}{{{identifier}}}"));
            within(body, &[placeholders, &both_spellings].concat())
        }
        None => Vec::from_iter(node_group(entry, placeholders)),
    });
    found.flatten().collect()
}

/// The loop of the language extensions: `Fn::ForEach::Name: [identifier, collection, resources]`.
fn repeated(entry: &Entry) -> Option<(&str, &[Entry])> {
    let [identifier, _, body] = entry.value.items() else {
        return None;
    };
    let is_loop = entry.key.starts_with("Fn::ForEach::");
    is_loop.then_some((identifier.text()?, body.entries()))
}

fn node_group<'t>(entry: &'t Entry, placeholders: &[String]) -> Option<TemplateResource<'t>> {
    let kind = entry.value.get("Type").and_then(YamlNode::text);
    (kind == Some(TYPE)).then(|| TemplateResource {
        logical_id: &entry.key,
        line: entry.line,
        properties: entry.value.get("Properties"),
        placeholders: placeholders.to_vec(),
    })
}

/// Whether CloudFormation puts something else in the place of a node.
fn is_call(node: &YamlNode) -> bool {
    match node.entries() {
        [only] => matches!(only.key.as_str(), "Ref" | "Condition") || only.key.starts_with("Fn::"),
        _ => false,
    }
}

/// What stands for a value that isn't known.
fn unknown(line: usize) -> YamlNode {
    let (key, text) = ("Fn::Transform".to_owned(), YamlContent::Text(String::new()));
    let value = YamlNode::new(line, text);
    let content = YamlContent::Map(vec![Entry { key, line, value }]);
    YamlNode::new(line, content)
}
