//! The calls that the engine makes, as types: [`Calls`] makes one [`ApiRequest`] and gives its [`ApiResponse`].
//!
//! A cloud that makes all calls of a pass is a [`Cloud`]. A decorator, such as [`Logged`], is one implementation for
//! every request.

mod autoscaling;
mod call_log;
mod cloudformation;
mod ec2;
mod eks;
mod hand_over;
mod kubernetes;

use std::future::Future;

use mng_core::call_error::CallError;
use mng_core::preflight::facts::Facts;

pub use autoscaling::{ChangeScalingGroup, DescribeScalingGroup};
pub use call_log::{CallLog, Logged};
pub use cloudformation::{DescribeStack, DescribeStackResource, Fate, FindOperationStart, Record, Stack};
pub use ec2::{
    ChangeEc2, DescribeEc2Resources, DescribeInstanceTypes, DescribeLaunchTemplate, FindIdsInEc2, ReadEvidence,
    ReadFacts,
};
pub use eks::{
    CreateNodegroup, DeleteNodegroup, DescribeCluster, DescribeNodegroup, DescribeUpdate, ListNodegroups, ListUpdates,
    TagResource, UntagResource, UpdateBegun, UpdateNodegroupConfig, UpdateNodegroupVersion,
};
pub use hand_over::{HandOver, InvokeFunction, PutEvent, StartExecution};
pub use kubernetes::{
    ApplyObject, AwaitNodeChange, CreateDaemonSet, DeleteDaemonSet, ListDaemonSets, ListNodes, ReadDrain,
    ReadWindowsState, api_of,
};

/// One call, with all that it needs.
pub trait ApiRequest: Send + Sync {
    type Response: ApiResponse;

    /// The action as IAM names it, such as `eks:CreateNodegroup`. For Kubernetes, verb and resource, such as `list nodes`.
    fn action(&self) -> &'static str;

    /// What the action is made on, such as `my-cluster/my-group`.
    fn resource(&self) -> String;

    /// What an answer shows that a cluster's own API allows, each as [`access`] writes it.
    fn allowed_by(&self, _answer: &Self::Response) -> Vec<String> {
        vec![]
    }
}

/// What a call gives.
pub trait ApiResponse: Send {
    /// The error of a call that failed. `None` also where the answer holds the errors of several calls.
    fn error(&self) -> Option<&CallError>;
}

impl<T: Send> ApiResponse for Result<T, CallError> {
    fn error(&self) -> Option<&CallError> {
        self.as_ref().err()
    }
}

impl ApiResponse for Facts {
    fn error(&self) -> Option<&CallError> {
        None
    }
}

impl ApiResponse for mng_core::diagnosis::Evidence {
    fn error(&self) -> Option<&CallError> {
        None
    }
}

impl ApiResponse for () {
    fn error(&self) -> Option<&CallError> {
        None
    }
}

/// Makes the calls of one type.
pub trait Calls<R: ApiRequest>: Send + Sync {
    fn call(&self, request: &R) -> impl Future<Output = R::Response> + Send;
}

/// Counts throttles.
pub trait Throttles {
    /// How many attempts were throttled since the last call of this function. Attempts count whose retry succeeded.
    fn take_throttles(&self) -> u32;
}

/// An action on a resource, as [`CallError`] writes it.
pub fn access(action: &str, resource: &str) -> String {
    format!("{action} on {resource}")
}

/// Defines [`Cloud`] as all of these calls.
macro_rules! cloud {
    ($($request:ty),+ $(,)?) => {
        /// Makes every call of a pass.
        pub trait Cloud: Throttles $(+ Calls<$request>)+ {}
        impl<C: Throttles $(+ Calls<$request>)+> Cloud for C {}
    };
}

cloud!(
    DescribeStack,
    FindOperationStart,
    DescribeStackResource,
    ListNodegroups,
    ListUpdates,
    DescribeNodegroup,
    DescribeUpdate,
    CreateNodegroup,
    UpdateNodegroupVersion,
    UpdateNodegroupConfig,
    TagResource,
    UntagResource,
    DeleteNodegroup,
    DescribeCluster,
    DescribeInstanceTypes,
    DescribeLaunchTemplate,
    ReadFacts,
    ReadEvidence,
    DescribeEc2Resources,
    FindIdsInEc2,
    ChangeEc2,
    DescribeScalingGroup,
    ChangeScalingGroup,
    ListNodes,
    AwaitNodeChange,
    ListDaemonSets,
    ReadWindowsState,
    ReadDrain,
    ApplyObject,
    CreateDaemonSet,
    DeleteDaemonSet,
);
