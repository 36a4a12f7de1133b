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

use crate::call::{Call, Said};
use crate::cloudformation::Told;
use crate::kept::Kept;
use crate::replay::{PassState, play};

/// How often Lambda tries an event (Lambda developer guide, "Error handling for asynchronous invocation").
pub const ATTEMPTS: u8 = 3;

/// An event that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Work {
    pub what: What,
    /// How often it has failed.
    pub failed: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    Request(usize),
    Continuation(usize, Kept<Operation>),
    LastResort(usize),
}

impl Work {
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
    pub work: Work,
    pub doing: Doing,
    /// A request that was delivered when its stack's operation was over.
    pub after_the_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Doing {
    Passing(Pass),
    Sleeping(Kept<Operation>),
    Telling(Told),
}

/// A pass that has been told so much so far.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pass {
    start: Kept<Operation>,
    now: u64,
    said: Vec<Said>,
    /// How much that takes its time has happened meanwhile.
    pub moved: u8,
    pub next: Next,
}

/// The next call. It follows from the rest, so it tells no state from another.
#[derive(Debug, Clone)]
pub struct Next(pub Arc<Call>);

impl PartialEq for Next {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Next {}

impl Hash for Next {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Doing {
    /// A pass begins.
    pub fn look(start: Kept<Operation>, now: u64) -> Self {
        Self::go_on(start, now, vec![], 0)
    }

    /// As far as what was said carries.
    fn go_on(start: Kept<Operation>, now: u64, said: Vec<Said>, moved: u8) -> Self {
        match play(&start, now, &said) {
            (PassState::Calls(call), _) => Self::Passing(Pass {
                start,
                now,
                said,
                moved,
                next: Next(Arc::new(*call)),
            }),
            (PassState::Ends(outcome), operation) => Self::after(outcome, operation),
        }
    }

    fn after(outcome: Outcome, operation: Operation) -> Self {
        match outcome {
            Outcome::Answer(answer) => Self::Telling(told(&answer)),
            Outcome::Wait(_) => Self::Sleeping(Kept::written(without_counters(operation))),
        }
    }
}

impl Pass {
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
    progress.reads.pass = mng_engine::progress::Pass::default();
    progress.history.obstacle = progress.history.obstacle.take().map(|_| "something".to_owned());
    progress.history.drain_asked = None;
    operation
}

/// As another invocation reads it.
pub fn handed_over(operation: &Operation) -> Kept<Operation> {
    let written = serde_json::to_value(operation).expect("a hand-over can be written");
    let now = operation.progress.history.began;
    Kept::written(Operation::read(&written, now).expect("what was written can be read"))
}

pub fn last_resort(request: &Request) -> Told {
    told(&mng_engine::failed(
        &Case::of(request.clone()),
        None,
        "it failed several times".to_owned(),
    ))
}

fn told(answer: &Answer) -> Told {
    match answer {
        Answer::Success { physical_id, .. } => Told {
            success: true,
            id: physical_id.clone(),
        },
        Answer::Failed { physical_id, .. } => Told {
            success: false,
            id: physical_id.clone(),
        },
    }
}
