//! Decisions about what lies outside EKS.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::live_groups::{in_place_of, in_place_of_old};
use super::*;
use crate::autoscaling::{ScalingGroup, ScalingStep};
use crate::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use crate::nodegroup::ownership::{PLUGIN_TAG, UNFINISHED_TAG};
use crate::workload::nodes::{Node, Readiness};

/// A settled group, with what the function has read around it and outside EKS.
struct SettledGroup {
    live: NodeGroup,
    surroundings: Surroundings,
    outside_eks: OutsideEksFacts,
    history: History,
    now: u64,
}

fn scene(goal: &Goal) -> SettledGroup {
    let Goal::Present(desired) = goal else {
        unreachable!("groups that are to be there")
    };
    let mut live = live();
    live.auto_scaling_group = "eks-n".to_owned();
    SettledGroup {
        live,
        surroundings: prepared(desired),
        outside_eks: OutsideEksFacts::default(),
        history: history(&[]),
        now: NOW,
    }
}

impl SettledGroup {
    fn next(&self, goal: &Goal) -> Next {
        let view = View {
            surroundings: Some(&self.surroundings),
            outside_eks: &self.outside_eks,
            history: &self.history,
            now: self.now,
        };
        decide(goal, &present(self.live.clone(), None), view)
    }

    fn word(&self, goal: &Goal) -> String {
        word(&self.next(goal))
    }
}

fn nodes(ready: usize, unready: usize) -> Option<Vec<Node>> {
    let node = |name: usize, readiness| Node {
        name: format!("n{name}"),
        readiness,
        ..Node::default()
    };
    let waiting = (ready..ready + unready).map(|name| node(name, Readiness::Silent));
    Some(
        (0..ready)
            .map(|name| node(name, Readiness::Ready))
            .chain(waiting)
            .collect(),
    )
}

#[test]
fn the_auto_scaling_group_is_looked_at_where_something_may_be_on_it() {
    for (changes, purpose, expected) in [
        (json!({}), Purpose::Create, "Done"),
        (json!({}), Purpose::Update, "ScalingGroup"),
        (json!({"ClusterAutoscaler": true}), Purpose::Create, "ScalingGroup"),
        (
            json!({"SuspendProcesses": ["AZRebalance"]}),
            Purpose::Create,
            "ScalingGroup",
        ),
    ] {
        let goal = want(&changes, purpose);
        assert_eq!(scene(&goal).word(&goal), expected, "{changes} {purpose:?}");
    }
}

#[test]
fn what_lacks_on_the_auto_scaling_group_is_done_once() {
    let goal = want(&json!({"SuspendProcesses": ["AZRebalance"]}), Purpose::Create);
    let mut scene = scene(&goal);
    scene.outside_eks.scaling_group = Some(ScalingGroup::default());
    let Next::Act(Step::Scaling(_, steps)) = scene.next(&goal) else {
        panic!("{:?}", scene.next(&goal));
    };
    let suspends = ScalingStep::Suspend(BTreeSet::from(["AZRebalance".to_owned()]));
    assert!(steps.contains(&suspends), "{steps:?}");
    scene.history = history(&[(StepKind::Scaling, None)]);
    let Next::Done { warnings, .. } = scene.next(&goal) else {
        panic!("{:?}", scene.next(&goal));
    };
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("eks-n, but it still differs")),
        "{warnings:?}"
    );
}

#[test]
fn nodes_are_waited_for_until_as_many_are_ready_as_the_group_wants() {
    let goal = want(&json!({"WaitFor": "NodesReady"}), Purpose::Create);
    let mut scene = scene(&goal);
    scene.live.scaling.desired = 2;
    for (nodes, expected) in [
        (None, "Nodes"),
        (nodes(0, 0), "ForNodes"),
        (nodes(1, 1), "ForNodes"),
        (nodes(2, 0), "Done"),
        (nodes(2, 1), "Done"),
    ] {
        scene.outside_eks.nodes = nodes;
        assert_eq!(scene.word(&goal), expected, "{:?}", scene.outside_eks.nodes);
    }
    let Next::Done { attributes, .. } = scene.next(&goal) else {
        unreachable!("as above")
    };
    assert_eq!(attributes["ReadyNodes"], "2");
    scene.outside_eks.nodes = None;
    scene.live.scaling.desired = 0;
    assert_eq!(
        scene.word(&goal),
        "Done",
        "no node is wanted, so Kubernetes isn't asked"
    );
}

