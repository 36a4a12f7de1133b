//! What a failure is told as: what happened, to which group, and what to do.

use super::{Goal, Observation};
use crate::nodegroup::group::{NodeGroup, describe_issues};
use crate::nodegroup::history::{History, StepKind};
use crate::nodegroup::ownership::{RESOURCE_TAG, STACK_TAG};

pub fn failed(what: &str, live: &NodeGroup) -> String {
    format!(
        "node group {}/{} {what}: {}",
        live.cluster,
        live.name,
        describe_issues(&live.issues)
    )
}

pub fn update_failed(live: &NodeGroup, history: &History, errors: &str) -> String {
    let what = match history.last_update().map(|begun| begun.step) {
        Some(StepKind::UpdateVersion) => "the version update",
        _ => "the configuration update",
    };
    format!(
        "{what} of node group {}/{} failed, and the group keeps what it had: {errors}",
        live.cluster, live.name
    )
}

/// Says that a group is somebody else's, and how that is told.
pub fn foreign(live: &NodeGroup) -> String {
    format!(
        "node group {}/{} exists and isn't this resource's, so nothing was changed: its tags {STACK_TAG} and {RESOURCE_TAG} \
         don't name this stack and resource; choose another NodegroupName, or remove that group",
        live.cluster, live.name
    )
}

/// Says how far it got and what goes on by itself: EKS doesn't stop because CloudFormation does.
pub fn out_of_time(goal: &Goal, seen: &Observation, history: &History) -> String {
    let (cluster, name) = match goal {
        Goal::Present(desired) => (&desired.spec.cluster, &desired.name),
        Goal::Absent(identity) | Goal::AsIs { identity, .. } => (&identity.cluster, &identity.name),
    };
    let state = match seen {
        Observation::Absent => "doesn't exist yet".to_owned(),
        Observation::Unknown(problem) => format!("could not be observed: {problem}"),
        Observation::Present { group, .. } if group.issues.is_empty() => format!("is {}", group.status.as_str()),
        Observation::Present { group, .. } => {
            format!("is {}: {}", group.status.as_str(), describe_issues(&group.issues))
        }
    };
    let obstacle = history
        .obstacle
        .as_ref()
        .map(|obstacle| format!(" ({obstacle})"))
        .unwrap_or_default();
    if let (Goal::Absent(_), Observation::Absent) = (goal, seen) {
        return format!(
            "the time given by ServiceTimeout is over; node group {cluster}/{name} is deleted, but not all that it had in \
             EC2{obstacle}; delete the stack again, and the rest goes too"
        );
    }
    format!(
        "the time given by ServiceTimeout is over; node group {cluster}/{name} {state}{obstacle}. What EKS has begun goes on by itself: \
         watch it with `aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name {name}`"
    )
}
