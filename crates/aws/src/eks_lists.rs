//! EKS: the calls that list what a cluster or a node group has.

use aws_sdk_eks::types::{Update, UpdateParam, UpdateParamType};

use super::Aws;
use super::errors::call_error;
use mng_core::call_error::{CallError, Fault};
use mng_engine::ports::UpdateBegun;

impl Aws {
    /// The names of all node groups of a cluster, page by page.
    pub(super) async fn list_node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        let call = self.eks().list_nodegroups().cluster_name(cluster);
        let names = call.into_paginator().items().send().try_collect().await;
        names.map_err(|error| call_error("eks:ListNodegroups", cluster, &error))
    }

    /// The updates of a node group that began at `since` or later. EKS lists only IDs, in an order that it does not
    /// document, so the function describes each update.
    pub(super) async fn list_updates_since(
        &self,
        cluster: &str,
        name: &str,
        since: u64,
    ) -> Result<Vec<UpdateBegun>, CallError> {
        let resource = format!("{cluster}/{name}");
        let call = self.eks().list_updates().name(cluster).nodegroup_name(name);
        let ids = call.into_paginator().items().send().try_collect().await;
        let ids: Vec<String> = ids.map_err(|error| call_error("eks:ListUpdates", &resource, &error))?;
        let mut found = Vec::new();
        for id in ids {
            match self.update_begun(cluster, name, &id).await {
                Ok(begun) => found.extend(begun.filter(|begun| begun.at >= since)),
                Err(error) if error.fault == Fault::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn update_begun(&self, cluster: &str, name: &str, id: &str) -> Result<Option<UpdateBegun>, CallError> {
        let call = self.eks().describe_update().name(cluster).nodegroup_name(name);
        let answer = call.update_id(id).send().await;
        let resource = format!("{id} of {cluster}/{name}");
        let answer = answer.map_err(|error| call_error("eks:DescribeUpdate", resource, &error))?;
        Ok(answer.update().and_then(|update| begun(id, update)))
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
