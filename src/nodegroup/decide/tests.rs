use serde_json::json;

use super::*;
use crate::launch_template::belongings::{Belongings, SecurityGroup};
use crate::launch_template::steps::{Cluster, Made};
use crate::nodegroup::group::{Issue, LiveLaunchTemplate};
use crate::nodegroup::history::Begun;
use crate::nodegroup::history::Tidying;
use crate::nodegroup::plan::tests::{desired, live};

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
        .map(|(step, id)| Begun {
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

/// Decides with everything around the group as the goal wants it.
fn told(goal: &Goal, seen: &Observation, history: &History, now: u64) -> Next {
    let around = match goal {
        Goal::Present(desired) => prepared(desired),
        Goal::Absent(_) | Goal::AsIs { .. } => nothing_around(),
    };
    let view = View {
        around: Some(&around),
        history,
        now,
    };
    decide(goal, seen, view)
}

fn nothing_around() -> Around {
    Around {
        place: desired(&json!({})).place(),
        cluster: Some(Cluster {
            vpc: "vpc-1".to_owned(),
            security_group: "sg-cluster".to_owned(),
        }),
        types: vec![],
        belongings: Belongings::default(),
    }
}

/// The template `lt-1`, of which version 1 is the wanted one.
fn prepared(desired: &Desired) -> Around {
    let mut around = nothing_around();
    let history = History::default();
    loop {
        let view = View {
            around: Some(&around),
            history: &history,
            now: 0,
        };
        match own::template(desired, None, view) {
            Err(Next::Act(Step::Launch(step))) => around.belongings.apply(&step, Made::Id("lt-1".to_owned())),
            _ => return around,
        }
    }
}

fn in_status(status: &str) -> NodeGroup {
    let issue = Issue {
        code: "NodeCreationFailure".to_owned(),
        message: "no join".to_owned(),
        resources: vec!["i-1".to_owned()],
    };
    let issues = if status.contains("FAILED") || status == "DEGRADED" {
        vec![issue]
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
        which: Which::Any,
    })
}

/// A word for each answer, so that a table of them can be read.
fn word(next: &Next) -> String {
    match next {
        Next::Look => "Look".to_owned(),
        Next::Act(step) => format!("{:?}", step.kind()),
        Next::Wait(waiting) => format!("{waiting:?}"),
        Next::Done { .. } => "Done".to_owned(),
        Next::Fail(_) => "Fail".to_owned(),
    }
}

#[track_caller]
fn table(goal: &Goal, history: &History, expected: [&str; 8]) {
    let found = STATUSES.map(|status| word(&told(goal, &present(in_status(status), None), history, NOW)));
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
            "Fail",
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
            "Fail",
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
            told(&goal, &unknown, &history(&[]), NOW),
            Next::Wait(Waiting::ForAnAnswer)
        );
    }
    assert_eq!(word(&told(&absent(), &Observation::Absent, &history(&[]), NOW)), "Done");
    assert_eq!(
        word(&told(
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
        begun: vec![Begun {
            step: StepKind::Create,
            at: NOW - 5,
            update_id: None,
        }],
        ..history(&[])
    };
    assert_eq!(
        word(&told(&goal, &Observation::Absent, &just_created, NOW)),
        "ForCreate"
    );
    assert_eq!(
        word(&told(
            &goal,
            &Observation::Absent,
            &history(&[(StepKind::Create, None)]),
            NOW
        )),
        "Fail"
    );
    assert_eq!(
        word(&told(
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
    let Next::Fail(reason) = told(
        &want(&json!({}), Purpose::Create),
        &present(foreign.clone(), None),
        &history(&[]),
        NOW,
    ) else {
        panic!("a foreign group was taken over");
    };
    assert!(reason.contains("isn't this resource's"), "{reason}");
    assert_eq!(told(&absent(), &present(foreign, None), &history(&[]), NOW), done());
}

#[test]
fn an_update_is_followed_by_its_own_id() {
    let goal = want(&json!({"Labels": {"a": "b"}, "Version": "1.34"}), Purpose::Update);
    let begun = history(&[(StepKind::UpdateVersion, Some("u"))]);
    let after = |update| told(&goal, &present(live(), Some(update)), &begun, NOW);
    assert_eq!(after(UpdateState::InProgress), Next::Wait(Waiting::ForVersionUpdate));
    let upgraded = NodeGroup {
        version: "1.34".to_owned(),
        ..live()
    };
    assert_eq!(
        word(&told(
            &goal,
            &present(upgraded, Some(UpdateState::Successful)),
            &begun,
            NOW
        )),
        "UpdateConfig"
    );
    let Next::Fail(reason) = after(UpdateState::Failed("PodEvictionFailure: stuck [p]".to_owned())) else {
        panic!("no failure")
    };
    assert!(reason.contains("PodEvictionFailure: stuck [p]"), "{reason}");
}

#[test]
fn what_was_begun_is_not_begun_again() {
    let goal = want(&json!({"Labels": {"a": "b"}}), Purpose::Update);
    let begun = history(&[(StepKind::UpdateConfig, Some("u"))]);
    let next = told(&goal, &present(live(), Some(UpdateState::Successful)), &begun, NOW);
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
    let Next::Fail(reason) = told(&want(&json!({}), Purpose::Create), &degraded, &was_so, NOW) else {
        panic!("no failure")
    };
    assert!(reason.ends_with("NodeCreationFailure: no join [i-1]"), "{reason}");
    assert_eq!(
        word(&told(&want(&json!({}), Purpose::Update), &degraded, &was_so, NOW)),
        "Done"
    );
    let rolling_back = Desired {
        direction: Direction::RollingBack,
        ..desired(&json!({}))
    };
    assert_eq!(
        word(&told(
            &Goal::Present(Box::new(rolling_back)),
            &degraded,
            &history(&[]),
            NOW
        )),
        "Done"
    );
}

#[test]
fn submitted_does_not_wait() {
    let goal = |purpose| want(&json!({"WaitFor": "Submitted", "Labels": {"a": "b"}}), purpose);
    let creating = present(in_status("CREATING"), None);
    assert_eq!(
        word(&told(
            &goal(Purpose::Create),
            &creating,
            &history(&[(StepKind::Create, None)]),
            NOW
        )),
        "Done"
    );
    let updating = present(in_status("UPDATING"), Some(UpdateState::InProgress));
    assert_eq!(
        word(&told(
            &goal(Purpose::Update),
            &updating,
            &history(&[(StepKind::UpdateConfig, Some("u"))]),
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
            let next = told(&goal, &present(in_status(status), None), &history(&[]), late);
            let Next::Fail(reason) = next else {
                panic!("{status}: {next:?}")
            };
            assert!(
                reason.contains(status) && reason.contains("goes on by itself"),
                "{reason}"
            );
        }
    }
    assert_eq!(
        word(&told(&absent(), &Observation::Absent, &history(&[]), late)),
        "Done"
    );
}

/// A group without the mark may be kept on purpose, by an `UpdateReplacePolicy` of `Retain`.
#[test]
fn a_rollback_removes_only_what_is_marked_as_unfinished() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    let goal = Goal::Absent(Identity {
        which: Which::Unfinished,
        ..identity
    });
    let mut marked = live();
    assert_eq!(told(&goal, &present(marked.clone(), None), &history(&[]), NOW), done());
    marked.tags.insert(REPLACES_TAG.to_owned(), "c/old".to_owned());
    assert_eq!(word(&told(&goal, &present(marked, None), &history(&[]), NOW)), "Delete");
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
        let Next::Done { attributes, warnings } = told(&goal, &seen, &history(&[]), NOW) else {
            panic!("not done")
        };
        assert_eq!((attributes["Id"].as_str(), warnings.len()), ("c/n", 1));
    }
}

fn undecided(goal: &Goal, seen: &Observation) -> String {
    let history = history(&[]);
    let view = View {
        around: None,
        history: &history,
        now: NOW,
    };
    word(&decide(goal, seen, view))
}

/// What isn't needed isn't looked up: a wait costs one call.
#[test]
fn what_is_around_is_looked_up_where_it_matters_only() {
    let goal = want(&json!({}), Purpose::Create);
    for (status, expected) in [("ACTIVE", "Look"), ("CREATING", "ForCreate"), ("CREATE_FAILED", "Fail")] {
        assert_eq!(
            undecided(&goal, &present(in_status(status), None)),
            expected,
            "{status}"
        );
    }
    assert_eq!(undecided(&goal, &Observation::Absent), "Look");
    assert_eq!(undecided(&absent(), &Observation::Absent), "Look");
    assert_eq!(undecided(&absent(), &present(live(), None)), "Delete");
    let users = want(&json!({"LaunchTemplate": {"Id": "lt-1"}}), Purpose::Create);
    assert_eq!(undecided(&users, &Observation::Absent), "Create");
}

#[test]
fn a_template_comes_before_the_group_and_goes_after_it() {
    let goal = want(&json!({}), Purpose::Create);
    let (bare, history) = (nothing_around(), history(&[]));
    let with = |around| View {
        around: Some(around),
        history: &history,
        now: NOW,
    };
    assert_eq!(word(&decide(&goal, &Observation::Absent, with(&bare))), "Launch");
    let Goal::Present(desired) = &goal else {
        panic!("present")
    };
    let around = prepared(desired);
    let Next::Act(Step::Create(group)) = decide(&goal, &Observation::Absent, with(&around)) else {
        panic!("no create")
    };
    assert_eq!(group.template.version.as_deref(), Some("1"));
    assert_eq!(word(&decide(&absent(), &Observation::Absent, with(&around))), "Launch");
}

#[test]
fn a_change_in_the_template_rolls() {
    let around = prepared(&desired(&json!({"DiskSize": 50})));
    let history = history(&[]);
    let view = View {
        around: Some(&around),
        history: &history,
        now: NOW,
    };
    let goal = want(&json!({"DiskSize": 80}), Purpose::Update);
    assert_eq!(word(&decide(&goal, &present(live(), None), view)), "Launch");
    let goal = want(&json!({"DiskSize": 50}), Purpose::Update);
    let other_version = NodeGroup {
        launch_template: Some(LiveLaunchTemplate {
            version: "7".to_owned(),
            ..LiveLaunchTemplate::default()
        }),
        ..live()
    };
    assert_eq!(
        word(&decide(&goal, &present(other_version, None), view)),
        "UpdateVersion"
    );
}

/// EKS would be asked for a downgrade only after a version was made for nothing.
#[test]
fn what_is_refused_makes_no_version() {
    let goal = want(&json!({"Version": "1.32", "DiskSize": 80}), Purpose::Update);
    let around = prepared(&desired(&json!({})));
    let history = history(&[]);
    let view = View {
        around: Some(&around),
        history: &history,
        now: NOW,
    };
    assert_eq!(word(&decide(&goal, &present(live(), None), view)), "Fail");
}

#[test]
fn leftovers_go_last_and_are_given_up_rather_than_failing() {
    let goal = want(&json!({}), Purpose::Update);
    let mut around = prepared(&desired(&json!({})));
    around.belongings.security_groups.push(SecurityGroup {
        id: "sg-old".to_owned(),
        tags: around.place.tags(),
        rules: [].into(),
    });
    let given_up = History {
        tidying: Tidying::GivenUp,
        ..history(&[])
    };
    for (history, now, expected) in [
        (&history(&[]), NOW, "Launch"),
        (&history(&[]), 3540, "Done"),
        (&given_up, NOW, "Done"),
    ] {
        let view = View {
            around: Some(&around),
            history,
            now,
        };
        assert_eq!(
            word(&decide(&goal, &present(live(), None), view)),
            expected,
            "{history:?} {now}"
        );
    }
}

/// A group that lost its tags and runs on our template would be harmed by its removal.
#[test]
fn the_template_of_a_group_that_lost_its_tags_stays() {
    let around = prepared(&desired(&json!({})));
    let history = history(&[]);
    let view = View {
        around: Some(&around),
        history: &history,
        now: NOW,
    };
    let untagged = NodeGroup {
        tags: BTreeMap::new(),
        ..live()
    };
    assert_eq!(decide(&absent(), &present(untagged.clone(), None), view), done());
    let elsewhere = NodeGroup {
        launch_template: None,
        ..untagged
    };
    assert_eq!(word(&decide(&absent(), &present(elsewhere, None), view)), "Launch");
}
