//! What a node group has in EC2: its launch template with the versions, its security group and its key pairs.

use std::collections::{BTreeMap, BTreeSet};

use crate::nodegroup::name::digest;
use crate::nodegroup::ownership::{NODEGROUP_TAG, Owner};

use super::steps::{LaunchStep, LaunchStepResult};

/// EC2's limit for the name of a launch template.
const MAX_NAME: usize = 128;

/// The EC2 resources under the names and tags of one node group. Some of them may belong to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ec2Resources {
    pub templates: Vec<Template>,
    pub security_groups: Vec<SecurityGroup>,
    pub key_pairs: Vec<KeyPair>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    pub tags: BTreeMap<String, String>,
    pub versions: Vec<Version>,
}

/// One version of a launch template, and the recipe that it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    /// The digest of the recipe, which the version's description holds.
    pub digest: String,
    pub role: VersionRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionRole {
    /// EC2 does not delete a template's default version.
    Default,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    pub id: String,
    /// The name of a security group is unique only within its VPC.
    pub vpc: String,
    pub tags: BTreeMap<String, String>,
    pub rules: BTreeSet<IngressRule>,
}

/// One TCP port, and who may reach it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IngressRule {
    pub port: u16,
    pub source: IngressSource,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IngressSource {
    SecurityGroup(String),
    /// 0.0.0.0/0.
    Anywhere,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    pub id: String,
    pub name: String,
    pub tags: BTreeMap<String, String>,
}

/// Identifies one node group of one resource, for the names and tags of its EC2 resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRef {
    pub cluster: String,
    pub name: String,
    pub owner: Owner,
}

impl GroupRef {
    /// The name of the launch template: the physical ID of the group, whose characters EC2 allows there and in the name
    /// of a security group. A name over EC2's limit is cut, and a digest of the whole name keeps it unique.
    pub fn resource_name(&self) -> String {
        let id = self.physical_id();
        if id.len() <= MAX_NAME {
            return id;
        }
        let digest = digest(&id, 12);
        let kept: String = id.chars().take(MAX_NAME - digest.len() - 1).collect();
        format!("{kept}-{digest}")
    }

    /// The same name for the security group. Except: EC2 refuses a name that begins as an ID does (API reference of
    /// `CreateSecurityGroup`).
    pub fn security_group_name(&self) -> String {
        let name = self.resource_name();
        if name.starts_with("sg-") {
            format!("eks-{name}")
        } else {
            name
        }
    }

    /// The name of the key pair for a public key. Another key has another name, so the old key pair stays until no node
    /// is launched with it.
    pub fn key_pair_name(&self, public_key: &str) -> String {
        format!("{}-{}", self.resource_name(), digest(public_key, 12))
    }

    /// The tags by which the function finds the EC2 resources of a group and recognises them as its own.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.owner.tags();
        tags.insert(NODEGROUP_TAG.to_owned(), self.physical_id());
        tags
    }

    /// Whether a resource with these tags belongs to this very group.
    pub fn owns(&self, tags: &BTreeMap<String, String>) -> bool {
        self.owner.owns(tags) && tags.get(NODEGROUP_TAG) == Some(&self.physical_id())
    }

    fn physical_id(&self) -> String {
        format!("{}/{}", self.cluster, self.name)
    }
}

impl Ec2Resources {
    pub fn template(&self, group_ref: &GroupRef) -> Option<&Template> {
        self.templates.iter().find(|template| group_ref.owns(&template.tags))
    }

    /// The launch template of a group whose function tags somebody removed. `running` is the ID of the template that
    /// the group runs, and EC2 finds `templates` by the name that the function gives. The group and the descriptions of
    /// the versions prove that the function made the template: a user's template may have the same name.
    pub fn stripped_template(&self, group_ref: &GroupRef, running: &str) -> Option<&Template> {
        let is_made_here = |template: &Template| template.versions.iter().any(|version| !version.digest.is_empty());
        let stripped = |template: &&Template| template.id == running && !group_ref.owns(&template.tags);
        self.templates.iter().find(stripped).filter(|found| is_made_here(found))
    }

    /// The group's security group in the cluster's VPC. Nodes cannot have a group of another VPC.
    pub fn security_group(&self, group_ref: &GroupRef, vpc: &str) -> Option<&SecurityGroup> {
        let own = |group: &&SecurityGroup| group.vpc == vpc && group_ref.owns(&group.tags);
        self.security_groups.iter().find(own)
    }

    /// A security group of somebody else that has the name in a VPC.
    pub fn foreign_security_group(&self, group_ref: &GroupRef, vpc: &str) -> Option<&SecurityGroup> {
        let foreign = |group: &&SecurityGroup| group.vpc == vpc && !group_ref.owns(&group.tags);
        self.security_groups.iter().find(foreign)
    }

    /// The group's security groups in all VPCs: a cluster that was created anew under its name may be in another VPC.
    pub fn own_security_groups<'a>(&'a self, group_ref: &'a GroupRef) -> impl Iterator<Item = &'a SecurityGroup> {
        self.security_groups.iter().filter(|group| group_ref.owns(&group.tags))
    }

    pub fn key_pairs<'a>(&'a self, group_ref: &'a GroupRef) -> impl Iterator<Item = &'a KeyPair> {
        self.key_pairs.iter().filter(|key| group_ref.owns(&key.tags))
    }

    /// The tags of every EC2 resource that belongs to a group.
    pub fn tags<'a>(&'a self, group_ref: &'a GroupRef) -> impl Iterator<Item = &'a BTreeMap<String, String>> {
        let templates = self.templates.iter().map(|template| &template.tags);
        let groups = self.security_groups.iter().map(|group| &group.tags);
        let keys = self.key_pairs.iter().map(|key| &key.tags);
        templates.chain(groups).chain(keys).filter(|tags| group_ref.owns(tags))
    }

