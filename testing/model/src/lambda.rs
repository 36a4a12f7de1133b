//! What Lambda and the handler do with work: deliver it, up to three times and then to the last resort; run passes; wait, hand
//! over, answer.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use mng_core::decide::under_way::UnderWay;
use mng_core::nodegroup::group::Status;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::request::Request;
use mng_engine::tally::Tally;
use mng_engine::{Case, Operation, Outcome};

use crate::call::{EngineCall, Said};
use crate::cloudformation::SentAnswer;
use crate::kept::Digested;
use crate::replay::{PassState, play};

/// How often Lambda tries an event (Lambda developer guide, "Error handling for asynchronous invocation").
pub const ATTEMPTS: u8 = 3;

/// An event that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QueuedEvent {
    pub what: What,
    /// How often it has failed.
    pub failed: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    Request(usize),
    Continuation(usize, Digested<Operation>),
    LastResort(usize),
}

impl QueuedEvent {
    pub fn new(what: What) -> Self {
        Self { what, failed: 0 }
    }

    /// The number of the request that it is about.
    pub fn request(&self) -> usize {
        match self.what {
            What::Request(number) | What::Continuation(number, _) | What::LastResort(number) => number,
        }
    }

    /// What is delivered after it has failed.
    pub fn again(mut self) -> Self {
        self.failed += 1;
        if self.failed < ATTEMPTS {
            return self;
        }
        Self::new(What::LastResort(self.request()))
    }
}

/// An invocation that runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Invocation {
    pub work: QueuedEvent,
    pub doing: Doing,
    /// A request that was delivered when its stack's operation was over.
    pub after_the_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Doing {
    Passing(RunningPass),
    Sleeping(Digested<Operation>),
    Telling(SentAnswer),
}

/// A pass that has been told so much so far.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RunningPass {
    start: Digested<Operation>,
    now: u64,
    said: Vec<Said>,
    /// How much that takes its time has happened meanwhile.
    pub moved: u8,
    pub next: NextCall,
}

/// The next call. It follows from the rest, so it tells no state from another.
#[derive(Debug, Clone)]
pub struct NextCall(pub Arc<EngineCall>);

impl PartialEq for NextCall {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for NextCall {}

impl Hash for NextCall {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Doing {
    /// A pass begins.
    pub fn look(start: Digested<Operation>, now: u64) -> Self {
        Self::go_on(start, now, vec![], 0)
    }

    /// As far as what was said carries.
    fn go_on(start: Digested<Operation>, now: u64, said: Vec<Said>, moved: u8) -> Self {
        match play(&start, now, &said) {
            (PassState::Calls(call), _) => Self::Passing(RunningPass {
                start,
                now,
                said,
                moved,
                next: NextCall(Arc::new(*call)),
            }),
            (PassState::Ends(outcome), operation) => Self::after(outcome, operation),
        }
    }

    fn after(outcome: Outcome, operation: Operation) -> Self {
        match outcome {
            Outcome::Answer(answer) => Self::Telling(sent_answer(&answer)),
            Outcome::Wait(_) => Self::Sleeping(Digested::written(without_counters(operation))),
        }
    }
}

impl RunningPass {
    /// The next call was answered.
    pub fn hear(mut self, said: Said) -> Doing {
        self.said.push(said);
        Doing::go_on(self.start, self.now, self.said, self.moved)
    }

    /// The status in which a group was seen last, if `said` is what was said now.
    pub fn last_seen(&self, said: &Said) -> Option<Status> {
        let mut all = self.said.iter().chain([said]).rev();
        all.find_map(|said| match said {
            Said::Group(group) => Some(group.status.clone()),
            _ => None,
        })
    }

    /// The next call hangs, and the handler cuts the pass off.
    pub fn hang(self) -> Doing {
        let (_, mut operation) = play(&self.start, self.now, &self.said);
        let Operation { case, progress } = &mut operation;
        let outcome = mng_engine::cut_off(case, progress, self.now);
        Doing::after(outcome, operation)
    }
}

/// What only tells of how it went: logs, metrics, the schedule and the words of a reason. No decision reads it, and no two
/// states would ever be the same.
fn without_counters(mut operation: Operation) -> Operation {
    let progress = &mut operation.progress;
    progress.reads.retries.looks = 0;
    progress.reads.retries.unanswered = 0;
    progress.reads.retries.min_interval = 0.0;
    progress.tally = Tally::default();
    progress.under_way = UnderWay::default();
    progress.reads.pass = mng_engine::progress::PassCache::default();
    progress.history.obstacle = progress.history.obstacle.take().map(|_| "something".to_owned());
    progress.history.drain_asked = None;
    operation
}

/// As another invocation reads it.
pub fn handed_over(operation: &Operation) -> Digested<Operation> {
    let written = serde_json::to_value(operation).expect("a hand-over can be written");
    let now = operation.progress.history.began;
    Digested::written(Operation::read(&written, now).expect("what was written can be read"))
}

pub fn last_resort(request: &Request) -> SentAnswer {
    sent_answer(&mng_engine::failed(
        &Case::of(request.clone()),
        None,
        "it failed several times".to_owned(),
    ))
}

fn sent_answer(answer: &Answer) -> SentAnswer {
    match answer {
        Answer::Success { physical_id, .. } => SentAnswer {
            success: true,
            id: physical_id.clone(),
        },
        Answer::Failed { physical_id, .. } => SentAnswer {
            success: false,
            id: physical_id.clone(),
        },
    }
}
