//! Reads the evidence of a failed node group: the activities of its Auto Scaling group, and the console output of an
//! instance.

use aws_sdk_autoscaling::types::{Activity as AsgActivity, ScalingActivityStatusCode};
use aws_smithy_types::base64;

use super::Aws;
use super::errors::call_error;
use mng_core::call_error::{CallError, Fault};
use mng_core::diagnosis::{Activity, Console, Evidence};
use mng_core::nodegroup::group::NodeGroup;
use mng_engine::ports::{Calls, ReadEvidence};

/// How many activities the function reads. A group that keeps failing repeats the same activities.
const ACTIVITIES: i32 = 20;

/// Which console output to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capture {
    /// The output up to this moment. Only instances built on Nitro have it.
    Latest,
    /// The output that EC2 kept shortly after the instance's last start or stop.
    Kept,
}

/// A failed read becomes part of the evidence and fails nothing: the group has failed already.
impl Calls<ReadEvidence> for Aws {
    async fn call(&self, ReadEvidence { group }: &ReadEvidence) -> Evidence {
        let mut evidence = Evidence::default();
        let activities = self.read_activities(&group.auto_scaling_group).await;
        let activities = activities.unwrap_or_else(|error| {
            evidence.unread.push(error.to_string());
            vec![]
        });
        if let Some(instance) = failed_instance(group, &activities) {
            match self.read_console(&instance).await {
                Ok(text) => evidence.console = text.map(|text| Console { instance, text }),
                Err(error) => evidence.unread.push(error.to_string()),
            }
        }
        evidence.activities = activities
            .iter()
            .filter(|activity| failed(activity))
            .map(activity)
            .collect();
        evidence
    }
}

impl Aws {
    /// The newest first. The Auto Scaling group may be gone already; Auto Scaling keeps its activities for six weeks.
    async fn read_activities(&self, auto_scaling_group: &str) -> Result<Vec<AsgActivity>, CallError> {
        if auto_scaling_group.is_empty() {
            return Ok(vec![]);
        }
        let call = self.autoscaling().describe_scaling_activities();
        let call = call
            .auto_scaling_group_name(auto_scaling_group)
            .include_deleted_groups(true)
            .max_records(ACTIVITIES);
        let answer = call.send().await;
        let answer =
            answer.map_err(|error| call_error("autoscaling:DescribeScalingActivities", auto_scaling_group, &error))?;
        Ok(answer.activities().to_vec())
    }

    /// `None` if the instance has written nothing yet.
    async fn read_console(&self, instance: &str) -> Result<Option<String>, CallError> {
        match self.read_capture(instance, Capture::Latest).await {
            Ok(None) => self.read_capture(instance, Capture::Kept).await,
            Err(error) if error.fault == Fault::Refused => self.read_capture(instance, Capture::Kept).await,
            answer => answer,
        }
    }

    async fn read_capture(&self, instance: &str, capture: Capture) -> Result<Option<String>, CallError> {
        let call = self.ec2().get_console_output().instance_id(instance);
        let call = call.set_latest((capture == Capture::Latest).then_some(true));
        let answer = call.send().await;
        let answer = answer.map_err(|error| call_error("ec2:GetConsoleOutput", instance, &error))?;
        let bytes = base64::decode(answer.output().unwrap_or_default()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}

fn failed(activity: &AsgActivity) -> bool {
    let status = activity.status_code();
    [
        Some(&ScalingActivityStatusCode::Failed),
        Some(&ScalingActivityStatusCode::Cancelled),
    ]
    .contains(&status)
}

fn activity(activity: &AsgActivity) -> Activity {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Activity {
        status: text(activity.status_code().map(|status| status.as_str())),
        description: text(activity.description()),
        message: text(activity.status_message()),
        cause: text(activity.cause()),
    }
}

/// The instance that EKS names, or else the one that Auto Scaling launched last: the launch of a node that never joined
/// succeeded.
fn failed_instance(group: &NodeGroup, activities: &[AsgActivity]) -> Option<String> {
    let named = group.issues.iter().flat_map(|issue| &issue.resources);
    let named = named.into_iter().find(|resource| resource.starts_with("i-")).cloned();
    let launched = || activities.iter().find_map(|activity| launched(activity.description()?));
    named.or_else(launched)
}

/// The ID in `Launching a new EC2 instance: i-0123456789abcdef0`.
fn launched(description: &str) -> Option<String> {
    let (_, rest) = description.split_once("Launching a new EC2 instance: ")?;
    let id = rest
        .split(|letter: char| letter != '-' && !letter.is_ascii_alphanumeric())
        .next()?;
    id.starts_with("i-").then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_names_the_instance_that_it_launched() {
        for (description, expected) in [
            ("Launching a new EC2 instance: i-0abc", Some("i-0abc")),
            (
                "Launching a new EC2 instance: i-0abc.  Status Reason: Instance became unhealthy",
                Some("i-0abc"),
            ),
            ("Launching a new EC2 instance.  Status Reason: no capacity", None),
            ("Terminating EC2 instance: i-0abc", None),
        ] {
            assert_eq!(launched(description).as_deref(), expected, "{description}");
        }
    }
}
