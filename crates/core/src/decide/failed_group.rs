//! Decisions for a group that EKS could not create.

use super::plan::Step;
use super::{Next, View, as_is, broken, own_template};
use crate::decide::desired::{Desired, Direction, Purpose};
use crate::decide::plan::StepKind;
use crate::nodegroup::group::NodeGroup;

/// A group whose creation failed before this request has no nodes, and EKS refuses to update a CREATE_FAILED group. An
/// update that goes forward deletes the group and creates it again under its name; a rollback leaves the group and
/// succeeds. If the failed creation is this request's own, the request fails.
pub fn next(desired: &Desired, live: &NodeGroup, view: View) -> Next {
    let made_here = view.history.of(StepKind::Create).is_some() || desired.is_of_before(live) == Some(false);
    match (desired.purpose, desired.direction) {
        (Purpose::Create, _) => broken(COULD_NOT, live),
        (Purpose::Update, _) if made_here => broken(COULD_NOT, live),
        // Among events an Update makes no group.
        (Purpose::Update, _) if !desired.owner.requester.may_replace() => broken(COULD_NOT, live),
        (Purpose::Update, Direction::RollingBack) => as_is(
            live,
            "EKS could not create the node group, and the next update makes it again",
        ),
        (Purpose::Update, Direction::Forward | Direction::Unknown) => {
            let due = view.history.of(StepKind::Delete).is_none();
            let first = own_template::restore_template_tags_first(desired, live, view);
            match (due, first) {
                (true, Some(next)) => next,
                (true, None) => Next::Act(Step::Delete(live.target())),
                (false, _) => broken(COULD_NOT, live),
            }
        }
    }
}

const COULD_NOT: &str = "could not be created";
