//! What becomes of the world by one action.

use mng_core::protocol::request::RequestType;

use crate::action::{Action, CallFault};
use crate::call::Ended;
use crate::cloudformation::{AnswerDelivery, Flow, SentAnswer, StackStep};
use crate::configuration::{BrokenRule, Configuration};
use crate::lambda::{Doing, Invocation, QueuedEvent, What, handed_over};
use crate::world::World;

/// Longer than what was made may stay unseen, and than what is in use is waited for.
const PAUSE_SECONDS: u64 = 125;

/// What CloudFormation takes from one step of a stack to the next.
const STEP_SECONDS: u64 = 10;

impl World {
    pub fn take(&mut self, action: Action, of: &Configuration) {
        if action.takes_time() {
            self.running.iter_mut().for_each(Invocation::note_time);
            self.eks.settle();
        }
        match action {
            Action::Deliver(number) => self.deliver(number, of),
            Action::Duplicate(request) => {
                self.left.duplicates -= 1;
                self.queue.push(QueuedEvent::new(What::Request(request)));
            }
            Action::Call(who, fault) => self.call(who, fault, of),
            Action::Look(who) => self.look(who, of),
            Action::HandOver(who, fault) => self.hand_over(who, fault, of),
            Action::Put(who, fault) => self.put(who, fault, of),
            Action::Dies(who) => {
                self.left.deaths -= 1;
                self.hurt = true;
                self.fail(who, of);
            }
            Action::Ends(number, how) => {
                self.left.failures -= u8::from(how == Ended::Badly);
                self.hurt |= how == Ended::Badly;
                let name = self.name(number);
                if of.broken == BrokenRule::UpdatesDoNothing {
                    self.eks.forget_changes(&name);
                }
                self.eks.end(&name, how);
            }
            Action::Others(what) => self.meddle(what, of),
            Action::Stack(step) => self.step(step, of),
            Action::Pause => {
                self.left.pauses -= 1;
                self.now += PAUSE_SECONDS;
            }
            Action::Deadline => {
                self.left.deadlines -= 1;
                self.hurt = true;
                self.now = self.next_deadline().expect("it is only offered where there is one");
            }
        }
        self.note_doubles();
        self.sort();
    }

    fn note_doubles(&mut self) {
        let running = self.running.iter().map(|one| one.work.request());
        let mut numbers: Vec<usize> = running.chain(self.queue.iter().map(QueuedEvent::request)).collect();
        numbers.sort_unstable();
        let doubles = numbers.windows(2).filter(|pair| pair[0] == pair[1]);
        doubles.for_each(|pair| self.stack.requests[pair[0]].doubled = true);
    }

    fn hand_over(&mut self, who: usize, fault: CallFault, of: &Configuration) {
        self.left.hand_overs -= 1;
        let Doing::Sleeping(operation) = &self.running[who].doing else {
            unreachable!("only who waits hands over");
        };
        let request = self.running[who].work.request();
        let work = QueuedEvent::new(What::Continuation(request, handed_over(operation)));
        self.send(work, who, fault, of);
    }

    /// Puts work into the queue; where that isn't known to have come about the invocation fails.
    fn send(&mut self, work: QueuedEvent, who: usize, fault: CallFault, of: &Configuration) {
        self.left.faults -= u8::from(fault != CallFault::None);
        self.hurt |= fault != CallFault::None;
        if fault != CallFault::Throttled {
            self.queue.push(work);
        }
        match fault {
            CallFault::None => drop(self.running.remove(who)),
            _ => self.fail(who, of),
        }
    }

    /// What an invocation was about is delivered again.
    fn fail(&mut self, who: usize, of: &Configuration) {
        let again = self.running.remove(who).work.again();
        let dropped = of.broken == BrokenRule::NoLastResort && matches!(again.what, What::LastResort(_));
        self.queue.extend((!dropped).then_some(again));
    }

