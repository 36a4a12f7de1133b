//! What is explored: a stack's life, what may go wrong in it and how often, and one rule that may be broken on purpose.

use mng_core::protocol::request::Request;
use mng_engine::Case;
use serde_json::{Value, json};

use crate::call::{EngineCall, Wrong};
use crate::cloudformation::{RESOURCE, STACK, Wish};

/// One exploration.
#[derive(Debug, Clone)]
pub struct Configuration {
    pub name: &'static str,
    /// The template's properties, by the number that wishes name.
    pub properties: Vec<Value>,
    pub start: Start,
    pub wishes: Vec<Wish>,
    pub budget: Budget,
    pub on_failure: OnFailure,
    pub keeps: Keeps,
    pub not_allowed: NotAllowed,
    pub meddling: Meddling,
    pub broken: BrokenRule,
}

/// What there is when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    Nothing,
    /// The stack is created, by the function itself and without a fault.
    Running,
}

/// What CloudFormation does when an update fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    RollBack,
    /// `--disable-rollback`: the stack rests in `UPDATE_FAILED`.
    Preserve,
}

/// What is left of that which a cleanup deletes otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    Nothing,
    /// `UpdateReplacePolicy: Retain`: what an update has replaced.
    Replaced,
    /// What a rolled back update has made in its place is left too.
    ReplacedAndNew,
}

/// What the function's role doesn't allow, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAllowed {
    Nothing,
    /// Everything that is asked of the stack.
    Stack,
    /// It is allowed, and the stack is one of another account.
    StackIsForeign,
    Untag,
}

/// What somebody else may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meddling {
    /// Take names, and delete, update, freeze, degrade or strip groups.
    Usual,
    Deletes,
    Degrades,
    /// Takes the tags from launch templates.
    StripsTemplates,
    /// An autoscaler sets the size.
    Scales,
}

/// How often it may happen on one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Calls that go wrong.
    pub faults: u8,
    /// Processes that die.
    pub deaths: u8,
    /// Requests that are delivered once more.
    pub duplicates: u8,
    /// Hand-overs.
    pub hand_overs: u8,
    /// Operations of EKS that fail.
    pub failures: u8,
    /// Things that somebody else does.
    pub others: u8,
    /// Resources of the stack that fail.
    pub others_fail: u8,
    /// Updates or creations that the user cancels.
    pub cancels: u8,
    /// Rollbacks that are gone on with, and deletions that are tried again.
    pub tries: u8,
    /// Two minutes each.
    pub pauses: u8,
    /// The deadline comes before everything has ended.
    pub deadlines: u8,
    /// Questions about the stack that aren't allowed yet.
    pub denials: u8,
}

impl Budget {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        faults: 0,
        deaths: 0,
        duplicates: 0,
        hand_overs: 0,
        failures: 0,
        others: 0,
        others_fail: 0,
        cancels: 0,
        tries: 0,
        pauses: 0,
        deadlines: 0,
        denials: 0,
    };
}

/// A rule that is broken on purpose, to see that it is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BrokenRule {
    #[default]
    Nothing,
    /// A second answer is delivered that says something else.
    AnswersTwice,
    /// What has failed for good is dropped.
    NoLastResort,
    /// A failed Update tells the id of the group that it made.
    FailedUpdateTellsNewId,
    /// Every group seems to have our tags.
    TagsIgnored,
    /// A Delete is answered as soon as it was begun.
    DeleteAnswersEarly,
    /// The deadline is never asked.
    NoDeadline,
    /// CloudFormation deletes nothing that was replaced.
    NoCleanup,
    /// EKS takes an update, and nothing comes of it.
    UpdatesDoNothing,
    /// CloudFormation deletes what it was to retain.
    RetainsNothing,
    /// The marks on what was made in place of another aren't seen.
    NoMarks,
    /// A cleanup deletes the group that took the place of the other.
    CleanupOfTheNew,
    /// An update that succeeds is seen as one that has failed.
    UpdatesSeemToFail,
    /// A stack whose operation is over seems to be updated.
    NeverOver,
    /// Each update of a group's configuration sets its size.
    SizeIsAlwaysSet,
    /// The stack has other tags each time that it is asked.
    TagsChange,
    /// A Create goes well with whatever it has made.
    DegradedIsTaken,
}

impl Configuration {
    /// The names that groups of the resource have with each of the properties.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.properties.iter().map(name).collect();
        names.dedup();
        names
    }

    /// How a call fails that isn't allowed.
    pub fn refuses(&self, call: &EngineCall) -> Option<Wrong> {
        match self.not_allowed {
            NotAllowed::Stack if call.is_of_the_stack() => Some(Wrong::Denied),
            NotAllowed::StackIsForeign if call.is_of_the_stack() => Some(Wrong::NotFound),
            NotAllowed::Untag if matches!(call, EngineCall::Untag(..)) => Some(Wrong::Denied),
            NotAllowed::Nothing | NotAllowed::Stack | NotAllowed::StackIsForeign | NotAllowed::Untag => None,
        }
    }

    /// The same with one rule broken.
    pub fn with(mut self, broken: BrokenRule) -> Self {
        self.broken = broken;
        self
    }
}

fn name(properties: &Value) -> String {
    let event = json!({
        "RequestType": "Create", "ResponseURL": "https://h/", "StackId": STACK, "RequestId": "r",
        "LogicalResourceId": RESOURCE, "ResourceProperties": properties,
    });
    let request = Request::parse(&event).expect("a configuration's properties can be read");
    Case::of(request.clone())
        .derived_id()
        .expect("a configuration's properties are valid")
        .name
}

/// The least that a resource needs, with some of it changed.
pub fn properties(changes: &Value) -> Value {
    let mut properties = json!({
        "ClusterName": "c", "NodeRole": "arn:aws:iam::111122223333:role/node", "Subnets": ["subnet-1", "subnet-2"],
    });
    for (key, value) in changes.as_object().expect("changes are an object") {
        properties[key] = value.clone();
    }
    properties
}
