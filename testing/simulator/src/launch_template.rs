//! The launch template that a request names, as EC2 knows it.

use roxmltree::{Document, Node};
use serde_json::Value;

use crate::error::EksError;
use crate::query_api::QueryApi;

/// One version of a launch template, and what of it the service compares with the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedTemplate {
    pub id: String,
    pub name: String,
    pub version: String,
    pub instance_type: Option<String>,
    pub image_id: Option<String>,
}

/// Asks EC2 for what a request's `launchTemplate` names: without a version, the default one of now.
///
/// How the service words what EC2 doesn't find is written nowhere, so EC2's own sentence is passed on, as the service
/// passes on what EC2 says of a launch that isn't allowed.
pub async fn look_up(ec2: &QueryApi, named: &Value) -> Result<SimulatedTemplate, EksError> {
    let unreachable = |error| EksError::server(format!("EC2 could not be asked for the launch template: {error}"));
    let (status, xml) = ec2.post("ec2", &form(named)).await.map_err(unreachable)?;
    let document = Document::parse(&xml).map_err(|error| unreachable(format!("{error} in {xml}")))?;
    if status >= 400 {
        let message = text(document.root(), "Message").unwrap_or(xml.clone());
        return Err(EksError::request(message));
    }
    version(&document).ok_or_else(|| unreachable(format!("no version in {xml}")))
}

fn form(named: &Value) -> Vec<(String, String)> {
    let text = |key: &str| named[key].as_str();
    let (member, value) = match text("id") {
        Some(id) => ("LaunchTemplateId", id),
        None => ("LaunchTemplateName", text("name").unwrap_or_default()),
    };
    [
        ("Action", "DescribeLaunchTemplateVersions"),
        ("Version", "2016-11-15"),
        (member, value),
        ("LaunchTemplateVersion.1", text("version").unwrap_or("$Default")),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .to_vec()
}

fn version(document: &Document) -> Option<SimulatedTemplate> {
    let root = document.root();
    let data = root
        .descendants()
        .find(|node| node.tag_name().name() == "launchTemplateData");
    let of_instances = |name| data.and_then(|data| text(data, name));
    Some(SimulatedTemplate {
        id: text(root, "launchTemplateId")?,
        name: text(root, "launchTemplateName")?,
        version: text(root, "versionNumber")?,
        instance_type: of_instances("instanceType"),
        image_id: of_instances("imageId"),
    })
}

fn text(node: Node, name: &str) -> Option<String> {
    let found = node.descendants().find(|child| child.tag_name().name() == name)?;
    found.text().map(str::to_owned)
}
