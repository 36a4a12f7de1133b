mod conflicting_requests;
mod edges;
mod live_groups;
mod outcome;
mod outside_eks;
mod own_template;
mod surroundings;

use serde_json::json;

use self::surroundings::{LOOKED, decided, issue, nothing_around, prepared};
use super::history::{BegunStep, CleanupState};
use super::plan::tests::{desired, live};
use super::*;
use crate::diagnosis::IssueKind;
use crate::launch_template::ec2_resources::SecurityGroup;
use crate::nodegroup::group::LiveLaunchTemplate;
use crate::nodegroup::request_order::RequestOrder;

const NOW: u64 = 1000;
const STATUSES: [&str; 8] = [
    "CREATING",
    "ACTIVE",
    "UPDATING",
    "DELETING",
    "CREATE_FAILED",
    "DELETE_FAILED",
    "DEGRADED",
    "HIBERNATING",
];

fn history(begun: &[(StepKind, Option<&str>)]) -> History {
    let begun = begun
        .iter()
        .map(|(step, id)| BegunStep {
            step: *step,
            at: NOW - 500,
            update_id: id.map(str::to_owned),
        })
        .collect();
    History {
        began: 0,
        deadline: 3540,
        begun,
        ..History::default()
    }
}

fn in_status(status: &str) -> NodeGroup {
    let issues = if status.contains("FAILED") || status == "DEGRADED" {
        vec![issue("NodeCreationFailure", "no join", "i-1")]
    } else {
        vec![]
    };
    NodeGroup {
        status: status.into(),
        issues,
        ..live()
    }
}

fn present(group: NodeGroup, update: Option<UpdateState>) -> Observation {
    Observation::Present {
        group: Box::new(group),
        update,
    }
}

fn want(changes: &serde_json::Value, purpose: Purpose) -> Goal {
    Goal::Present(Box::new(Desired {
        purpose,
        ..desired(changes)
    }))
}

fn absent() -> Goal {
    Goal::Absent(Identity {
        cluster: "c".to_owned(),
        name: "n".to_owned(),
        owner: desired(&json!({})).owner,
        delete_scope: DeleteScope::Any,
        order: RequestOrder::OneByOne,
    })
}

/// One word for each decision, so that a table of them is readable.
fn word(next: &Next) -> String {
    match next {
        Next::Look(NeededRead::Surroundings) => "Look".to_owned(),
        Next::Look(NeededRead::ScalingGroup(_)) => "ScalingGroup".to_owned(),
        Next::Look(NeededRead::Nodes(..)) => "Nodes".to_owned(),
        Next::Look(NeededRead::Updates(_)) => "Updates".to_owned(),
        Next::Act(step) => format!("{:?}", step.kind()),
        Next::Wait(waiting) => format!("{waiting:?}"),
        Next::Done { .. } => "Done".to_owned(),
        Next::Fail(_) | Next::FailedGroup(_) => "Fail".to_owned(),
    }
}

#[track_caller]
fn table(goal: &Goal, history: &History, expected: [&str; 8]) {
    let found = STATUSES.map(|status| word(&decided(goal, &present(in_status(status), None), history, NOW)));
    assert_eq!(found, expected);
}

#[test]
fn every_status_has_its_answer() {
    let plain = want(&json!({}), Purpose::Update);
    table(
        &plain,
        &history(&[]),
        [
            "ForCreate",
            "Done",
            "ForOthers",
            "ForDelete",
            "Delete",
            "Fail",
            "Fail",
            "ForOthers",
        ],
    );
    let changed = want(&json!({"Labels": {"a": "b"}}), Purpose::Update);
    table(
        &changed,
        &history(&[]),
        [
            "ForCreate",
            "UpdateConfig",
            "ForOthers",
            "ForDelete",
            "Delete",
            "Fail",
            "UpdateConfig",
            "ForOthers",
        ],
    );
    let created = history(&[(StepKind::Create, None)]);
    table(
        &want(&json!({}), Purpose::Create),
        &created,
        [
            "ForCreate",
            "Done",
            "ForOthers",
            "Fail",
            "Fail",
            "Fail",
            "Fail",
            "ForOthers",
        ],
    );
    table(
        &absent(),
        &history(&[]),
        [
            "ForOthers",
            "Delete",
            "ForOthers",
            "ForDelete",
            "Delete",
            "Delete",
            "Delete",
            "ForOthers",
        ],
    );
    let deleted = history(&[(StepKind::Delete, None)]);
    table(
        &absent(),
        &deleted,
        [
            "ForOthers",
            "Delete",
            "ForOthers",
            "ForDelete",
            "Delete",
            "Fail",
            "Delete",
            "ForOthers",
        ],
    );
}

#[test]
fn only_not_found_means_gone() {
    let unknown = Observation::Unknown("denied".to_owned());
    for goal in [absent(), want(&json!({}), Purpose::Create)] {
        assert_eq!(
            decided(&goal, &unknown, &history(&[]), NOW),
            Next::Wait(Waiting::ForAnAnswer)
        );
    }
    assert_eq!(
        word(&decided(&absent(), &Observation::Absent, &history(&[]), NOW)),
        "Done"
    );
    assert_eq!(
        word(&decided(
            &want(&json!({}), Purpose::Create),
            &Observation::Absent,
            &history(&[]),
            NOW
        )),
        "Create"
    );
}

