//! What is wrong with the node groups that a file holds, whatever kind of file it is.

use mng_core::properties::fields::Problem;
use mng_core::properties::rule::Rule;
use mng_core::properties::table::PROPERTIES;
use mng_core::properties::validate::inspect_template;
use mng_core::protocol::request::RequestType;
use mng_engine::{Case, too_many_tags};
use serde::Serialize;

use crate::document::{self, UnreadableFile, YamlContent, YamlNode};
use crate::request::request;
use crate::template::{CheckableProperties, is_template, known, node_groups};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileProblem {
    pub line: usize,
    /// The logical id, as far as the file tells it.
    pub resource: Option<String>,
    /// Of the property within the resource; empty if it is about all of them.
    pub path: String,
    pub code: &'static str,
    pub message: String,
}

/// What was found in a file that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub findings: Vec<FileProblem>,
    /// What else there is to say.
    pub note: Option<&'static str>,
}

/// Checks a template, the properties of one resource, or a request.
///
/// # Errors
/// The file is none of the three.
pub fn check(file: &[u8]) -> Result<Checked, UnreadableFile> {
    let text =
        std::str::from_utf8(file).map_err(|error| UnreadableFile::new(format!("expected text in UTF-8: {error}")))?;
    let document = document::read(text)?;
    if is_template(&document) {
        Ok(template(&document))
    } else if ["RequestType", "Records", "detail-type"]
        .iter()
        .any(|key| document.get(key).is_some())
    {
        event(text, &document)
    } else if is_properties(&document) {
        let findings = properties(None, &document, &[]);
        Ok(Checked { findings, note: None })
    } else {
        Err(UnreadableFile::new(
            "nothing to check: expected a template with Resources, the properties of a node group, or a request",
        ))
    }
}

/// By any property's name, for the others may be misspelt.
fn is_properties(document: &YamlNode) -> bool {
    let is_named = |key: &str| PROPERTIES.iter().any(|property| property.name == key);
    document.entries().iter().any(|entry| is_named(&entry.key))
}

fn template(document: &YamlNode) -> Checked {
    let resources = node_groups(document);
    let note = resources
        .is_empty()
        .then_some("no resource of type Custom::ManagedNodeGroup in the template");
    let findings = resources.iter().flat_map(|resource| {
        let nothing = YamlNode::new(resource.line, YamlContent::Map(vec![]));
        let node = resource.properties.unwrap_or(&nothing);
        properties(Some(resource.logical_id), node, &resource.placeholders)
    });
    let findings = findings.collect();
    Checked { findings, note }
}

fn properties(resource: Option<&str>, node: &YamlNode, placeholders: &[String]) -> Vec<FileProblem> {
    if !matches!(node.content, YamlContent::Map(_)) {
        let message = format!("expected a map of Properties, got {}", node.kind());
        return vec![finding(resource, node.line, String::new(), Rule::WrongKind, message)];
    }
    let CheckableProperties { properties, nulls } = known(node, placeholders);
    let problems = inspect_template(&properties.object(), resource.unwrap_or_default());
    let null = |(path, line)| {
        let message = "expected a value, got nothing: CloudFormation takes no null in a template";
        finding(resource, line, path, Rule::WrongKind, message.to_owned())
    };
    let found = problems
        .into_iter()
        .map(|problem| located(resource, &properties, problem));
    nulls.into_iter().map(null).chain(found).collect()
}

/// An event's properties are all there. What came through SNS is a text within, with no lines of its own.
fn event(text: &str, document: &YamlNode) -> Result<Checked, UnreadableFile> {
    let event = serde_json::from_str(text).map_err(|error| UnreadableFile::new(error.to_string()))?;
    let case = Case::of(request(&event)?);
    let resource = &case.owner.logical_id;
    let mut problems = case.problems.clone();
    problems.extend(too_many_tags(&case));
    let detail = document.get("detail").unwrap_or(document);
    let properties = detail.get("ResourceProperties").unwrap_or(document);
    // A Delete by event needs to tell no more than which group, and that it does was looked at already.
    let names_a_group = case.requester().stack_id().is_none() && case.kind() == RequestType::Delete;
    let findings = problems.into_iter().filter(|_| !names_a_group);
    let findings = findings
        .map(|problem| located(Some(resource), properties, problem))
        .collect();
    Ok(Checked { findings, note: None })
}

fn located(resource: Option<&str>, properties: &YamlNode, problem: Problem) -> FileProblem {
    let line = properties.line_of(&problem.path);
    finding(resource, line, problem.path, problem.rule, problem.message)
}

fn finding(resource: Option<&str>, line: usize, path: String, rule: Rule, message: String) -> FileProblem {
    FileProblem {
        line,
        resource: resource.map(ToOwned::to_owned),
        path,
        code: rule.code(),
        message,
    }
}
