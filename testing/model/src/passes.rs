//! The passes of invocations: how they begin, what their calls come to, and how they end.

use mng_core::protocol::request::RequestType;
use mng_engine::{Case, Operation};

use crate::action::CallFault;
use crate::call::{EngineCall, Said, Wrong};
use crate::cloudformation::{Flow, SentAnswer};
use crate::configuration::{BrokenRule, Configuration};
use crate::kept::Digested;
use crate::lambda::{Doing, Invocation, RunningPass, What, last_resort};
use crate::world::World;

impl World {
    pub fn deliver(&mut self, number: usize, of: &Configuration) {
        let work = self.queue.remove(number);
        let request = &self.stack.requests[work.request()].request;
        let after_the_end =
            self.stack.is_over() && request.kind != RequestType::Delete && matches!(work.what, What::Request(_));
        let start = match &work.what {
            What::Request(_) => Digested::written(Operation::begin(
                Case::of(mng_core::protocol::request::Request::clone(request)),
                self.now,
            )),
            What::Continuation(_, operation) => operation.clone(),
            What::LastResort(_) => {
                let doing = Doing::Telling(last_resort(request));
                self.running.push(Invocation {
                    work,
                    doing,
                    after_the_end,
                });
                return;
            }
        };
        let doing = Doing::look(start, self.now);
        self.running.push(Invocation {
            work,
            doing,
            after_the_end,
        });
        self.settle(self.running.len() - 1, of);
    }

    pub fn look(&mut self, who: usize, of: &Configuration) {
        let Doing::Sleeping(operation) = &self.running[who].doing else {
            unreachable!("only who sleeps looks again");
        };
        // Before the first day.
        let now = if of.broken == BrokenRule::NoDeadline {
            0
        } else {
            self.now
        };
        self.running[who].doing = Doing::look(operation.clone(), now);
        self.settle(who, of);
    }

    pub fn call(&mut self, who: usize, fault: CallFault, of: &Configuration) {
        let pass = self.pass(who);
        let call = pass.next.0.clone();
        self.spend(&call, fault);
        let said = match fault {
            CallFault::None => self.answer(who, &call, of),
            CallFault::Denied => Said::wrong(Wrong::Denied, "it is not allowed yet"),
            CallFault::Throttled => Said::wrong(Wrong::Throttled, "Rate exceeded"),
            CallFault::Refused => Said::wrong(Wrong::Refused, "it is not to be had"),
            CallFault::Unseen => Said::wrong(Wrong::NotFound, "it is not found"),
            CallFault::Lost | CallFault::Hangs => {
                if call.changes_something() {
                    self.answer(who, &call, of);
                }
                Said::wrong(Wrong::Unanswered, "no answer")
            }
        };
        let last_seen = pass.last_seen(&said);
        self.running[who].doing = match fault {
            CallFault::Hangs => pass.hang(),
            _ => pass.hear(said),
        };
        self.settle(who, of);
        if let Doing::Telling(told) = &self.running[who].doing {
            self.watch_answer(who, &told.clone(), last_seen);
        }
    }

    /// A rollback takes a refusal to make what is gone, and nobody waits in vain for what is only not allowed yet.
    fn spend(&mut self, call: &EngineCall, fault: CallFault) {
        match fault {
            CallFault::None => {}
            CallFault::Denied => self.left.denials -= 1,
            CallFault::Throttled | CallFault::Lost | CallFault::Hangs | CallFault::Refused | CallFault::Unseen => {
                self.left.faults -= 1;
                let rolls_back = matches!(self.stack.flow, Flow::RollingBack { .. });
                let is_taken = fault == CallFault::Refused && rolls_back && matches!(call, EngineCall::Create(..));
                self.hurt |= !is_taken;
            }
        }
    }

    fn pass(&self, who: usize) -> RunningPass {
        match &self.running[who].doing {
            Doing::Passing(pass) => pass.clone(),
            doing => unreachable!("{doing:?} makes no call"),
        }
    }

    /// Reads that tell nothing new, until there is a call that counts or the pass has ended.
    fn settle(&mut self, who: usize, of: &Configuration) {
        while let Doing::Passing(pass) = &self.running[who].doing {
            if !matches!(*pass.next.0, EngineCall::Facts(_)) {
                return;
            }
            let (pass, call) = (pass.clone(), pass.next.0.clone());
            let said = self.answer(who, &call, of);
            self.running[who].doing = pass.hear(said);
        }
        self.break_outcome(who, of.broken);
        if let Doing::Sleeping(operation) = &self.running[who].doing {
            self.wrongs.waits_past_deadline |= self.now >= operation.progress.history.deadline;
        }
    }

    /// What a broken rule makes of the end of a pass.
    fn break_outcome(&mut self, who: usize, broken: BrokenRule) {
        let request = self.running[who].work.request();
        let request = &self.stack.requests[request].request;
        let given = request.envelope.physical_resource_id.clone();
        let doing = &mut self.running[who].doing;
        match (broken, &*doing) {
            (BrokenRule::DeleteAnswersEarly, Doing::Sleeping(_)) if request.kind == RequestType::Delete => {
                let id = given.unwrap_or_default();
                *doing = Doing::Telling(SentAnswer { success: true, id });
            }
            (BrokenRule::DegradedIsTaken, Doing::Telling(told)) if request.kind == RequestType::Create => {
                let id = told.id.clone();
                *doing = Doing::Telling(SentAnswer { success: true, id });
            }
            (BrokenRule::FailedUpdateTellsNewId, Doing::Telling(told))
                if request.kind == RequestType::Update && !told.success =>
            {
                let id = "c/another".to_owned();
                *doing = Doing::Telling(SentAnswer { success: false, id });
            }
            _ => {}
        }
    }
}
