//! The calls that a pass makes, and what it is told.

use std::collections::{BTreeMap, BTreeSet};

use mng_core::call_error::{CallError, Fault};
use mng_core::decide::change::ConfigChange;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::plan::VersionChange;
use mng_core::launch_template::ec2_resources::{Ec2Resources, GroupRef};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_core::nodegroup::group::NodeGroup;
use mng_engine::ports::{Record, UpdateBegun};

use crate::kept::Digested;

/// One call of the engine's, with all that the world needs to answer it.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineCall {
    Stack,
    /// When what the stack does began.
    Operation,
    /// The physical ID that the stack has recorded.
    RecordedId,
    Groups,
    /// The node groups for which the resource has something in EC2.
    IdsInEc2,
    UpdatesSince(String, u64),
    /// The checks before a change.
    Facts(String),
    Group(String),
    Update(String),
    Create(Box<Desired>, NewGroup, String),
    UpdateVersion(String, VersionChange, String),
    UpdateConfig(String, Box<ConfigChange>, String),
    Tag(String, BTreeMap<String, String>),
    Untag(String, BTreeSet<String>),
    Delete(String),
    Ec2Resources(GroupRef),
    Launch(LaunchStep, String),
}

impl EngineCall {
    pub fn changes_something(&self) -> bool {
        match self {
            Self::Stack | Self::Operation | Self::RecordedId | Self::Facts(_) | Self::Ec2Resources(_) => false,
            Self::Groups | Self::IdsInEc2 | Self::Group(_) | Self::Update(_) | Self::UpdatesSince(..) => false,
            Self::Create(..) | Self::UpdateVersion(..) | Self::UpdateConfig(..) => true,
            Self::Tag(..) | Self::Untag(..) | Self::Delete(_) | Self::Launch(..) => true,
        }
    }

    /// Whether it asks something of the stack.
    pub fn is_of_the_stack(&self) -> bool {
        matches!(self, Self::Stack | Self::Operation | Self::RecordedId)
    }

    pub fn message(&self) -> String {
        match self {
            Self::Stack => "DescribeStacks".to_owned(),
            Self::Operation => "DescribeStackEvents".to_owned(),
            Self::RecordedId => "DescribeStackResource".to_owned(),
            Self::Groups => "ListNodegroups".to_owned(),
            Self::IdsInEc2 => "what the resource has in EC2".to_owned(),
            Self::UpdatesSince(name, since) => format!("ListUpdates {name} since {since}"),
            Self::Facts(name) => format!("the checks for {name}"),
            Self::Group(name) => format!("DescribeNodegroup {name}"),
            Self::Update(id) => format!("DescribeUpdate {id}"),
            Self::Create(desired, ..) => format!("CreateNodegroup {}", desired.name),
            Self::UpdateVersion(name, ..) => format!("UpdateNodegroupVersion {name}"),
            Self::UpdateConfig(name, ..) => format!("UpdateNodegroupConfig {name}"),
            Self::Tag(name, _) => format!("TagResource {name}"),
            Self::Untag(name, keys) => format!("UntagResource {name} {keys:?}"),
            Self::Delete(name) => format!("DeleteNodegroup {name}"),
            Self::Ec2Resources(group_ref) => format!("what {} has in EC2", group_ref.name),
            Self::Launch(step, _) => format!("{} {}", step.action(), step.resource()),
        }
    }
}

/// What a pass was told, in the order of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Said {
    /// Its status, a tag's value, when it was created, and when its last update began.
    Stack(&'static str, u64, u64, Option<u64>),
    Operation(Option<u64>),
    Record(Option<Record>),
    Names(Vec<String>),
    Updates(Vec<UpdateBegun>),
    Facts(Option<Digested<NodeGroup>>),
    Group(Digested<NodeGroup>),
    Ec2Resources(Digested<Ec2Resources>),
    Update(Ended),
    UpdateId(String),
    Made(Digested<LaunchStepResult>),
    Done,
    Wrong(Wrong, String),
}

/// How far an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ended {
    NotYet,
    Well,
    Badly,
}

/// What went wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wrong {
    NotFound,
    InUse,
    Throttled,
    Refused,
    Denied,
    /// Nobody knows what became of it.
    Unanswered,
}

impl Said {
    pub fn wrong(what: Wrong, message: &str) -> Self {
        Self::Wrong(what, message.to_owned())
    }
}

/// The error as the ports have it.
pub fn error(wrong: Wrong, message: &str) -> CallError {
    let fault = match wrong {
        Wrong::NotFound => Fault::NotFound,
        Wrong::InUse => Fault::InUse,
        Wrong::Throttled => Fault::Throttled,
        Wrong::Refused => Fault::Refused,
        Wrong::Denied => Fault::Denied,
        Wrong::Unanswered => Fault::Unknown,
    };
    CallError {
        action: "model:Call",
        resource: "resource".to_owned(),
        fault,
        code: format!("{wrong:?}"),
        message: message.to_owned(),
    }
}
