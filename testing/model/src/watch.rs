//! What must never happen, noticed at the moment at which it does.

use std::collections::BTreeMap;

use mng_core::launch_template::ec2_resources::Template;
use mng_core::nodegroup::group::{NodeGroup, Status};
use mng_core::protocol::request::RequestType;
use serde_json::Value;

use crate::call::{EngineCall, Said};
use crate::cloudformation::{AnswerDelivery, Flow, SentAnswer, name_in};
use crate::configuration::{Configuration, NotAllowed};
use crate::eks::{ModelGroup, SizeOwner, Whose};
use crate::kept::Digested;
use crate::world::World;

/// Each stays once it has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Wrongs {
    pub foreign_changed: bool,
    /// The function answered with a physical ID that the protocol doesn't allow.
    pub id: bool,
    /// A look past the deadline ended in a wait.
    pub waits_past_deadline: bool,
    /// A Delete was answered well, and something was left.
    pub left_behind: bool,
    /// The group that the stack knows was deleted while it was in use.
    pub lost: bool,
    /// What an autoscaler had set was overruled, and no template had asked for it.
    pub resized: bool,
    /// Nodes roll.
    pub rolls: bool,
    /// A delivery that came after its stack's operation was over has changed something.
    pub begun_after_the_end: bool,
    /// A request failed though nothing had gone wrong since it was sent.
    pub failed_for_nothing: bool,
    /// A Create went well with a group that it saw degraded.
    pub degraded_taken: bool,
}

/// A group that a policy of `Retain` has left, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Retained {
    group: Option<Digested<NodeGroup>>,
    template: Option<Digested<Template>>,
}

impl World {
    /// The group that a call is about, before it is answered.
    pub fn before(&self, call: &EngineCall) -> Option<ModelGroup> {
        let name = match call {
            EngineCall::UpdateVersion(name, ..) | EngineCall::UpdateConfig(name, ..) => name,
            EngineCall::Tag(name, _) | EngineCall::Untag(name, _) | EngineCall::Delete(name) => name,
            _ => return None,
        };
        self.eks.groups.get(name).cloned()
    }

    /// A call of an invocation was answered.
    pub fn watch(
        &mut self,
        who: usize,
        call: &EngineCall,
        said: &Said,
        before: Option<&ModelGroup>,
        of: &Configuration,
    ) {
        if matches!(said, Said::Wrong(..)) || !call.changes_something() {
            return;
        }
        let foreign = before.is_some_and(|group| group.whose == Whose::Foreign);
        self.wrongs.foreign_changed |= foreign || self.ec2.harmed;
        self.wrongs.rolls |= matches!(call, EngineCall::UpdateVersion(..));
        self.wrongs.begun_after_the_end |=
            self.running[who].after_the_end && self.stack.is_over() && of.not_allowed == NotAllowed::Nothing;
        let Some(before) = before else {
            return;
        };
        let in_use = matches!(before.shown.status, Status::Active | Status::Degraded);
        self.wrongs.lost |= matches!(call, EngineCall::Delete(name) if in_use && self.is_to_stay(name));
        if let EngineCall::UpdateConfig(name, ..) = call {
            self.wrongs.resized |= before.size == SizeOwner::OfTheAutoscaler
                && self.eks.resizes(name, before.shown.scaling.desired)
                && !self.resizes_for_the_template(who);
        }
    }

    /// Whether the stack knows this group, and has not asked for its end.
    fn is_to_stay(&self, name: &str) -> bool {
        let ends = match self.stack.flow {
            Flow::Creating | Flow::Adding { .. } | Flow::CreateRollsBack | Flow::AddRollsBack => true,
            Flow::Deleting | Flow::DeleteFailed | Flow::Gone => true,
            Flow::Created | Flow::Added { .. } | Flow::Resting | Flow::Updating { .. } => false,
            Flow::Updated { .. } | Flow::RollingBack { .. } | Flow::RollbackFailed { .. } => false,
            Flow::UpdateFailed { .. } | Flow::Cleaning { .. } => false,
        };
        self.stack.known() == Some(name) && !ends
    }

    /// Whether the template's own value changes with the update that an invocation works on.
    fn resizes_for_the_template(&self, who: usize) -> bool {
        let request = &self.stack.requests[self.running[who].work.request()].request;
        let desired = |properties: &Value| properties["ScalingConfig"]["DesiredSize"].clone();
        let new = serde_json::to_value(&request.properties).map(|properties| desired(&properties));
        let old = serde_json::to_value(&request.old_properties).map(|properties| desired(&properties));
        matches!(self.stack.flow, Flow::Updating { .. }) && new.ok() != old.ok()
    }

    /// A pass of a Create or an Update has ended.
    pub fn watch_answer(&mut self, who: usize, told: &SentAnswer, last_seen: Option<Status>) {
        let asked = &self.stack.requests[self.running[who].work.request()];
        // Once CloudFormation has read an answer nobody reads another, and the function only repeats what runs.
        let is_read = asked.reading == AnswerDelivery::Done;
        let degraded = last_seen == Some(Status::Degraded) && !is_read;
        self.wrongs.degraded_taken |= asked.request.kind == RequestType::Create && told.success && degraded;
    }

    /// An answer is read.
    pub fn watch_reading(&mut self, told: &SentAnswer) {
        self.wrongs.failed_for_nothing |= !told.success && !self.hurt && !self.has_a_reason_to_fail();
    }

    /// What is rightly refused: a name that somebody else has, a group that nobody knows to be ours, one that EKS doesn't delete,
    /// and what a policy of `Retain` has left under the name that the template asks for.
    fn has_a_reason_to_fail(&self) -> bool {
        let groups = || self.eks.groups.values();
        let foreign = groups().any(|group| group.whose == Whose::Foreign) || self.ec2.is_foreign();
        let half_deleted = groups().any(|group| group.shown.status == Status::DeleteFailed);
        let retained = !self.retained.is_empty() && matches!(self.stack.flow, Flow::Adding { .. });
        foreign || half_deleted || retained || self.stripped
    }

    /// What a policy of `Retain` has left since is kept in mind as it is now.
    pub fn keep_in_mind(&mut self) {
        for name in self.stack.retained.iter().filter_map(|id| name_in(id)) {
            let template = self.ec2.templates.get(&format!("c/{name}")).cloned();
            let group = self.eks.groups.get(name).map(|group| group.shown.clone());
            let now = Retained { group, template };
            self.retained.entry(name.to_owned()).or_insert(now);
        }
    }

    /// Whether all that was retained is as it was then.
    pub fn keeps_what_was_retained(&self) -> bool {
        self.retained.iter().all(|(name, then)| {
            let template = self.ec2.templates.get(&format!("c/{name}"));
            let group = self.eks.groups.get(name).map(|group| &group.shown);
            (group, template) == (then.group.as_ref(), then.template.as_ref())
        })
    }

    /// The last request went well and in time, and nothing goes on.
    pub fn has_ended_well(&self) -> bool {
        let rests = self.stack.is_over() || self.stack.flow == Flow::Gone;
        let last = self.stack.requests.last();
        let well = last.is_some_and(|asked| {
            asked.reading == AnswerDelivery::Done
                && asked.deadline > self.now
                && asked.answers.last().is_some_and(|told| told.success)
        });
        rests && self.is_quiet() && well
    }
}

/// By name.
pub type AllRetained = BTreeMap<String, Retained>;
