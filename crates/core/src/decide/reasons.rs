//! The reasons of failures: what happened, to which group, and what the user can do.

use super::history::History;
use super::{Goal, Identity, Next, Observation};
use crate::decide::plan::StepKind;
use crate::diagnosis::IssueKind;
use crate::nodegroup::group::{Issue, NodeGroup, describe_issues};
use crate::nodegroup::ownership::{RESOURCE_TAG, STACK_TAG};
use crate::workload::nodes::{Node, lacking};

/// The code of the refusal in [`retained`].
pub const RETAINED_GROUP: &str = "retained-group";

/// The beginning of the warning that a rollback restored nothing.
pub const LEFT_AS_IT_IS: &str = "the node group was left as it is";

/// The words of the warning about a group that stays, after a Delete whose ID names no group.
pub const STAYS: &str = "stays: the function can't tell that this deployment has created it";

/// A group that failed. Its issues say only partly why, so the function reads the evidence of its Auto Scaling group
/// and instances before it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedGroup {
    /// What failed, on which group.
    pub headline: String,
    pub group: NodeGroup,
    pub issues: Vec<Issue>,
    pub kind: IssueKind,
}

pub fn broken(what: &str, live: &NodeGroup) -> Next {
    Next::FailedGroup(Box::new(FailedGroup {
        headline: format!("node group {}/{} {what}", live.cluster, live.name),
        group: live.clone(),
        issues: live.issues.clone(),
        kind: IssueKind::Health,
    }))
}

/// The failure of a request whose time is over while nodes are not Ready. The reason says which nodes, and what their
/// kubelets report.
pub fn unready(live: &NodeGroup, nodes: &[Node], wanted: usize) -> Next {
    Next::FailedGroup(Box::new(FailedGroup {
        headline: format!(
            "the time given by ServiceTimeout is over; {}",
            FailedGroup::of_nodes(live, nodes, wanted)
        ),
        group: live.clone(),
        issues: live.issues.clone(),
        kind: IssueKind::Health,
    }))
}

impl FailedGroup {
    pub fn of_nodes(live: &NodeGroup, nodes: &[Node], wanted: usize) -> String {
        let state = live.status.as_str();
        format!(
            "node group {}/{} is {state}, but {}",
            live.cluster,
            live.name,
            lacking(nodes, wanted)
        )
    }
}

pub fn update_failed(live: &NodeGroup, history: &History, errors: &[Issue]) -> Next {
    let what = match history.last_update().map(|begun| begun.step) {
        Some(StepKind::UpdateVersion) => "the version update",
        _ => "the configuration update",
    };
    Next::FailedGroup(Box::new(FailedGroup {
        headline: format!(
            "{what} of node group {}/{} failed, and the group keeps what it had",
            live.cluster, live.name
        ),
        group: live.clone(),
        issues: errors.to_vec(),
        kind: IssueKind::Update,
    }))
}

/// The text about a group that exists and has health issues.
pub fn has_issues(live: &NodeGroup) -> String {
    let issues = describe_issues(&live.issues);
    format!("node group {}/{} has health issues: {issues}", live.cluster, live.name)
}

/// Says that a group belongs to somebody else, and how the function recognises that.
pub fn foreign(live: &NodeGroup) -> String {
    format!(
        "node group {}/{} exists and isn't this resource's, so nothing was changed: its tags {STACK_TAG} and {RESOURCE_TAG} \
         don't name this stack and resource; choose another NodegroupName, or remove that group",
        live.cluster, live.name
    )
}

/// Says that a group of the resource existed before its Create, and what the user can do.
pub fn retained(live: &NodeGroup) -> String {
    let NodeGroup { cluster, name, .. } = live;
    format!(
        "node group {cluster}/{name} of this stack and resource existed before this request, so the function changes nothing: a \
         DeletionPolicy or UpdateReplacePolicy of Retain keeps such a group. To create a new node group, set another NodegroupName or \
         NodegroupNamePrefix, or give the resource another logical ID. Or delete the retained node group first, with `aws eks \
         delete-nodegroup --cluster-name {cluster} --nodegroup-name {name}` [{RETAINED_GROUP}]"
    )
}

/// The failure of a request whose stack operation is over, if there is no group whose attributes the response could
/// repeat.
pub fn operation_is_over(identity: &Identity) -> Next {
    Next::Fail(format!(
        "the stack's operation is over and node group {}/{} does not exist, so the function begins nothing for this request; deploy \
         again to create the node group",
        identity.cluster, identity.name
    ))
}

/// The failure at the deadline. The reason says how far the request came, and what goes on by itself: EKS does not stop
/// when CloudFormation stops.
pub fn out_of_time(goal: &Goal, seen: &Observation, history: &History) -> Next {
    let (cluster, name) = match goal {
        Goal::Present(desired) => (&desired.spec.cluster, &desired.name),
        Goal::Absent(identity) | Goal::AsIs { identity, .. } | Goal::Repeat(identity) => {
            (&identity.cluster, &identity.name)
        }
    };
    let obstacle = history
        .obstacle
        .as_ref()
        .map(|obstacle| format!(" ({obstacle})"))
        .unwrap_or_default();
    let state = match seen {
        Observation::Absent if matches!(goal, Goal::Absent(_)) => {
            return Next::Fail(left_in_ec2(cluster, name, &obstacle));
        }
        Observation::Absent => "doesn't exist yet".to_owned(),
        Observation::Unknown(problem) => format!("could not be observed: {problem}"),
        Observation::Present { group, .. } => format!("is {}", group.status.as_str()),
    };
    let count = history.ready.map(|count| format!("; at the last count, {count}"));
    let count = count.unwrap_or_default();
    let headline = format!(
        "the time given by ServiceTimeout is over; node group {cluster}/{name} {state}{obstacle}{count}. EKS continues what it has \
         begun: watch the node group with `aws eks describe-nodegroup --cluster-name {cluster} --nodegroup-name {name}`"
    );
    match (goal, seen) {
        (Goal::Present(_), Observation::Present { group, .. }) => Next::FailedGroup(Box::new(FailedGroup {
            headline,
            group: group.as_ref().clone(),
            issues: group.issues.clone(),
            kind: IssueKind::Health,
        })),
        _ => Next::Fail(headline),
    }
}

fn left_in_ec2(cluster: &str, name: &str, obstacle: &str) -> String {
    format!(
        "the time given by ServiceTimeout is over; node group {cluster}/{name} is deleted, but not all that it had in EC2{obstacle}; \
         delete the stack again, and the function removes the rest"
    )
}
