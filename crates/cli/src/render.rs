//! `mng render`: the resource's own launch template, as far as it can be known offline.

use std::path::Path;

use mng_core::launch_template::content::Content;
use mng_core::launch_template::ec2_resources::{GroupRef, IngressRule, IngressSource};
use mng_core::launch_template::recipe::{Recipe, RecipeInputs, remote_access_rules};
use mng_core::launch_template::warnings::warnings;
use mng_core::node::ami_type::OperatingSystem;
use mng_core::nodegroup::name::name;
use mng_core::nodegroup::ownership::Owner;
use mng_core::properties::spec::{MaxPods, Naming, PropagateTags, Spec};
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::{Request, RequestType};

use crate::answer::{CommandFailure, CommandOutput};
use crate::request::{read, spec};

/// What stands for an id that only a deployment knows.
const CLUSTER_SECURITY_GROUP: &str = "(the cluster security group)";
const REMOTE_ACCESS_SECURITY_GROUP: &str = "(the security group for remote access)";

/// The data without the user data, and the user data after it.
pub fn render(path: &Path) -> Result<CommandOutput, CommandFailure> {
    let request = read(path)?;
    if request.kind == RequestType::Delete {
        return Ok(line("the request deletes the node group, and makes no launch template"));
    }
    let spec = spec(&request, path)?;
    if let Some(own) = &spec.launch_template {
        let named = own.identity.as_str();
        return Ok(line(&format!("the request names its own launch template: {named}")));
    }
    let os = spec.operating_system();
    let rules = remote_access_rules(&spec, os);
    let content = content(&spec, &place(&request, &spec), os, &rules);
    let content =
        content.map_err(|problem| CommandFailure::Problems(vec![format!("{}: {problem}", path.display())]))?;
    Ok(CommandOutput {
        text: printed(content)?,
        notes: notes(&spec, &rules),
    })
}

fn line(text: &str) -> CommandOutput {
    CommandOutput {
        text: format!("{text}\n"),
        notes: vec![],
    }
}

fn content(spec: &Spec, place: &GroupRef, os: OperatingSystem, rules: &[IngressRule]) -> Result<Content, String> {
    let from = RecipeInputs {
        os,
        cluster_security_group: CLUSTER_SECURITY_GROUP,
        remote_access_security_group: (!rules.is_empty()).then_some(REMOTE_ACCESS_SECURITY_GROUP),
        max_pods: match spec.node.max_pods {
            Some(MaxPods::Number(number)) => Some(number),
            Some(MaxPods::Computed(_)) | None => None,
        },
        tags: &spec.tags,
    };
    Content::new(&Recipe::new(spec, place, &from))
}

/// A key pair of the resource's own is named after the group. An update keeps a generated name, unless it replaces the group,
/// which the running group alone tells.
fn place(request: &Request, spec: &Spec) -> GroupRef {
    let owner = Owner::of_stack(&request.envelope.stack_id, &request.envelope.logical_resource_id);
    let id = request.envelope.physical_resource_id.as_deref();
    let running = id.and_then(PhysicalId::parse).filter(|id| id.cluster == spec.cluster);
    let name = match (&spec.naming, running) {
        (Naming::Generated { .. }, Some(running)) => running.name,
        (Naming::Generated { .. } | Naming::Explicit(_), _) => name(spec, &owner),
    };
    GroupRef {
        cluster: spec.cluster.clone(),
        name,
        owner,
    }
}

/// EC2 holds the user data in base64. It comes after the JSON, so that it can be read.
fn printed(mut content: Content) -> Result<String, CommandFailure> {
    let user_data = content.user_data.take();
    let json = serde_json::to_string_pretty(&content).map_err(|error| CommandFailure::NoAnswer(error.to_string()))?;
    let user_data = user_data.map_or_else(String::new, |user_data| format!("UserData:\n{user_data}"));
    Ok(format!("{json}\n{user_data}"))
}

/// What the data doesn't show.
fn notes(spec: &Spec, rules: &[IngressRule]) -> Vec<String> {
    // Which AL2023 type an unstated one comes to, the instance types decide; the launch template is the same for all.
    let ami_type = spec.ami_type.clone().unwrap_or_default();
    let unstated = spec.ami_type.is_none();
    let computed = matches!(spec.node.max_pods, Some(MaxPods::Computed(_)));
    let propagates = spec.node.propagate_tags == PropagateTags::Yes;
    let mut notes: Vec<String> = [
        (unstated, "AmiType is unstated: rendered for AL2023"),
        (
            computed,
            "MaxPods is computed from ec2:DescribeInstanceTypes at deployment, and left out here: mng max-pods tells it",
        ),
        (propagates, "the stack's tags are added at deployment, and left out here"),
    ]
    .iter()
    .filter(|(applies, _)| *applies)
    .map(|(_, note)| (*note).to_owned())
    .collect();
    notes.extend(rules.iter().map(rule));
    notes.extend(warnings(spec, &ami_type, &[]));
    notes
}

fn rule(rule: &IngressRule) -> String {
    let source = match &rule.source {
        IngressSource::SecurityGroup(group) => group,
        IngressSource::Anywhere => "0.0.0.0/0",
    };
    format!(
        "{REMOTE_ACCESS_SECURITY_GROUP} lets in: tcp {} from {source}",
        rule.port
    )
}