#[test]
fn a_group_that_vanishes_is_not_made_twice() {
    let goal = want(&json!({}), Purpose::Create);
    let just_created = History {
        begun: vec![BegunStep {
            step: StepKind::Create,
            at: NOW - 5,
            update_id: None,
        }],
        ..history(&[])
    };
    assert_eq!(
        word(&decided(&goal, &Observation::Absent, &just_created, NOW)),
        "ForCreate"
    );
    assert_eq!(
        word(&decided(
            &goal,
            &Observation::Absent,
            &history(&[(StepKind::Create, None)]),
            NOW
        )),
        "Fail"
    );
    assert_eq!(
        word(&decided(
            &goal,
            &Observation::Absent,
            &history(&[(StepKind::UpdateConfig, Some("u"))]),
            NOW
        )),
        "Fail"
    );
}

#[test]
fn a_foreign_group_is_left_alone() {
    let foreign = NodeGroup {
        tags: BTreeMap::new(),
        ..live()
    };
    let Next::Fail(reason) = decided(
        &want(&json!({}), Purpose::Create),
        &present(foreign.clone(), None),
        &history(&[]),
        NOW,
    ) else {
        panic!("a foreign group was taken over");
    };
    assert!(reason.contains("isn't this resource's"), "{reason}");
    assert_eq!(decided(&absent(), &present(foreign, None), &history(&[]), NOW), done());
}

#[test]
fn an_update_is_followed_by_its_own_id() {
    let goal = want(&json!({"Labels": {"a": "b"}, "Version": "1.34"}), Purpose::Update);
    let begun = history(&[(StepKind::UpdateVersion, Some("u"))]);
    let after = |update| decided(&goal, &present(live(), Some(update)), &begun, NOW);
    assert_eq!(after(UpdateState::InProgress), Next::Wait(Waiting::ForVersionUpdate));
    let upgraded = NodeGroup {
        version: "1.34".to_owned(),
        ..live()
    };
    assert_eq!(
        word(&decided(
            &goal,
            &present(upgraded, Some(UpdateState::Successful)),
            &begun,
            NOW
        )),
        "UpdateConfig"
    );
    let stuck = issue("PodEvictionFailure", "stuck", "p");
    let Next::FailedGroup(broken) = after(UpdateState::Failed(vec![stuck.clone()])) else {
        panic!("no failure")
    };
    assert_eq!((broken.kind, broken.issues), (IssueKind::Update, vec![stuck]));
}

#[test]
fn what_was_begun_is_not_begun_again() {
    let goal = want(&json!({"Labels": {"a": "b"}}), Purpose::Update);
    let begun = history(&[(StepKind::UpdateConfig, Some("u"))]);
    let next = decided(&goal, &present(live(), Some(UpdateState::Successful)), &begun, NOW);
    let Next::Done { warnings, .. } = next else {
        panic!("{next:?}")
    };
    assert!(warnings[0].contains("still differs"), "{warnings:?}");
}

#[test]
fn a_degraded_group_fails_what_made_it_so() {
    let degraded = present(in_status("DEGRADED"), None);
    let was_so = History {
        first_status: Some("DEGRADED".to_owned()),
        ..history(&[])
    };
    let Next::FailedGroup(broken) = decided(&want(&json!({}), Purpose::Create), &degraded, &was_so, NOW) else {
        panic!("no failure")
    };
    assert_eq!(broken.headline, "node group c/n is degraded");
    assert_eq!(broken.issues[0].to_string(), "NodeCreationFailure: no join [i-1]");
    assert_eq!(
        word(&decided(&want(&json!({}), Purpose::Update), &degraded, &was_so, NOW)),
        "Done"
    );
    let rolling_back = Desired {
        direction: Direction::RollingBack,
        ..desired(&json!({}))
    };
    assert_eq!(
        word(&decided(
            &Goal::Present(Box::new(rolling_back)),
            &degraded,
            &history(&[]),
            NOW
        )),
        "Done"
    );
}

#[test]
fn the_deadline_ends_waiting_and_says_what_goes_on() {
    let late = 3540;
    for status in ["CREATING", "UPDATING", "DELETING", "HIBERNATING"] {
        for goal in [absent(), want(&json!({}), Purpose::Update)] {
            let next = decided(&goal, &present(in_status(status), None), &history(&[]), late);
            let reason = match next {
                Next::Fail(reason) => reason,
                Next::FailedGroup(broken) => broken.headline,
                next => panic!("{status}: {next:?}"),
            };
            assert!(
                reason.contains(status) && reason.contains("EKS continues what it has begun"),
                "{reason}"
            );
        }
    }
    assert_eq!(
        word(&decided(&absent(), &Observation::Absent, &history(&[]), late)),
        "Done"
    );
}

#[test]
fn what_can_not_be_restored_is_left_and_told() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    let goal = Goal::AsIs {
        identity,
        why: "a property is unknown".to_owned(),
    };
    for seen in [present(in_status("UPDATING"), None), Observation::Absent] {
        let Next::Done { attributes, warnings } = decided(&goal, &seen, &history(&[]), NOW) else {
            panic!("not done")
        };
        assert_eq!((attributes["Id"].as_str(), warnings.len()), ("c/n", 1));
    }
}
