//! What can happen next.

use mng_core::nodegroup::group::Status;

use crate::action::{Action, CallFault, Others};
use crate::call::{Ended, EngineCall};
use crate::cloudformation::{Flow, StackStep};
use crate::configuration::{Configuration, Meddling};
use crate::eks::Whose;
use crate::lambda::Doing;
use crate::world::World;

/// How much that takes its time may happen while one pass runs. A pass is some seconds; a process that starts, an operation of
/// EKS that ends and a step of a stack take as long. So one of them may come between any two calls, and not a whole other life.
const MEANWHILE: u8 = 1;

impl World {
    /// Everything that can happen, in an order that follows from the state.
    pub fn choices(&self, of: &Configuration, actions: &mut Vec<Action>) {
        for who in 0..self.running.len() {
            self.of_invocation(who, actions);
        }
        let is_time = |doing: &Doing| !matches!(doing, Doing::Passing(pass) if pass.moved >= MEANWHILE);
        let is_time = self.running.iter().all(|one| is_time(&one.doing));
        if is_time && self.stack.is_to_read() {
            actions.push(Action::Stack(StackStep::Read));
            if self.stack.has_a_choice() {
                actions.push(Action::Stack(StackStep::ReadFirst));
            }
        } else if is_time {
            actions.extend((0..self.queue.len()).map(Action::Deliver));
            self.of_stack(of, actions);
            self.of_eks(actions);
            self.of_others(of, actions);
        }
        self.of_lambda(actions);
        self.of_time(actions);
    }

    fn of_invocation(&self, who: usize, actions: &mut Vec<Action>) {
        let faults = |these: &[CallFault]| if self.left.faults > 0 { these.to_vec() } else { vec![] };
        match &self.running[who].doing {
            Doing::Passing(pass) => {
                actions.push(Action::Call(who, CallFault::None));
                let possible = faults(&self.faults_of(&pass.next.0));
                actions.extend(possible.into_iter().map(|fault| Action::Call(who, fault)));
                if self.left.denials > 0 && pass.next.0.is_of_the_stack() {
                    actions.push(Action::Call(who, CallFault::Denied));
                }
            }
            Doing::Sleeping(_) => {
                actions.push(Action::Look(who));
                if self.left.hand_overs > 0 {
                    actions.push(Action::HandOver(who, CallFault::None));
                    let possible = faults(&[CallFault::Throttled, CallFault::Lost]);
                    actions.extend(possible.into_iter().map(|fault| Action::HandOver(who, fault)));
                }
            }
            Doing::Telling(_) => {
                actions.push(Action::Put(who, CallFault::None));
                let possible = faults(&[CallFault::Throttled, CallFault::Lost]);
                actions.extend(possible.into_iter().map(|fault| Action::Put(who, fault)));
            }
        }
        if self.left.deaths > 0 {
            actions.push(Action::Dies(who));
        }
    }

    fn faults_of(&self, call: &EngineCall) -> Vec<CallFault> {
        match call {
            EngineCall::Stack
            | EngineCall::Operation
            | EngineCall::RecordedId
            | EngineCall::Facts(_)
            | EngineCall::Ec2Resources(_) => {
                vec![CallFault::Lost, CallFault::Hangs]
            }
            EngineCall::Groups | EngineCall::IdsInEc2 | EngineCall::Update(_) | EngineCall::UpdatesSince(..) => {
                vec![CallFault::Lost, CallFault::Hangs]
            }
            EngineCall::Group(name) => {
                let unseen = self.eks.groups.get(name).is_some_and(|group| group.fresh);
                let unseen = unseen.then_some(CallFault::Unseen);
                [CallFault::Lost, CallFault::Hangs].into_iter().chain(unseen).collect()
            }
            EngineCall::Tag(..) | EngineCall::Untag(..) | EngineCall::Delete(_) => {
                vec![CallFault::Throttled, CallFault::Lost, CallFault::Hangs]
            }
            // What a service refuses to delete for good is left behind, and the answer tells it: no interleaving changes that.
            EngineCall::Launch(step, _) if step.removes() => {
                vec![CallFault::Throttled, CallFault::Lost, CallFault::Hangs]
            }
            EngineCall::Create(..)
            | EngineCall::UpdateVersion(..)
            | EngineCall::UpdateConfig(..)
            | EngineCall::Launch(..) => {
                vec![
                    CallFault::Throttled,
                    CallFault::Lost,
                    CallFault::Hangs,
                    CallFault::Refused,
                ]
            }
        }
    }

