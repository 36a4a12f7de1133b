//! All of it at one moment: EKS, EC2, the stack, Lambda's queue and the invocations that run.

use std::hash::{DefaultHasher, Hash, Hasher};

use mng_core::nodegroup::group::Status;
use mng_core::nodegroup::ownership::{NODEGROUP_TAG, Owner};

use crate::call::{EngineCall, Said, Wrong};
use crate::cloudformation::{Flow, ModelStack, RESOURCE, STACK};
use crate::configuration::{Budget, Configuration};
use crate::ec2::Ec2;
use crate::eks::{CLUSTER, ModelEks};
use crate::lambda::{Doing, Invocation, QueuedEvent};
use crate::masks;
use crate::operations::BEFORE_A_REQUEST;
use crate::watch::{AllRetained, Wrongs};

/// When everything begins: an hour of the first day.
const BEGINNING: u64 = 36_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub now: u64,
    pub eks: ModelEks,
    pub ec2: Ec2,
    pub stack: ModelStack,
    pub queue: Vec<QueuedEvent>,
    pub running: Vec<Invocation>,
    /// What may still go wrong.
    pub left: Budget,
    pub wrongs: Wrongs,
    /// Somebody took away what is ours, or CloudFormation was told to leave it: what the stack has recorded needn't be true.
    pub disturbed: bool,
    /// A group has lost its tags, so that nobody knows any more that it was ours: it is left, with what it has around it.
    pub stripped: bool,
    /// Something has gone wrong since the last request was sent.
    pub hurt: bool,
    pub retained: AllRetained,
}

impl World {
    pub fn new(left: Budget) -> Self {
        Self {
            now: BEGINNING,
            eks: ModelEks::default(),
            ec2: Ec2::default(),
            stack: ModelStack::begin(),
            queue: vec![],
            running: vec![],
            left,
            wrongs: Wrongs::default(),
            disturbed: false,
            stripped: false,
            hurt: false,
            retained: AllRetained::new(),
        }
    }

    /// Answers a call of an invocation.
    pub fn answer(&mut self, who: usize, call: &EngineCall, of: &Configuration) -> Said {
        if let Some(wrong) = of.refuses(call) {
            return Said::wrong(wrong, "it is not allowed");
        }
        let before = self.before(call);
        let said = self.carry_out(&masks::called(call, of.broken));
        self.watch(who, call, &said, before.as_ref(), of);
        masks::said(said, of.broken, self.now)
    }

    fn carry_out(&mut self, call: &EngineCall) -> Said {
        match call {
            EngineCall::Stack => Said::Stack(self.stack.status, 0, BEGINNING - BEFORE_A_REQUEST, self.stack.updated),
            EngineCall::RecordedId => Said::Record(self.stack.record()),
            EngineCall::IdsInEc2 => Said::Names(self.ec2.ids_of(&owner())),
            EngineCall::Groups => Said::Names(self.eks.groups.keys().cloned().collect()),
            EngineCall::UpdatesSince(name, since) => Said::Updates(self.eks.updates_since(name, *since)),
            EngineCall::Operation => Said::Operation(self.stack.rollback_began.or(self.stack.updated)),
            EngineCall::Facts(name) => Said::Facts(self.eks.groups.get(name).map(|group| group.shown.clone())),
            EngineCall::Group(name) => self.eks.read(name),
            EngineCall::Update(id) => self.eks.read_update(id),
            EngineCall::Create(desired, group, token) => self.create(desired, group, token),
            EngineCall::UpdateVersion(name, change, token) => self.eks.update_version(name, change, token, self.now),
            EngineCall::UpdateConfig(name, change, token) => self.eks.update_config(name, change, token, self.now),
            EngineCall::Tag(name, tags) => self.eks.tag(name, tags),
            EngineCall::Untag(name, keys) => self.eks.untag(name, keys),
            EngineCall::Delete(name) => self.eks.delete(name),
            EngineCall::Ec2Resources(place) => self.ec2.read(place),
            EngineCall::Launch(step, token) => self.ec2.launch(step, token),
        }
    }

    /// EKS looks at the launch template before it makes a group.
    fn create(
        &mut self,
        desired: &mng_core::decide::desired::Desired,
        group: &mng_core::decide::desired::NewGroup,
        token: &str,
    ) -> Said {
        let id = group.template.identity.as_str();
        let users = desired.spec.launch_template.is_some();
        if !users && !self.ec2.templates.values().any(|template| template.id == id) {
            return Said::wrong(Wrong::Refused, &format!("launch template {id} is not found"));
        }
        self.eks.create(desired, group, token, self.now)
    }

    /// Whether a pass runs, or an answer is on its way: both are short.
    pub fn is_busy(&self) -> bool {
        let is_busy = |one: &Invocation| !matches!(one.doing, Doing::Sleeping(_));
        self.running.iter().any(is_busy)
    }

    /// Nothing goes on any more but what somebody begins.
    pub fn is_quiet(&self) -> bool {
        let under_way = |status: &Status| matches!(status, Status::Creating | Status::Updating | Status::Deleting);
        let rests = matches!(
            self.stack.flow,
            Flow::Resting | Flow::Gone | Flow::DeleteFailed | Flow::RollbackFailed { .. } | Flow::UpdateFailed { .. }
        );
        rests
            && self.queue.is_empty()
            && self.running.is_empty()
            && !self.eks.groups.values().any(|group| under_way(&group.shown.status))
    }

    /// Nobody works on a request any more.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.running.is_empty()
    }

    /// The names of the groups that are the resource's by their tags.
    pub fn ours(&self) -> impl Iterator<Item = &String> {
        let owner = owner();
        let groups = self.eks.groups.iter();
        groups
            .filter(move |(_, group)| owner.owns(&group.shown.tags))
            .map(|(name, _)| name)
    }

    /// The names of the groups for which there is something of ours in EC2.
    ///
    /// A template stays for a group that lost its tags and runs on it.
    pub fn with_belongings(&self) -> impl Iterator<Item = &str> {
        let owner = owner();
        let runs = |id: &str| {
            let mut groups = self.eks.groups.values();
            groups.any(|group| {
                let template = group.shown.launch_template.as_ref();
                !crate::world::owner().owns(&group.shown.tags) && template.is_some_and(|template| template.id == id)
            })
        };
        let templates = self.ec2.templates.values().filter(move |kept| !runs(&kept.id));
        let templates = templates.map(|kept| &kept.tags);
        let groups = self.ec2.groups.values().map(|kept| &kept.tags);
        let keys = self.ec2.keys.values().map(|kept| &kept.tags);
        let ours = templates.chain(groups).chain(keys).filter(move |tags| owner.owns(tags));
        ours.filter_map(|tags| tags.get(NODEGROUP_TAG)?.strip_prefix(CLUSTER)?.strip_prefix('/'))
    }

    /// Who is in which place of the queue is nobody's business.
    pub fn sort(&mut self) {
        self.queue.sort_by_cached_key(key);
        self.running.sort_by_cached_key(key);
    }
}

fn key(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

pub fn owner() -> Owner {
    Owner::of_stack(STACK, RESOURCE)
}
