//! What a node group has in EC2: its launch template with its versions, its security group, its key pairs.

use std::collections::{BTreeMap, BTreeSet};

use crate::nodegroup::name::digest;
use crate::nodegroup::ownership::{NODEGROUP_TAG, Owner};

use super::steps::{LaunchStep, Made};

/// EC2's limit of a launch template's name.
const MAX_NAME: usize = 128;

/// What was found under the names and tags of one node group. Some of it may be somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Belongings {
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

/// A version, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    /// The digest of its recipe, which its description holds.
    pub digest: String,
    pub role: VersionRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionRole {
    /// EC2 doesn't delete it.
    Default,
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    pub id: String,
    /// Within it alone its name is unique.
    pub vpc: String,
    pub tags: BTreeMap<String, String>,
    pub rules: BTreeSet<Rule>,
}

/// One port of TCP, and who may reach it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    pub port: u16,
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
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

/// One node group of one resource, as its belongings are named and tagged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub cluster: String,
    pub name: String,
    pub owner: Owner,
}

impl Place {
    /// The name of the launch template: the group's physical id, which EC2 allows there and in a security group's. A name
    /// over EC2's limit is cut, and a digest of the whole keeps it apart from others.
    pub fn resource_name(&self) -> String {
        let id = self.physical_id();
        if id.len() <= MAX_NAME {
            return id;
        }
        let digest = digest(&id, 12);
        let kept: String = id.chars().take(MAX_NAME - digest.len() - 1).collect();
        format!("{kept}-{digest}")
    }

    /// The same for the security group, but that EC2 takes none which begins as an id does (API reference of
    /// `CreateSecurityGroup`).
    pub fn security_group_name(&self) -> String {
        let name = self.resource_name();
        if name.starts_with("sg-") {
            format!("eks-{name}")
        } else {
            name
        }
    }

    /// The name of the key pair for a public key: another key is another name, so that the old one stays until no node is
    /// launched with it.
    pub fn key_pair_name(&self, public_key: &str) -> String {
        format!("{}-{}", self.resource_name(), digest(public_key, 12))
    }

    /// The tags by which belongings are found and known as ours.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.owner.tags();
        tags.insert(NODEGROUP_TAG.to_owned(), self.physical_id());
        tags
    }

    /// Whether something with these tags belongs to this very group.
    pub fn owns(&self, tags: &BTreeMap<String, String>) -> bool {
        self.owner.owns(tags) && tags.get(NODEGROUP_TAG) == Some(&self.physical_id())
    }

    fn physical_id(&self) -> String {
        format!("{}/{}", self.cluster, self.name)
    }
}

impl Belongings {
    pub fn template(&self, place: &Place) -> Option<&Template> {
        self.templates.iter().find(|template| place.owns(&template.tags))
    }

    /// The template of the resource's own name that a group of ours runs (`running` is its id), but that somebody has taken our tags
    /// from. EC2 finds `templates` by that name. The group and the versions' descriptions prove whose the template is: a user's own may
    /// have the same name.
    pub fn stripped_template(&self, place: &Place, running: &str) -> Option<&Template> {
        let is_made_here = |template: &Template| template.versions.iter().any(|version| !version.digest.is_empty());
        let stripped = |template: &&Template| template.id == running && !place.owns(&template.tags);
        self.templates.iter().find(stripped).filter(|found| is_made_here(found))
    }

    /// The group's security group in a VPC, the cluster's: nodes can have no other.
    pub fn security_group(&self, place: &Place, vpc: &str) -> Option<&SecurityGroup> {
        let own = |group: &&SecurityGroup| group.vpc == vpc && place.owns(&group.tags);
        self.security_groups.iter().find(own)
    }

    /// Somebody else's that holds the name in a VPC.
    pub fn foreign_security_group(&self, place: &Place, vpc: &str) -> Option<&SecurityGroup> {
        let foreign = |group: &&SecurityGroup| group.vpc == vpc && !place.owns(&group.tags);
        self.security_groups.iter().find(foreign)
    }

    /// The group's security groups in whichever VPC: a cluster that was made anew under its name may have another.
    pub fn own_security_groups<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a SecurityGroup> {
        self.security_groups.iter().filter(|group| place.owns(&group.tags))
    }

    pub fn key_pairs<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a KeyPair> {
        self.key_pairs.iter().filter(|key| place.owns(&key.tags))
    }

    /// The tags of everything that belongs to a group.
    pub fn tags<'a>(&'a self, place: &'a Place) -> impl Iterator<Item = &'a BTreeMap<String, String>> {
        let templates = self.templates.iter().map(|template| &template.tags);
        let groups = self.security_groups.iter().map(|group| &group.tags);
        let keys = self.key_pairs.iter().map(|key| &key.tags);
        templates.chain(groups).chain(keys).filter(|tags| place.owns(tags))
    }

    /// All but what has such tags.
    pub fn without(&self, has: impl Fn(&BTreeMap<String, String>) -> bool) -> Self {
        let mut others = self.clone();
        others.templates.retain(|template| !has(&template.tags));
        others.security_groups.retain(|group| !has(&group.tags));
        others.key_pairs.retain(|key| !has(&key.tags));
        others
    }

    /// What a step that was carried out has changed. EC2's reads lag behind its writes; what we did ourselves we know.
    pub fn apply(&mut self, step: &LaunchStep, made: Made) {
        match (step, made) {
            (step, Made::Id(id)) => self.add(step, id),
            (LaunchStep::CreateVersion { template, digest, .. }, Made::Version(number)) => {
                self.versions_of(template)
                    .push(version(number, digest, VersionRole::Other));
            }
            (step, _) => self.change(step),
        }
    }

    /// What has an id of its own.
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

    fn rules_of(&mut self, id: &str) -> &mut BTreeSet<Rule> {
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

    fn place(cluster: &str) -> Place {
        Place {
            cluster: cluster.to_owned(),
            name: "n".repeat(63),
            owner: Owner::of_stack("s", "l"),
        }
    }

    #[test]
    fn names_stay_within_the_limit_and_apart() {
        let (long, other) = (place(&"c".repeat(100)), place(&format!("{}d", "c".repeat(99))));
        assert_eq!(long.resource_name().len(), MAX_NAME);
        assert_ne!(long.resource_name(), other.resource_name());
        assert_eq!(place("c").resource_name(), format!("c/{}", "n".repeat(63)));
        assert_eq!(place("c").security_group_name(), place("c").resource_name());
        assert!(place("sg-c").security_group_name().starts_with("eks-sg-c/"));
    }

    #[test]
    fn only_the_tags_of_the_very_group_make_it_ours() {
        let ours = place("c");
        let mut tags = ours.tags();
        assert!(ours.owns(&tags));
        tags.insert(NODEGROUP_TAG.to_owned(), "c/another".to_owned());
        assert!(!ours.owns(&tags));
    }

    /// A user's template may have the name that ours would have, and a group of ours may run it.
    #[test]
    fn only_a_template_that_was_made_here_is_ours_without_its_tags() {
        let ours = place("c");
        let seen = |tags: BTreeMap<String, String>, digest: &str| Belongings {
            templates: vec![Template {
                id: "lt-1".to_owned(),
                tags,
                versions: vec![version(1, digest, VersionRole::Default)],
            }],
            ..Belongings::default()
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
