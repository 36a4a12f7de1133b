//! What is in EC2, in a shape that a test can compare.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use roxmltree::{Document, Node};
use serde_json::{Map, Value};

use crate::query_api::QueryApi;

/// The tag key that everything carries which the resource makes in EC2.
const OWN_TAG: &str = "managed-node-group:stack-id";
/// The members that are numbers and those that are flags. XML doesn't tell, and a tag's value may look like either.
const NUMBERS: [&str; 5] = [
    "VersionNumber",
    "HttpPutResponseHopLimit",
    "VolumeSize",
    "Iops",
    "Throughput",
];
const FLAGS: [&str; 5] = [
    "DefaultVersion",
    "DeleteOnTermination",
    "Encrypted",
    "EbsOptimized",
    "AssociatePublicIpAddress",
];

pub(crate) async fn belongings(ec2: &QueryApi) -> Result<Vec<String>> {
    let own = [("Filter.1.Name", "tag-key"), ("Filter.1.Value.1", OWN_TAG)];
    let mut all = Vec::new();
    for (action, list, kind, name) in [
        (
            "DescribeLaunchTemplates",
            "launchTemplates",
            "launch-template",
            "LaunchTemplateName",
        ),
        (
            "DescribeSecurityGroups",
            "securityGroupInfo",
            "security-group",
            "GroupName",
        ),
        ("DescribeKeyPairs", "keySet", "key-pair", "KeyName"),
    ] {
        let found = items(&ec2.call(action, &own).await?, list)?;
        all.extend(found.iter().map(|item| format!("{kind} {}", text(&item[name]))));
    }
    all.sort();
    Ok(all)
}

pub(crate) async fn launch_template_versions(ec2: &QueryApi, id: &str) -> Result<Vec<Value>> {
    let all = [("LaunchTemplateId", id), ("MaxResults", "200")];
    let xml = ec2.call("DescribeLaunchTemplateVersions", &all).await?;
    let mut versions = items(&xml, "launchTemplateVersionSet")?;
    for version in &mut versions {
        if let Some(version) = version.as_object_mut() {
            version.retain(|member, _| {
                ["VersionNumber", "VersionDescription", "LaunchTemplateData"].contains(&member.as_str())
            });
        }
        if let Some(user_data) = version.pointer_mut("/LaunchTemplateData/UserData") {
            *user_data = Value::from(decoded(user_data)?);
        }
    }
    versions.sort_by_key(|version| version["VersionNumber"].as_i64());
    Ok(versions)
}

pub(crate) async fn security_group_rules(ec2: &QueryApi, name: &str) -> Result<Vec<String>> {
    let named = [("Filter.1.Name", "group-name"), ("Filter.1.Value.1", name)];
    let groups = items(&ec2.call("DescribeSecurityGroups", &named).await?, "securityGroupInfo")?;
    ensure!(!groups.is_empty(), "EC2 has no security group called {name}");
    let permissions = groups.iter().flat_map(|group| list(&group["IpPermissions"]));
    let mut rules: Vec<String> = permissions.flat_map(rules).collect();
    rules.sort();
    Ok(rules)
}

/// One line a source. A rule for every protocol has no ports.
fn rules(permission: &Value) -> Vec<String> {
    let (from, to) = (text(&permission["FromPort"]), text(&permission["ToPort"]));
    let ports = if from == to {
        from.to_owned()
    } else {
        format!("{from}-{to}")
    };
    let sources = [
        ("Groups", "GroupId"),
        ("IpRanges", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6"),
    ];
    let sources = sources
        .iter()
        .flat_map(|(kind, name)| list(&permission[*kind]).iter().map(|source| text(&source[*name])));
    let protocol = text(&permission["IpProtocol"]);
    let parts = sources.map(|source| [protocol, &ports, source].into_iter().filter(|part| !part.is_empty()));
    parts.map(|parts| parts.collect::<Vec<_>>().join(" ")).collect()
}

fn decoded(user_data: &Value) -> Result<String> {
    let bytes = BASE64_STANDARD
        .decode(text(user_data))
        .with_context(|| format!("user data should be base64, not {user_data}"))?;
    String::from_utf8(bytes).context("user data should be text")
}

/// The items of an answer's list, by EC2's names.
fn items(xml: &str, list: &str) -> Result<Vec<Value>> {
    let document = Document::parse(xml).context("read an answer's XML")?;
    let found = document.descendants().find(|node| node.tag_name().name() == list);
    let found = found.with_context(|| format!("an answer without {list}: {xml}"))?;
    Ok(elements(found).map(json).collect())
}

/// EC2 writes the list `Tags` as `tagSet`, and each of its members as `item`; other names only lose their capital.
fn json(node: Node) -> Value {
    let name = name(node);
    if node.tag_name().name().ends_with("Set") || elements(node).any(|child| child.tag_name().name() == "item") {
        return elements(node).map(json).collect();
    }
    let members: Map<String, Value> = elements(node).map(|child| (self::name(child), json(child))).collect();
    if members.is_empty() {
        leaf(&name, node.text().unwrap_or_default())
    } else {
        Value::Object(members)
    }
}

fn leaf(name: &str, text: &str) -> Value {
    let as_text = || Value::from(text);
    if NUMBERS.contains(&name) {
        text.parse::<i64>().map_or_else(|_| as_text(), Value::from)
    } else if FLAGS.contains(&name) {
        text.parse::<bool>().map_or_else(|_| as_text(), Value::from)
    } else {
        as_text()
    }
}

fn name(node: Node) -> String {
    let name = node.tag_name().name();
    let name = name
        .strip_suffix("Set")
        .map_or_else(|| name.to_owned(), |one| format!("{one}s"));
    name[..1].to_uppercase() + &name[1..]
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
