//! Decisions for a group that shall go.

use std::collections::BTreeMap;

use super::plan::Step;
use super::reasons::{STAYS, broken};
use super::{DeleteScope, Identity, Next, View, Waiting, conflicting_requests, outside_eks, own_template};
use crate::decide::plan::StepKind;
use crate::nodegroup::group::{NodeGroup, Status};
use crate::nodegroup::ownership::{Confirmation, Replaces};

/// The next step of the removal of the group of `identity`, which exists as `live`. A group that the request may not
/// delete stays, with its resources in EC2.
pub fn remove(identity: &Identity, live: &NodeGroup, view: View) -> Next {
    if !identity.owner.owns(&live.tags) {
        return conflicting_requests::end_of_foreign_delete(
            identity,
            live,
            own_template::clear_leftovers_of_own_create(identity, live, view),
        );
    }
    if !is_meant(identity, live, view) {
        return left(identity, live);
    }
    if let Some(later) = identity.order.superseded_by(&live.tags) {
        return Next::Fail(conflicting_requests::superseded(live, &later));
    }
    let untold = conflicting_requests::needs_request_tag(identity, live, view);
    let gone = matches!(live.status, Status::Deleting);
    if let Some(next) = outside_eks::leave(live, view).filter(|_| !gone && !untold) {
        return next;
    }
    match &live.status {
        Status::Active | Status::Degraded | Status::CreateFailed | Status::DeleteFailed if untold => {
            Next::Act(Step::Tag(live.target(), identity.order.tags()))
        }
        Status::Active | Status::Degraded | Status::CreateFailed => Next::Act(Step::Delete(live.target())),
        Status::DeleteFailed if view.history.of(StepKind::Delete).is_none() => Next::Act(Step::Delete(live.target())),
        Status::DeleteFailed => broken(
            "could not be deleted; once what holds it is gone, delete the stack again",
            live,
        ),
        Status::Deleting => Next::Wait(Waiting::ForDelete),
        Status::Creating | Status::Updating | Status::Unknown(_) => Next::Wait(Waiting::ForOthers),
    }
}

/// A group that the request may not delete stays. If the Delete has an ID that names no group, a warning says so.
fn left(identity: &Identity, live: &NodeGroup) -> Next {
    let warning = match identity.delete_scope {
        DeleteScope::CreatedSince(_) => Some(format!(
            "node group {}/{} of this stack and resource {STAYS}, so a policy of Retain may have kept it; if nothing needs it, delete it \
             with `aws eks delete-nodegroup --cluster-name {} --nodegroup-name {}`",
            live.cluster, live.name, live.cluster, live.name
        )),
        DeleteScope::Any | DeleteScope::InPlaceOf { .. } | DeleteScope::OfThisRequest => None,
    };
    Next::Done {
        attributes: BTreeMap::new(),
        warnings: warning.into_iter().collect(),
    }
}

/// Whether the request may delete the group. A group without a creation time counts as not created within any period.
fn is_meant(identity: &Identity, live: &NodeGroup, view: View) -> bool {
    match &identity.delete_scope {
        DeleteScope::Any => true,
        DeleteScope::CreatedSince(since) => live.created_at.is_some_and(|created| created >= *since),
        DeleteScope::InPlaceOf { id, since } => {
            let newer = since.is_none_or(|since| live.created_at.is_some_and(|created| created >= since));
            newer && is_unconfirmed_in_place_of(live, id) && !made_anew(live, view)
        }
        DeleteScope::OfThisRequest => identity.order.has_not_finished(&live.tags),
    }
}

fn is_unconfirmed_in_place_of(live: &NodeGroup, id: &str) -> bool {
    let replaces = Replaces::on(&live.tags);
    replaces.is_some_and(|replaces| replaces.id == id && replaces.known == Confirmation::Unconfirmed)
}

/// Another delivery of the same update may have removed the group that this one undoes, and created it anew.
fn made_anew(live: &NodeGroup, view: View) -> bool {
    let made = view.history.first_made.zip(live.created_at);
    made.is_some_and(|(first, now)| first != now)
}
