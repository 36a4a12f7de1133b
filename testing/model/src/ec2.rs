//! A small EC2: launch templates with their versions, security groups and key pairs, by the names that one owner gives them.

use std::collections::{BTreeMap, BTreeSet};

use mng_core::launch_template::ec2_resources::{
    Ec2Resources, GroupRef, KeyPair, SecurityGroup, Template, Version, VersionRole,
};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_core::nodegroup::ownership::{NODEGROUP_TAG, Owner};

use crate::call::{Said, Wrong};
use crate::kept::{Digested, digest};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Ec2 {
    pub templates: BTreeMap<String, Digested<Template>>,
    pub groups: BTreeMap<String, Digested<SecurityGroup>>,
    pub keys: BTreeMap<String, Digested<KeyPair>>,
    /// What a call with a client token gave: the same token gives the same.
    given: BTreeMap<u64, Digested<LaunchStepResult>>,
    serial: u32,
    /// A template of somebody else's was deleted or changed.
    pub harmed: bool,
}

impl Ec2 {
    pub fn read(&self, group_ref: &GroupRef) -> Said {
        let name = group_ref.resource_name();
        let template = self.templates.get(&name).map(|kept| Template::clone(kept));
        let group = self.groups.get(&group_ref.security_group_name());
        let keys = self.keys.values().filter(|key| group_ref.owns(&key.tags));
        Said::Ec2Resources(Digested::new(Ec2Resources {
            templates: template.into_iter().collect(),
            security_groups: group.map(|kept| SecurityGroup::clone(kept)).into_iter().collect(),
            key_pairs: keys.map(|kept| KeyPair::clone(kept)).collect(),
        }))
    }

    /// The node groups for which a resource has something.
    pub fn ids_of(&self, owner: &Owner) -> Vec<String> {
        let templates = self.templates.values().map(|kept| &kept.tags);
        let groups = self.groups.values().map(|kept| &kept.tags);
        let keys = self.keys.values().map(|kept| &kept.tags);
        let ours = templates.chain(groups).chain(keys).filter(|tags| owner.owns(tags));
        let ids: BTreeSet<String> = ours.filter_map(|tags| tags.get(NODEGROUP_TAG).cloned()).collect();
        ids.into_iter().collect()
    }

    /// Only what makes a template takes a token, as EC2 has it.
    pub fn launch(&mut self, step: &LaunchStep, token: &str) -> Said {
        let token = digest(&token);
        if let Some(made) = self.given.get(&token) {
            return Said::Made(made.clone());
        }
        let made = match self.change(step) {
            Ok(made) => Digested::new(made),
            Err(said) => return said,
        };
        if matches!(
            step,
            LaunchStep::CreateTemplate { .. } | LaunchStep::CreateVersion { .. }
        ) {
            self.given.insert(token, made.clone());
        }
        Said::Made(made)
    }

