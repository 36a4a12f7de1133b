//! The end of a request: the attributes of a success, and the reason of a failure.

use serde_json::json;

use super::*;
use crate::node::ami_type::AmiType;
use crate::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use crate::node::max_pods::{NetworkFacts, Prefixes};
use crate::workload::nodes::Ready;

fn facts(architecture: Architecture) -> InstanceTypeFacts {
    InstanceTypeFacts {
        architecture,
        accelerator: Accelerator::None,
        network: Some(NetworkFacts {
            interfaces: 3,
            addresses: 6,
            vcpus: 2,
            prefixes: Prefixes::Supported,
        }),
    }
}

fn seen<'a>(surroundings: &'a Surroundings, history: &'a History) -> View<'a> {
    View {
        surroundings: Some(surroundings),
        outside_eks: &LOOKED,
        history,
        now: NOW,
    }
}

fn ended(changes: &serde_json::Value, surroundings: &Surroundings, live: NodeGroup) -> BTreeMap<String, String> {
    let goal = want(changes, Purpose::Update);
    match decide(&goal, &present(live, None), seen(surroundings, &history(&[]))) {
        Next::Done { attributes, .. } => attributes,
        next => panic!("{next:?}"),
    }
}

/// EKS would choose an image that does not boot on the type, or one without its drivers.
#[test]
fn a_new_group_gets_the_image_of_its_types_where_none_is_named() {
    for (changes, expected) in [
        (json!({"InstanceTypes": ["m7g.large"]}), Some("AL2023_ARM_64_STANDARD")),
        (
            json!({"InstanceTypes": ["m7g.large"], "AmiType": "BOTTLEROCKET_ARM_64"}),
            None,
        ),
        (json!({"LaunchTemplate": {"Id": "lt-1"}}), None),
    ] {
        let goal = want(&changes, Purpose::Create);
        let mut surroundings = prepared(&desired(&changes));
        surroundings.types = vec![facts(Architecture::Arm)];
        let next = decide(&goal, &Observation::Absent, seen(&surroundings, &history(&[])));
        let Next::Act(Step::Create(_, group)) = next else {
            panic!("{changes}: {next:?}")
        };
        assert_eq!(group.default_ami_type, expected.map(AmiType::from), "{changes}");
    }
}

#[test]
fn attributes_tell_what_the_own_launch_template_holds() {
    let changes =
        json!({"InstanceTypes": ["t3.small"], "RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": ["sg-1"]}});
    let mut surroundings = prepared(&desired(&changes));
    surroundings.types = vec![facts(Architecture::X86)];
    let group = surroundings.ec2_resources.security_groups[0].id.clone();
    let attributes = ended(&changes, &surroundings, live());
    assert_eq!(attributes["InstanceTypes"], "t3.small");
    assert_eq!(attributes["RemoteAccessSecurityGroup"], group);
    assert_eq!(attributes["MaxPods"], "17");

    let asked = json!({"MaxPods": 58});
    let mut surroundings = prepared(&desired(&asked));
    assert_eq!(ended(&asked, &surroundings, live())["MaxPods"], "58");
    // If EC2 does not describe the types, there is no attribute.
    surroundings = prepared(&desired(&json!({})));
    assert_eq!(ended(&json!({}), &surroundings, live())["MaxPods"], "");
    assert_eq!(
        ended(&json!({}), &surroundings, live())["RemoteAccessSecurityGroup"],
        ""
    );
}

/// The next update or the deletion removes it.
#[test]
fn a_security_group_that_is_left_over_is_no_attribute() {
    let mut surroundings = prepared(&desired(&json!({})));
    surroundings.ec2_resources.security_groups.push(SecurityGroup {
        id: "sg-old".to_owned(),
        vpc: "vpc-1".to_owned(),
        tags: surroundings.group_ref.tags(),
        rules: [].into(),
    });
    let given_up = History {
        tidying: CleanupState::GivenUp,
        ..history(&[])
    };
    let goal = want(&json!({}), Purpose::Update);
    let next = decide(&goal, &present(live(), None), seen(&surroundings, &given_up));
    let Next::Done { attributes, .. } = next else {
        panic!("{next:?}")
    };
    assert_eq!(attributes["RemoteAccessSecurityGroup"], "");
}

