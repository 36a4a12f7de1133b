//! What a request has found out of its stack, of the groups of its resource, and of what a group is made with.

use serde::{Deserialize, Serialize};

use super::task::{StackPhase, StackState};
use mng_core::decide::desired::Direction;
use mng_core::decide::history::Updates;
use mng_core::launch_template::steps::ClusterNetwork;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::protocol::request::RequestType;

/// What the stack said when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownStack {
    #[serde(default)]
    pub situation: Option<StackState>,
    /// When the stack's operation began, in seconds since the epoch, where the stack said so.
    #[serde(default)]
    pub operation_began: Option<u64>,
    /// Whether the stack was asked in the pass at hand.
    #[serde(skip)]
    pub asked: bool,
}

impl KnownStack {
    pub fn begin_pass(&mut self) {
        self.asked = false;
    }

    /// `Unknown` too while nobody has asked the stack.
    pub fn phase(&self) -> StackPhase {
        self.situation.as_ref().map_or(StackPhase::Unknown, |known| known.phase)
    }

    /// Where a request of this kind leads, as far as the stack is known.
    pub fn direction(&self, kind: RequestType) -> Direction {
        self.phase().direction(kind)
    }

    pub fn rolls_back(&self) -> bool {
        self.phase() == StackPhase::RollingBack
    }
}

/// What the request knows of the groups of its resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownGroups {
    /// The name of the group that the passes are about, once it is known.
    #[serde(default)]
    pub target: Option<String>,
    /// When EKS created the group that CloudFormation knows the resource by, in seconds since the epoch: its replacements are newer.
    #[serde(default)]
    pub current_made: Option<u64>,
    /// Whether the failed update has set the desired size, where a rollback has asked EKS for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_was_set: Option<Updates>,
}

impl KnownGroups {
    /// Whether EKS created the current group since the stack's operation began. Where a time isn't known, it may have.
    pub fn current_is_of_this_operation(&self, stack: &KnownStack) -> bool {
        let times = stack.operation_began.zip(self.current_made);
        times.is_none_or(|(began, made)| made >= began)
    }
}

/// What was looked up once. None of it changes while a request is under way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lookups {
    /// The version of the user's own launch template as a number.
    #[serde(default)]
    pub launch_template_version: Option<String>,
    #[serde(default)]
    pub cluster: Option<ClusterNetwork>,
    #[serde(default)]
    pub types: Option<Vec<InstanceTypeFacts>>,
    /// Cluster and group whose nodes the request waits for.
    #[serde(default)]
    pub watched: Option<(String, String)>,
    /// Whether the checks before a change have passed.
    #[serde(default)]
    pub preflight_done: bool,
}

/// The warnings that the answer will give, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Warnings(pub Vec<String>);

impl Warnings {
    pub fn add(&mut self, warning: String) {
        if !self.0.contains(&warning) {
            self.0.push(warning);
        }
    }

    /// A reason, and the warnings before it that it doesn't have in it: they may explain it.
    pub fn after(&self, reason: String) -> String {
        let others: Vec<&str> = self
            .0
            .iter()
            .map(String::as_str)
            .filter(|text| !reason.contains(text))
            .collect();
        if others.is_empty() {
            return reason;
        }
        format!("{reason}. Warnings before that: {}", others.join("; "))
    }
}
