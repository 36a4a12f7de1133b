//! The steps in EC2: towards the version that a group shall run, away from versions that no group needs, and to the
//! removal of everything.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::content::Content;
use super::ec2_resources::{Ec2Resources, GroupRef, IngressRule, Template, Version, VersionRole};
use super::recipe::{Recipe, RecipeInputs, key_name, remote_access_rules, wanted_max_pods};
use crate::node::ami_type::OperatingSystem;
use crate::node::instance_type::InstanceTypeFacts;
use crate::properties::spec::{Spec, SshKey};

/// How many of the newest versions stay in addition to the running one: enough to show what the last updates changed.
/// EC2 allows 10,000.
pub const KEPT_VERSIONS: usize = 3;

/// One call that changes something in EC2.
#[derive(Debug, Clone, PartialEq)]
pub enum LaunchStep {
    ImportKeyPair {
        name: String,
        public_key: String,
        tags: BTreeMap<String, String>,
    },
    CreateSecurityGroup {
        name: String,
        vpc: String,
        tags: BTreeMap<String, String>,
    },
    Authorize {
        group: String,
        rules: BTreeSet<IngressRule>,
    },
    Revoke {
        group: String,
        rules: BTreeSet<IngressRule>,
    },
    CreateTemplate {
        name: String,
        content: Box<Content>,
        digest: String,
        tags: BTreeMap<String, String>,
    },
    CreateVersion {
        template: String,
        content: Box<Content>,
        digest: String,
    },
    /// Restores the tags that mark a template as the resource's own, if somebody removed them.
    TagTemplate {
        id: String,
        tags: BTreeMap<String, String>,
    },
    DeleteVersions {
        template: String,
        numbers: Vec<i64>,
    },
    DeleteTemplate {
        id: String,
    },
    DeleteSecurityGroup {
        id: String,
    },
    DeleteKeyPair {
        id: String,
    },
}

/// What such a call returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchStepResult {
    Nothing,
    Id(String),
    Version(i64),
}

/// What nodes need to know about their cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterNetwork {
    pub vpc: String,
    pub security_group: String,
}

/// Everything that determines a group's launch template.
#[derive(Debug, Clone, Copy)]
pub struct WantedTemplate<'a> {
    pub spec: &'a Spec,
    pub group_ref: &'a GroupRef,
    pub cluster: &'a ClusterNetwork,
    pub os: OperatingSystem,
    pub types: &'a [InstanceTypeFacts],
    /// The tags of the group. Its EC2 resources have the same tags.
    pub tags: &'a BTreeMap<String, String>,
}

/// How far the launch template is.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplateProgress {
    Act(LaunchStep),
    /// A version with the wanted content exists.
    Version {
        template: String,
        number: i64,
    },
}

impl LaunchStep {
    /// The action, as IAM names it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::ImportKeyPair { .. } => "ec2:ImportKeyPair",
            Self::CreateSecurityGroup { .. } => "ec2:CreateSecurityGroup",
            Self::Authorize { .. } => "ec2:AuthorizeSecurityGroupIngress",
            Self::Revoke { .. } => "ec2:RevokeSecurityGroupIngress",
            Self::CreateTemplate { .. } => "ec2:CreateLaunchTemplate",
            Self::CreateVersion { .. } => "ec2:CreateLaunchTemplateVersion",
            Self::TagTemplate { .. } => "ec2:CreateTags",
            Self::DeleteVersions { .. } => "ec2:DeleteLaunchTemplateVersions",
            Self::DeleteTemplate { .. } => "ec2:DeleteLaunchTemplate",
            Self::DeleteSecurityGroup { .. } => "ec2:DeleteSecurityGroup",
            Self::DeleteKeyPair { .. } => "ec2:DeleteKeyPair",
        }
    }

    /// The subject of the call, as a person finds it in the console.
    pub fn resource(&self) -> &str {
        match self {
            Self::ImportKeyPair { name, .. }
            | Self::CreateSecurityGroup { name, .. }
            | Self::CreateTemplate { name, .. } => name,
            Self::Authorize { group, .. } | Self::Revoke { group, .. } => group,
            Self::CreateVersion { template, .. } | Self::DeleteVersions { template, .. } => template,
            Self::TagTemplate { id, .. } | Self::DeleteTemplate { id } => id,
            Self::DeleteSecurityGroup { id } | Self::DeleteKeyPair { id } => id,
        }
    }

    /// Whether the step removes something that the group no longer needs.
    pub fn removes(&self) -> bool {
        match self {
            Self::DeleteVersions { .. }
            | Self::DeleteTemplate { .. }
            | Self::DeleteSecurityGroup { .. }
            | Self::DeleteKeyPair { .. } => true,
            Self::ImportKeyPair { .. }
            | Self::CreateSecurityGroup { .. }
            | Self::Authorize { .. }
            | Self::Revoke { .. }
            | Self::CreateTemplate { .. }
            | Self::CreateVersion { .. }
            | Self::TagTemplate { .. } => false,
        }
    }
}