#[test]
fn ready_nodes_are_told_where_it_is_waited_for_them() {
    let unseen = OutsideEksFacts::default();
    for (changes, outside_eks, expected) in [
        (json!({"WaitFor": "NodesReady"}), &unseen, "0"),
        (json!({"WaitFor": "NodesReady"}), &LOOKED, "0"),
        (json!({}), &unseen, ""),
        (json!({}), &LOOKED, ""),
    ] {
        let surroundings = prepared(&desired(&changes));
        for given_up in [false, true] {
            let mut history = history(&[]);
            history.given_up.extend(given_up.then_some(OutsideEksPart::Nodes));
            let mut group = live();
            group.scaling.desired = 0;
            let view = View {
                outside_eks,
                ..seen(&surroundings, &history)
            };
            let next = decide(&want(&changes, Purpose::Update), &present(group, None), view);
            let Next::Done { attributes, .. } = next else {
                panic!("{next:?}")
            };
            let expected = if given_up { "" } else { expected };
            assert_eq!(attributes["ReadyNodes"], expected, "{changes} {given_up}");
        }
    }
}

/// The facts about the instance types override what the image has drivers for.
#[test]
fn the_device_plugin_is_not_applied_where_no_type_has_a_gpu() {
    let changes = json!({"NvidiaDevicePlugin": true});
    let mut surroundings = prepared(&desired(&changes));
    surroundings.types = vec![facts(Architecture::X86)];
    let nvidia = NodeGroup {
        ami_type: "AL2023_x86_64_NVIDIA".into(),
        ..live()
    };
    let goal = want(&changes, Purpose::Update);
    let next = decide(&goal, &present(nvidia, None), seen(&surroundings, &history(&[])));
    assert!(
        matches!(&next, Next::Done { warnings, .. } if warnings[0].starts_with("NvidiaDevicePlugin: nothing was applied")),
        "{next:?}"
    );
}

#[test]
fn a_failed_update_is_called_what_it_was() {
    let goal = want(&json!({"Labels": {"a": "b"}}), Purpose::Update);
    for (step, expected) in [
        (StepKind::UpdateVersion, "the version update of node group c/n failed"),
        (
            StepKind::UpdateConfig,
            "the configuration update of node group c/n failed",
        ),
    ] {
        let failed = present(live(), Some(UpdateState::Failed(vec![])));
        let next = decided(&goal, &failed, &history(&[(step, Some("u"))]), NOW);
        assert!(
            matches!(&next, Next::FailedGroup(broken) if broken.headline.starts_with(expected)),
            "{next:?}"
        );
    }
}