    fn put(&mut self, who: usize, fault: CallFault, of: &Configuration) {
        self.left.faults -= u8::from(fault != CallFault::None);
        self.hurt |= fault != CallFault::None;
        let request = self.running[who].work.request();
        let Doing::Telling(told) = self.running[who].doing.clone() else {
            unreachable!("only who has an answer delivers it");
        };
        match fault {
            CallFault::None => drop(self.running.remove(who)),
            _ => self.fail(who, of),
        }
        if fault == CallFault::Throttled {
            return;
        }
        self.record(request, &told);
        if of.broken == BrokenRule::AnswersTwice {
            let id = told.id.clone();
            let other = SentAnswer {
                success: !told.success,
                id,
            };
            self.record(request, &other);
        }
    }

    /// An answer lies at the URL.
    fn record(&mut self, number: usize, told: &SentAnswer) {
        self.judge(number, told);
        self.stack.put(number, told);
    }

    /// The rules of the protocol, and what a Delete promises.
    fn judge(&mut self, number: usize, told: &SentAnswer) {
        let request = &self.stack.requests[number].request;
        let given = request.envelope.physical_resource_id.as_deref();
        let keeps = match request.kind {
            RequestType::Create => false,
            RequestType::Update => !told.success,
            RequestType::Delete => true,
        };
        let name = told.id.strip_prefix("c/");
        // What was read already nobody reads again.
        let counts = self.is_idle() && !self.stripped && self.stack.requests[number].reading != AnswerDelivery::Done;
        if keeps && given != Some(&told.id) || told.id.is_empty() {
            self.wrongs.id = true;
        }
        match (request.kind, told.success, name) {
            (RequestType::Delete, true, Some(name)) if counts => self.wrongs.left_behind |= self.has_something(name),
            (RequestType::Create | RequestType::Update, true, None) => self.wrongs.id = true,
            _ => {}
        }
    }

    fn has_something(&self, name: &str) -> bool {
        self.ours().any(|ours| ours == name) || self.with_belongings().any(|with| with == name)
    }

    pub fn enqueue(&mut self, request: Option<usize>) {
        self.hurt &= request.is_none();
        self.queue
            .extend(request.map(|number| QueuedEvent::new(What::Request(number))));
    }

    fn step(&mut self, step: StackStep, of: &Configuration) {
        match step {
            StackStep::Read | StackStep::ReadFirst => self.watch_reading(&self.stack.to_read(step)),
            StackStep::Wish | StackStep::OthersWell => {}
            StackStep::OthersBadly => self.left.others_fail -= 1,
            StackStep::Cancel | StackStep::DeleteMeanwhile => self.left.cancels -= 1,
            StackStep::ContinueRollback | StackStep::DeleteAgain | StackStep::Retry | StackStep::RollbackStack => {
                self.left.tries -= 1
            }
            StackStep::SkipResource => {
                self.left.tries -= 1;
                self.disturbed = true;
            }
        }
        self.now += STEP_SECONDS;
        let next = self.stack.step(step, of, self.now);
        self.keep_in_mind();
        if of.broken == BrokenRule::NoCleanup && matches!(self.stack.flow, Flow::Cleaning { .. }) {
            return self.stack.leave_cleanup();
        }
        self.enqueue(next);
    }

    /// By its place among the groups that there are.
    pub fn name(&self, number: usize) -> String {
        let name = self.eks.groups.keys().nth(number);
        name.expect("a group is counted among those that there are").clone()
    }

    /// The next deadline of what is under way.
    pub fn next_deadline(&self) -> Option<u64> {
        let running = self.running.iter().map(|one| one.work.request());
        let requests = running.chain(self.queue.iter().map(QueuedEvent::request));
        let deadlines = requests.map(|number| self.stack.requests[number].deadline);
        deadlines.filter(|deadline| *deadline > self.now).min()
    }
}

impl Invocation {
    fn note_time(&mut self) {
        if let Doing::Passing(pass) = &mut self.doing {
            pass.moved += 1;
        }
    }
}
