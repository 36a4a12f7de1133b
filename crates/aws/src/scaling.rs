//! The Auto Scaling group behind a node group: its tags, and its suspended processes.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::types::Tag;

use super::Aws;
use super::errors::call_error;
use mng_core::autoscaling::{ScalingGroup, ScalingStep};
use mng_core::call_error::{CallError, Fault};
use mng_engine::ports::AutoScaling;

/// The resource type that Auto Scaling expects in a tag.
const RESOURCE_TYPE: &str = "auto-scaling-group";

impl AutoScaling for Aws {
    async fn scaling_group(&self, name: &str) -> Result<ScalingGroup, CallError> {
        const ACTION: &str = "autoscaling:DescribeAutoScalingGroups";
        let call = self.autoscaling().describe_auto_scaling_groups();
        let answer = call.auto_scaling_group_names(name).send().await;
        let answer = answer.map_err(|error| call_error(ACTION, name, &error))?;
        let found = answer.auto_scaling_groups().first();
        let found = found.ok_or_else(|| gone(ACTION, name))?;
        let tags = found.tags().iter();
        let suspended = found.suspended_processes().iter();
        Ok(ScalingGroup {
            name: name.to_owned(),
            tags: tags
                .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
                .collect(),
            suspended: suspended
                .filter_map(|process| process.process_name().map(str::to_owned))
                .collect(),
        })
    }

    async fn change_scaling_group(&self, name: &str, step: &ScalingStep) -> Result<(), CallError> {
        match step {
            ScalingStep::Tag(tags) => {
                let tags = tags.iter().map(|(key, value)| tag(name, key, Some(value))).collect();
                let call = self.autoscaling().create_or_update_tags().set_tags(Some(tags));
                let answer = call.send().await.map(drop);
                answer.map_err(|error| call_error("autoscaling:CreateOrUpdateTags", name, &error))
            }
            ScalingStep::Untag(keys) => {
                let tags = keys.iter().map(|key| tag(name, key, None)).collect();
                let answer = self
                    .autoscaling()
                    .delete_tags()
                    .set_tags(Some(tags))
                    .send()
                    .await
                    .map(drop);
                answer.map_err(|error| call_error("autoscaling:DeleteTags", name, &error))
            }
            ScalingStep::Suspend(processes) => {
                let call = self.autoscaling().suspend_processes().auto_scaling_group_name(name);
                let answer = call
                    .set_scaling_processes(Some(listed(processes)))
                    .send()
                    .await
                    .map(drop);
                answer.map_err(|error| call_error("autoscaling:SuspendProcesses", name, &error))
            }
            ScalingStep::Resume(processes) => {
                let call = self.autoscaling().resume_processes().auto_scaling_group_name(name);
                let answer = call
                    .set_scaling_processes(Some(listed(processes)))
                    .send()
                    .await
                    .map(drop);
                answer.map_err(|error| call_error("autoscaling:ResumeProcesses", name, &error))
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
fn gone(action: &'static str, name: &str) -> CallError {
    CallError {
        action,
        resource: name.to_owned(),
        fault: Fault::NotFound,
        code: "NotFound".to_owned(),
        message: "Auto Scaling has no group of this name".to_owned(),
    }
}

fn listed(processes: &BTreeSet<String>) -> Vec<String> {
    processes.iter().cloned().collect()
}
