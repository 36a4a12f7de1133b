//! EKS: the calls that create, change, read and delete a node group.

use aws_sdk_eks::operation::create_nodegroup::builders::CreateNodegroupFluentBuilder;
use aws_sdk_eks::types::{AmiTypes, CapacityTypes};

use super::errors::{empty, failed};
use super::{Aws, from_sdk, to_sdk};
use mng_core::call_error::CallError;
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::history::UpdateState;
use mng_core::launch_template::steps::ClusterNetwork;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::properties::settings::{NodeRepair, WarmPool};
use mng_core::properties::spec::{ForceUpdate, InstanceTypes, Release};
use mng_engine::ports::{
    Calls, CreateNodegroup, DeleteNodegroup, DescribeCluster, DescribeNodegroup, DescribeUpdate, TagResource,
    UntagResource, UpdateNodegroupConfig, UpdateNodegroupVersion,
};

impl Calls<DescribeNodegroup> for Aws {
    async fn call(&self, request: &DescribeNodegroup) -> Result<NodeGroup, CallError> {
        let call = self.eks().describe_nodegroup().cluster_name(&request.group.cluster);
        let answer = call.nodegroup_name(&request.group.name).send().await;
        let answer = answer.map_err(failed(request))?;
        let group = answer.nodegroup().map(from_sdk::node_group);
        group.ok_or_else(|| empty(request))
    }
}

/// Without the node group's name, EKS looks for an update of the cluster.
impl Calls<DescribeUpdate> for Aws {
    async fn call(&self, request: &DescribeUpdate) -> Result<UpdateState, CallError> {
        let call = self.eks().describe_update().name(&request.group.cluster);
        let call = call.nodegroup_name(&request.group.name).update_id(&request.update_id);
        let answer = call.send().await.map_err(failed(request))?;
        answer.update().map(from_sdk::update).ok_or_else(|| empty(request))
    }
}

impl Calls<CreateNodegroup> for Aws {
    async fn call(&self, request: &CreateNodegroup) -> Result<(), CallError> {
        let call = create_call(self.eks().create_nodegroup(), &request.desired, &request.group);
        let answer = call.client_request_token(&request.token).send().await;
        answer.map(drop).map_err(failed(request))
    }
}

impl Calls<UpdateNodegroupVersion> for Aws {
    async fn call(&self, request: &UpdateNodegroupVersion) -> Result<String, CallError> {
        let change = &request.change;
        let template = change.launch_template.as_ref();
        let template = template.map(|(identity, version)| to_sdk::launch_template(identity, Some(version)));
        let call = self
            .eks()
            .update_nodegroup_version()
            .cluster_name(&request.group.cluster)
            .nodegroup_name(&request.group.name);
        let call = call
            .set_version(change.version.clone())
            .set_release_version(change.release_version.clone());
        let call = call
            .set_launch_template(template)
            .force(change.force == ForceUpdate::Yes)
            .client_request_token(&request.token);
        let answer = call.send().await.map_err(failed(request))?;
        let id = answer.update().and_then(|update| update.id());
        id.map(str::to_owned).ok_or_else(|| empty(request))
    }
}

impl Calls<UpdateNodegroupConfig> for Aws {
    async fn call(&self, request: &UpdateNodegroupConfig) -> Result<String, CallError> {
        let change = &request.change;
        let call = self
            .eks()
            .update_nodegroup_config()
            .cluster_name(&request.group.cluster)
            .nodegroup_name(&request.group.name);
        let call = call
            .set_labels(to_sdk::labels(change))
            .set_taints(to_sdk::taints(change));
        let call = call.set_scaling_config(change.scaling.map(to_sdk::scaling_change));
        let call = call.set_update_config(change.update_settings.map(to_sdk::update_settings));
        let call = call.set_node_repair_config(change.node_repair.as_ref().map(to_sdk::node_repair));
        let call = call
            .set_warm_pool_config(change.warm_pool.as_ref().map(to_sdk::warm_pool))
            .client_request_token(&request.token);
        let answer = call.send().await.map_err(failed(request))?;
        let id = answer.update().and_then(|update| update.id());
        id.map(str::to_owned).ok_or_else(|| empty(request))
    }
}

impl Calls<TagResource> for Aws {
    async fn call(&self, request: &TagResource) -> Result<(), CallError> {
        let tags = request.tags.clone().into_iter().collect();
        let call = self.eks().tag_resource().resource_arn(&request.arn);
        let answer = call.set_tags(Some(tags)).send().await;
        answer.map(drop).map_err(failed(request))
    }
}

impl Calls<UntagResource> for Aws {
    async fn call(&self, request: &UntagResource) -> Result<(), CallError> {
        let keys = request.keys.iter().cloned().collect();
        let call = self.eks().untag_resource().resource_arn(&request.arn);
        let answer = call.set_tag_keys(Some(keys)).send().await;
        answer.map(drop).map_err(failed(request))
    }
}

impl Calls<DeleteNodegroup> for Aws {
    async fn call(&self, request: &DeleteNodegroup) -> Result<(), CallError> {
        let call = self.eks().delete_nodegroup().cluster_name(&request.group.cluster);
        let answer = call.nodegroup_name(&request.group.name).send().await;
        answer.map(drop).map_err(failed(request))
    }
}

impl Calls<DescribeCluster> for Aws {
    async fn call(&self, request: &DescribeCluster) -> Result<Option<ClusterNetwork>, CallError> {
        let answer = self.eks().describe_cluster().name(&request.cluster).send().await;
        let answer = answer.map_err(failed(request))?;
        let network = answer.cluster().and_then(|cluster| cluster.resources_vpc_config());
        let text = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
        let vpc = network.and_then(|network| text(network.vpc_id()));
        let security_group = network.and_then(|network| text(network.cluster_security_group_id()));
        Ok(vpc
            .zip(security_group)
            .map(|(vpc, security_group)| ClusterNetwork { vpc, security_group }))
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