#[test]
fn at_the_deadline_the_nodes_are_named_and_a_rollback_goes_on() {
    let goal = |direction| {
        let mut desired = desired(&json!({"WaitFor": "NodesReady"}));
        desired.direction = direction;
        Goal::Present(Box::new(desired))
    };
    let forward = goal(Direction::Forward);
    let mut scene = scene(&forward);
    scene.live.scaling.desired = 2;
    scene.outside_eks = OutsideEksFacts {
        scaling_group: Some(ScalingGroup::default()),
        nodes: nodes(0, 1),
    };
    scene.now = 3540;
    let Next::FailedGroup(broken) = scene.next(&forward) else {
        panic!("{:?}", scene.next(&forward));
    };
    let expected = "is ACTIVE, but 0 of 2 nodes are Ready; 1 have not joined the cluster; n0: its kubelet";
    assert!(broken.headline.contains(expected), "{}", broken.headline);
    let back = goal(Direction::RollingBack);
    let Next::Done { warnings, .. } = scene.next(&back) else {
        panic!("{:?}", scene.next(&back));
    };
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("0 of 2 nodes are Ready")),
        "{warnings:?}"
    );
}

/// The function begins nothing and reads nothing more: a rollback never fails by something outside EKS.
#[test]
fn a_rollback_whose_time_is_over_begins_nothing() {
    let asked = json!({"SuspendProcesses": ["AZRebalance"], "NvidiaDevicePlugin": true, "WaitFor": "NodesReady"});
    for (direction, expected) in [(Direction::Forward, "ScalingGroup"), (Direction::RollingBack, "Done")] {
        let mut desired = desired(&asked);
        desired.direction = direction;
        let goal = Goal::Present(Box::new(desired));
        let mut scene = scene(&goal);
        scene.live.scaling.desired = 2;
        scene.now = 3540;
        assert_eq!(scene.word(&goal), expected);
        let Next::Done { warnings, .. } = scene.next(&goal) else {
            continue;
        };
        assert!(
            warnings
                .iter()
                .any(|warning| warning.contains("ServiceTimeout is over")),
            "{warnings:?}"
        );
    }
}

/// The mark of an unfinished group goes last: if a step fails before, the group stays recognisable for the clean-up.
#[test]
fn tags_that_go_go_last() {
    let goal = want(&json!({"WaitFor": "NodesReady"}), Purpose::Create);
    let mut scene = scene(&goal);
    scene.live.scaling.desired = 2;
    scene.live.tags.insert(UNFINISHED_TAG.to_owned(), "1".to_owned());
    for (nodes, now, expected) in [
        (nodes(1, 1), NOW, "ForNodes"),
        (nodes(2, 0), NOW, "Untag"),
        (nodes(2, 0), 3540, "Untag"),
    ] {
        scene.outside_eks.nodes = nodes;
        scene.now = now;
        assert_eq!(scene.word(&goal), expected, "{:?} {now}", scene.outside_eks.nodes);
    }
}

/// Otherwise the removal would begin it again and again.
#[test]
fn what_was_given_up_holds_up_no_removal() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    let goal = Goal::Absent(Identity {
        delete_scope: in_place_of_old(None),
        ..identity
    });
    let mut live = in_place_of(live(), "c/old");
    live.tags.insert(PLUGIN_TAG.to_owned(), "c/old".to_owned());
    let seen = present(live, None);
    let mut history = history(&[]);
    assert_eq!(word(&decided(&goal, &seen, &history, NOW)), "LeavePlugin");
    history.given_up.insert(OutsideEksPart::DevicePlugin);
    assert_eq!(word(&decided(&goal, &seen, &history, NOW)), "Delete");
}

