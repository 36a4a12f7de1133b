//! EKS: the calls that create, change, read and delete a node group.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eks::operation::create_nodegroup::builders::CreateNodegroupFluentBuilder;
use aws_sdk_eks::types::{AmiTypes, CapacityTypes};

use super::errors::call_error;
use super::{Aws, from_sdk, to_sdk};
use mng_core::call_error::{CallError, Fault};
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
use mng_core::properties::settings::{NodeRepair, WarmPool};
use mng_core::properties::spec::{ForceUpdate, InstanceTypes, LaunchTemplate, Release, Spec};
use mng_engine::ports::{Cloud, Record, Stack, UpdateBegun};

impl Cloud for Aws {
    fn throttles(&self) -> u32 {
        self.recorder.take_throttles()
    }

    async fn stack(&self, stack_id: &str) -> Result<Stack, CallError> {
        self.describe_stack(stack_id).await
    }

    async fn operation_began(&self, stack_id: &str) -> Result<Option<u64>, CallError> {
        self.describe_operation(stack_id).await
    }

    async fn record(&self, stack_id: &str, logical_id: &str) -> Result<Option<Record>, CallError> {
        self.describe_stack_resource(stack_id, logical_id).await
    }

    async fn node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        self.list_node_groups(cluster).await
    }

    async fn updates_since(&self, cluster: &str, name: &str, since: u64) -> Result<Vec<UpdateBegun>, CallError> {
        self.list_updates_since(cluster, name, since).await
    }

    async fn node_group(&self, cluster: &str, name: &str) -> Result<NodeGroup, CallError> {
        const ACTION: &str = "eks:DescribeNodegroup";
        let id = id(cluster, name);
        let answer = self
            .eks()
            .describe_nodegroup()
            .cluster_name(cluster)
            .nodegroup_name(name)
            .send()
            .await;
        let answer = answer.map_err(|error| call_error(ACTION, &id, &error))?;
        answer
            .nodegroup()
            .map(from_sdk::node_group)
            .ok_or_else(|| empty(ACTION, id))
    }

    async fn update(&self, cluster: &str, name: &str, update: &str) -> Result<UpdateState, CallError> {
        const ACTION: &str = "eks:DescribeUpdate";
        let id = format!("{} of {}", update, id(cluster, name));
        // Without the node group's name, EKS looks for an update of the cluster.
        let answer = self
            .eks()
            .describe_update()
            .name(cluster)
            .nodegroup_name(name)
            .update_id(update)
            .send()
            .await;
        let answer = answer.map_err(|error| call_error(ACTION, &id, &error))?;
        answer.update().map(from_sdk::update).ok_or_else(|| empty(ACTION, id))
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, token: &str) -> Result<(), CallError> {
        let call = create_call(self.eks().create_nodegroup(), desired, group).client_request_token(token);
        let id = id(&desired.spec.cluster, &desired.name);
        call.send()
            .await
            .map(drop)
            .map_err(|error| call_error("eks:CreateNodegroup", id, &error))
    }

    async fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        token: &str,
    ) -> Result<String, CallError> {
        const ACTION: &str = "eks:UpdateNodegroupVersion";
        let id = id(&group.cluster, &group.name);
        let template = change
            .launch_template
            .as_ref()
            .map(|(identity, version)| to_sdk::launch_template(identity, Some(version)));
        let call = self
            .eks()
            .update_nodegroup_version()
            .cluster_name(&group.cluster)
            .nodegroup_name(&group.name);
        let call = call
            .set_version(change.version.clone())
            .set_release_version(change.release_version.clone());
        let call = call
            .set_launch_template(template)
            .force(change.force == ForceUpdate::Yes)
            .client_request_token(token);
        let answer = call.send().await.map_err(|error| call_error(ACTION, &id, &error))?;
        answer
            .update()
            .and_then(|update| update.id())
            .map(str::to_owned)
            .ok_or_else(|| empty(ACTION, id))
    }

    async fn update_config(&self, group: &NodeGroup, change: &ConfigChange, token: &str) -> Result<String, CallError> {
        const ACTION: &str = "eks:UpdateNodegroupConfig";
        let id = id(&group.cluster, &group.name);
        let call = self
            .eks()
            .update_nodegroup_config()
            .cluster_name(&group.cluster)
            .nodegroup_name(&group.name);
        let call = call
            .set_labels(to_sdk::labels(change))
            .set_taints(to_sdk::taints(change));
        let call = call.set_scaling_config(change.scaling.map(to_sdk::scaling_change));
        let call = call.set_update_config(change.update_settings.map(to_sdk::update_settings));
        let call = call.set_node_repair_config(change.node_repair.as_ref().map(to_sdk::node_repair));
        let call = call
            .set_warm_pool_config(change.warm_pool.as_ref().map(to_sdk::warm_pool))
            .client_request_token(token);
        let answer = call.send().await.map_err(|error| call_error(ACTION, &id, &error))?;
        answer
            .update()
            .and_then(|update| update.id())
            .map(str::to_owned)
            .ok_or_else(|| empty(ACTION, id))
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        let tags = tags.clone().into_iter().collect();
        let answer = self
            .eks()
            .tag_resource()
            .resource_arn(arn)
            .set_tags(Some(tags))
            .send()
            .await;
        answer
            .map(drop)
            .map_err(|error| call_error("eks:TagResource", arn, &error))
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        let keys = keys.iter().cloned().collect();
        let answer = self
            .eks()
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(keys))
            .send()
            .await;
        answer
            .map(drop)
            .map_err(|error| call_error("eks:UntagResource", arn, &error))
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<(), CallError> {
        let answer = self
            .eks()
            .delete_nodegroup()
            .cluster_name(cluster)
            .nodegroup_name(name)
            .send()
            .await;
        answer
            .map(drop)
            .map_err(|error| call_error("eks:DeleteNodegroup", id(cluster, name), &error))
    }

    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, CallError> {
        let answer = self.eks().describe_cluster().name(name).send().await;
        let answer = answer.map_err(|error| call_error("eks:DescribeCluster", name, &error))?;
        let network = answer.cluster().and_then(|cluster| cluster.resources_vpc_config());
        let text = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
        let vpc = network.and_then(|network| text(network.vpc_id()));
        let security_group = network.and_then(|network| text(network.cluster_security_group_id()));
        Ok(vpc
            .zip(security_group)
            .map(|(vpc, security_group)| Cluster { vpc, security_group }))
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        self.describe_instance_types(names).await
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        self.describe_users_template(template).await
    }

    async fn facts(&self, spec: &Spec, name: &str) -> Facts {
        Box::pin(self.read_facts(spec, name)).await
    }

    async fn evidence(&self, group: &NodeGroup) -> Evidence {
        Box::pin(self.read_evidence(group)).await
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        self.describe_belongings(place).await
    }

    async fn ids_in_ec2(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        self.describe_ids_in_ec2(owner).await
    }

    async fn launch(&self, step: &LaunchStep, token: &str) -> Result<Made, CallError> {
        self.carry_out(step, token).await
    }
}

