//! Which call is under way, and how the last one ended. A pass that is cut off tells it, whatever the call was for.

use std::collections::{BTreeMap, BTreeSet};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{AutoScaling, Cloud, Kubernetes, Record, Stack, UpdateBegun};
use mng_core::autoscaling::{ScalingGroup, ScalingStep};
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
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::Node;
use mng_core::workload::windows::WindowsState;

/// The calls of one pass. Clones share what they note: the pass notes, and whoever cuts the pass off reads.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    under_way: Option<String>,
    failed: Option<String>,
    allowed: BTreeSet<String>,
}

/// What a pass notes of its calls is no part of what a request has come to.
impl PartialEq for Calls {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Calls {
    /// The call that has no answer yet, such as `eks:CreateNodegroup on my-cluster/my-group`.
    pub fn under_way(&self) -> Option<String> {
        self.noted().under_way.clone()
    }

    /// The error of the last call, unless the last call went well.
    pub fn failed(&self) -> Option<String> {
        self.noted().failed.clone()
    }

    /// What clusters have allowed, as [`allowed`] names it.
    pub fn allowed(&self) -> BTreeSet<String> {
        self.noted().allowed.clone()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call whose answer can't be an error.
    async fn read<T>(&self, what: String, call: BoxFuture<'_, T>) -> T {
        self.noted().under_way = Some(what);
        let answer = call.await;
        self.noted().under_way = None;
        answer
    }

    async fn make<T>(
        &self,
        action: &'static str,
        resource: &str,
        call: BoxFuture<'_, Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let answer = self.read(named(action, resource), call).await;
        self.noted().failed = answer.as_ref().err().map(ToString::to_string);
        answer
    }

    /// Makes a call to a cluster's own API, which allows `actions` if the call goes well.
    async fn ask<T>(
        &self,
        actions: &[&'static str],
        cluster: &str,
        call: BoxFuture<'_, Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let answer = self.make(actions[0], &api_of(cluster), call).await;
        if answer.is_ok() {
            self.allow(actions, cluster);
        }
        answer
    }

    fn allow(&self, actions: &[&'static str], cluster: &str) {
        let allowed = actions.iter().map(|action| allowed(action, &api_of(cluster)));
        self.noted().allowed.extend(allowed);
    }

    /// The checks before a change ask clusters too.
    fn allow_what_was_read(&self, facts: &Facts, cluster: &str) {
        if matches!(facts.nodes, Some(Ok(()))) {
            self.allow(LIST_NODES, cluster);
        }
        if matches!(facts.daemon_sets, Some(Ok(()))) {
            self.allow(LIST_DAEMON_SETS, cluster);
        }
        if matches!(facts.windows, Some(Ok(_))) {
            self.allow(READ_WINDOWS, cluster);
        }
    }
}

const LIST_NODES: &[&str] = &["list nodes"];
const LIST_DAEMON_SETS: &[&str] = &["list daemonsets"];
const READ_WINDOWS: &[&str] = &["list nodes", "get configmaps"];

/// How what a cluster allowed is noted: the action and the resource of the [`CallError`] that a denial would be.
pub fn allowed(action: &str, resource: &str) -> String {
    named(action, resource)
}

fn named(action: &str, resource: &str) -> String {
    format!("{action} on {resource}")
}

/// The resource of a cluster's own API, in its errors.
pub fn api_of(cluster: &str) -> String {
    format!("the Kubernetes API of cluster {cluster}")
}

fn group(group: &NodeGroup) -> String {
    of_cluster(&group.cluster, &group.name)
}

fn of_cluster(cluster: &str, name: &str) -> String {
    format!("{cluster}/{name}")
}

/// The world, and a note of each call that is made. The calls are boxed and their types forgotten: the SDKs' are large, and a note around each
/// would be more than a small stack and the compiler take.
pub struct Noting<'a, C> {
    pub cloud: &'a C,
    pub calls: Calls,
}

impl<C: Cloud> Cloud for Noting<'_, C> {
    async fn stack(&self, stack_id: &str) -> Result<Stack, CallError> {
        let call = Box::pin(self.cloud.stack(stack_id));
        self.calls.make("cloudformation:DescribeStacks", stack_id, call).await
    }

    async fn operation_began(&self, stack_id: &str) -> Result<Option<u64>, CallError> {
        let call = Box::pin(self.cloud.operation_began(stack_id));
        self.calls
            .make("cloudformation:DescribeStackEvents", stack_id, call)
            .await
    }

    async fn record(&self, stack_id: &str, logical_id: &str) -> Result<Option<Record>, CallError> {
        let call = Box::pin(self.cloud.record(stack_id, logical_id));
        self.calls
            .make("cloudformation:DescribeStackResource", stack_id, call)
            .await
    }

    async fn node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        let call = Box::pin(self.cloud.node_groups(cluster));
        self.calls.make("eks:ListNodegroups", cluster, call).await
    }

    async fn updates_since(&self, cluster: &str, name: &str, since: u64) -> Result<Vec<UpdateBegun>, CallError> {
        let call = Box::pin(self.cloud.updates_since(cluster, name, since));
        self.calls
            .make("eks:ListUpdates", &of_cluster(cluster, name), call)
            .await
    }

    async fn node_group(&self, cluster: &str, name: &str) -> Result<NodeGroup, CallError> {
        let call = Box::pin(self.cloud.node_group(cluster, name));
        self.calls
            .make("eks:DescribeNodegroup", &of_cluster(cluster, name), call)
            .await
    }

