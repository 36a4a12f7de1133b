//! The steps in EC2: each is one call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, Tag, TagSpecification, UserIdGroupPair};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::Blob;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::errors::call_error;
use super::{Aws, template_data};
use mng_core::call_error::{CallError, Fault};
use mng_core::launch_template::content::Content;
use mng_core::launch_template::ec2_resources::{IngressRule, IngressSource};
use mng_core::launch_template::steps::{LaunchStep, LaunchStepResult};
use mng_engine::ports::{Calls, ChangeEc2};

/// The prefix of a version's description, before the digest.
pub const DESCRIPTION: &str = "managed-node-group content ";

/// Makes a [`CallError`] of an SDK error, for a step.
fn failed<E>(step: &LaunchStep) -> impl FnOnce(SdkError<E, HttpResponse>) -> CallError + '_
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    |error| call_error(step.action(), step.resource(), &error)
}

impl Calls<ChangeEc2> for Aws {
    async fn call(&self, ChangeEc2 { step, token }: &ChangeEc2) -> Result<LaunchStepResult, CallError> {
        match step {
            LaunchStep::ImportKeyPair { name, public_key, tags } => {
                self.import_key_pair(step, name, public_key, tags).await
            }
            LaunchStep::CreateSecurityGroup { name, vpc, tags } => self.create_group(step, name, vpc, tags).await,
            LaunchStep::Authorize { group, rules } => {
                let call = self.ec2().authorize_security_group_ingress().group_id(group);
                let call = call.set_ip_permissions(Some(permissions(rules)));
                call.send()
                    .await
                    .map(|_| LaunchStepResult::Nothing)
                    .map_err(failed(step))
            }
            LaunchStep::Revoke { group, rules } => {
                let call = self.ec2().revoke_security_group_ingress().group_id(group);
                let call = call.set_ip_permissions(Some(permissions(rules)));
                call.send()
                    .await
                    .map(|_| LaunchStepResult::Nothing)
                    .map_err(failed(step))
            }
            LaunchStep::CreateTemplate {
                name,
                content,
                digest,
                tags,
            } => self.create_template(step, name, (content, digest), tags, token).await,
            LaunchStep::CreateVersion {
                template,
                content,
                digest,
            } => self.create_version(step, template, (content, digest), token).await,
            LaunchStep::TagTemplate { id, tags } => {
                let tags = tags
                    .iter()
                    .map(|(key, value)| Tag::builder().key(key).value(value).build());
                let call = self.ec2().create_tags().resources(id).set_tags(Some(tags.collect()));
                call.send()
                    .await
                    .map(|_| LaunchStepResult::Nothing)
                    .map_err(failed(step))
            }
            LaunchStep::DeleteVersions { template, numbers } => self.delete_versions(step, template, numbers).await,
            LaunchStep::DeleteTemplate { id } => {
                let call = self.ec2().delete_launch_template().launch_template_id(id);
                call.send()
                    .await
                    .map(|_| LaunchStepResult::Nothing)
                    .map_err(failed(step))
            }
            LaunchStep::DeleteSecurityGroup { id } => {
                let call = self.ec2().delete_security_group().group_id(id);
                call.send()
                    .await
                    .map(|_| LaunchStepResult::Nothing)
                    .map_err(failed(step))
            }
            LaunchStep::DeleteKeyPair { id } => {
                let call = self.ec2().delete_key_pair().key_pair_id(id);
                call.send()
                    .await
                    .map(|_| LaunchStepResult::Nothing)
                    .map_err(failed(step))
            }
        }
    }
}