    /// All resources except those whose tags `has` accepts.
    pub fn without(&self, has: impl Fn(&BTreeMap<String, String>) -> bool) -> Self {
        let mut others = self.clone();
        others.templates.retain(|template| !has(&template.tags));
        others.security_groups.retain(|group| !has(&group.tags));
        others.key_pairs.retain(|key| !has(&key.tags));
        others
    }

    /// Records what a finished step changed. EC2's reads lag behind its writes, and the function knows its own changes.
    pub fn apply(&mut self, step: &LaunchStep, made: LaunchStepResult) {
        match (step, made) {
            (step, LaunchStepResult::Id(id)) => self.add(step, id),
            (LaunchStep::CreateVersion { template, digest, .. }, LaunchStepResult::Version(number)) => {
                self.versions_of(template)
                    .push(version(number, digest, VersionRole::Other));
            }
            (step, _) => self.change(step),
        }
    }

    /// Adds a new resource with its ID.
    fn add(&mut self, step: &LaunchStep, id: String) {
        match step {
            LaunchStep::ImportKeyPair { name, tags, .. } => self.key_pairs.push(KeyPair {
                id,
                name: name.clone(),
                tags: tags.clone(),
            }),
            LaunchStep::CreateSecurityGroup { vpc, tags, .. } => self.security_groups.push(SecurityGroup {
                id,
                vpc: vpc.clone(),
                tags: tags.clone(),
                rules: [].into(),
            }),
            LaunchStep::CreateTemplate { digest, tags, .. } => self.templates.push(Template {
                id,
                tags: tags.clone(),
                versions: vec![version(1, digest, VersionRole::Default)],
            }),
            step => self.change(step),
        }
    }

    fn change(&mut self, step: &LaunchStep) {
        match step {
            LaunchStep::Authorize { group, rules } => self.rules_of(group).extend(rules.iter().cloned()),
            LaunchStep::Revoke { group, rules } => self.rules_of(group).retain(|rule| !rules.contains(rule)),
            LaunchStep::TagTemplate { id, tags } => self.template_mut(id).tags.extend(tags.clone()),
            LaunchStep::DeleteVersions { template, numbers } => self
                .versions_of(template)
                .retain(|version| !numbers.contains(&version.number)),
            LaunchStep::DeleteTemplate { id } => self.templates.retain(|template| template.id != *id),
            LaunchStep::DeleteSecurityGroup { id } => self.security_groups.retain(|group| group.id != *id),
            LaunchStep::DeleteKeyPair { id } => self.key_pairs.retain(|key| key.id != *id),
            LaunchStep::ImportKeyPair { .. }
            | LaunchStep::CreateSecurityGroup { .. }
            | LaunchStep::CreateTemplate { .. }
            | LaunchStep::CreateVersion { .. } => unreachable!("{step:?} gives what it made"),
        }
    }

    fn versions_of(&mut self, id: &str) -> &mut Vec<Version> {
        &mut self.template_mut(id).versions
    }

    fn template_mut(&mut self, id: &str) -> &mut Template {
        let found = self.templates.iter_mut().find(|template| template.id == id);
        found.expect("a step is about what was seen")
    }

    fn rules_of(&mut self, id: &str) -> &mut BTreeSet<IngressRule> {
        let found = self.security_groups.iter_mut().find(|group| group.id == id);
        &mut found.expect("a step is about what was seen").rules
    }
}

fn version(number: i64, digest: &str, role: VersionRole) -> Version {
    Version {
        number,
        digest: digest.to_owned(),
        role,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group_ref(cluster: &str) -> GroupRef {
        GroupRef {
            cluster: cluster.to_owned(),
            name: "n".repeat(63),
            owner: Owner::of_stack("s", "l"),
        }
    }

    #[test]
    fn names_stay_within_the_limit_and_apart() {
        let (long, other) = (group_ref(&"c".repeat(100)), group_ref(&format!("{}d", "c".repeat(99))));
        assert_eq!(long.resource_name().len(), MAX_NAME);
        assert_ne!(long.resource_name(), other.resource_name());
        assert_eq!(group_ref("c").resource_name(), format!("c/{}", "n".repeat(63)));
        assert_eq!(group_ref("c").security_group_name(), group_ref("c").resource_name());
        assert!(group_ref("sg-c").security_group_name().starts_with("eks-sg-c/"));
    }

    #[test]
    fn only_the_tags_of_the_very_group_make_it_ours() {
        let ours = group_ref("c");
        let mut tags = ours.tags();
        assert!(ours.owns(&tags));
        tags.insert(NODEGROUP_TAG.to_owned(), "c/another".to_owned());
        assert!(!ours.owns(&tags));
    }

    /// A user's template may have the name that the function would give, and a group of this resource may run it.
    #[test]
    fn only_a_template_that_was_made_here_is_ours_without_its_tags() {
        let ours = group_ref("c");
        let seen = |tags: BTreeMap<String, String>, digest: &str| Ec2Resources {
            templates: vec![Template {
                id: "lt-1".to_owned(),
                tags,
                versions: vec![version(1, digest, VersionRole::Default)],
            }],
            ..Ec2Resources::default()
        };
        for (seen, running, expected) in [
            (seen(BTreeMap::new(), "abc"), "lt-1", true),
            (seen(BTreeMap::new(), "abc"), "lt-2", false),
            (seen(BTreeMap::new(), ""), "lt-1", false),
            (seen(ours.tags(), "abc"), "lt-1", false),
        ] {
            assert_eq!(
                seen.stripped_template(&ours, running).is_some(),
                expected,
                "{seen:?} {running}"
            );
        }
    }
}