/// The next step towards the wanted version. `running` is the version that the group runs; among versions with the same
/// content it is preferred.
///
/// # Errors
/// A resource of somebody else has a name that the function needs, or the content cannot be determined.
pub fn prepare(wanted: &WantedTemplate, seen: &Ec2Resources, running: Option<i64>) -> Result<TemplateProgress, String> {
    if seen.template(wanted.group_ref).is_none() && !seen.templates.is_empty() {
        let name = wanted.group_ref.resource_name();
        return Err(foreign("launch template", &name, &seen.templates[0].id));
    }
    // The function reports what it cannot determine before it creates anything.
    wanted_max_pods(wanted.spec, wanted.os, wanted.types)?;
    if let Some(step) = key_pair(wanted, seen) {
        return Ok(TemplateProgress::Act(step));
    }
    if let Some(step) = security_group(wanted, seen)? {
        return Ok(TemplateProgress::Act(step));
    }
    let recipe = recipe(wanted, seen)?;
    let digest = recipe.digest();
    let Some(template) = seen.template(wanted.group_ref) else {
        return Ok(TemplateProgress::Act(LaunchStep::CreateTemplate {
            name: wanted.group_ref.resource_name(),
            content: Box::new(Content::new(&recipe)?),
            digest,
            tags: tags(wanted),
        }));
    };
    if let Some(version) = made_from(template, &digest, running) {
        let (template, number) = (template.id.clone(), version.number);
        return Ok(TemplateProgress::Version { template, number });
    }
    let (template, content) = (template.id.clone(), Box::new(Content::new(&recipe)?));
    Ok(TemplateProgress::Act(LaunchStep::CreateVersion {
        template,
        content,
        digest,
    }))
}

/// The next step that removes what a group no longer needs while it runs version `running` of the wanted content.
pub fn tidy(wanted: &WantedTemplate, seen: &Ec2Resources, running: i64) -> Option<LaunchStep> {
    let key_name = key_name(wanted.spec, wanted.group_ref);
    let old_key = seen
        .key_pairs(wanted.group_ref)
        .find(|key| Some(&key.name) != key_name.as_ref());
    let unneeded = remote_access_rules(wanted.spec, wanted.os).is_empty();
    let old_group = seen
        .own_security_groups(wanted.group_ref)
        .find(|group| unneeded || group.vpc != wanted.cluster.vpc);
    let template = seen.template(wanted.group_ref)?;
    let old_versions = old_versions(template, running);
    match (old_versions.is_empty(), old_group, old_key) {
        (false, ..) => Some(LaunchStep::DeleteVersions {
            template: template.id.clone(),
            numbers: old_versions,
        }),
        (true, Some(group), _) => Some(LaunchStep::DeleteSecurityGroup { id: group.id.clone() }),
        (true, None, key) => key.map(|key| LaunchStep::DeleteKeyPair { id: key.id.clone() }),
    }
}

/// The next step of removing everything, for a group that is gone. The template goes first: after that nothing can be
/// launched from it.
pub fn remove(group_ref: &GroupRef, seen: &Ec2Resources) -> Option<LaunchStep> {
    let template = seen.template(group_ref).map(|template| LaunchStep::DeleteTemplate {
        id: template.id.clone(),
    });
    let group = || {
        seen.own_security_groups(group_ref)
            .next()
            .map(|group| LaunchStep::DeleteSecurityGroup { id: group.id.clone() })
    };
    let key = || {
        seen.key_pairs(group_ref)
            .next()
            .map(|key| LaunchStep::DeleteKeyPair { id: key.id.clone() })
    };
    template.or_else(group).or_else(key)
}

