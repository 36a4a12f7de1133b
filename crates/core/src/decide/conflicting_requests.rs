//! Decisions for a group that events request: which request the group follows, and what a request by event may not do.

use super::history::SeenOwner;
use super::plan::{Plan, Step};
use super::{DeleteScope, Identity, NeededRead, Next, View, Waiting, foreign};
use crate::decide::desired::{Desired, Purpose};
use crate::decide::plan::StepKind;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::request_order::Requested;
use crate::nodegroup::requester::Requester;

/// How long, in seconds, a tag may be missing after the function set it, before the function sets it once more. An
/// earlier request that read the group a moment before may have overwritten the tag.
const SEEN_WITHIN_SECONDS: u64 = 10;

/// How long, in seconds, a Create waits for resources that an earlier Delete may be about to remove. A resource that is
/// still there afterwards was left by a function that crashed for good, and the Create uses it.
const GONE_WITHIN_SECONDS: u64 = 60;

/// EC2 may hold resources of an earlier event. The function does not create a group with them until it is sure that no
/// other request removes them: a group without its launch template could never be changed again.
pub fn wait_for_ec2_removal(desired: &Desired, view: View) -> Option<Next> {
    let due = desired.owner.requester.may_overlap() && desired.spec.launch_template.is_none();
    let Some(SeenOwner::Absent { since }) = view.history.seen.filter(|_| due) else {
        return None;
    };
    let Some(surroundings) = view.surroundings else {
        return Some(Next::Look(NeededRead::Surroundings));
    };
    let group_ref = desired.group_ref();
    let mut left = surroundings.ec2_resources.tags(&group_ref);
    let waits = view.now < since + GONE_WITHIN_SECONDS && left.any(|tags| desired.order.lacks_request_tag(tags));
    waits.then_some(Next::Wait(Waiting::ForOthers))
}

/// A request by event for an Update never creates a group. With a misspelt name the Update would create a second group,
/// and nobody would delete the first.
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

/// The end of a Delete for a group that belongs to somebody else. In a stack the Delete succeeds, since the Delete
/// after a failed Create must succeed. By event it fails, since a listener would otherwise believe that a running group
/// is gone.
pub fn end_of_foreign_delete(identity: &Identity, live: &NodeGroup, next: Next) -> Next {
    let asked_for = identity.delete_scope == DeleteScope::Any;
    match (next, &identity.owner.requester) {
        (Next::Done { .. }, Requester::Sender { .. }) if asked_for => Next::Fail(foreign(live)),
        (next, Requester::Stack { .. } | Requester::Sender { .. }) => next,
    }
}

/// Tags the group with the request that it follows before anything changes for the group, in EC2 too. An earlier
/// request that still works on the group sees the tag at its next poll, and stops.
pub fn tag_with_request_first(desired: &Desired, live: &NodeGroup, plan: Plan, view: View) -> Option<Next> {
    if !desired.order.lacks_request_tag(&live.tags) {
        return None;
    }
    let tag = || plan.steps.into_iter().find(|step| step.kind() == StepKind::Tag);
    tag_with_request_again(desired, live, view).or_else(|| tag().map(Next::Act))
}

/// The tag was set, and isn't there.
fn tag_with_request_again(desired: &Desired, live: &NodeGroup, view: View) -> Option<Next> {
    let told = view
        .history
        .begun
        .iter()
        .rev()
        .find(|begun| begun.step == StepKind::Tag)?;
    Some(if view.now < told.at + SEEN_WITHIN_SECONDS {
        Next::Wait(Waiting::ForOthers)
    } else {
        Next::Act(Step::Tag(live.target(), desired.order.tags()))
    })
}

/// The function tags a group also before it deletes the group. So an earlier Create that is delivered meanwhile sees
/// that a later request supersedes it.
pub fn needs_request_tag(identity: &Identity, live: &NodeGroup, view: View) -> bool {
    view.history.of(StepKind::Tag).is_none() && identity.order.lacks_request_tag(&live.tags)
}
