//! The file as a whole: what it is, which groups it has, and the template made of them.

use serde_json::{Map, Value, json};

use super::group::EksctlGroup;
use super::marks::GROUP_LABEL;
use super::network::{self, Vpc};
use super::node_group::{self, EksctlCluster};
use super::repaired::repair;
use super::role::{NetworkPermissions, NodeRole, node_role};
use super::{clusters, leaves};
use crate::document::{self, UnreadableFile, YamlContent, YamlNode};
use crate::note::{NoteKind, Notes};

const API_VERSION: &str = "eksctl.io/v1alpha5";
const KIND: &str = "ClusterConfig";

/// The template, and all that there is to say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvertedConfig {
    pub template: Value,
    pub notes: Notes,
}

/// Converts a file's text.
///
/// # Errors
/// It is no `ClusterConfig` with managed groups, or one that eksctl doesn't take either. Each problem is told with its line.
pub fn convert(text: &str) -> Result<ConvertedConfig, Vec<UnreadableFile>> {
    let document = document::read(text).map_err(|problem| vec![problem])?;
    let config = EksctlConfig {
        document: &document,
        groups: groups(&document).map_err(|problem| vec![problem])?,
    };
    let mut notes = Notes::default();
    config.check(&mut notes)?;
    clusters::tell(&document, &mut notes);
    tell_what_no_node_has(&document, &mut notes);
    Ok(config.template(notes))
}

fn tell_what_no_node_has(document: &YamlNode, notes: &mut Notes) {
    let text = format!(
        "the new nodes don't have the label {GROUP_LABEL}, for eksctl drains all that have it when it deletes its group; pods \
         that select nodes by it need another label"
    );
    notes.add(
        document.line_of("managedNodeGroups"),
        "managedNodeGroups",
        NoteKind::Told,
        text,
    );
}

/// The managed groups, once the file is known to be what it should be.
fn groups(document: &YamlNode) -> Result<&[YamlNode], UnreadableFile> {
    for (key, expected) in [("apiVersion", API_VERSION), ("kind", KIND)] {
        let got = document.get(key);
        if got.and_then(YamlNode::text) != Some(expected) {
            let line = got.map_or(document.line, |_| document.line_of(key));
            let got = got
                .and_then(YamlNode::text)
                .map_or("none".to_owned(), |got| format!("\"{got}\""));
            return Err(UnreadableFile::at(
                line,
                format!("{key}: expected {expected}, got {got}"),
            ));
        }
    }
    let name = document
        .get("metadata")
        .and_then(|metadata| metadata.get("name"))
        .and_then(YamlNode::text);
    if name.is_none_or(str::is_empty) {
        let line = document.line_of("metadata");
        return Err(UnreadableFile::at(
            line,
            "metadata.name: expected the name of the cluster, got none",
        ));
    }
    let line = document.line_of("managedNodeGroups");
    match document.get("managedNodeGroups").map(|groups| &groups.content) {
        Some(YamlContent::List(groups)) if !groups.is_empty() => Ok(groups),
        None | Some(YamlContent::Nothing | YamlContent::List(_)) => {
            let others = if document.get("nodeGroups").is_some() {
                "; those in nodeGroups are not EKS's"
            } else {
                ""
            };
            Err(UnreadableFile::at(
                line,
                format!("managedNodeGroups: expected at least one group, got none{others}"),
            ))
        }
        Some(_) => {
            let got = document.get("managedNodeGroups").map_or("nothing", YamlNode::kind);
            Err(UnreadableFile::at(
                line,
                format!("managedNodeGroups: expected a list of groups, got {got}"),
            ))
        }
    }
}

struct EksctlConfig<'c> {
    document: &'c YamlNode,
    groups: &'c [YamlNode],
}

/// What the template is made of, in the order of the groups.
#[derive(Default)]
struct TemplateParts {
    parameters: Map<String, Value>,
    resources: Map<String, Value>,
}

