//! Requests by event: late, twice and out of order.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::decide::history::SeenOwner;
use crate::launch_template::ec2_resources::Template;
use crate::nodegroup::ownership::{Owner, PLUGIN_TAG, REQUESTED_TAG, UNFINISHED_TAG};
use crate::nodegroup::request_order::RequestOrder;
use crate::nodegroup::request_order::Requested;
use crate::nodegroup::requester::Requester;

const EARLIER: &str = "2026-11-26T10:14:00Z 1";
const OWN: &str = "2026-11-26T10:15:00Z 2";
const LATER: &str = "2026-11-26T10:16:00Z 3";

fn order() -> RequestOrder {
    let (time, id) = OWN.split_once(' ').expect("a time and an id");
    RequestOrder::Sent(Requested {
        time: time.to_owned(),
        id: id.to_owned(),
    })
}

fn owner() -> Owner {
    Owner {
        requester: Requester::Sender {
            account: "111122223333".to_owned(),
            source: "com.example".to_owned(),
        },
        logical_id: "Nodes".to_owned(),
    }
}

fn sent(purpose: Purpose) -> Goal {
    let mut wanted = desired(&json!({}));
    wanted.tags = owner().tags().into_iter().chain(order().tags()).collect();
    Goal::Present(Box::new(Desired {
        owner: owner(),
        purpose,
        order: order(),
        current_id: None,
        ..wanted
    }))
}

fn sent_delete() -> Goal {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    Goal::Absent(Identity {
        owner: owner(),
        order: order(),
        ..identity
    })
}

/// A group of the sender that follows this request.
fn following(status: &str, requested: &str) -> Observation {
    let requested = (!requested.is_empty()).then(|| (REQUESTED_TAG.to_owned(), requested.to_owned()));
    let tags: BTreeMap<String, String> = owner().tags().into_iter().chain(requested).collect();
    present(
        NodeGroup {
            tags,
            ..in_status(status)
        },
        None,
    )
}

#[test]
fn an_earlier_request_changes_nothing_that_a_later_one_has_touched() {
    for goal in [sent(Purpose::Create), sent(Purpose::Update), sent_delete()] {
        for status in STATUSES {
            let next = decided(&goal, &following(status, LATER), &history(&[]), NOW);
            let Next::Fail(reason) = next else {
                panic!("{status}: {next:?}")
            };
            assert!(
                reason.contains("superseded by event 3 of 2026-11-26T10:16:00Z"),
                "{reason}"
            );
            assert!(reason.ends_with("[superseded]"), "{reason}");
        }
    }
}

#[test]
fn a_group_is_told_which_request_it_follows() {
    let tagged = || Next::Act(Step::Tag(live().target(), order().tags()));
    for (goal, on_the_group, begun, expected) in [
        (sent(Purpose::Update), EARLIER, &[][..], "Tag"),
        (sent(Purpose::Create), "", &[], "Tag"),
        (sent(Purpose::Update), OWN, &[], "Done"),
        // Somebody overwrites the tag each time, and the function sets it again each time.
        (sent(Purpose::Update), EARLIER, &[(StepKind::Tag, None)], "Tag"),
        (sent_delete(), EARLIER, &[], "Tag"),
        (sent_delete(), OWN, &[], "Delete"),
        (sent_delete(), EARLIER, &[(StepKind::Tag, None)], "Delete"),
    ] {
        let next = decided(&goal, &following("ACTIVE", on_the_group), &history(begun), NOW);
        assert_eq!(word(&next), expected, "{on_the_group} {begun:?} {goal:?}");
        assert!(expected != "Tag" || next == tagged(), "{next:?}");
    }
    let mut just_told = history(&[(StepKind::Tag, None)]);
    for (seconds_ago, expected) in [(1, "ForOthers"), (9, "ForOthers"), (10, "Tag")] {
        just_told.begun[0].at = NOW - seconds_ago;
        let next = decided(&sent(Purpose::Update), &following("ACTIVE", EARLIER), &just_told, NOW);
        assert_eq!(word(&next), expected, "{seconds_ago}");
    }
}

#[test]
fn a_failed_or_half_deleted_group_is_told_before_it_goes_and_a_busy_one_is_waited_for() {
    for (status, expected) in [
        ("CREATE_FAILED", "Tag"),
        ("DELETE_FAILED", "Tag"),
        ("DEGRADED", "Tag"),
        ("CREATING", "ForOthers"),
        ("UPDATING", "ForOthers"),
        ("DELETING", "ForDelete"),
    ] {
        let next = decided(&sent_delete(), &following(status, EARLIER), &history(&[]), NOW);
        assert_eq!(word(&next), expected, "{status}");
    }
}

