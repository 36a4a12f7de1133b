//! What would be there after the calls so far.

use std::collections::{BTreeMap, BTreeSet};

use mng_core::autoscaling::ScalingGroup;
use mng_core::call_error::{CallError, Fault};
use mng_core::decide::change::{ConfigChange, ScalingChange};
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::plan::VersionChange;
use mng_core::launch_template::ec2_resources::{Ec2Resources, GroupRef};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_core::launch_template::warnings::warnings;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::REPLACES_TAG;
use mng_core::properties::scaling::LiveScaling;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::RequestType;
use mng_core::workload::device_plugin::DaemonSet;
use mng_engine::ports::Stack;

use super::call::Call;
use super::{applied, words};
use crate::request_arguments::RequestOrigin;

/// What was read, with what would have been changed.
pub struct DryRunState {
    kind: RequestType,
    origin: RequestOrigin,
    pub calls: Vec<Call>,
    pub notes: Vec<String>,
    pub unanswered: Vec<CallError>,
    pub stack: Option<Stack>,
    pub types: Vec<InstanceTypeFacts>,
    /// By CLUSTER/NAME; `None`: deleted, or not there yet.
    pub groups: BTreeMap<String, Option<NodeGroup>>,
    /// The group that would be created, and what it would be created with.
    pub created: Option<(Desired, NewGroup)>,
    /// The one looked at last is the last.
    pub around: Vec<(GroupRef, Ec2Resources)>,
    pub scaling_group: Option<ScalingGroup>,
    /// Those of the request's cluster, once they were read.
    pub daemon_sets: Option<Vec<DaemonSet>>,
}

impl DryRunState {
    /// For a request of this kind, before its first call.
    pub fn new(kind: RequestType, origin: RequestOrigin) -> Self {
        Self {
            kind,
            origin,
            calls: vec![],
            notes: vec![],
            unanswered: vec![],
            stack: None,
            types: vec![],
            groups: BTreeMap::new(),
            created: None,
            around: vec![],
            scaling_group: None,
            daemon_sets: None,
        }
    }

    /// Whether the tags of the real stack matter: properties alone have no stack, and a Delete sets no tags.
    pub fn reads_stack_tags(&self) -> bool {
        self.origin != RequestOrigin::Properties && self.kind != RequestType::Delete
    }

    /// The stack in the midst of what the request is for.
    pub fn stack_with(&self, tags: BTreeMap<String, String>) -> Stack {
        let status = match self.kind {
            RequestType::Create => "CREATE_IN_PROGRESS",
            RequestType::Update => "UPDATE_IN_PROGRESS",
            RequestType::Delete => "DELETE_IN_PROGRESS",
        };
        Stack {
            status: status.to_owned(),
            tags,
            created: None,
            updated: None,
        }
    }

    /// What a read tells of a group; `None`: it is to be read.
    pub fn group(&self, group: &PhysicalId) -> Option<Result<NodeGroup, CallError>> {
        let resource = group.to_string();
        let known = self.groups.get(&resource)?.clone();
        Some(known.ok_or_else(|| CallError {
            action: "eks:DescribeNodegroup",
            resource,
            fault: Fault::NotFound,
            code: "ResourceNotFoundException".to_owned(),
            message: "it would not be there".to_owned(),
        }))
    }

    pub fn becomes(&mut self, group: NodeGroup) {
        self.groups.insert(id(&group.cluster, &group.name), Some(group));
    }

    /// What a group takes up after its creation is only told: it isn't there yet.
    pub fn create(&mut self, desired: &Desired, group: &NewGroup) {
        let resource = id(&desired.spec.cluster, &desired.name);
        self.call("eks:CreateNodegroup", &resource, words::create(desired, group));
        if desired.current_id.is_some() {
            let mark = format!("-{REPLACES_TAG}, once all of it is done");
            self.call("eks:UntagResource", &resource, mark);
        }
        if let Some(old) = desired.current_id.as_ref().filter(|current| **current != resource) {
            let note =
                format!("CloudFormation then asks for the deletion of {old}, unless UpdateReplacePolicy retains it");
            self.notes.push(note);
        }
        let ami_type = desired.spec.ami_type.clone().or_else(|| group.default_ami_type.clone());
        if desired.spec.launch_template.is_none() {
            let warnings = warnings(&desired.spec, &ami_type.unwrap_or_default(), &self.types);
            self.notes.extend(warnings);
        }
        self.groups.insert(resource, None);
        self.created = Some((desired.clone(), group.clone()));
    }

    /// A group as it was read, with what would have been changed.
    fn as_seen(&self, group: &PhysicalId) -> NodeGroup {
        let seen = self.groups.get(&group.to_string()).cloned().flatten();
        seen.unwrap_or_else(|| NodeGroup {
            cluster: group.cluster.clone(),
            name: group.name.clone(),
            ..NodeGroup::default()
        })
    }

    pub fn update_version(&mut self, group: &PhysicalId, change: &VersionChange) {
        let group = &self.as_seen(group);
        let resource = id(&group.cluster, &group.name);
        self.call("eks:UpdateNodegroupVersion", &resource, words::version(group, change));
        let mut group = group.clone();
        group.version = change.version.clone().unwrap_or(group.version);
        group.release_version = change.release_version.clone().unwrap_or(group.release_version);
        if let (Some(running), Some((_, version))) = (&mut group.launch_template, &change.launch_template) {
            running.version.clone_from(version);
        }
        self.becomes(group);
    }