/// The recipe of the wanted template, once its security group exists.
///
/// # Errors
/// `MaxPods` cannot be computed.
pub fn recipe(wanted: &WantedTemplate, seen: &Ec2Resources) -> Result<Recipe, String> {
    let rules = remote_access_rules(wanted.spec, wanted.os);
    let group = seen
        .security_group(wanted.group_ref, &wanted.cluster.vpc)
        .filter(|_| !rules.is_empty());
    let from = RecipeInputs {
        os: wanted.os,
        cluster_security_group: &wanted.cluster.security_group,
        remote_access_security_group: group.map(|group| group.id.as_str()),
        max_pods: wanted_max_pods(wanted.spec, wanted.os, wanted.types)?,
        tags: wanted.tags,
    };
    Ok(Recipe::new(wanted.spec, wanted.group_ref, &from))
}

fn key_pair(wanted: &WantedTemplate, seen: &Ec2Resources) -> Option<LaunchStep> {
    let SshKey::Imported(public_key) = &wanted.spec.node.remote_access.as_ref()?.key else {
        return None;
    };
    let name = key_name(wanted.spec, wanted.group_ref)?;
    if seen.key_pairs(wanted.group_ref).any(|key| key.name == name) {
        return None;
    }
    Some(LaunchStep::ImportKeyPair {
        name,
        public_key: public_key.as_str().to_owned(),
        tags: tags(wanted),
    })
}

/// The function adds new rules before it removes old ones, so that nobody who may log in is shut out in between.
fn security_group(wanted: &WantedTemplate, seen: &Ec2Resources) -> Result<Option<LaunchStep>, String> {
    let rules: BTreeSet<IngressRule> = remote_access_rules(wanted.spec, wanted.os).into_iter().collect();
    if rules.is_empty() {
        return Ok(None);
    }
    let vpc = &wanted.cluster.vpc;
    let Some(group) = seen.security_group(wanted.group_ref, vpc) else {
        if let Some(other) = seen.foreign_security_group(wanted.group_ref, vpc) {
            return Err(foreign(
                "security group",
                &wanted.group_ref.security_group_name(),
                &other.id,
            ));
        }
        return Ok(Some(LaunchStep::CreateSecurityGroup {
            name: wanted.group_ref.security_group_name(),
            vpc: vpc.clone(),
            tags: tags(wanted),
        }));
    };
    let missing: BTreeSet<IngressRule> = rules.difference(&group.rules).cloned().collect();
    let unwanted: BTreeSet<IngressRule> = group.rules.difference(&rules).cloned().collect();
    let id = group.id.clone();
    Ok(match (missing.is_empty(), unwanted.is_empty()) {
        (false, _) => Some(LaunchStep::Authorize {
            group: id,
            rules: missing,
        }),
        (true, false) => Some(LaunchStep::Revoke {
            group: id,
            rules: unwanted,
        }),
        (true, true) => None,
    })
}

/// The version that a failed update made is the newest, and a rollback wants the version before it again.
fn made_from<'a>(template: &'a Template, digest: &str, running: Option<i64>) -> Option<&'a Version> {
    let same = template.versions.iter().filter(|version| version.digest == digest);
    same.max_by_key(|version| (Some(version.number) == running, version.number))
}

fn old_versions(template: &Template, running: i64) -> Vec<i64> {
    let mut numbers: Vec<i64> = template.versions.iter().map(|version| version.number).collect();
    numbers.sort_unstable_by(|left, right| right.cmp(left));
    let kept: Vec<i64> = numbers
        .iter()
        .copied()
        .filter(|number| *number != running)
        .take(KEPT_VERSIONS)
        .collect();
    let is_default = |version: &&Version| version.role == VersionRole::Default;
    let default: Vec<i64> = template
        .versions
        .iter()
        .filter(is_default)
        .map(|version| version.number)
        .collect();
    let stays = |number: &i64| *number == running || kept.contains(number) || default.contains(number);
    numbers.into_iter().filter(|number| !stays(number)).collect()
}

/// For a request by event the tags also say which event the resource was made for.
fn tags(wanted: &WantedTemplate) -> BTreeMap<String, String> {
    let mut tags = wanted.tags.clone();
    tags.extend(wanted.group_ref.tags());
    tags
}

fn foreign(what: &str, name: &str, id: &str) -> String {
    format!(
        "{what} {name} ({id}) exists and isn't this resource's: its tags don't name this stack, resource and node group; remove it, \
         or choose another NodegroupName"
    )
}

#[cfg(test)]
mod tests;
