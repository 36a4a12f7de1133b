//! Boundaries between the decisions.

use serde_json::json;

use super::live_groups::{in_place_of, in_place_of_old};
use super::*;

fn created(seconds_ago: u64) -> History {
    let mut history = history(&[(StepKind::Create, None)]);
    history.begun[0].at = NOW - seconds_ago;
    history
}

/// The warnings of the successful request, for a settled group and after these steps.
#[track_caller]
fn warned(desired: Desired, live: NodeGroup, begun: &[(StepKind, Option<&str>)]) -> Vec<String> {
    let goal = Goal::Present(Box::new(desired));
    match decided(&goal, &present(live, None), &history(begun), NOW) {
        Next::Done { warnings, .. } => warnings,
        next => panic!("{next:?}"),
    }
}

#[test]
fn a_group_that_was_just_made_may_be_unseen_for_a_minute() {
    let goal = want(&json!({}), Purpose::Create);
    for (seconds_ago, expected) in [(0, "ForCreate"), (59, "ForCreate"), (60, "Fail")] {
        let next = decided(&goal, &Observation::Absent, &created(seconds_ago), NOW);
        assert_eq!(word(&next), expected, "{seconds_ago}");
    }
}

/// The request has seen the group, so its absence is no lag of EKS's reads.
#[test]
fn a_group_that_somebody_deletes_while_it_is_made_fails_at_once() {
    let goal = want(&json!({}), Purpose::Create);
    let next = decided(&goal, &present(in_status("DELETING"), None), &created(10), NOW);
    assert!(
        matches!(&next, Next::Fail(reason) if reason.contains("deleted by somebody else")),
        "{next:?}"
    );
}

#[test]
fn what_an_update_left_as_it_was_is_told() {
    let decided = |what: &str| {
        vec![format!(
            "EKS took the update, but the node group's {what} still differs from the template"
        )]
    };
    let (config, version) = (
        (StepKind::UpdateConfig, Some("u")),
        (StepKind::UpdateVersion, Some("u")),
    );
    for (changes, begun, expected) in [
        (json!({"Labels": {"a": "b"}}), config, decided("configuration")),
        (
            json!({"ReleaseVersion": "1.33.1-20260301"}),
            version,
            decided("version"),
        ),
        (json!({"Version": "1.34"}), version, decided("version")),
        (json!({"ReleaseVersion": "latest"}), version, vec![]),
        (json!({"Tags": {"t": "1"}}), (StepKind::Tag, None), decided("tags")),
    ] {
        assert_eq!(warned(desired(&changes), live(), &[begun]), expected, "{changes}");
    }
    let mut tagged = live();
    tagged.tags.insert("gone".to_owned(), "1".to_owned());
    let untags = Desired {
        removed_tags: ["gone".to_owned()].into(),
        ..desired(&json!({}))
    };
    assert_eq!(warned(untags, tagged, &[(StepKind::Untag, None)]), decided("tags"));
}

/// A newer release alone is no difference that is left, but another version of the template is.
#[test]
fn a_template_that_does_not_run_after_a_roll_is_told() {
    let mut on_another = live();
    on_another.launch_template = Some(LiveLaunchTemplate {
        version: "7".to_owned(),
        ..LiveLaunchTemplate::default()
    });
    let latest = desired(&json!({"ReleaseVersion": "latest"}));
    let warnings = warned(latest, on_another, &[(StepKind::UpdateVersion, Some("u"))]);
    assert!(warnings[0].contains("version still differs"), "{warnings:?}");
}

#[test]
fn health_issues_of_a_group_that_is_there_are_told() {
    let ill = NodeGroup {
        issues: vec![issue("IamNodeRoleNotFound", "gone", "role")],
        ..live()
    };
    let expected = "node group c/n has health issues: IamNodeRoleNotFound: gone [role]";
    assert_eq!(warned(desired(&json!({})), ill, &[]), [expected]);
    assert_eq!(warned(desired(&json!({})), live(), &[]), Vec::<String>::new());
}

#[test]
fn submitted_does_not_wait() {
    let goal = |purpose| want(&json!({"WaitFor": "Submitted", "Labels": {"a": "b"}}), purpose);
    let creating = present(in_status("CREATING"), None);
    assert_eq!(
        word(&decided(
            &goal(Purpose::Create),
            &creating,
            &history(&[(StepKind::Create, None)]),
            NOW
        )),
        "Done"
    );
    let updating = present(in_status("UPDATING"), Some(UpdateState::InProgress));
    assert_eq!(
        word(&decided(
            &goal(Purpose::Update),
            &updating,
            &history(&[(StepKind::UpdateConfig, Some("u"))]),
            NOW
        )),
        "Done"
    );
}

#[test]
fn only_the_last_update_of_a_request_that_does_not_wait_is_left_running() {
    let config = (StepKind::UpdateConfig, Some("u"));
    let version = (StepKind::UpdateVersion, Some("u"));
    for (wait_for, changes, begun, expected) in [
        ("Submitted", json!({"Labels": {"a": "b"}}), config, "Done"),
        (
            "Submitted",
            json!({"Labels": {"a": "b"}, "Version": "1.34"}),
            version,
            "ForVersionUpdate",
        ),
        ("Active", json!({"Labels": {"a": "b"}}), config, "ForConfigUpdate"),
        ("Active", json!({}), config, "ForConfigUpdate"),
    ] {
        let mut changes = changes;
        changes["WaitFor"] = json!(wait_for);
        let updating = present(in_status("UPDATING"), Some(UpdateState::InProgress));
        let next = decided(&want(&changes, Purpose::Update), &updating, &history(&[begun]), NOW);
        assert_eq!(word(&next), expected, "{changes} {begun:?}");
    }
}

/// Two deliveries of an update may work at once. One delivery creates anew what the other has undone, and reports that.
#[test]
fn what_another_delivery_has_made_anew_is_not_undone() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    let goal = Goal::Absent(Identity {
        delete_scope: in_place_of_old(None),
        ..identity
    });
    let first = |made: Option<u64>| History {
        first_made: made,
        ..history(&[])
    };
    for (seen_first, made, status, expected) in [
        (Some(NOW - 600), Some(NOW - 600), "ACTIVE", "Delete"),
        (Some(NOW - 600), Some(NOW - 30), "ACTIVE", "Done"),
        (Some(NOW - 600), Some(NOW - 30), "CREATING", "Done"),
        // No delivery, or an earlier release, has seen the group.
        (None, Some(NOW - 30), "ACTIVE", "Delete"),
        (Some(NOW - 600), None, "ACTIVE", "Delete"),
    ] {
        let live = NodeGroup {
            created_at: made,
            ..in_status(status)
        };
        let next = decided(
            &goal,
            &present(in_place_of(live, "c/old"), None),
            &first(seen_first),
            NOW,
        );
        assert_eq!(word(&next), expected, "{status} {seen_first:?} {made:?}");
    }
}