impl<'c> EksctlConfig<'c> {
    fn check(&self, notes: &mut Notes) -> Result<(), Vec<UnreadableFile>> {
        let mut wrong = vec![];
        let mut names: Vec<(&str, usize)> = vec![];
        for (index, group) in self.groups.iter().enumerate() {
            let path = format!("managedNodeGroups[{index}]");
            wrong.extend(leaves::check(group, &path, notes).err().into_iter().flatten());
            let line = group.line_of("name");
            let Some(name) = group
                .get("name")
                .and_then(YamlNode::text)
                .filter(|name| !name.is_empty())
            else {
                wrong.push(UnreadableFile::at(
                    line,
                    format!("{path}.name: expected a name, got none"),
                ));
                continue;
            };
            match names.iter().find(|(other, _)| *other == name) {
                Some((_, first)) => {
                    let problem = format!("{path}.name: expected each name once, got \"{name}\" as in line {first}");
                    wrong.push(UnreadableFile::at(line, problem));
                }
                None => names.push((name, line)),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn template(&self, mut notes: Notes) -> ConvertedConfig {
        let mut parts = TemplateParts::default();
        for index in 0..self.groups.len() {
            self.group(index, &mut parts, &mut notes);
        }
        let metadata = |key| {
            self.document
                .get("metadata")
                .and_then(|metadata| metadata.get(key)?.text())
        };
        let region = metadata("region")
            .map(|region| format!(" in {region}"))
            .unwrap_or_default();
        let description = format!(
            "The managed node groups of {}{region}, from eksctl",
            metadata("name").unwrap_or_default()
        );
        let mut template = Map::new();
        template.insert("AWSTemplateFormatVersion".to_owned(), json!("2010-09-09"));
        template.insert("Description".to_owned(), json!(description));
        if !parts.parameters.is_empty() {
            template.insert("Parameters".to_owned(), Value::Object(parts.parameters));
        }
        template.insert("Resources".to_owned(), Value::Object(parts.resources));
        let template = Value::Object(template);
        ConvertedConfig { template, notes }
    }

    fn group(&self, index: usize, parts: &mut TemplateParts, notes: &mut Notes) {
        let path = format!("managedNodeGroups[{index}]");
        let node = &self.groups[index];
        let mut group = EksctlGroup {
            node,
            path,
            notes: Notes::default(),
        };
        let id = logical_id(group.text("name").unwrap_or_default(), &parts.resources);
        let cluster = self.cluster();
        let subnets = network::subnets(&mut group, &Vpc(self.document.get("vpc")), &id);
        let mut properties = Map::new();
        properties.insert(
            "ServiceToken".to_owned(),
            json!({"Fn::ImportValue": "ManagedNodeGroupServiceToken"}),
        );
        properties.insert("ClusterName".to_owned(), json!(cluster.name));
        let role = node_role(&mut group, self.network_permissions());
        properties.insert("NodeRole".to_owned(), parts.role(role, &id));
        properties.insert("Subnets".to_owned(), subnets.value);
        properties.extend(node_group::properties(&mut group, &cluster));
        repair(&mut group, &mut properties, &id);
        parts.parameters.extend(subnets.parameter);
        parts.replace_what_is_missing(&mut properties, &id);
        parts.resources.insert(
            id,
            json!({"Type": "Custom::ManagedNodeGroup", "Properties": properties}),
        );
        for note in group.notes.0 {
            notes.add(note.line, note.path, note.kind, note.text);
        }
    }

    fn cluster(&self) -> EksctlCluster<'c> {
        let metadata = self.document.get("metadata");
        let tags = metadata
            .and_then(|metadata| metadata.get("tags"))
            .map_or(&[][..], YamlNode::entries);
        EksctlCluster {
            name: metadata
                .and_then(|metadata| metadata.get("name")?.text())
                .unwrap_or_default(),
            tags: tags
                .iter()
                .map(|tag| (tag.key.as_str(), tag.value.text().unwrap_or_default()))
                .collect(),
        }
    }

    fn network_permissions(&self) -> NetworkPermissions {
        let iam = self.document.get("iam");
        let oidc = iam.and_then(|iam| iam.get("withOIDC"));
        match (iam, oidc.and_then(leaves::truth)) {
            (Some(iam), Some(true)) => NetworkPermissions::OfThePlugin {
                line: iam.line_of("withOIDC"),
            },
            _ => NetworkPermissions::OfTheNodes,
        }
    }
}

impl TemplateParts {
    fn role(&mut self, role: NodeRole, id: &str) -> Value {
        match role {
            NodeRole::Arn(arn) => json!(arn),
            NodeRole::Made(role) => {
                let role_id = format!("{id}Role");
                self.resources.insert(role_id.clone(), role);
                json!({"Fn::GetAtt": format!("{role_id}.Arn")})
            }
        }
    }

    /// What each group must have, and what the file has in a form that nobody takes, whoever deploys the template gives.
    fn replace_what_is_missing(&mut self, properties: &mut Map<String, Value>, id: &str) {
        for (property, description) in [
            ("ClusterName", "The cluster's name"),
            ("NodeRole", "The ARN of the node role"),
        ] {
            if !properties.contains_key(property) {
                let name = format!("{property}Of{id}");
                properties.insert(property.to_owned(), json!({"Ref": name}));
                self.parameters
                    .insert(name, json!({"Type": "String", "Description": description}));
            }
        }
        if !properties.contains_key("Subnets") {
            let description = format!("The subnets in which the nodes of {id} run");
            let subnets = network::parameter(&format!("SubnetsOf{id}"), &description);
            properties.insert("Subnets".to_owned(), subnets.value);
            self.parameters.extend(subnets.parameter);
        }
    }
}

/// What parameters are called, or begin with.
const PARAMETERS: [&str; 5] = [
    "PublicSubnets",
    "PrivateSubnets",
    "SubnetsOf",
    "ClusterNameOf",
    "NodeRoleOf",
];

/// `ng-1` is `Ng1`. Neither it nor its role's may be taken, nor be a parameter's.
fn logical_id(name: &str, taken: &Map<String, Value>) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let capitalized = words.map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    let base: String = capitalized.collect::<String>().chars().take(200).collect();
    let is_reserved = base.is_empty() || PARAMETERS.iter().any(|name| base.starts_with(name));
    let base = if is_reserved { format!("Group{base}") } else { base };
    let is_free = |id: &String| !taken.contains_key(id) && !taken.contains_key(&format!("{id}Role"));
    let others = (2..).map(|number| format!("{base}x{number}"));
    std::iter::once(base.clone())
        .chain(others)
        .find(is_free)
        .unwrap_or(base)
}
