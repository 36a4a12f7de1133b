//! What the decision says of a group that EKS could not create.

use super::plan::Step;
use super::{Next, View, as_is, broken, own_template};
use crate::decide::desired::{Desired, Direction, Purpose};
use crate::decide::plan::StepKind;
use crate::nodegroup::group::NodeGroup;

/// A group whose creation failed before this request can't be updated (EKS refuses updates of a CREATE_FAILED group), and nothing
/// runs on it. Going forward it is deleted and made again under its name; a rollback leaves it and succeeds. A creation of this
/// request's own that failed fails the request.
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
            let first = own_template::tagged_first(desired, live, view);
            match (due, first) {
                (true, Some(next)) => next,
                (true, None) => Next::Act(Step::Delete(live.target())),
                (false, _) => broken(COULD_NOT, live),
            }
        }
    }
}

const COULD_NOT: &str = "could not be created";
