//! A small CloudFormation: one stack with this resource and others, what its user wants of it, and how it answers to answers.
//!
//! What it does is what is known of the service: a Create that failed is followed by a Delete of the id that it told; an
//! Update with another id by a Delete of the old one in the cleanup, three times at most; a failed Update by one with the
//! properties swapped; and a request that is cancelled isn't told so. Under `--disable-rollback` a failed update rests instead.

use mng_core::protocol::request::Request;
use mng_engine::ports::{Fate, Record};
use serde_json::json;

use crate::configuration::Configuration;
use crate::eks::CLUSTER;
use crate::kept::Digested;

pub const STACK: &str = "arn:aws:cloudformation:us-east-1:111122223333:stack/s/1";
pub const RESOURCE: &str = "Nodes";
/// An id that was made up for a resource whose creation was cancelled.
const MADE_UP: &str = "s-Nodes-1ABCDEF";

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelStack {
    pub status: &'static str,
    pub flow: Flow,
    /// The id that the stack knows the resource by, and the properties that it has recorded.
    pub id: Option<String>,
    pub recorded: usize,
    /// The ids that it had before, which its next cleanup deletes.
    pub replaced: Vec<String>,
    /// How many of the user's wishes were begun.
    pub wishes: usize,
    pub requests: Vec<SentRequest>,
    /// The request whose answer is waited for.
    pub waits: Option<usize>,
    /// When its last update began, and when that began to be rolled back, in seconds since the epoch.
    pub updated: Option<u64>,
    pub rollback_began: Option<u64>,
    /// What was given up: CloudFormation says so in its events, and goes on.
    pub abandoned: Vec<String>,
    /// The ids of what a policy of `Retain` has left: no longer in the stack.
    pub retained: Vec<String>,
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
    /// An update failed under `--disable-rollback`.
    UpdateFailed {
        from: usize,
        to: usize,
        resource: ResourceResult,
    },
    /// The resource is created in an update of the stack.
    Adding {
        to: usize,
    },
    /// This resource is there, others are being updated.
    Added {
        to: usize,
    },
    /// What was added is deleted again.
    AddRollsBack,
    Cleaning {
        tries: u8,
    },
    Deleting,
    DeleteFailed,
    Gone,
}

/// What became of the resource in an update that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceResult {
    Failed,
    /// It was updated, and another failed.
    Updated,
}

/// What the user wants of a stack that rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Update(usize),
    /// The resource goes out of the template, and its policy is `Retain`.
    Remove,
    /// The resource comes into the template.
    Add(usize),
    Delete,
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SentRequest {
    pub request: Digested<Request>,
    /// When it is over, in seconds since the epoch.
    pub deadline: u64,
    /// All different answers that lay at the URL before it was read.
    pub answers: Vec<SentAnswer>,
    pub reading: AnswerDelivery,
    /// Two of its deliveries have been at work at once.
    pub doubled: bool,
}

/// Whether CloudFormation has read the answer. It does so within seconds, and never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AnswerDelivery {
    /// Nothing is there.
    Waits,
    Due,
    Done,
}

/// An answer, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SentAnswer {
    pub success: bool,
    pub id: String,
}

/// What may go another way than was wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StackStep {
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
    /// The user deploys the template again that failed.
    Retry,
    /// The user takes the stack back to where it was stable.
    RollbackStack,
}

impl ModelStack {
    pub fn begin() -> Self {
        Self {
            status: "CREATE_IN_PROGRESS",
            flow: Flow::Creating,
            id: None,
            recorded: 0,
            replaced: vec![],
            wishes: 0,
            requests: vec![],
            waits: None,
            updated: None,
            rollback_began: None,
            abandoned: vec![],
            retained: vec![],
        }
    }

    /// Sends a request at `now`, and gives its number.
    pub fn ask(&mut self, kind: &str, of: &Configuration, which: (usize, Option<usize>), now: u64) -> usize {
        let number = self.requests.len();
        let url = format!("https://h/?X-Amz-Date={}", date(now));
        let mut event = json!({
            "RequestType": kind, "ResponseURL": url, "StackId": STACK, "RequestId": format!("r{number}"),
            "LogicalResourceId": RESOURCE, "ResourceProperties": of.properties[which.0],
        });
        if kind != "Create" {
            event["PhysicalResourceId"] = json!(self.id.as_deref().unwrap_or(MADE_UP));
        }
        if let Some(old) = which.1 {
            event["OldResourceProperties"] = of.properties[old].clone();
        }
        let request = Request::parse(&event).expect("what is sent can be read");
        self.requests.push(SentRequest {
            request: Digested::written(request),
            deadline: now + 3_540,
            answers: vec![],
            reading: AnswerDelivery::Waits,
            doubled: false,
        });
        self.waits = Some(number);
        number
    }

    /// What the record says of the resource.
    pub fn record(&self) -> Option<Record> {
        let fate = match self.flow {
            Flow::Deleting | Flow::DeleteFailed | Flow::CreateRollsBack | Flow::AddRollsBack => Fate::Deleted,
            _ => Fate::Kept,
        };
        let physical_id = self.id.clone()?;
        Some(Record { physical_id, fate })
    }

    pub fn known(&self) -> Option<&str> {
        self.id.as_deref().and_then(name_in)
    }

    /// The names of the groups that it keeps or deletes later, and of those that it has given up or left on purpose.
    pub fn mentions(&self, name: &str) -> bool {
        let all = self.replaced.iter().chain(&self.abandoned).chain(&self.retained);
        all.chain(&self.id).any(|id| name_in(id) == Some(name))
    }

    /// Its last operation has ended, and no other has begun.
    pub fn is_over(&self) -> bool {
        matches!(self.flow, Flow::Resting | Flow::UpdateFailed { .. })
    }
}

/// The name of the group that a physical id names.
pub fn name_in(id: &str) -> Option<&str> {
    id.strip_prefix(CLUSTER)?.strip_prefix('/')
}

/// As a signed URL has it; the model's time is within the first day of the epoch.
fn date(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("19700101T{hours:02}{minutes:02}{:02}Z", seconds % 60)
}
