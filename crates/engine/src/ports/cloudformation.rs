//! Calls to CloudFormation.

use std::collections::BTreeMap;

use mng_core::call_error::CallError;

use super::ApiRequest;

/// Reads a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeStack {
    pub stack_id: String,
}

impl ApiRequest for DescribeStack {
    type Response = Result<Stack, CallError>;

    fn action(&self) -> &'static str {
        "cloudformation:DescribeStacks"
    }

    fn resource(&self) -> String {
        self.stack_id.clone()
    }
}

/// Finds the time when the operation of an updated stack began, in seconds since the epoch: the rollback of its last
/// update, or else that update. The answer is `None` if the stack's events do not say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindOperationStart {
    pub stack_id: String,
}

impl ApiRequest for FindOperationStart {
    type Response = Result<Option<u64>, CallError>;

    fn action(&self) -> &'static str {
        "cloudformation:DescribeStackEvents"
    }

    fn resource(&self) -> String {
        self.stack_id.clone()
    }
}

/// Reads CloudFormation's record of a resource. The answer is `None` if the stack has no such resource, or the resource
/// has no physical ID yet. CloudFormation records the ID of a response when CloudFormation has read the response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeStackResource {
    pub stack_id: String,
    pub logical_id: String,
}

impl ApiRequest for DescribeStackResource {
    type Response = Result<Option<Record>, CallError>;

    fn action(&self) -> &'static str {
        "cloudformation:DescribeStackResource"
    }

    fn resource(&self) -> String {
        format!("{} of {}", self.logical_id, self.stack_id)
    }
}

/// A stack as CloudFormation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    pub status: String,
    pub tags: BTreeMap<String, String>,
    /// When CloudFormation created the stack, in seconds since the epoch; `None` if the answer does not say so.
    pub created: Option<u64>,
    /// When the last update began, in seconds since the epoch; `None` if there was no update.
    pub updated: Option<u64>,
}

/// A resource of a stack as CloudFormation has recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Record {
    pub physical_id: String,
    pub fate: Fate,
}

/// What CloudFormation does with the resource itself. The record does not say what CloudFormation does with a physical
/// resource that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    Kept,
    /// The status is `DELETE_*`.
    Deleted,
}