#[test]
fn the_device_plugin_comes_with_the_property_and_goes_by_its_tag() {
    let gpu = InstanceTypeFacts {
        architecture: Architecture::X86,
        accelerator: Accelerator::Nvidia,
        network: None,
    };
    for (changes, tagged, done, expected) in [
        (json!({"NvidiaDevicePlugin": true}), false, None, "JoinPlugin"),
        (json!({"NvidiaDevicePlugin": true}), true, None, "JoinPlugin"),
        (
            json!({"NvidiaDevicePlugin": true}),
            true,
            Some(StepKind::JoinPlugin),
            "Done",
        ),
        (json!({}), false, None, "Done"),
        (json!({}), true, None, "LeavePlugin"),
        (json!({}), true, Some(StepKind::LeavePlugin), "Done"),
    ] {
        let goal = want(&changes, Purpose::Create);
        let mut scene = scene(&goal);
        scene.live.ami_type = "AL2023_x86_64_NVIDIA".into();
        scene.surroundings.types = vec![gpu];
        scene.history = history(&done.map(|step| (step, None)).into_iter().collect::<Vec<_>>());
        if tagged {
            scene.live.tags.insert(PLUGIN_TAG.to_owned(), "nvidia".to_owned());
        }
        assert_eq!(scene.word(&goal), expected, "{changes} {tagged} {done:?}");
    }
}

#[test]
fn the_device_plugin_leaves_before_the_group_does() {
    let mut group = live();
    for (tags, done, expected) in [
        (json!({}), None, "Delete"),
        (json!({PLUGIN_TAG: "nvidia"}), None, "LeavePlugin"),
        (json!({PLUGIN_TAG: "nvidia"}), Some(StepKind::LeavePlugin), "Delete"),
    ] {
        let tags: BTreeMap<String, Value> = serde_json::from_value(tags).unwrap();
        group.tags.extend(
            tags.into_iter()
                .map(|(key, value)| (key, value.as_str().unwrap().to_owned())),
        );
        let history = history(&done.map(|step| (step, None)).into_iter().collect::<Vec<_>>());
        let next = decided(&absent(), &present(group.clone(), None), &history, NOW);
        assert_eq!(word(&next), expected, "{done:?}");
    }
}

#[test]
fn windows_support_is_switched_on_once_and_only_for_windows() {
    for (ami_type, done, expected) in [
        ("WINDOWS_CORE_2022_x86_64", None, "EnableWindows"),
        ("WINDOWS_CORE_2022_x86_64", Some(StepKind::EnableWindows), "Done"),
        ("AL2023_x86_64_STANDARD", None, "Done"),
    ] {
        let properties = json!({"WindowsSupport": true, "LaunchTemplate": {"Id": "lt-1"}});
        let goal = want(&properties, Purpose::Create);
        let mut scene = scene(&goal);
        scene.live.ami_type = ami_type.into();
        let rolled = Some(StepKind::UpdateVersion);
        let begun: Vec<_> = rolled.into_iter().chain(done).map(|step| (step, None)).collect();
        scene.history = history(&begun);
        let found = scene.word(&goal);
        assert_eq!(found, expected, "{ami_type} {done:?}");
    }
}

#[test]
fn what_was_given_up_is_gone_on_without() {
    let properties = json!({"WaitFor": "NodesReady", "SuspendProcesses": ["AZRebalance"], "NvidiaDevicePlugin": true});
    let goal = want(&properties, Purpose::Update);
    let mut scene = scene(&goal);
    scene.live.scaling.desired = 2;
    scene.history.given_up = [
        OutsideEksPart::ScalingGroup,
        OutsideEksPart::DevicePlugin,
        OutsideEksPart::Nodes,
    ]
    .into();
    assert_eq!(scene.word(&goal), "Done");
}
