//! All of it at one moment: EKS, EC2, the stack, Lambda's queue and the invocations that run.

use std::hash::{DefaultHasher, Hash, Hasher};

use pure::nodegroup::group::Status;
use pure::nodegroup::ownership::{NODEGROUP_TAG, Owner};

use crate::call::{Call, Said, Wrong};
use crate::cloudformation::{Flow, RESOURCE, STACK, Stack};
use crate::configuration::{Broken, Budget};
use crate::ec2::Ec2;
use crate::eks::{CLUSTER, Eks};
use crate::lambda::{Doing, Invocation, Work};

/// When everything begins: an hour of the first day.
const BEGINNING: u64 = 36_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub now: u64,
    pub eks: Eks,
    pub ec2: Ec2,
    pub stack: Stack,
    pub queue: Vec<Work>,
    pub running: Vec<Invocation>,
    /// What may still go wrong.
    pub left: Budget,
    pub wrongs: Wrongs,
    /// Somebody took away what is ours, or CloudFormation was told to leave it: what the stack has recorded needn't be true.
    pub disturbed: bool,
    /// A group has lost its tags, so that nobody knows any more that it was ours: it is left, with what it has around it.
    pub stripped: bool,
}

/// What must never have happened. Each is of the moment at which it does, and stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wrongs {
    pub foreign_changed: bool,
    /// An answer tells an id that the protocol doesn't allow.
    pub id: bool,
    /// A look past the deadline ended in a wait.
    pub waits_past_deadline: bool,
    /// A Delete was answered well, and something was left.
    pub left_behind: bool,
}

impl World {
    pub fn new(left: Budget) -> Self {
        Self {
            now: BEGINNING,
            eks: Eks::default(),
            ec2: Ec2::default(),
            stack: Stack::begin(),
            queue: vec![],
            running: vec![],
            left,
            wrongs: Wrongs::default(),
            disturbed: false,
            stripped: false,
        }
    }

    /// Answers a call.
    pub fn answer(&mut self, call: &Call, broken: Broken) -> Said {
        let foreign = concerned(call).is_some_and(|name| self.eks.is_foreign(name));
        let said = match call {
            Call::Stack => Said::Stack(self.stack.status, BEGINNING, self.stack.updated),
            Call::RecordedId => Said::RecordedId(self.stack.id.clone()),
            Call::Groups => Said::Names(self.eks.groups.keys().cloned().collect()),
            Call::UpdatesSince(name, since) => Said::Names(self.eks.updates_since(name, *since)),
            Call::Operation => Said::Operation(self.stack.rollback_began.or(self.stack.updated)),
            Call::Facts(name) => Said::Facts(self.eks.groups.get(name).map(|group| group.shown.clone())),
            Call::Group(name) => self.eks.read(name),
            Call::Update(id) => self.eks.read_update(id),
            Call::Create(desired, group, token) => self.create(desired, group, token),
            Call::UpdateVersion(name, change, token) => self.eks.update_version(name, change, token, self.now),
            Call::UpdateConfig(name, change, token) => self.eks.update_config(name, change, token, self.now),
            Call::Tag(name, tags) => self.eks.tag(name, tags),
            Call::Untag(name, keys) => self.eks.untag(name, keys),
            Call::Delete(name) => self.eks.delete(name),
            Call::Belongings(place) => self.ec2.read(place),
            Call::Launch(step, token) => self.ec2.launch(step, token),
        };
        let done = !matches!(said, Said::Wrong(..));
        self.wrongs.foreign_changed |= (foreign && done && call.changes_something()) || self.ec2.harmed;
        if broken == Broken::TagsIgnored {
            mine(said)
        } else {
            said
        }
    }

    /// EKS looks at the launch template before it makes a group.
    fn create(
        &mut self,
        desired: &pure::nodegroup::plan::Desired,
        group: &pure::nodegroup::plan::NewGroup,
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
            Flow::Resting | Flow::Gone | Flow::DeleteFailed | Flow::RollbackFailed { .. }
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
    Owner {
        stack_id: STACK.to_owned(),
        logical_id: RESOURCE.to_owned(),
    }
}

/// The group that a call changes.
fn concerned(call: &Call) -> Option<&str> {
    match call {
        Call::UpdateVersion(name, ..) | Call::UpdateConfig(name, ..) => Some(name),
        Call::Tag(name, _) | Call::Untag(name, _) | Call::Delete(name) => Some(name),
        _ => None,
    }
}

/// What was said, as if every group had our tags.
fn mine(said: Said) -> Said {
    match said {
        Said::Group(mut group) => {
            group.change(|group| group.tags.extend(owner().tags()));
            Said::Group(group)
        }
        said => said,
    }
}
