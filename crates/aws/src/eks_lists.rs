//! EKS: the calls that list what a cluster or a node group has.

use aws_sdk_eks::types::{Update, UpdateParam, UpdateParamType};

use super::Aws;
use super::errors::failed;
use mng_core::call_error::{CallError, Fault};
use mng_core::protocol::physical_id::PhysicalId;
use mng_engine::ports::{Calls, DescribeUpdate, ListNodegroups, ListUpdates, UpdateBegun};

/// Reads the list page by page.
impl Calls<ListNodegroups> for Aws {
    async fn call(&self, request: &ListNodegroups) -> Result<Vec<String>, CallError> {
        let call = self.eks().list_nodegroups().cluster_name(&request.cluster);
        let names = call.into_paginator().items().send().try_collect().await;
        names.map_err(failed(request))
    }
}

/// EKS lists only IDs, in an order that it does not document, so the function describes each update.
impl Calls<ListUpdates> for Aws {
    async fn call(&self, request: &ListUpdates) -> Result<Vec<UpdateBegun>, CallError> {
        let PhysicalId { cluster, name } = &request.group;
        let call = self.eks().list_updates().name(cluster).nodegroup_name(name);
        let ids = call.into_paginator().items().send().try_collect().await;
        let ids: Vec<String> = ids.map_err(failed(request))?;
        let mut found = Vec::new();
        for update_id in ids {
            let (group, since) = (request.group.clone(), request.since);
            match self.update_begun(&DescribeUpdate { group, update_id }).await {
                Ok(begun) => found.extend(begun.filter(|begun| begun.at >= since)),
                Err(error) if error.fault == Fault::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

impl Aws {
    async fn update_begun(&self, request: &DescribeUpdate) -> Result<Option<UpdateBegun>, CallError> {
        let PhysicalId { cluster, name } = &request.group;
        let call = self.eks().describe_update().name(cluster).nodegroup_name(name);
        let answer = call.update_id(&request.update_id).send().await;
        let answer = answer.map_err(failed(request))?;
        Ok(answer.update().and_then(|update| begun(&request.update_id, update)))
    }
}

fn begun(id: &str, update: &Update) -> Option<UpdateBegun> {
    let at = u64::try_from(update.created_at()?.secs()).ok()?;
    let is_size = |param: &&UpdateParam| param.r#type() == Some(&UpdateParamType::DesiredSize);
    let size = update.params().iter().find(is_size).and_then(|param| param.value());
    Some(UpdateBegun {
        id: id.to_owned(),
        at,
        desired_size: size.and_then(|size| size.parse().ok()),
    })
}
