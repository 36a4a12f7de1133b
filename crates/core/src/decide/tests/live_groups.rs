//! Running groups that the decision leaves, whatever CloudFormation does.

use serde_json::json;

use super::*;
use crate::decide::history::Updates;
use crate::nodegroup::ownership::REPLACES_TAG;

type BegunUpdate = (StepKind, Option<&'static str>);

pub fn in_place_of_old(since: Option<u64>) -> DeleteScope {
    DeleteScope::InPlaceOf {
        id: "c/old".to_owned(),
        since,
    }
}

pub fn in_place_of(mut live: NodeGroup, mark: &str) -> NodeGroup {
    live.tags.insert(REPLACES_TAG.to_owned(), mark.to_owned());
    live
}

/// The user may keep a group on purpose, by an `UpdateReplacePolicy` of `Retain`: one without the mark, a confirmed
/// one, or one that is older than the request.
#[test]
fn clearing_up_removes_only_what_this_update_has_made() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    for (mark, made, since, expected) in [
        (None, Some(NOW), None, "Done"),
        (Some("c/older"), Some(NOW), None, "Done"),
        (Some("c/old confirmed"), Some(NOW), None, "Done"),
        (Some("c/old"), Some(NOW), None, "Delete"),
        (Some("c/old"), Some(NOW), Some(NOW), "Delete"),
        (Some("c/old"), Some(NOW), Some(NOW + 1), "Done"),
        (Some("c/old"), None, Some(NOW), "Done"),
    ] {
        let goal = Goal::Absent(Identity {
            delete_scope: in_place_of_old(since),
            ..identity.clone()
        });
        let live = NodeGroup {
            created_at: made,
            ..live()
        };
        let live = mark.map_or_else(|| live.clone(), |mark| in_place_of(live.clone(), mark));
        let next = decided(&goal, &present(live, None), &history(&[]), NOW);
        assert_eq!(word(&next), expected, "{mark:?} {made:?} {since:?}");
    }
}

/// A Create whose name CloudFormation never learnt may or may not have created the group.
#[test]
fn an_invented_id_removes_only_what_is_as_new_as_the_operation() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    let goal = Goal::Absent(Identity {
        delete_scope: DeleteScope::CreatedSince(NOW),
        ..identity
    });
    for (made, expected) in [(Some(NOW), "Delete"), (Some(NOW - 1), "Done"), (None, "Done")] {
        let live = NodeGroup {
            created_at: made,
            ..live()
        };
        assert_eq!(
            word(&decided(&goal, &present(live, None), &history(&[]), NOW)),
            expected,
            "{made:?}"
        );
    }
}

/// EKS refuses every update of a group whose creation failed.
#[test]
fn a_failed_group_of_before_is_made_again_and_left_by_a_rollback() {
    use Direction::{Forward, RollingBack, Unknown};
    let (create, delete): (BegunUpdate, BegunUpdate) = ((StepKind::Create, None), (StepKind::Delete, None));
    for (purpose, direction, made, begun, expected) in [
        (Purpose::Update, Forward, NOW - 100, vec![], "Delete"),
        (Purpose::Update, Unknown, NOW - 100, vec![], "Delete"),
        (Purpose::Update, RollingBack, NOW - 100, vec![], "Done"),
        (Purpose::Update, Forward, NOW - 100, vec![delete], "Fail"),
        (Purpose::Update, Forward, NOW, vec![], "Fail"),
        (Purpose::Update, RollingBack, NOW, vec![], "Fail"),
        (Purpose::Update, Forward, NOW - 100, vec![create], "Fail"),
        (Purpose::Create, Forward, NOW, vec![], "Fail"),
        (Purpose::Create, Forward, NOW - 100, vec![], "Fail"),
    ] {
        let desired = Desired {
            purpose,
            direction,
            sent: Some(NOW),
            ..desired(&json!({}))
        };
        let live = NodeGroup {
            created_at: Some(made),
            ..in_status("CREATE_FAILED")
        };
        let next = decided(
            &Goal::Present(Box::new(desired)),
            &present(live, None),
            &history(&begun),
            NOW,
        );
        assert_eq!(word(&next), expected, "{purpose:?} {direction:?} {made}");
    }
}

/// No Create takes over a group that a policy of Retain has kept.
#[test]
fn a_create_refuses_a_group_that_was_there_before() {
    for (made, sent, begun_here, expected) in [
        (Some(NOW - 1), Some(NOW), false, "Fail"),
        (Some(NOW - 1), Some(NOW), true, "Done"),
        (Some(NOW), Some(NOW), false, "Done"),
        (Some(NOW - 1), None, false, "Done"),
        (None, Some(NOW), false, "Done"),
    ] {
        let desired = Desired {
            purpose: Purpose::Create,
            sent,
            ..desired(&json!({}))
        };
        let live = NodeGroup {
            created_at: made,
            ..live()
        };
        let begun: &[BegunUpdate] = if begun_here { &[(StepKind::Create, None)] } else { &[] };
        let next = decided(
            &Goal::Present(Box::new(desired)),
            &present(live, None),
            &history(begun),
            NOW,
        );
        assert_eq!(word(&next), expected, "{made:?} {sent:?} {begun_here}");
    }
}

/// A process may die after it has begun the update that degrades the group.
#[test]
fn a_group_that_was_degraded_by_an_earlier_delivery_fails_the_request() {
    use Direction::{Forward, RollingBack, Unknown};
    for (direction, sent, updates, expected) in [
        (Forward, None, None, "Done"),
        (Forward, Some(NOW), None, "Updates"),
        (Unknown, Some(NOW), None, "Updates"),
        (Forward, Some(NOW), Some(Updates::None), "Done"),
        (Forward, Some(NOW), Some(Updates::Found), "Fail"),
        (RollingBack, Some(NOW), Some(Updates::Found), "Done"),
    ] {
        let desired = Desired {
            direction,
            sent,
            ..desired(&json!({}))
        };
        let history = History {
            first_status: Some("DEGRADED".to_owned()),
            updates_since_sent: updates,
            ..history(&[])
        };
        let seen = present(in_status("DEGRADED"), None);
        let next = decided(&Goal::Present(Box::new(desired)), &seen, &history, NOW);
        assert_eq!(word(&next), expected, "{direction:?} {sent:?} {updates:?}");
    }
}

/// A stack whose operation is over begins nothing, and a repeated Create does not change the size that an autoscaler
/// set.
#[test]
fn a_request_of_an_ended_operation_repeats_what_runs() {
    let Goal::Absent(identity) = absent() else {
        panic!("absent")
    };
    let goal = Goal::Repeat(identity);
    let foreign = NodeGroup {
        tags: [].into(),
        ..live()
    };
    for (seen, expected) in [
        (present(live(), None), "Done"),
        (present(in_status("UPDATING"), None), "Done"),
        (present(foreign, None), "Fail"),
        (Observation::Absent, "Fail"),
    ] {
        assert_eq!(word(&decided(&goal, &seen, &history(&[]), NOW)), expected, "{seen:?}");
    }
}