#[test]
fn an_update_by_event_makes_no_group() {
    let absent = Observation::Absent;
    let next = decided(&sent(Purpose::Update), &absent, &history(&[]), NOW);
    assert!(
        matches!(&next, Next::Fail(reason) if reason.contains("no node group c/n of this resource to change")),
        "{next:?}"
    );
    assert_eq!(
        word(&decided(&sent(Purpose::Create), &absent, &history(&[]), NOW)),
        "Create"
    );
}

/// The function ignores these tags on a stack's groups, even if somebody has set them there.
#[test]
fn a_stacks_request_knows_no_turns() {
    let mut group = live();
    group.tags.insert(REQUESTED_TAG.to_owned(), LATER.to_owned());
    for (goal, expected) in [(want(&json!({}), Purpose::Update), "Done"), (absent(), "Delete")] {
        let next = decided(&goal, &present(group.clone(), None), &history(&[]), NOW);
        assert_eq!(word(&next), expected);
    }
}

/// The mark of a group that a Create by event has made stays until the Create is done, and goes last of all.
#[test]
fn the_mark_of_an_unfinished_group_goes_last_of_all() {
    let marked = |status: &str| {
        let mut seen = following(status, OWN);
        if let Observation::Present { group, .. } = &mut seen {
            group.tags.insert(UNFINISHED_TAG.to_owned(), OWN.to_owned());
        }
        seen
    };
    let Goal::Present(desired) = sent(Purpose::Create) else {
        panic!("present")
    };
    assert_eq!(desired.tags_of_new()[UNFINISHED_TAG], OWN);
    let untag = Next::Act(Step::Untag(live().target(), [UNFINISHED_TAG.to_owned()].into()));
    let goal = Goal::Present(desired.clone());
    for now in [NOW, 3541] {
        assert_eq!(decided(&goal, &marked("ACTIVE"), &history(&[]), now), untag, "{now}");
    }
    let mut submitted = desired;
    submitted.spec.wait_for = WaitFor::Submitted;
    let submitted = Goal::Present(submitted);
    assert_eq!(decided(&submitted, &marked("CREATING"), &history(&[]), NOW), untag);
    let untagged = history(&[(StepKind::Untag, None)]);
    assert_eq!(word(&decided(&submitted, &marked("CREATING"), &untagged, NOW)), "Done");
}

/// The tags of the group decide what is undone, not what this delivery has done.
#[test]
fn only_what_this_request_made_and_did_not_finish_is_undone() {
    let Goal::Absent(identity) = sent_delete() else {
        panic!("absent")
    };
    let undo = Goal::Absent(Identity {
        delete_scope: DeleteScope::OfThisRequest,
        ..identity
    });
    for (mark, expected) in [
        (Some(OWN), "Delete"),
        (Some(EARLIER), "Done"),
        (Some(LATER), "Done"),
        (None, "Done"),
    ] {
        let mut seen = following("CREATE_FAILED", OWN);
        if let Observation::Present { group, .. } = &mut seen {
            let mark = mark.map(|mark| (UNFINISHED_TAG.to_owned(), mark.to_owned()));
            group.tags.extend(mark);
        }
        for begun in [&[][..], &[(StepKind::Create, None)]] {
            assert_eq!(word(&decided(&undo, &seen, &history(begun), NOW)), expected, "{mark:?}");
        }
    }
}

/// The group is tagged before a version of the launch template is made for it, and before the device plugin is removed.
#[test]
fn a_group_is_told_before_anything_else_is_changed() {
    let nothing = nothing_around();
    let next = |goal: &Goal, seen: &Observation, history: &History| {
        let view = View {
            surroundings: Some(&nothing),
            outside_eks: &LOOKED,
            history,
            now: NOW,
        };
        word(&decide(goal, seen, view))
    };
    let with_plugin = |status: &str, requested: &str| {
        let mut seen = following(status, requested);
        if let Observation::Present { group, .. } = &mut seen {
            group.tags.insert(PLUGIN_TAG.to_owned(), "nvidia".to_owned());
        }
        seen
    };
    let update = sent(Purpose::Update);
    for (goal, seen, begun, expected) in [
        (&update, following("ACTIVE", EARLIER), &[][..], "Tag"),
        (&update, following("ACTIVE", OWN), &[], "Launch"),
        (&update, following("ACTIVE", EARLIER), &[(StepKind::Tag, None)], "Tag"),
        (&sent_delete(), with_plugin("ACTIVE", EARLIER), &[], "Tag"),
        (&sent_delete(), with_plugin("UPDATING", EARLIER), &[], "ForOthers"),
        (&sent_delete(), with_plugin("ACTIVE", OWN), &[], "LeavePlugin"),
        (
            &sent_delete(),
            with_plugin("ACTIVE", EARLIER),
            &[(StepKind::Tag, None)],
            "LeavePlugin",
        ),
    ] {
        assert_eq!(next(goal, &seen, &history(begun)), expected, "{seen:?} {begun:?}");
    }
}