impl Aws {
    async fn import_key_pair(
        &self,
        step: &LaunchStep,
        name: &str,
        public_key: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<LaunchStepResult, CallError> {
        let call = self
            .ec2()
            .import_key_pair()
            .key_name(name)
            .public_key_material(Blob::new(public_key));
        let call = call.tag_specifications(tagged(ResourceType::KeyPair, tags));
        let answer = call.send().await.map_err(failed(step))?;
        id(step, answer.key_pair_id())
    }

    async fn create_group(
        &self,
        step: &LaunchStep,
        name: &str,
        vpc: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<LaunchStepResult, CallError> {
        let call = self.ec2().create_security_group().group_name(name).vpc_id(vpc);
        let call = call.description("Remote access to the nodes of a managed node group");
        let call = call.tag_specifications(tagged(ResourceType::SecurityGroup, tags));
        let answer = call.send().await.map_err(failed(step))?;
        id(step, answer.group_id())
    }

    async fn create_template(
        &self,
        step: &LaunchStep,
        name: &str,
        (content, digest): (&Content, &str),
        tags: &BTreeMap<String, String>,
        token: &str,
    ) -> Result<LaunchStepResult, CallError> {
        let call = self
            .ec2()
            .create_launch_template()
            .launch_template_name(name)
            .client_token(token);
        let call = call.version_description(format!("{DESCRIPTION}{digest}"));
        let call = call.launch_template_data(template_data::request(content));
        let call = call.tag_specifications(tagged(ResourceType::LaunchTemplate, tags));
        let answer = call.send().await.map_err(failed(step))?;
        id(
            step,
            answer
                .launch_template()
                .and_then(|template| template.launch_template_id()),
        )
    }

    async fn create_version(
        &self,
        step: &LaunchStep,
        template: &str,
        (content, digest): (&Content, &str),
        token: &str,
    ) -> Result<LaunchStepResult, CallError> {
        let call = self.ec2().create_launch_template_version().launch_template_id(template);
        let call = call
            .version_description(format!("{DESCRIPTION}{digest}"))
            .client_token(token);
        let call = call.launch_template_data(template_data::request(content));
        let answer = call.send().await.map_err(failed(step))?;
        let number = answer
            .launch_template_version()
            .and_then(|version| version.version_number());
        number.map(LaunchStepResult::Version).ok_or_else(|| empty(step))
    }

    /// EC2 answers 200 and lists the versions that it did not delete.
    async fn delete_versions(
        &self,
        step: &LaunchStep,
        template: &str,
        numbers: &[i64],
    ) -> Result<LaunchStepResult, CallError> {
        let call = self
            .ec2()
            .delete_launch_template_versions()
            .launch_template_id(template);
        let call = call.set_versions(Some(numbers.iter().map(ToString::to_string).collect()));
        let answer = call.send().await.map_err(failed(step))?;
        let stayed = answer.unsuccessfully_deleted_launch_template_versions().iter();
        let stayed = stayed.filter_map(|version| version.response_error());
        let Some(error) = stayed
            .into_iter()
            .find(|error| !is_gone(error.code().map(|code| code.as_str())))
        else {
            return Ok(LaunchStepResult::Nothing);
        };
        Err(CallError {
            action: step.action(),
            resource: step.resource().to_owned(),
            fault: Fault::Refused,
            code: error.code().map_or("no code", |code| code.as_str()).to_owned(),
            message: error.message().unwrap_or("no message").to_owned(),
        })
    }
}

fn is_gone(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.contains("DoesNotExist"))
}

fn permissions(rules: &BTreeSet<IngressRule>) -> Vec<IpPermission> {
    let permission = |rule: &IngressRule| {
        let port = i32::from(rule.port);
        let permission = IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port);
        match &rule.source {
            IngressSource::SecurityGroup(id) => {
                permission.user_id_group_pairs(UserIdGroupPair::builder().group_id(id).build())
            }
            IngressSource::Anywhere => permission.ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()),
        }
        .build()
    };
    rules.iter().map(permission).collect()
}

fn tagged(kind: ResourceType, tags: &BTreeMap<String, String>) -> TagSpecification {
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build());
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(tags.collect()))
        .build()
}

fn id(step: &LaunchStep, id: Option<&str>) -> Result<LaunchStepResult, CallError> {
    id.map(|id| LaunchStepResult::Id(id.to_owned()))
        .ok_or_else(|| empty(step))
}

fn empty(step: &LaunchStep) -> CallError {
    CallError {
        action: step.action(),
        resource: step.resource().to_owned(),
        fault: Fault::Unknown,
        code: "no content".to_owned(),
        message: "the answer doesn't say what was made".to_owned(),
    }
}
