//! EC2 in memory, for flows that test something else. `crashes_ec2.rs` and the end-to-end tests run against moto.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use mng_core::call_error::{CallError, Fault};
use mng_core::launch_template::content::Content;
use mng_core::launch_template::ec2_resources::{
    Ec2Resources, GroupRef, KeyPair, SecurityGroup, Template, Version, VersionRole,
};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_core::nodegroup::ownership::{NODEGROUP_TAG, Owner};

/// The first call of the reads of [`Ec2::resources`].
pub const FIRST_READ: &str = "ec2:DescribeLaunchTemplates";

#[derive(Default)]
pub struct Ec2(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// By name.
    templates: BTreeMap<String, Template>,
    /// By VPC and name.
    groups: BTreeMap<(String, String), SecurityGroup>,
    keys: Vec<KeyPair>,
    contents: BTreeMap<(String, i64), Content>,
    /// What a call with a client token gave: the same token gives the same.
    given: BTreeMap<String, LaunchStepResult>,
    serial: u32,
    /// An action, what it comes to, and how often.
    refused: Option<(&'static str, CallError, usize)>,
}

impl Held {
    fn refuse(&mut self, called: &str) -> Result<(), CallError> {
        let Some((_, error, times)) = self.refused.as_mut().filter(|(action, _, _)| *action == called) else {
            return Ok(());
        };
        let error = error.clone();
        *times -= 1;
        if *times == 0 {
            self.refused = None;
        }
        Err(error)
    }
}

impl Ec2 {
    pub fn resources(&self, group_ref: &GroupRef) -> Result<Ec2Resources, CallError> {
        let mut held = self.0.lock().unwrap();
        held.refuse(FIRST_READ)?;
        let name = group_ref.resource_name();
        Ok(Ec2Resources {
            templates: held.templates.get(&name).cloned().into_iter().collect(),
            security_groups: held.groups_of(&group_ref.security_group_name()),
            key_pairs: held
                .keys
                .iter()
                .filter(|key| group_ref.owns(&key.tags))
                .cloned()
                .collect(),
        })
    }

    /// The node groups for which a resource has something.
    pub fn ids_of(&self, owner: &Owner) -> BTreeSet<String> {
        let held = self.0.lock().unwrap();
        let templates = held.templates.values().map(|template| &template.tags);
        let groups = held.groups.values().map(|group| &group.tags);
        let keys = held.keys.iter().map(|key| &key.tags);
        let ours = templates.chain(groups).chain(keys).filter(|tags| owner.owns(tags));
        ours.filter_map(|tags| tags.get(NODEGROUP_TAG).cloned()).collect()
    }

    /// `kind name` of everything there is.
    pub fn all(&self) -> Vec<String> {
        let held = self.0.lock().unwrap();
        let templates = held.templates.keys().map(|name| format!("launch-template {name}"));
        let groups = held.groups.keys().map(|(_, name)| format!("security-group {name}"));
        let keys = held.keys.iter().map(|key| format!("key-pair {}", key.name));
        templates.chain(groups).chain(keys).collect()
    }

    pub fn template_ids(&self) -> Vec<String> {
        let held = self.0.lock().unwrap();
        held.templates.values().map(|template| template.id.clone()).collect()
    }

    /// The content of a template's version.
    pub fn content(&self, template: &str, version: i64) -> Content {
        self.0.lock().unwrap().contents[&(template.to_owned(), version)].clone()
    }

    /// The next call of this action comes to nothing.
    pub fn refuses(&self, action: &'static str, fault: Fault, code: &str) {
        self.refuses_often(action, fault, code, 1);
    }

    /// The role doesn't allow the next calls of this action.
    pub fn denies(&self, action: &'static str, times: usize) {
        self.refuses_often(action, Fault::Denied, "UnauthorizedOperation", times);
    }

    fn refuses_often(&self, action: &'static str, fault: Fault, code: &str, times: usize) {
        let error = CallError {
            action,
            resource: "r".to_owned(),
            fault,
            code: code.to_owned(),
            message: "chosen by the test".to_owned(),
        };
        self.0.lock().unwrap().refused = Some((action, error, times));
    }

    /// A cleaner takes all tags from the template of this name.
    pub fn strip_template(&self, name: &str) {
        let mut held = self.0.lock().unwrap();
        held.templates.get_mut(name).expect("it is there").tags.clear();
    }

    pub fn template_tags(&self, name: &str) -> BTreeMap<String, String> {
        self.0.lock().unwrap().templates[name].tags.clone()
    }

    /// How many versions the template of this name has.
    pub fn versions(&self, name: &str) -> usize {
        self.0.lock().unwrap().templates[name].versions.len()
    }

    /// Somebody else's template of this name.
    pub fn foreign_template(&self, name: &str) {
        let template = Template {
            id: "lt-foreign".to_owned(),
            tags: BTreeMap::new(),
            versions: vec![version(1, "somebody's", VersionRole::Default)],
        };
        self.0.lock().unwrap().templates.insert(name.to_owned(), template);
    }

    /// Somebody else's security group of this name in a VPC.
    pub fn foreign_security_group(&self, vpc: &str, name: &str) {
        let group = security_group("sg-foreign".to_owned(), vpc, BTreeMap::new());
        let key = (vpc.to_owned(), name.to_owned());
        self.0.lock().unwrap().groups.insert(key, group);
    }

    pub fn change(&self, step: &LaunchStep, token: &str) -> Result<LaunchStepResult, CallError> {
        let mut held = self.0.lock().unwrap();
        held.refuse(step.action())?;
        if let Some(made) = held.given.get(token) {
            return Ok(made.clone());
        }
        let made = held.launch(step)?;
        if matches!(
            step,
            LaunchStep::CreateTemplate { .. } | LaunchStep::CreateVersion { .. }
        ) {
            held.given.insert(token.to_owned(), made.clone());
        }
        Ok(made)
    }
}

impl Held {
    fn groups_of(&self, name: &str) -> Vec<SecurityGroup> {
        let named = self.groups.iter().filter(|((_, other), _)| other == name);
        named.map(|(_, group)| group.clone()).collect()
    }

    fn launch(&mut self, step: &LaunchStep) -> Result<LaunchStepResult, CallError> {
        self.serial += 1;
        let id = format!("{}-{}", step.resource().len(), self.serial);
        let taken = match step {
            LaunchStep::ImportKeyPair { name, .. } => self.keys.iter().any(|key| key.name == *name),
            LaunchStep::CreateSecurityGroup { name, vpc, .. } => self.groups.contains_key(&(vpc.clone(), name.clone())),
            LaunchStep::CreateTemplate { name, .. } => self.templates.contains_key(name),
            _ => false,
        };
        if taken {
            return Err(CallError {
                action: step.action(),
                resource: step.resource().to_owned(),
                fault: Fault::InUse,
                code: "Duplicate".to_owned(),
                message: "it exists".to_owned(),
            });
        }
        if self.lacks(step) {
            return Err(CallError {
                action: step.action(),
                resource: step.resource().to_owned(),
                fault: Fault::NotFound,
                code: "NotFound".to_owned(),
                message: "it does not exist".to_owned(),
            });
        }
        Ok(self.change(step, id))
    }

    /// Whether another delivery has removed what a step changes.
    fn lacks(&self, step: &LaunchStep) -> bool {
        let template = |id: &String| !self.templates.values().any(|known| known.id == *id);
        let security_group = |id: &String| !self.groups.values().any(|known| known.id == *id);
        match step {
            LaunchStep::CreateVersion { template: id, .. }
            | LaunchStep::TagTemplate { id, .. }
            | LaunchStep::DeleteVersions { template: id, .. } => template(id),
            LaunchStep::Authorize { group, .. } | LaunchStep::Revoke { group, .. } => security_group(group),
            LaunchStep::ImportKeyPair { .. }
            | LaunchStep::CreateSecurityGroup { .. }
            | LaunchStep::CreateTemplate { .. }
            | LaunchStep::DeleteTemplate { .. }
            | LaunchStep::DeleteSecurityGroup { .. }
            | LaunchStep::DeleteKeyPair { .. } => false,
        }
    }

    fn change(&mut self, step: &LaunchStep, id: String) -> LaunchStepResult {
        match step {
            LaunchStep::ImportKeyPair { name, tags, .. } => self.keys.push(KeyPair {
                id: id.clone(),
                name: name.clone(),
                tags: tags.clone(),
            }),
            LaunchStep::CreateSecurityGroup { name, vpc, tags } => {
                let group = security_group(id.clone(), vpc, tags.clone());
                self.groups.insert((vpc.clone(), name.clone()), group);
            }
            LaunchStep::Authorize { group, rules } => {
                let found = self.groups.values_mut().find(|known| known.id == *group);
                found.unwrap().rules.extend(rules.iter().cloned());
            }
            LaunchStep::Revoke { group, rules } => {
                let found = self.groups.values_mut().find(|known| known.id == *group);
                found.unwrap().rules.retain(|rule| !rules.contains(rule));
            }
            LaunchStep::CreateTemplate {
                name,
                content,
                digest,
                tags,
            } => {
                self.contents.insert((id.clone(), 1), (**content).clone());
                let versions = vec![version(1, digest, VersionRole::Default)];
                let (id, tags) = (id.clone(), tags.clone());
                self.templates.insert(name.clone(), Template { id, tags, versions });
            }
            LaunchStep::CreateVersion {
                template,
                content,
                digest,
            } => {
                let found = self.templates.values_mut().find(|known| known.id == *template).unwrap();
                let number = found.versions.iter().map(|version| version.number).max().unwrap() + 1;
                found.versions.push(version(number, digest, VersionRole::Other));
                self.contents.insert((template.clone(), number), (**content).clone());
                return LaunchStepResult::Version(number);
            }
            LaunchStep::TagTemplate { id, tags } => {
                let found = self.templates.values_mut().find(|known| known.id == *id).unwrap();
                found.tags.extend(tags.clone());
                return LaunchStepResult::Nothing;
            }
            LaunchStep::DeleteVersions { template, numbers } => {
                let found = self.templates.values_mut().find(|known| known.id == *template).unwrap();
                found.versions.retain(|version| !numbers.contains(&version.number));
            }
            LaunchStep::DeleteTemplate { id } => self.templates.retain(|_, known| known.id != *id),
            LaunchStep::DeleteSecurityGroup { id } => self.groups.retain(|_, known| known.id != *id),
            LaunchStep::DeleteKeyPair { id } => self.keys.retain(|known| known.id != *id),
        }
        if step.removes() {
            LaunchStepResult::Nothing
        } else {
            LaunchStepResult::Id(id)
        }
    }
}

fn security_group(id: String, vpc: &str, tags: BTreeMap<String, String>) -> SecurityGroup {
    let (vpc, rules) = (vpc.to_owned(), [].into());
    SecurityGroup { id, vpc, tags, rules }
}

fn version(number: i64, digest: &str, role: VersionRole) -> Version {
    Version {
        number,
        digest: digest.to_owned(),
        role,
    }
}