/// EC2 resources for a group that does not exist, made for the event that `requested` names.
fn left(requested: &str) -> Surroundings {
    let mut surroundings = nothing_around();
    surroundings.group_ref.owner = owner();
    let mut tags = surroundings.group_ref.tags();
    tags.insert(REQUESTED_TAG.to_owned(), requested.to_owned());
    surroundings.ec2_resources.templates.push(Template {
        id: "lt-left".to_owned(),
        tags,
        versions: vec![],
    });
    surroundings
}

/// An earlier Delete may be about to remove the resources, and a group that was made with them could never be changed
/// again.
#[test]
fn a_create_waits_for_what_an_earlier_request_takes_away() {
    for (requested, since, expected) in [
        (EARLIER, NOW - 59, "ForOthers"),
        (EARLIER, NOW - 60, "Launch"),
        (OWN, NOW, "Launch"),
        (LATER, NOW, "Launch"),
    ] {
        let surroundings = left(requested);
        let mut history = history(&[]);
        history.seen = Some(SeenOwner::Absent { since });
        let view = View {
            surroundings: Some(&surroundings),
            outside_eks: &LOOKED,
            history: &history,
            now: NOW,
        };
        let next = decide(&sent(Purpose::Create), &Observation::Absent, view);
        assert_eq!(word(&next), expected, "{requested} {since}");
    }
}

/// A group with the user's launch template needs none of the resources that go.
#[test]
fn a_create_with_a_template_of_the_users_waits_for_nothing() {
    let Goal::Present(mut wanted) = sent(Purpose::Create) else {
        panic!("present")
    };
    wanted.spec.launch_template = desired(&json!({"LaunchTemplate": {"Id": "lt-1"}})).spec.launch_template;
    let surroundings = left(EARLIER);
    let mut history = history(&[]);
    history.seen = Some(SeenOwner::Absent { since: NOW });
    let view = View {
        surroundings: Some(&surroundings),
        outside_eks: &LOOKED,
        history: &history,
        now: NOW,
    };
    let next = decide(&Goal::Present(wanted), &Observation::Absent, view);
    assert_eq!(word(&next), "Create");
}

/// A listener would believe that a running group is gone. Nobody was told that the undo of a failed request would
/// delete a group.
#[test]
fn a_delete_of_a_group_that_is_not_the_senders_fails() {
    let Goal::Absent(identity) = sent_delete() else {
        panic!("absent")
    };
    let foreign = present(live(), None);
    for (delete_scope, expected) in [(DeleteScope::Any, "Fail"), (DeleteScope::OfThisRequest, "Done")] {
        let goal = Goal::Absent(Identity {
            delete_scope: delete_scope.clone(),
            ..identity.clone()
        });
        let next = decided(&goal, &foreign, &history(&[]), NOW);
        assert_eq!(word(&next), expected, "{delete_scope:?}");
        if let Next::Fail(reason) = next {
            assert!(reason.contains("isn't this resource's"), "{reason}");
        }
    }
}

/// A later Create makes its group with the template at this moment.
#[test]
fn a_delete_leaves_what_a_later_create_has_made() {
    for (requested, expected) in [(EARLIER, "Launch"), (OWN, "Launch"), (LATER, "Done")] {
        let surroundings = left(requested);
        let history = history(&[]);
        let view = View {
            surroundings: Some(&surroundings),
            outside_eks: &LOOKED,
            history: &history,
            now: NOW,
        };
        let next = decide(&sent_delete(), &Observation::Absent, view);
        assert_eq!(word(&next), expected, "{requested}");
    }
}

/// A request by event for an Update creates no group, so it also deletes none in order to create it again.
#[test]
fn an_update_by_event_leaves_a_group_that_could_not_be_created() {
    let next = decided(
        &sent(Purpose::Update),
        &following("CREATE_FAILED", OWN),
        &history(&[]),
        NOW,
    );
    assert_eq!(word(&next), "Fail");
}