    fn of_stack(&self, of: &Configuration, actions: &mut Vec<Action>) {
        let left = &self.left;
        let wish = self.stack.wishes < of.wishes.len();
        let steps: &[(StackStep, bool)] = match self.stack.flow {
            Flow::Creating => &[(StackStep::DeleteMeanwhile, left.cancels > 0)],
            Flow::Created => &[
                (StackStep::OthersWell, true),
                (StackStep::OthersBadly, left.others_fail > 0),
            ],
            Flow::Updating { .. } | Flow::Adding { .. } => &[(StackStep::Cancel, left.cancels > 0)],
            Flow::Updated { .. } | Flow::Added { .. } => &[
                (StackStep::OthersWell, true),
                (StackStep::OthersBadly, left.others_fail > 0),
                (StackStep::Cancel, left.cancels > 0),
            ],
            Flow::RollbackFailed { .. } => &[
                (StackStep::ContinueRollback, left.tries > 0),
                (StackStep::SkipResource, left.tries > 0),
            ],
            Flow::UpdateFailed { .. } => &[
                (StackStep::Wish, wish),
                (StackStep::Retry, left.tries > 0),
                (StackStep::RollbackStack, left.tries > 0),
            ],
            Flow::Resting => &[(StackStep::Wish, wish)],
            Flow::DeleteFailed => &[(StackStep::DeleteAgain, left.tries > 0)],
            Flow::CreateRollsBack | Flow::RollingBack { .. } | Flow::Cleaning { .. } => &[],
            Flow::AddRollsBack | Flow::Deleting | Flow::Gone => &[],
        };
        let possible = steps.iter().filter(|(_, possible)| *possible);
        actions.extend(possible.map(|(step, _)| Action::Stack(*step)));
    }

    fn of_eks(&self, actions: &mut Vec<Action>) {
        for (number, group) in self.eks.groups.values().enumerate() {
            if matches!(
                group.shown.status,
                Status::Creating | Status::Updating | Status::Deleting
            ) {
                actions.push(Action::Ends(number, Ended::Well));
                if self.left.failures > 0 {
                    actions.push(Action::Ends(number, Ended::Badly));
                }
            }
            if matches!(group.shown.status, Status::Unknown(_)) {
                actions.push(Action::Others(Others::Thaw(number)));
            }
        }
    }

    fn of_others(&self, of: &Configuration, actions: &mut Vec<Action>) {
        if self.left.others == 0 {
            return;
        }
        let ours = self.eks.groups.values().enumerate();
        let ours = ours.filter(|(_, group)| group.whose == Whose::Ours && group.shown.status == Status::Active);
        let ours = ours.map(|(number, group)| (number, &*group.shown.name));
        match of.meddling {
            Meddling::Usual => self.of_anybody(of, ours, actions),
            Meddling::Deletes => actions.extend(ours.map(|(number, _)| Action::Others(Others::Delete(number)))),
            Meddling::Degrades => actions.extend(ours.map(|(number, _)| Action::Others(Others::Degrade(number)))),
            Meddling::StripsTemplates => {
                let with_template = ours.filter(|(_, name)| self.ec2.templates.contains_key(&format!("c/{name}")));
                actions.extend(with_template.map(|(number, _)| Action::Others(Others::StripTemplate(number))));
            }
            // A pass that has just looked can't know.
            Meddling::Scales if self.is_busy() => {}
            Meddling::Scales => actions.extend(ours.map(|(number, _)| Action::Others(Others::Scale(number)))),
        }
    }

    fn of_anybody<'a>(
        &self,
        of: &Configuration,
        ours: impl Iterator<Item = (usize, &'a str)>,
        actions: &mut Vec<Action>,
    ) {
        for (number, name) in of.names().iter().enumerate() {
            if !self.eks.groups.contains_key(name) {
                actions.push(Action::Others(Others::Take(number)));
            }
            if !self.ec2.templates.contains_key(&format!("c/{name}")) {
                actions.push(Action::Others(Others::TakeTemplate(number)));
            }
        }
        for (number, name) in ours {
            let all = [
                Others::Delete(number),
                Others::Update(number),
                Others::Freeze(number),
                Others::Degrade(number),
            ];
            actions.extend(all.map(Action::Others));
            // A pass that has just looked can't know.
            if !self.is_busy() {
                actions.push(Action::Others(Others::StripTags(number)));
            }
            if self.ec2.templates.contains_key(&format!("c/{name}")) {
                actions.push(Action::Others(Others::DeleteTemplate(number)));
            }
        }
    }

    fn of_lambda(&self, actions: &mut Vec<Action>) {
        if self.left.duplicates > 0 {
            actions.extend((0..self.stack.requests.len()).map(Action::Duplicate));
        }
    }

    /// Time goes by between passes.
    fn of_time(&self, actions: &mut Vec<Action>) {
        if self.is_busy() || self.stack.is_to_read() || (self.running.is_empty() && self.queue.is_empty()) {
            return;
        }
        if self.left.pauses > 0 {
            actions.push(Action::Pause);
        }
        if self.left.deadlines > 0 && self.next_deadline().is_some() {
            actions.push(Action::Deadline);
        }
    }
}

impl Action {
    pub fn takes_time(self) -> bool {
        match self {
            Self::Deliver(_) | Self::Ends(..) | Self::Others(_) | Self::Stack(_) => true,
            Self::Duplicate(_) | Self::Call(..) | Self::Look(_) | Self::HandOver(..) | Self::Put(..) => false,
            Self::Dies(_) | Self::Pause | Self::Deadline => false,
        }
    }
}
