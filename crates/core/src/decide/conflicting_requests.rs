//! What the decision says where a group is asked for by events: which of them it follows, and what none of them may do.

use super::history::Seen;
use super::plan::{Plan, Step};
use super::{Identity, Look, Next, View, Waiting, Which, foreign};
use crate::decide::desired::{Desired, Purpose};
use crate::decide::plan::StepKind;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::request_order::Requested;
use crate::nodegroup::requester::Requester;

/// How long, in seconds, a tag that was set may be missing before it is set once more. An earlier request that looked at the
/// group a moment before may have written over it.
const SEEN_WITHIN_SECONDS: u64 = 10;

/// How long, in seconds, a Create waits for what an earlier Delete may be about to take away. What is there longer was left by a
/// function that crashed for good, and is taken up.
const GONE_WITHIN_SECONDS: u64 = 60;

/// A group isn't made with what an earlier event's has left in EC2 before it is sure that nobody takes that away: without its launch
/// template a group could never be changed again.
pub fn waits_for_what_goes(desired: &Desired, view: View) -> Option<Next> {
    let due = desired.owner.requester.may_overlap() && desired.spec.launch_template.is_none();
    let Some(Seen::Absent { since }) = view.history.seen.filter(|_| due) else {
        return None;
    };
    let Some(around) = view.around else {
        return Some(Next::Look(Look::Around));
    };
    let place = desired.place();
    let mut left = around.belongings.tags(&place);
    let waits = view.now < since + GONE_WITHIN_SECONDS && left.any(|tags| desired.turn.is_untold(tags));
    waits.then_some(Next::Wait(Waiting::ForOthers))
}

/// Among events an Update never makes a group: under a name that is spelled otherwise it would be a second one, and nobody would
/// delete the first.
pub fn only_changes(desired: &Desired) -> bool {
    !desired.owner.requester.may_replace() && desired.purpose == Purpose::Update
}

pub fn nothing_to_change(desired: &Desired) -> String {
    format!(
        "there is no node group {}/{} of this resource to change; send a Create, or the PhysicalResourceId of the group that \
         is meant [nothing-to-change]",
        desired.spec.cluster, desired.name
    )
}

pub fn superseded(live: &NodeGroup, later: &Requested) -> String {
    format!(
        "superseded by event {} of {}: node group {}/{} follows that one, which was sent later, so this request changes nothing \
         [superseded]",
        later.id, later.time, live.cluster, live.name
    )
}

/// A Delete that is done, but for a group that isn't its sender's. In a stack that is a success, since the Delete after a failed
/// Create must be one. A listener would take a group for gone that runs.
pub fn of_a_foreign_group(identity: &Identity, live: &NodeGroup, next: Next) -> Next {
    let asked_for = identity.which == Which::Any;
    match (next, &identity.owner.requester) {
        (Next::Done { .. }, Requester::Sender { .. }) if asked_for => Next::Fail(foreign(live)),
        (next, Requester::Stack { .. } | Requester::Sender { .. }) => next,
    }
}

/// A group is told which request it follows before anything is changed for it, in EC2 too: an earlier one that is still under way
/// sees it at its next look, and stops.
pub fn told_first(desired: &Desired, live: &NodeGroup, plan: Plan, view: View) -> Option<Next> {
    if !desired.turn.is_untold(&live.tags) {
        return None;
    }
    let tag = || plan.steps.into_iter().find(|step| step.kind() == StepKind::Tag);
    told_again(desired, live, view).or_else(|| tag().map(Next::Act))
}

/// The tag was set, and isn't there.
fn told_again(desired: &Desired, live: &NodeGroup, view: View) -> Option<Next> {
    let told = view
        .history
        .begun
        .iter()
        .rev()
        .find(|begun| begun.step == StepKind::Tag)?;
    Some(if view.now < told.at + SEEN_WITHIN_SECONDS {
        Next::Wait(Waiting::ForOthers)
    } else {
        Next::Act(Step::Tag(live.target(), desired.turn.tags()))
    })
}

/// A group is told before it is deleted. An earlier Create that is delivered while it goes sees so that its time is over.
pub fn is_to_be_told(identity: &Identity, live: &NodeGroup, view: View) -> bool {
    view.history.of(StepKind::Tag).is_none() && identity.turn.is_untold(&live.tags)
}
