//! KMS: the key of the volumes, and who may use it.

use std::collections::BTreeSet;

use aws_sdk_kms::types::{KeyManagerType, KeyMetadata};

use super::super::Aws;
use super::super::errors::{call_error, empty_answer};
use mng_core::preflight::facts::{KeyMaker, KmsKey, Read};

impl Aws {
    /// Takes an ID, an ARN, or the name or ARN of an alias; `DescribeKey` accepts all of them.
    pub(super) async fn read_key(&self, key: &str) -> Read<KmsKey> {
        const ACTION: &str = "kms:DescribeKey";
        let answer = self.kms().describe_key().key_id(key).send().await;
        let answer = answer.map_err(|error| call_error(ACTION, key, &error))?;
        answer
            .key_metadata()
            .map(self::key)
            .ok_or_else(|| empty_answer(ACTION, key))
    }

    pub(super) async fn read_grantees(&self, arn: &str) -> Read<BTreeSet<String>> {
        let call = self.kms().list_grants().key_id(arn);
        let grants = call.into_paginator().items().send().try_collect().await;
        let grants: Vec<_> = grants.map_err(|error| call_error("kms:ListGrants", arn, &error))?;
        let grantees = grants.iter().filter_map(|grant| grant.grantee_principal());
        Ok(grantees.map(str::to_owned).collect())
    }

    pub(super) async fn read_key_policy(&self, arn: &str) -> Read<String> {
        const ACTION: &str = "kms:GetKeyPolicy";
        let call = self.kms().get_key_policy().key_id(arn).policy_name("default");
        let answer = call.send().await.map_err(|error| call_error(ACTION, arn, &error))?;
        answer
            .policy()
            .map(str::to_owned)
            .ok_or_else(|| empty_answer(ACTION, arn))
    }
}

fn key(key: &KeyMetadata) -> KmsKey {
    KmsKey {
        arn: key.arn().unwrap_or_default().to_owned(),
        state: key
            .key_state()
            .map_or_else(String::new, |state| state.as_str().to_owned()),
        maker: match key.key_manager() {
            Some(KeyManagerType::Aws) => KeyMaker::Aws,
            _ => KeyMaker::Customer,
        },
    }
}