#[test]
fn at_the_deadline_it_is_told_how_far_it_got_and_what_held_it_up() {
    let held_up = History {
        obstacle: Some("sg-1 is in use".to_owned()),
        ..history(&[])
    };
    let counted = History {
        ready: Some(Ready { ready: 1, wanted: 3 }),
        ..history(&[])
    };
    let deleted = with_belongings();
    let late = |goal: &Goal, observed: &Observation, history: &History| {
        let view = View {
            surroundings: Some(&deleted),
            outside_eks: &LOOKED,
            history,
            now: 3540,
        };
        match decide(goal, observed, view) {
            Next::Fail(reason) => reason,
            Next::FailedGroup(broken) => broken.headline,
            next => panic!("{next:?}"),
        }
    };
    let create = want(&json!({}), Purpose::Create);
    for (goal, observed, history, expected) in [
        (
            &create,
            Observation::Absent,
            &history(&[]),
            "node group c/n doesn't exist yet. EKS continues",
        ),
        (
            &create,
            Observation::Absent,
            &held_up,
            "node group c/n doesn't exist yet (sg-1 is in use). EKS continues",
        ),
        (
            &create,
            Observation::Unknown("denied".to_owned()),
            &history(&[]),
            "could not be observed: denied",
        ),
        (
            &absent(),
            Observation::Unknown("denied".to_owned()),
            &history(&[]),
            "could not be observed: denied",
        ),
        (
            &absent(),
            Observation::Absent,
            &history(&[]),
            "is deleted, but not all that it had in EC2; delete",
        ),
        (
            &absent(),
            Observation::Absent,
            &held_up,
            "is deleted, but not all that it had in EC2 (sg-1 is in use); delete",
        ),
        (
            &create,
            present(in_status("CREATING"), None),
            &history(&[]),
            "node group c/n is CREATING. EKS continues",
        ),
        (
            &create,
            present(in_status("UPDATING"), None),
            &counted,
            "node group c/n is UPDATING; at the last count, 1 of 3 nodes were Ready. EKS continues",
        ),
    ] {
        let reason = late(goal, &observed, history);
        assert!(reason.contains(expected), "{expected}: {reason}");
    }
}

/// At the deadline the function looks for the evidence, if there is a group that may have some.
#[test]
fn at_the_deadline_the_groups_own_issues_are_asked_for() {
    let goal = want(&json!({}), Purpose::Create);
    let ill = NodeGroup {
        issues: vec![issue("AsgInstanceLaunchFailures", "no capacity", "asg")],
        ..in_status("CREATING")
    };
    let Next::FailedGroup(broken) = decided(&goal, &present(ill.clone(), None), &history(&[]), 3540) else {
        panic!("nothing to find out")
    };
    assert_eq!(
        (broken.kind, broken.issues, broken.group.name),
        (IssueKind::Health, ill.issues, ill.name)
    );
    let removal = decided(&absent(), &present(in_status("DELETING"), None), &history(&[]), 3540);
    assert!(matches!(removal, Next::Fail(_)), "{removal:?}");
}

/// The EC2 resources of a group that is gone.
fn with_belongings() -> Surroundings {
    let mut surroundings = prepared(&desired(&json!({})));
    surroundings.ec2_resources.templates[0].versions.clear();
    surroundings
}

#[test]
fn windows_support_is_neither_switched_on_unasked_nor_again_where_it_was_given_up() {
    for (asked, given_up, expected) in [
        (true, false, "EnableWindows"),
        (true, true, "Done"),
        (false, false, "Done"),
    ] {
        let changes = json!({"WindowsSupport": asked, "LaunchTemplate": {"Id": "lt-1"}});
        let mut history = history(&[(StepKind::UpdateVersion, Some("u"))]);
        history.given_up.extend(given_up.then_some(OutsideEksPart::Windows));
        let windows = NodeGroup {
            ami_type: "WINDOWS_CORE_2022_x86_64".into(),
            ..live()
        };
        let next = decided(&want(&changes, Purpose::Update), &present(windows, None), &history, NOW);
        assert_eq!(word(&next), expected, "{asked} {given_up}");
    }
}

/// The content of a user's template is the user's to look up, and other resources in EC2 do not belong to this group.
#[test]
fn beside_a_template_of_the_users_nothing_is_told_or_tidied() {
    let changes = json!({"LaunchTemplate": {"Id": "lt-1"}});
    let mut surroundings = prepared(&desired(&json!({"RemoteAccess": {"Ec2SshKey": "k"}})));
    surroundings.types = vec![facts(Architecture::X86)];
    let mut group = live();
    group.launch_template.as_mut().expect("a template").version = "2".to_owned();
    let attributes = ended(&changes, &surroundings, group);
    assert_eq!(
        (attributes["MaxPods"].as_str(), attributes["InstanceTypes"].as_str()),
        ("", "")
    );
}
