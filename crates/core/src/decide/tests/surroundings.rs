//! What the function has read around a group, in the tests of the decision.

use std::sync::LazyLock;

use serde_json::json;

use super::*;
use crate::autoscaling::ScalingGroup;
use crate::launch_template::ec2_resources::Ec2Resources;
use crate::launch_template::steps::{ClusterNetwork, LaunchStepResult};
use crate::nodegroup::group::Issue;

/// An Auto Scaling group with nothing on it, and no nodes.
pub static LOOKED: LazyLock<OutsideEksFacts> = LazyLock::new(|| OutsideEksFacts {
    scaling_group: Some(ScalingGroup::default()),
    nodes: Some(vec![]),
});

/// Decides, with everything around the group as the goal wants it.
pub fn decided(goal: &Goal, seen: &Observation, history: &History, now: u64) -> Next {
    let surroundings = match goal {
        Goal::Present(desired) => prepared(desired),
        Goal::Absent(_) | Goal::AsIs { .. } | Goal::Repeat(_) => nothing_around(),
    };
    let view = View {
        surroundings: Some(&surroundings),
        outside_eks: &LOOKED,
        history,
        now,
    };
    decide(goal, seen, view)
}

pub fn nothing_around() -> Surroundings {
    Surroundings {
        group_ref: desired(&json!({})).group_ref(),
        cluster: Some(ClusterNetwork {
            vpc: "vpc-1".to_owned(),
            security_group: "sg-cluster".to_owned(),
        }),
        types: vec![],
        ec2_resources: Ec2Resources::default(),
    }
}

/// The template `lt-1`, of which version 1 is the wanted one.
pub fn prepared(desired: &Desired) -> Surroundings {
    let mut surroundings = nothing_around();
    let history = History::default();
    loop {
        let view = View {
            surroundings: Some(&surroundings),
            outside_eks: &LOOKED,
            history: &history,
            now: 0,
        };
        match crate::decide::own_template::template(desired, None, view) {
            Err(Next::Act(Step::Launch(step))) => surroundings
                .ec2_resources
                .apply(&step, LaunchStepResult::Id("lt-1".to_owned())),
            _ => return surroundings,
        }
    }
}

/// An issue of EKS, about one resource.
pub fn issue(code: &str, message: &str, resource: &str) -> Issue {
    Issue {
        code: code.to_owned(),
        message: message.to_owned(),
        resources: vec![resource.to_owned()],
    }
}
