//! EKS: the calls that list what a cluster or a node group has.

use super::Aws;
use super::errors::call_error;
use crate::ports::CallError;

impl Aws {
    /// The names of all node groups of a cluster, page by page.
    pub(super) async fn list_node_groups(&self, cluster: &str) -> Result<Vec<String>, CallError> {
        let call = self.eks().list_nodegroups().cluster_name(cluster);
        let names = call.into_paginator().items().send().try_collect().await;
        names.map_err(|error| call_error("eks:ListNodegroups", cluster, &error))
    }

    /// The updates of a node group that began at `since` or later. EKS lists ids alone, in an order that it doesn't document, so
    /// each update is described.
    pub(super) async fn list_updates_since(
        &self,
        cluster: &str,
        name: &str,
        since: u64,
    ) -> Result<Vec<String>, CallError> {
        let resource = format!("{cluster}/{name}");
        let call = self.eks().list_updates().name(cluster).nodegroup_name(name);
        let ids = call.into_paginator().items().send().try_collect().await;
        let ids: Vec<String> = ids.map_err(|error| call_error("eks:ListUpdates", &resource, &error))?;
        let mut found = Vec::new();
        for id in ids {
            let began = self.update_began(cluster, name, &id).await?;
            if began.is_some_and(|began| began >= since) {
                found.push(id);
            }
        }
        Ok(found)
    }

    async fn update_began(&self, cluster: &str, name: &str, id: &str) -> Result<Option<u64>, CallError> {
        let call = self.eks().describe_update().name(cluster).nodegroup_name(name);
        let answer = call.update_id(id).send().await;
        let resource = format!("{id} of {cluster}/{name}");
        let answer = answer.map_err(|error| call_error("eks:DescribeUpdate", resource, &error))?;
        let began = answer.update().and_then(|update| update.created_at());
        Ok(began.and_then(|at| u64::try_from(at.secs()).ok()))
    }
}