    fn change(&mut self, step: &LaunchStep) -> Result<LaunchStepResult, Said> {
        match step {
            LaunchStep::ImportKeyPair { name, tags, .. } => {
                let id = self.id("key", self.keys.contains_key(name))?;
                let (name, tags) = (name.clone(), tags.clone());
                let key = Digested::new(KeyPair {
                    id: id.clone(),
                    name: name.clone(),
                    tags,
                });
                self.keys.insert(name, key);
                Ok(LaunchStepResult::Id(id))
            }
            LaunchStep::CreateSecurityGroup { name, vpc, tags } => {
                let id = self.id("sg", self.groups.contains_key(name))?;
                let (vpc, tags, rules) = (vpc.clone(), tags.clone(), [].into());
                let group = Digested::new(SecurityGroup {
                    id: id.clone(),
                    vpc,
                    tags,
                    rules,
                });
                self.groups.insert(name.clone(), group);
                Ok(LaunchStepResult::Id(id))
            }
            LaunchStep::CreateTemplate { name, digest, tags, .. } => {
                let id = self.id("lt", self.templates.contains_key(name))?;
                let (tags, versions) = (tags.clone(), vec![version(1, digest, VersionRole::Default)]);
                let template = Digested::new(Template {
                    id: id.clone(),
                    tags,
                    versions,
                });
                self.templates.insert(name.clone(), template);
                Ok(LaunchStepResult::Id(id))
            }
            LaunchStep::CreateVersion { template, digest, .. } => {
                let found = self.template(template)?;
                let newest = found.versions.iter().map(|version| version.number).max();
                let number = newest.unwrap_or_default() + 1;
                found.change(|found| found.versions.push(version(number, digest, VersionRole::Other)));
                Ok(LaunchStepResult::Version(number))
            }
            LaunchStep::TagTemplate { id, tags } => {
                self.template(id)?.change(|found| found.tags.extend(tags.clone()));
                Ok(LaunchStepResult::Nothing)
            }
            LaunchStep::Authorize { group, rules } => {
                let found = self.group(group)?;
                found.change(|found| found.rules.extend(rules.iter().cloned()));
                Ok(LaunchStepResult::Nothing)
            }
            LaunchStep::Revoke { group, rules } => {
                let found = self.group(group)?;
                found.change(|found| found.rules.retain(|rule| !rules.contains(rule)));
                Ok(LaunchStepResult::Nothing)
            }
            step => self.remove(step),
        }
    }

    fn remove(&mut self, step: &LaunchStep) -> Result<LaunchStepResult, Said> {
        match step {
            LaunchStep::DeleteVersions { template, numbers } => {
                let found = self.template(template)?;
                found.change(|found| found.versions.retain(|version| !numbers.contains(&version.number)));
            }
            LaunchStep::DeleteTemplate { id } => {
                self.template(id)?;
                self.harmed |= *id == FOREIGN;
                self.templates.retain(|_, kept| kept.id != *id);
                self.given.retain(|_, made| **made != LaunchStepResult::Id(id.clone()));
            }
            LaunchStep::DeleteSecurityGroup { id } => {
                self.group(id)?;
                self.groups.retain(|_, kept| kept.id != *id);
            }
            LaunchStep::DeleteKeyPair { id } => self.keys.retain(|_, kept| kept.id != *id),
            step => unreachable!("{step:?} removes nothing"),
        }
        Ok(LaunchStepResult::Nothing)
    }

    fn id(&mut self, kind: &str, taken: bool) -> Result<String, Said> {
        if taken {
            return Err(Said::wrong(Wrong::InUse, "it exists"));
        }
        self.serial += 1;
        Ok(format!("{kind}-{}", self.serial))
    }

    fn template(&mut self, id: &str) -> Result<&mut Digested<Template>, Said> {
        let found = self.templates.values_mut().find(|kept| kept.id == *id);
        found.ok_or_else(|| not_found(id))
    }

    fn group(&mut self, id: &str) -> Result<&mut Digested<SecurityGroup>, Said> {
        let found = self.groups.values_mut().find(|kept| kept.id == *id);
        found.ok_or_else(|| not_found(id))
    }

    /// Whether somebody else's has a name that is wanted.
    pub fn is_foreign(&self) -> bool {
        self.templates.values().any(|template| template.id == FOREIGN)
    }

    /// Somebody takes the tags from a template.
    pub fn strip(&mut self, name: &str) {
        if let Some(template) = self.templates.get_mut(name) {
            template.change(|template| template.tags.clear());
        }
    }

    /// A template of somebody else's under a name that is wanted.
    pub fn appear(&mut self, name: &str) {
        let (id, tags) = (FOREIGN.to_owned(), BTreeMap::new());
        let versions = vec![version(1, "", VersionRole::Default)];
        let template = Digested::new(Template { id, tags, versions });
        self.templates.insert(name.to_owned(), template);
    }
}

const FOREIGN: &str = "lt-foreign";

fn not_found(id: &str) -> Said {
    Said::wrong(Wrong::NotFound, &format!("{id} does not exist"))
}

fn version(number: i64, digest: &str, role: VersionRole) -> Version {
    Version {
        number,
        digest: digest.to_owned(),
        role,
    }
}
