//! IAM: the node role, its policies, the instances that use it, and the role with which EKS acts.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::Instance;
use percent_encoding::percent_decode_str;

use super::super::Aws;
use super::super::errors::{call_error, empty_answer};
use super::filter;
use mng_core::preflight::facts::{Read, Role};
use mng_core::preflight::role::{SERVICE_LINKED_ROLE, is_of_node_group};

impl Aws {
    pub(super) async fn read_role(&self, name: &str) -> Read<Role> {
        const ACTION: &str = "iam:GetRole";
        let answer = self.iam().get_role().role_name(name).send().await;
        let answer = answer.map_err(|error| call_error(ACTION, name, &error))?;
        let role = answer.role().ok_or_else(|| empty_answer(ACTION, name))?;
        let trust = role.assume_role_policy_document().unwrap_or_default();
        Ok(Role {
            arn: role.arn().to_owned(),
            // IAM encodes the document as a URL does (API reference of `GetRole`).
            trust: percent_decode_str(trust).decode_utf8_lossy().into_owned(),
        })
    }

    pub(super) async fn read_service_linked_role(&self) -> Read<()> {
        self.read_role(SERVICE_LINKED_ROLE).await.map(drop)
    }

    pub(super) async fn read_role_policies(&self, role: &str) -> Read<BTreeSet<String>> {
        let call = self.iam().list_attached_role_policies().role_name(role);
        let policies = call.into_paginator().items().send().try_collect().await;
        let policies: Vec<_> = policies.map_err(|error| call_error("iam:ListAttachedRolePolicies", role, &error))?;
        let arns = policies.iter().filter_map(|policy| policy.policy_arn());
        Ok(arns.map(str::to_owned).collect())
    }

    pub(super) async fn read_inline_policies(&self, role: &str) -> Read<BTreeSet<String>> {
        let call = self.iam().list_role_policies().role_name(role);
        let names = call.into_paginator().items().send().try_collect().await;
        let names: Vec<String> = names.map_err(|error| call_error("iam:ListRolePolicies", role, &error))?;
        Ok(names.into_iter().collect())
    }

    /// An instance has its role through an instance profile. EKS makes a profile for each node group too, so only the
    /// tag says whose an instance is.
    pub(super) async fn read_other_instances(&self, role: &str) -> Read<Vec<String>> {
        let profiles = self.read_profiles(role).await?;
        if profiles.is_empty() {
            return Ok(vec![]);
        }
        let running = ["running".to_owned(), "pending".to_owned()];
        let call = self.ec2().describe_instances();
        let call = call
            .filters(filter("iam-instance-profile.arn", &profiles))
            .filters(filter("instance-state-name", &running));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeInstances", role, &error))?;
        let others = found
            .iter()
            .flat_map(|reservation| reservation.instances())
            .filter(|one| !of_node_group(one));
        Ok(others.filter_map(|one| one.instance_id()).map(str::to_owned).collect())
    }

    async fn read_profiles(&self, role: &str) -> Read<Vec<String>> {
        let call = self.iam().list_instance_profiles_for_role().role_name(role);
        let profiles = call.into_paginator().items().send().try_collect().await;
        let profiles: Vec<_> = profiles.map_err(|error| call_error("iam:ListInstanceProfilesForRole", role, &error))?;
        Ok(profiles.iter().map(|profile| profile.arn().to_owned()).collect())
    }
}

fn of_node_group(instance: &Instance) -> bool {
    is_of_node_group(instance.tags().iter().filter_map(|tag| tag.key()))
}