/// Disk and remote access stand in the launch template, which every group of this function has.
fn create_call(
    call: CreateNodegroupFluentBuilder,
    desired: &Desired,
    group: &NewGroup,
) -> CreateNodegroupFluentBuilder {
    let spec = &desired.spec;
    let types = match spec.types() {
        InstanceTypes::InTemplate(_) | InstanceTypes::OnGroup([]) => None,
        InstanceTypes::OnGroup(types) => Some(types.to_vec()),
    };
    let ami_type = spec
        .ami_type
        .as_ref()
        .or(group.default_ami_type.as_ref())
        .filter(|ami_type| !ami_type.is_custom());
    let template = to_sdk::launch_template(&group.template.identity, group.template.version.as_deref());
    let taints: Vec<_> = spec.taints.iter().map(to_sdk::taint).collect();
    let release = match &spec.release {
        Release::Exact(release) => Some(release.clone()),
        Release::Latest | Release::Unstated => None,
    };
    let call = call
        .cluster_name(&spec.cluster)
        .nodegroup_name(&desired.name)
        .node_role(&spec.node_role);
    let call = call
        .set_subnets(Some(spec.subnets.iter().cloned().collect()))
        .set_instance_types(types);
    let call = call
        .set_ami_type(ami_type.map(|ami_type| AmiTypes::from(ami_type.as_str())))
        .capacity_type(CapacityTypes::from(spec.capacity_type.as_str()));
    let call = call.launch_template(template);
    let call = call
        .set_version(spec.version.map(|version| version.to_string()))
        .set_release_version(release);
    let call = call.set_scaling_config(spec.scaling.for_create().map(to_sdk::scaling));
    let call = call.set_labels((!spec.labels.is_empty()).then(|| spec.labels.clone().into_iter().collect()));
    let call = call.set_taints((!taints.is_empty()).then_some(taints));
    let call = call.set_tags(Some(desired.tags_of_new().into_iter().collect()));
    let call = call.update_config(to_sdk::update_settings(spec.update_settings));
    let repair = (spec.node_repair != NodeRepair::default()).then(|| to_sdk::node_repair(&spec.node_repair));
    let pool = (spec.warm_pool != WarmPool::default()).then(|| to_sdk::warm_pool(&spec.warm_pool));
    call.set_node_repair_config(repair).set_warm_pool_config(pool)
}

fn id(cluster: &str, name: &str) -> String {
    format!("{cluster}/{name}")
}

/// A response without the object proves nothing, least of all that the object is gone.
fn empty(action: &'static str, resource: String) -> CallError {
    CallError {
        action,
        resource,
        fault: Fault::Unknown,
        code: "empty answer".to_owned(),
        message: "the service left it out".to_owned(),
    }
}