    async fn update(&self, cluster: &str, name: &str, id: &str) -> Result<UpdateState, CallError> {
        let call = Box::pin(self.cloud.update(cluster, name, id));
        self.calls
            .make("eks:DescribeUpdate", &of_cluster(cluster, name), call)
            .await
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, token: &str) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.create(desired, group, token));
        let resource = of_cluster(&desired.spec.cluster, &desired.name);
        self.calls.make("eks:CreateNodegroup", &resource, call).await
    }

    async fn update_version(&self, live: &NodeGroup, change: &VersionChange, token: &str) -> Result<String, CallError> {
        let call = Box::pin(self.cloud.update_version(live, change, token));
        self.calls.make("eks:UpdateNodegroupVersion", &group(live), call).await
    }

    async fn update_config(&self, live: &NodeGroup, change: &ConfigChange, token: &str) -> Result<String, CallError> {
        let call = Box::pin(self.cloud.update_config(live, change, token));
        self.calls.make("eks:UpdateNodegroupConfig", &group(live), call).await
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.tag(arn, tags));
        self.calls.make("eks:TagResource", arn, call).await
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.untag(arn, keys));
        self.calls.make("eks:UntagResource", arn, call).await
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.delete(cluster, name));
        self.calls
            .make("eks:DeleteNodegroup", &of_cluster(cluster, name), call)
            .await
    }

    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, CallError> {
        let call = Box::pin(self.cloud.cluster(name));
        self.calls.make("eks:DescribeCluster", name, call).await
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let call = Box::pin(self.cloud.instance_types(names));
        self.calls
            .make("ec2:DescribeInstanceTypes", &names.join(", "), call)
            .await
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        let call = Box::pin(self.cloud.users_template(template));
        self.calls
            .make("ec2:DescribeLaunchTemplateVersions", template.identity.as_str(), call)
            .await
    }

    async fn facts(&self, spec: &Spec, name: &str) -> Facts {
        let what = format!("the reads of the checks for {}", of_cluster(&spec.cluster, name));
        let facts = self.calls.read(what, Box::pin(self.cloud.facts(spec, name))).await;
        self.calls.allow_what_was_read(&facts, &spec.cluster);
        facts
    }

    async fn evidence(&self, live: &NodeGroup) -> Evidence {
        let what = format!("the reads that explain why {} failed", group(live));
        self.calls.read(what, Box::pin(self.cloud.evidence(live))).await
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        let call = Box::pin(self.cloud.belongings(place));
        let resource = of_cluster(&place.cluster, &place.name);
        self.calls.make("the reads in EC2", &resource, call).await
    }

    async fn ids_in_ec2(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        let call = Box::pin(self.cloud.ids_in_ec2(owner));
        self.calls.make("the reads in EC2", &owner.logical_id, call).await
    }

    fn throttles(&self) -> u32 {
        self.cloud.throttles()
    }

    async fn launch(&self, step: &LaunchStep, token: &str) -> Result<Made, CallError> {
        let call = Box::pin(self.cloud.launch(step, token));
        self.calls.make(step.action(), "the resource's own", call).await
    }
}

impl<C: Kubernetes> Kubernetes for Noting<'_, C> {
    async fn nodes(&self, cluster: &str, group: &str, request_id: &str) -> Result<Vec<Node>, CallError> {
        let call = Box::pin(self.cloud.nodes(cluster, group, request_id));
        self.calls.ask(LIST_NODES, cluster, call).await
    }

    async fn node_change(&self, cluster: &str, group: &str, patience: Duration) {
        self.cloud.node_change(cluster, group, patience).await;
    }

    async fn daemon_sets(&self, cluster: &str) -> Result<Vec<DaemonSet>, CallError> {
        let call = Box::pin(self.cloud.daemon_sets(cluster));
        self.calls.ask(LIST_DAEMON_SETS, cluster, call).await
    }

    async fn windows(&self, cluster: &str) -> Result<WindowsState, CallError> {
        let call = Box::pin(self.cloud.windows(cluster));
        self.calls.ask(READ_WINDOWS, cluster, call).await
    }

    async fn drain(&self, cluster: &str, group: &str, named: Vec<String>) -> Result<Drain, CallError> {
        let call = Box::pin(self.cloud.drain(cluster, group, named));
        self.calls.ask(LIST_NODES, cluster, call).await
    }

    async fn apply(&self, cluster: &str, object: &Value) -> Result<(), CallError> {
        let actions: &[&str] = match object["kind"].as_str() {
            Some("ConfigMap") => &["patch configmaps"],
            _ => &["patch daemonsets"],
        };
        let call = Box::pin(self.cloud.apply(cluster, object));
        self.calls.ask(actions, cluster, call).await
    }

    async fn create_plugin(&self, cluster: &str, object: &Value) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.create_plugin(cluster, object));
        self.calls.ask(&["create daemonsets"], cluster, call).await
    }

    async fn delete_plugin(&self, cluster: &str, uid: &str, resource_version: &str) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.delete_plugin(cluster, uid, resource_version));
        self.calls.ask(&["delete daemonsets"], cluster, call).await
    }
}

impl<C: AutoScaling> AutoScaling for Noting<'_, C> {
    async fn scaling_group(&self, name: &str) -> Result<ScalingGroup, CallError> {
        let call = Box::pin(self.cloud.scaling_group(name));
        self.calls
            .make("autoscaling:DescribeAutoScalingGroups", name, call)
            .await
    }

    async fn change_scaling_group(&self, name: &str, step: &ScalingStep) -> Result<(), CallError> {
        let call = Box::pin(self.cloud.change_scaling_group(name, step));
        self.calls
            .make("the change of the Auto Scaling group", name, call)
            .await
    }
}
