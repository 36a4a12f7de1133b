//! A small CloudFormation: one stack with this resource and others, what its user wants of it, and how it answers to answers.
//!
//! What it does is what is known of the service: a Create that failed is followed by a Delete of the id that it told; an
//! Update with another id by a Delete of the old one in the cleanup, three times at most; a failed Update by one with the
//! properties swapped; and a request that is cancelled isn't told so.

use pure::cfn::request::Request;
use serde_json::{Value, json};

use crate::eks::CLUSTER;
use crate::kept::Kept;

pub const STACK: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/s/1";
pub const RESOURCE: &str = "Nodes";
/// An id that was made up for a resource whose creation was cancelled.
const MADE_UP: &str = "s-Nodes-1ABCDEF";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stack {
    pub status: &'static str,
    pub flow: Flow,
    /// The id that the stack knows the resource by, and the properties that it has recorded.
    pub id: Option<String>,
    pub recorded: usize,
    /// How many of the user's wishes were begun.
    pub wishes: usize,
    pub requests: Vec<Asked>,
    /// The request whose answer is waited for.
    pub waits: Option<usize>,
    /// When its last update began, and when that began to be rolled back, in seconds since the epoch.
    pub updated: Option<u64>,
    pub rollback_began: Option<u64>,
    /// What was given up: CloudFormation says so in its events, and goes on.
    pub abandoned: Vec<String>,
}

/// What a stack is in the midst of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flow {
    Creating,
    /// This resource is there, others are being created.
    Created,
    Resting,
    CreateRollsBack,
    Updating {
        from: usize,
        to: usize,
    },
    /// This resource is updated, others are being updated.
    Updated {
        from: usize,
        to: usize,
    },
    RollingBack {
        from: usize,
        to: usize,
    },
    RollbackFailed {
        from: usize,
        to: usize,
    },
    Cleaning {
        tries: u8,
    },
    Deleting,
    DeleteFailed,
    Gone,
}

/// What the user wants of a stack that rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Update(usize),
    Delete,
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Asked {
    pub request: Kept<Request>,
    /// The id that the stack has for an update that isn't cleaned up yet.
    pub before: Option<String>,
    /// When it is over, in seconds since the epoch.
    pub deadline: u64,
    /// All different answers that lay at the URL before it was read.
    pub answers: Vec<Told>,
    pub reading: Reading,
    /// Two of its deliveries have been at work at once.
    pub doubled: bool,
}

/// Whether CloudFormation has read the answer. It does so within seconds, and never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading {
    /// Nothing is there.
    Waits,
    Due,
    Done,
}

/// An answer, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Told {
    pub success: bool,
    pub id: String,
}

/// What may go another way than was wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The answer is read, the last if there are several.
    Read,
    /// An answer is read that is replaced a moment later.
    ReadFirst,
    /// The next wish is begun.
    Wish,
    /// The other resources are done.
    OthersWell,
    /// One of them fails.
    OthersBadly,
    /// The user cancels the update that runs.
    Cancel,
    /// The user deletes the stack in the midst of its creation.
    DeleteMeanwhile,
    /// The user goes on with a rollback that failed.
    ContinueRollback,
    /// The same, and the resource is skipped.
    SkipResource,
    DeleteAgain,
}

impl Stack {
    pub fn begin() -> Self {
        Self {
            status: "CREATE_IN_PROGRESS",
            flow: Flow::Creating,
            id: None,
            recorded: 0,
            wishes: 0,
            requests: vec![],
            waits: None,
            updated: None,
            rollback_began: None,
            abandoned: vec![],
        }
    }

    /// Sends a request at `now`, and gives its number.
    fn ask(&mut self, kind: &str, of: &[Value], which: (usize, Option<usize>), now: u64) -> usize {
        let number = self.requests.len();
        let url = format!("https://h/?X-Amz-Date={}", date(now));
        let mut event = json!({
            "RequestType": kind, "ResponseURL": url, "StackId": STACK, "RequestId": format!("r{number}"),
            "LogicalResourceId": RESOURCE, "ResourceProperties": of[which.0],
        });
        if kind != "Create" {
            event["PhysicalResourceId"] = json!(self.id.as_deref().unwrap_or(MADE_UP));
        }
        if let Some(old) = which.1 {
            event["OldResourceProperties"] = of[old].clone();
        }
        let request = Request::parse(&event).expect("what is sent can be read");
        self.requests.push(Asked {
            request: Kept::written(request),
            before: None,
            deadline: now + 3_540,
            answers: vec![],
            reading: Reading::Waits,
            doubled: false,
        });
        self.waits = Some(number);
        number
    }

    pub fn create(&mut self, of: &[Value], now: u64) -> usize {
        self.ask("Create", of, (0, None), now)
    }

