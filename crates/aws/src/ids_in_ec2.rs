//! The EC2 resources of one resource, for all node groups that they were made for.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, Tag};

use super::Aws;
use super::errors::call_error;
use mng_core::call_error::CallError;
use mng_core::nodegroup::ownership::{NODEGROUP_TAG, Owner};
use mng_engine::ports::{Calls, FindIdsInEc2};

/// Reads the node group tag of every launch template, security group and key pair of a resource.
impl Calls<FindIdsInEc2> for Aws {
    async fn call(&self, request: &FindIdsInEc2) -> Result<BTreeSet<String>, CallError> {
        let owner = &request.owner;
        let mut ids = self.ids_of_templates(owner).await?;
        ids.append(&mut self.ids_of_security_groups(owner).await?);
        ids.append(&mut self.ids_of_key_pairs(owner).await?);
        Ok(ids)
    }
}

impl Aws {
    async fn ids_of_templates(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        let call = self.ec2().describe_launch_templates().set_filters(Some(filters(owner)));
        let mut pages = call.into_paginator().send();
        let mut ids = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("ec2:DescribeLaunchTemplates", &owner.logical_id, &error))?;
            ids.extend(
                page.launch_templates()
                    .iter()
                    .filter_map(|template| id(template.tags())),
            );
        }
        Ok(ids)
    }

    async fn ids_of_security_groups(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        let call = self.ec2().describe_security_groups().set_filters(Some(filters(owner)));
        let mut pages = call.into_paginator().send();
        let mut ids = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("ec2:DescribeSecurityGroups", &owner.logical_id, &error))?;
            ids.extend(page.security_groups().iter().filter_map(|group| id(group.tags())));
        }
        Ok(ids)
    }

    async fn ids_of_key_pairs(&self, owner: &Owner) -> Result<BTreeSet<String>, CallError> {
        let call = self.ec2().describe_key_pairs().set_filters(Some(filters(owner)));
        let answer = call.send().await;
        let answer = answer.map_err(|error| call_error("ec2:DescribeKeyPairs", &owner.logical_id, &error))?;
        Ok(answer.key_pairs().iter().filter_map(|pair| id(pair.tags())).collect())
    }
}

fn filters(owner: &Owner) -> Vec<Filter> {
    let filter = |(key, value)| Filter::builder().name(format!("tag:{key}")).values(value).build();
    owner.tags().into_iter().map(filter).collect()
}

fn id(tags: &[Tag]) -> Option<String> {
    let tag = tags.iter().find(|tag| tag.key() == Some(NODEGROUP_TAG))?;
    tag.value().map(str::to_owned)
}
