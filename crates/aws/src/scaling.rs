//! The Auto Scaling group behind a node group: its tags, and its suspended processes.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::Tag;

use super::Aws;
use super::errors::failed;
use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::{CallError, Fault};
use mng_engine::ports::{ApiRequest, Calls, ChangeScalingGroup, DescribeScalingGroup};

/// The resource type that Auto Scaling expects in a tag.
const RESOURCE_TYPE: &str = "auto-scaling-group";

impl Calls<DescribeScalingGroup> for Aws {
    async fn call(&self, request: &DescribeScalingGroup) -> Result<ScalingGroup, CallError> {
        let call = self.autoscaling().describe_auto_scaling_groups();
        let answer = call.auto_scaling_group_names(&request.name).send().await;
        let answer = answer.map_err(failed(request))?;
        let found = answer.auto_scaling_groups().first();
        let found = found.ok_or_else(|| gone(request))?;
        let tags = found.tags().iter();
        let suspended = found.suspended_processes().iter();
        Ok(ScalingGroup {
            name: request.name.clone(),
            tags: tags
                .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
                .collect(),
            suspended: suspended
                .filter_map(|process| process.process_name().map(str::to_owned))
                .collect(),
        })
    }
}

impl Calls<ChangeScalingGroup> for Aws {
    async fn call(&self, request: &ChangeScalingGroup) -> Result<(), CallError> {
        let (name, client) = (&request.name, self.autoscaling());
        match &request.step {
            ScalingStep::Tag(tags) => {
                let tags = tags.iter().map(|(key, value)| tag(name, key, Some(value))).collect();
                let call = client.create_or_update_tags().set_tags(Some(tags));
                call.send().await.map(drop).map_err(failed(request))
            }
            ScalingStep::Untag(keys) => {
                let tags = keys.iter().map(|key| tag(name, key, None)).collect();
                let call = client.delete_tags().set_tags(Some(tags));
                call.send().await.map(drop).map_err(failed(request))
            }
            ScalingStep::Suspend(processes) => {
                let call = client.suspend_processes().auto_scaling_group_name(name);
                let call = call.set_scaling_processes(Some(listed(processes)));
                call.send().await.map(drop).map_err(failed(request))
            }
            ScalingStep::Resume(processes) => {
                let call = client.resume_processes().auto_scaling_group_name(name);
                let call = call.set_scaling_processes(Some(listed(processes)));
                call.send().await.map(drop).map_err(failed(request))
            }
        }
    }
}

/// Instances get their tags from the launch template, so the group passes none on at launch. The Cluster Autoscaler
/// reads the tags of the group.
fn tag(group: &str, key: &str, value: Option<&str>) -> Tag {
    Tag::builder()
        .resource_id(group)
        .resource_type(RESOURCE_TYPE)
        .key(key)
        .set_value(value.map(str::to_owned))
        .propagate_at_launch(false)
        .build()
}

/// Auto Scaling omits a group that does not exist from its response, without an error.
fn gone(request: &DescribeScalingGroup) -> CallError {
    CallError {
        action: request.action(),
        resource: request.resource(),
        fault: Fault::NotFound,
        code: "NotFound".to_owned(),
        message: "Auto Scaling has no group of this name".to_owned(),
    }
}

fn listed(processes: &BTreeSet<String>) -> Vec<String> {
    processes.iter().cloned().collect()
}
