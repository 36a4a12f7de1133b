//! The calls that the engine makes, in its own words.

mod calls;
mod kubernetes;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use mng_core::call_error::CallError;
use mng_core::decide::change::ConfigChange;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::history::UpdateState;
use mng_core::decide::plan::VersionChange;
use mng_core::diagnosis::Evidence;
use mng_core::launch_template::custom_template::UsersTemplate;
use mng_core::launch_template::ec2_resources::{Belongings, Place};
use mng_core::launch_template::steps::{Cluster, LaunchStep, Made};
use mng_core::node::image::InstanceTypeFacts;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::Owner;
use mng_core::preflight::facts::Facts;
use mng_core::properties::spec::{LaunchTemplate, Spec};
use mng_core::protocol::eventbridge::outcome::Announcement;

pub use calls::{Calls, Noting, allowed, api_of};
pub use kubernetes::{AutoScaling, Kubernetes};

/// The calls that are made, one each.
pub trait Cloud: AutoScaling + Kubernetes {
    fn stack(&self, stack_id: &str) -> impl Future<Output = Result<Stack, CallError>> + Send;
    /// When what an updated stack does began, in seconds since the epoch: to roll its last update back, if it did, or else that update.
    /// `None`: its events don't tell.
    fn operation_began(&self, stack_id: &str) -> impl Future<Output = Result<Option<u64>, CallError>> + Send;
    /// What CloudFormation has recorded of a resource of a stack. `None`: the stack has no such resource, or the resource has no
    /// physical ID yet. CloudFormation records the ID of an answer when it has read the answer.
    fn record(
        &self,
        stack_id: &str,
        logical_id: &str,
    ) -> impl Future<Output = Result<Option<Record>, CallError>> + Send;
    fn node_group(&self, cluster: &str, name: &str) -> impl Future<Output = Result<NodeGroup, CallError>> + Send;
    /// The names of all node groups of a cluster.
    fn node_groups(&self, cluster: &str) -> impl Future<Output = Result<Vec<String>, CallError>> + Send;
    /// The updates of a node group that EKS began at `since` or later, in seconds since the epoch.
    fn updates_since(
        &self,
        cluster: &str,
        name: &str,
        since: u64,
    ) -> impl Future<Output = Result<Vec<UpdateBegun>, CallError>> + Send;
    fn update(
        &self,
        cluster: &str,
        name: &str,
        id: &str,
    ) -> impl Future<Output = Result<UpdateState, CallError>> + Send;
    fn create(
        &self,
        desired: &Desired,
        group: &NewGroup,
        token: &str,
    ) -> impl Future<Output = Result<(), CallError>> + Send;
    /// Gives the update's id, as [`Cloud::update_config`] does.
    fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        token: &str,
    ) -> impl Future<Output = Result<String, CallError>> + Send;
    fn update_config(
        &self,
        group: &NodeGroup,
        change: &ConfigChange,
        token: &str,
    ) -> impl Future<Output = Result<String, CallError>> + Send;
    fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> impl Future<Output = Result<(), CallError>> + Send;
    fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> impl Future<Output = Result<(), CallError>> + Send;
    fn delete(&self, cluster: &str, name: &str) -> impl Future<Output = Result<(), CallError>> + Send;
    /// `None` while the cluster has no VPC or security group to show yet.
    fn cluster(&self, name: &str) -> impl Future<Output = Result<Option<Cluster>, CallError>> + Send;
    fn instance_types(
        &self,
        names: &[String],
    ) -> impl Future<Output = Result<Vec<InstanceTypeFacts>, CallError>> + Send;
    /// What a version of the user's own launch template holds, its number among it.
    fn users_template(
        &self,
        template: &LaunchTemplate,
    ) -> impl Future<Output = Result<UsersTemplate, CallError>> + Send;
    /// Reads what the checks before a change look at, all at once. `name` is the name that the group would have.
    fn facts(&self, spec: &Spec, name: &str) -> impl Future<Output = Facts> + Send;
    /// Reads what tells why a group failed: what its Auto Scaling group met, and the console of one instance.
    fn evidence(&self, group: &NodeGroup) -> impl Future<Output = Evidence> + Send;
    /// Everything in EC2 under the names and tags of one node group: a few calls, none of which changes anything.
    fn belongings(&self, place: &Place) -> impl Future<Output = Result<Belongings, CallError>> + Send;
    /// The physical IDs of the node groups for which a resource has something in EC2, by the tags there. The groups need not exist.
    fn ids_in_ec2(&self, owner: &Owner) -> impl Future<Output = Result<BTreeSet<String>, CallError>> + Send;
    /// How many attempts of calls were answered by a throttle since this was last asked, those among them that came to a good
    /// end when they were tried again.
    fn throttles(&self) -> u32 {
        0
    }
    /// The one call of a step in EC2.
    fn launch(&self, step: &LaunchStep, token: &str) -> impl Future<Output = Result<Made, CallError>> + Send;
}

/// Where outcomes are told.
pub trait EventBus: Send + Sync {
    /// Puts one event on a bus. An entry that the service doesn't take is a failure, though the call is answered well.
    fn put_event(&self, bus: &str, event: &Announcement) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// An update of a node group that EKS has begun.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UpdateBegun {
    pub id: String,
    /// In seconds since the epoch.
    pub at: u64,
    /// The desired size that it sets. `None`: it sets none.
    pub desired_size: Option<i32>,
}

/// A resource of a stack as CloudFormation has recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Record {
    pub physical_id: String,
    pub fate: Fate,
}

/// What CloudFormation does with the resource itself. What it does with a replaced physical resource isn't recorded here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fate {
    Kept,
    /// Its status is `DELETE_*`.
    Deleted,
}

/// A stack as CloudFormation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    pub status: String,
    pub tags: BTreeMap<String, String>,
    /// When CloudFormation created the stack, in seconds since the epoch; `None` where the answer doesn't say so.
    pub created: Option<u64>,
    /// When its last update began, in seconds since the epoch; `None` where there was none.
    pub updated: Option<u64>,
}