    pub fn update_config(&mut self, group: &PhysicalId, change: &ConfigChange) {
        let group = &self.as_seen(group);
        let resource = id(&group.cluster, &group.name);
        self.call("eks:UpdateNodegroupConfig", &resource, words::config(group, change));
        self.becomes(configured(group.clone(), change));
    }

    pub fn tag(&mut self, arn: &str, tags: &BTreeMap<String, String>) {
        let (resource, group) = self.named(arn);
        let had = group.as_ref().map(|group| group.tags.clone()).unwrap_or_default();
        self.call("eks:TagResource", &resource, words::set(&had, tags));
        if let Some(mut group) = group {
            group.tags.extend(tags.clone());
            self.becomes(group);
        }
    }

    pub fn untag(&mut self, arn: &str, keys: &BTreeSet<String>) {
        let (resource, group) = self.named(arn);
        self.call("eks:UntagResource", &resource, words::removed(keys));
        if let Some(mut group) = group {
            group.tags.retain(|key, _| !keys.contains(key));
            self.becomes(group);
        }
    }

    pub fn delete(&mut self, group: &PhysicalId) {
        let resource = group.to_string();
        self.call("eks:DeleteNodegroup", &resource, String::new());
        self.groups.insert(resource, None);
    }

    /// What a read tells of a group's belongings; `None`: they are to be read.
    pub fn belongings(&mut self, group_ref: &GroupRef) -> Option<Ec2Resources> {
        let at = self.around.iter().position(|(other, _)| other == group_ref)?;
        let found = self.around.remove(at);
        let belongings = found.1.clone();
        self.around.push(found);
        Some(belongings)
    }

    /// A step is about the belongings that were looked at last. What it makes has its name for an id, which is what later
    /// calls are best told with.
    pub fn launch(&mut self, step: &LaunchStep) -> LaunchStepResult {
        let around = self.around.last();
        let details = words::launch(step, around.map(|(group_ref, seen)| (group_ref, seen)));
        self.call(step.action(), step.resource(), details);
        let made = self.made(step);
        if let Some((_, belongings)) = self.around.last_mut() {
            belongings.apply(step, made.clone());
        }
        made
    }

    fn made(&self, step: &LaunchStep) -> LaunchStepResult {
        match step {
            LaunchStep::ImportKeyPair { name, .. }
            | LaunchStep::CreateSecurityGroup { name, .. }
            | LaunchStep::CreateTemplate { name, .. } => LaunchStepResult::Id(name.clone()),
            LaunchStep::CreateVersion { template, .. } => LaunchStepResult::Version(self.newest(template) + 1),
            LaunchStep::Authorize { .. }
            | LaunchStep::Revoke { .. }
            | LaunchStep::TagTemplate { .. }
            | LaunchStep::DeleteVersions { .. }
            | LaunchStep::DeleteTemplate { .. }
            | LaunchStep::DeleteSecurityGroup { .. }
            | LaunchStep::DeleteKeyPair { .. } => LaunchStepResult::Nothing,
        }
    }

    fn newest(&self, template: &str) -> i64 {
        let templates = self.around.last().map_or(&[][..], |(_, seen)| &seen.templates);
        let found = templates.iter().find(|other| other.id == template);
        let numbers = found.into_iter().flat_map(|found| &found.versions);
        numbers.map(|version| version.number).max().unwrap_or_default()
    }

    /// The device plugin would be like this.
    pub fn runs(&mut self, plugin: DaemonSet) {
        self.runs_no_plugin();
        self.daemon_sets.get_or_insert_default().push(plugin);
    }

    pub fn runs_no_plugin(&mut self) {
        if let Some(daemon_sets) = &mut self.daemon_sets {
            daemon_sets.retain(|daemon_set| !applied::is_ours(daemon_set));
        }
    }

    pub fn call(&mut self, action: &'static str, resource: &str, details: String) {
        let resource = resource.to_owned();
        self.calls.push(Call {
            action,
            resource,
            details,
        });
    }

    /// The group of an ARN, which is what tags are set on.
    fn named(&self, arn: &str) -> (String, Option<NodeGroup>) {
        let found = self.groups.values().flatten().find(|group| group.arn == arn);
        match found {
            Some(group) => (id(&group.cluster, &group.name), Some(group.clone())),
            None => (arn.to_owned(), None),
        }
    }
}

fn configured(mut group: NodeGroup, change: &ConfigChange) -> NodeGroup {
    group.labels.extend(change.set_labels.clone());
    group.labels.retain(|key, _| !change.remove_labels.contains(key));
    for taint in &change.set_taints {
        group
            .taints
            .retain(|other| (&other.key, other.effect) != (&taint.key, taint.effect));
        group.taints.insert(taint.clone());
    }
    group.taints.retain(|taint| !change.remove_taints.contains(taint));
    group.scaling = change.scaling.map_or(group.scaling, |to| scaled(group.scaling, to));
    group.update_settings = change.update_settings.unwrap_or(group.update_settings);
    group.node_repair = change.node_repair.clone().unwrap_or(group.node_repair);
    group.warm_pool = change.warm_pool.clone().unwrap_or(group.warm_pool);
    group
}

fn scaled(live: LiveScaling, to: ScalingChange) -> LiveScaling {
    LiveScaling {
        min: to.min,
        max: to.max,
        desired: to.desired.unwrap_or(live.desired),
    }
}

fn id(cluster: &str, name: &str) -> String {
    format!("{cluster}/{name}")
}
