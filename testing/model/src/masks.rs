//! What a rule that is broken on purpose makes of what is said.

use mng_core::decide::change::ScalingChange;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::REPLACES_TAG;

use crate::call::{Ended, EngineCall, Said};
use crate::configuration::BrokenRule;
use crate::kept::Digested;
use crate::world::owner;

/// A call as it arrives.
pub fn called(call: &EngineCall, broken: BrokenRule) -> EngineCall {
    match (call, broken) {
        (EngineCall::UpdateConfig(name, change, token), BrokenRule::SizeIsAlwaysSet) => {
            let mut change = change.clone();
            change.scaling = Some(ScalingChange {
                min: 1,
                max: 9,
                desired: Some(3),
            });
            EngineCall::UpdateConfig(name.clone(), change, token.clone())
        }
        (call, _) => call.clone(),
    }
}

/// An answer as it comes back.
pub fn said(said: Said, broken: BrokenRule, now: u64) -> Said {
    match (said, broken) {
        (Said::Group(group), broken) => Said::Group(seen(group, broken)),
        (Said::Update(Ended::Well), BrokenRule::UpdatesSeemToFail) => Said::Update(Ended::Badly),
        (Said::Stack(_, tag, created, updated), BrokenRule::NeverOver) => {
            Said::Stack("UPDATE_IN_PROGRESS", tag, created, updated)
        }
        (Said::Stack(status, _, created, updated), BrokenRule::TagsChange) => {
            Said::Stack(status, now, created, updated)
        }
        (said, _) => said,
    }
}

fn seen(mut group: Digested<NodeGroup>, broken: BrokenRule) -> Digested<NodeGroup> {
    match broken {
        BrokenRule::TagsIgnored => group.change(|group| group.tags.extend(owner().tags())),
        BrokenRule::NoMarks => group.change(|group| drop(group.tags.remove(REPLACES_TAG))),
        _ => {}
    }
    group
}
