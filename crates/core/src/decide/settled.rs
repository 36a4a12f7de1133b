//! Decisions for a group whose updates are done: whether it is healthy, and which steps outside EKS follow.

use super::history::Updates;
use super::plan::Step;
use super::reasons::{broken, has_issues};
use super::{NeededRead, Next, View, outside_eks, own_template, ready};
use crate::decide::desired::{Desired, Direction, Purpose};
use crate::nodegroup::group::{NodeGroup, Status};

/// What a DEGRADED status means for a request.
enum Degraded {
    ByThisRequest,
    Excused,
    /// The function has to read the group's updates first.
    AskForUpdates,
}

/// A DEGRADED status fails the request that caused it. A status that the group had before is only a warning, and so is
/// any in a rollback: the status stays until a scale-out succeeds (containers-roadmap issue 2326), and would fail every
/// update until then. What an earlier delivery of this request began counts as this request's.
fn degraded(desired: &Desired, view: View) -> Degraded {
    let before = view.history.first_status.as_deref() == Some(Status::Degraded.as_str());
    match (desired.direction, desired.purpose) {
        (Direction::RollingBack, _) => return Degraded::Excused,
        (Direction::Forward | Direction::Unknown, Purpose::Update) if before => {}
        (Direction::Forward | Direction::Unknown, _) => return Degraded::ByThisRequest,
    }
    match (desired.sent, view.history.updates_since_sent) {
        (None, _) | (Some(_), Some(Updates::None)) => Degraded::Excused,
        (Some(_), Some(Updates::Found)) => Degraded::ByThisRequest,
        (Some(_), None) => Degraded::AskForUpdates,
    }
}

/// The next step for a group that runs what is wanted.
pub fn next(desired: &Desired, live: &NodeGroup, view: View, mut warnings: Vec<String>) -> Next {
    if live.status == Status::Degraded {
        match degraded(desired, view) {
            Degraded::ByThisRequest => return broken("is degraded", live),
            Degraded::AskForUpdates => return Next::Look(NeededRead::Updates(live.target())),
            Degraded::Excused => {}
        }
    }
    if let Some(step) = own_template::tidy(desired, live, view) {
        return Next::Act(Step::Launch(step));
    }
    if let Some(next) = outside_eks::next(desired, live, view, &mut warnings) {
        return next;
    }
    if !live.issues.is_empty() {
        warnings.push(has_issues(live));
    }
    ready(desired, live, view, warnings)
}