    pub fn delete(&mut self, of: &[Value], status: &'static str, flow: Flow, now: u64) -> usize {
        (self.status, self.flow) = (status, flow);
        self.ask("Delete", of, (self.recorded, None), now)
    }

    pub fn roll_back(&mut self, of: &[Value], from: usize, to: usize, now: u64) -> usize {
        self.status = "UPDATE_ROLLBACK_IN_PROGRESS";
        self.flow = Flow::RollingBack { from, to };
        self.rollback_began.get_or_insert(now);
        self.ask("Update", of, (from, Some(to)), now)
    }

    /// Takes one step, and gives the request that comes of it.
    pub fn step(&mut self, step: Step, wishes: &[Wish], of: &[Value], now: u64) -> Option<usize> {
        match (step, self.flow) {
            (Step::Read, _) => self.read(of, now),
            (Step::ReadFirst, _) => {
                let number = self.waits.expect("there is an answer to be read");
                self.requests[number].answers.reverse();
                self.read(of, now)
            }
            (Step::Wish, _) => Some(self.wish(wishes[self.wishes], of, now)),
            (Step::OthersWell, Flow::Created) => self.rest("CREATE_COMPLETE"),
            (Step::OthersBadly, Flow::Created) => {
                Some(self.delete(of, "ROLLBACK_IN_PROGRESS", Flow::CreateRollsBack, now))
            }
            (Step::OthersWell, Flow::Updated { to, .. }) => {
                self.recorded = to;
                self.clean("UPDATE_COMPLETE", of, now)
            }
            (Step::OthersBadly | Step::Cancel, Flow::Updated { from, to } | Flow::Updating { from, to }) => {
                Some(self.roll_back(of, from, to, now))
            }
            (Step::DeleteMeanwhile, _) => Some(self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now)),
            (Step::ContinueRollback, Flow::RollbackFailed { from, to }) => Some(self.roll_back(of, from, to, now)),
            (Step::SkipResource, Flow::RollbackFailed { from, .. }) => {
                self.recorded = from;
                self.abandoned.extend(self.replaced());
                self.rest("UPDATE_ROLLBACK_COMPLETE")
            }
            (Step::DeleteAgain, _) => Some(self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now)),
            (step, flow) => unreachable!("{step:?} is no step of a stack that is {flow:?}"),
        }
    }

    fn wish(&mut self, wish: Wish, of: &[Value], now: u64) -> usize {
        self.wishes += 1;
        match wish {
            Wish::Delete => self.delete(of, "DELETE_IN_PROGRESS", Flow::Deleting, now),
            Wish::Update(to) => {
                let from = self.recorded;
                (self.status, self.flow) = ("UPDATE_IN_PROGRESS", Flow::Updating { from, to });
                (self.updated, self.rollback_began) = (Some(now), None);
                let number = self.ask("Update", of, (to, Some(from)), now);
                self.requests[number].before.clone_from(&self.id);
                number
            }
        }
    }

    pub fn rest(&mut self, status: &'static str) -> Option<usize> {
        (self.status, self.flow) = (status, Flow::Resting);
        None
    }

    /// The cleanup that has just begun is left out.
    pub fn leave_cleanup(&mut self) {
        if matches!(self.flow, Flow::Cleaning { .. }) {
            self.requests.pop();
            self.waits = None;
            self.rest("UPDATE_COMPLETE");
        }
    }

    /// What was replaced in the update that has just ended is deleted.
    fn clean(&mut self, status: &'static str, of: &[Value], now: u64) -> Option<usize> {
        let Some(old) = self.replaced() else {
            return self.rest(status);
        };
        self.clean_up(&old, 1, of, now)
    }

    pub fn clean_up(&mut self, old: &str, tries: u8, of: &[Value], now: u64) -> Option<usize> {
        self.status = match self.status {
            "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" => "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            _ => "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        };
        self.flow = Flow::Cleaning { tries };
        let known = self.id.replace(old.to_owned());
        let number = self.ask("Delete", of, (self.recorded, None), now);
        self.id = known;
        Some(number)
    }

    /// The id that was known before the last Update that was answered with another.
    fn replaced(&self) -> Option<String> {
        let updates = self.requests.iter().rev();
        let before = updates.map(|asked| asked.before.clone()).find(Option::is_some)??;
        Some(before).filter(|before| Some(before) != self.id.as_ref())
    }

    /// The name of the group that it knows.
    pub fn known(&self) -> Option<&str> {
        self.id
            .as_deref()
            .and_then(|id| id.strip_prefix(CLUSTER)?.strip_prefix('/'))
    }
}

/// As a signed URL has it; the model's time is within the first day of the epoch.
fn date(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("19700101T{hours:02}{minutes:02}{:02}Z", seconds % 60)
}
