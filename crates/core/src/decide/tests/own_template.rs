//! Decisions about the launch template that the function makes.

use serde_json::json;

use super::*;

fn with<'a>(surroundings: &'a Surroundings, history: &'a History) -> View<'a> {
    View {
        surroundings: Some(surroundings),
        outside_eks: &LOOKED,
        history,
        now: NOW,
    }
}

fn undecided(goal: &Goal, seen: &Observation) -> String {
    let history = history(&[]);
    let view = View {
        surroundings: None,
        outside_eks: &LOOKED,
        history: &history,
        now: NOW,
    };
    word(&decide(goal, seen, view))
}

/// The function reads only what it needs: a wait costs one call.
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
    assert_eq!(
        word(&decide(&goal, &Observation::Absent, with(&bare, &history))),
        "Launch"
    );
    let Goal::Present(desired) = &goal else {
        panic!("present")
    };
    let surroundings = prepared(desired);
    let Next::Act(Step::Create(_, group)) = decide(&goal, &Observation::Absent, with(&surroundings, &history)) else {
        panic!("no create")
    };
    assert_eq!(group.template.version.as_deref(), Some("1"));
    assert_eq!(
        word(&decide(&absent(), &Observation::Absent, with(&surroundings, &history))),
        "Launch"
    );
}

#[test]
fn a_change_in_the_template_rolls() {
    let surroundings = prepared(&desired(&json!({"DiskSize": 50})));
    let history = history(&[]);
    let view = with(&surroundings, &history);
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

/// EKS would refuse the downgrade only after a version was made for nothing.
#[test]
fn what_is_refused_makes_no_version() {
    let goal = want(&json!({"Version": "1.32", "DiskSize": 80}), Purpose::Update);
    let surroundings = prepared(&desired(&json!({})));
    let history = history(&[]);
    let view = with(&surroundings, &history);
    assert_eq!(word(&decide(&goal, &present(live(), None), view)), "Fail");
}

#[test]
fn leftovers_go_last_and_are_given_up_rather_than_failing() {
    let goal = want(&json!({}), Purpose::Update);
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
    for (history, now, expected) in [
        (&history(&[]), NOW, "Launch"),
        (&history(&[]), 3540, "Done"),
        (&given_up, NOW, "Done"),
    ] {
        let view = View {
            surroundings: Some(&surroundings),
            outside_eks: &LOOKED,
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

/// EC2 launches nodes with the old version until then, even though the roll has begun and ended.
#[test]
fn nothing_goes_while_another_version_runs() {
    let goal = want(&json!({}), Purpose::Update);
    let mut surroundings = prepared(&desired(&json!({})));
    surroundings.ec2_resources.security_groups.push(SecurityGroup {
        id: "sg-old".to_owned(),
        vpc: "vpc-1".to_owned(),
        tags: surroundings.group_ref.tags(),
        rules: [].into(),
    });
    let rolled = history(&[(StepKind::UpdateVersion, Some("u"))]);
    let mut group = live();
    for (version, expected) in [("1", "Launch"), ("7", "Done")] {
        group.launch_template.as_mut().expect("a template").version = version.to_owned();
        let next = decide(&goal, &present(group.clone(), None), with(&surroundings, &rolled));
        assert_eq!(word(&next), expected, "{version}");
    }
}

/// The removal of the template would harm a group that lost its tags and runs on it.
#[test]
fn the_template_of_a_group_that_lost_its_tags_stays() {
    let surroundings = prepared(&desired(&json!({})));
    let history = history(&[]);
    let view = with(&surroundings, &history);
    let untagged = NodeGroup {
        tags: BTreeMap::new(),
        ..live()
    };
    assert_eq!(decide(&absent(), &present(untagged.clone(), None), view), done());
    let another = LiveLaunchTemplate {
        id: "lt-2".to_owned(),
        ..LiveLaunchTemplate::default()
    };
    for launch_template in [None, Some(another)] {
        let elsewhere = NodeGroup {
            launch_template,
            ..untagged.clone()
        };
        assert_eq!(word(&decide(&absent(), &present(elsewhere, None), view)), "Launch");
    }
}

/// Max pods cannot be computed if EC2 does not describe the types. An update fails with that, and a rollback must not.
#[test]
fn a_rollback_does_not_fail_for_a_template_that_can_not_be_had() {
    let computed = desired(&json!({"MaxPods": {"PrefixDelegation": true}}));
    let surroundings = prepared(&desired(&json!({})));
    let history = history(&[]);
    let view = with(&surroundings, &history);
    let seen = present(live(), None);
    let forward = Goal::Present(Box::new(computed.clone()));
    assert_eq!(word(&decide(&forward, &seen, view)), "Fail");
    let back = Goal::Present(Box::new(Desired {
        direction: Direction::RollingBack,
        ..computed
    }));
    let Next::Done { warnings, .. } = decide(&back, &seen, view) else {
        panic!("not done")
    };
    assert!(
        warnings
            .iter()
            .any(|warning| warning.contains("left as it is: MaxPods")),
        "{warnings:?}"
    );
}
