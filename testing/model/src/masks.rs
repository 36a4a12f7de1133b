//! What a rule that is broken on purpose makes of what is said.

use mng_core::decide::change::ScalingChange;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::nodegroup::ownership::REPLACES_TAG;

use crate::call::{Call, Ended, Said};
use crate::configuration::Broken;
use crate::kept::Kept;
use crate::world::owner;

/// A call as it arrives.
pub fn called(call: &Call, broken: Broken) -> Call {
    match (call, broken) {
        (Call::UpdateConfig(name, change, token), Broken::SizeIsAlwaysSet) => {
            let mut change = change.clone();
            change.scaling = Some(ScalingChange {
                min: 1,
                max: 9,
                desired: Some(3),
            });
            Call::UpdateConfig(name.clone(), change, token.clone())
        }
        (call, _) => call.clone(),
    }
}

/// An answer as it comes back.
pub fn said(said: Said, broken: Broken, now: u64) -> Said {
    match (said, broken) {
        (Said::Group(group), broken) => Said::Group(seen(group, broken)),
        (Said::Update(Ended::Well), Broken::UpdatesSeemToFail) => Said::Update(Ended::Badly),
        (Said::Stack(_, tag, created, updated), Broken::NeverOver) => {
            Said::Stack("UPDATE_IN_PROGRESS", tag, created, updated)
        }
        (Said::Stack(status, _, created, updated), Broken::TagsChange) => Said::Stack(status, now, created, updated),
        (said, _) => said,
    }
}

fn seen(mut group: Kept<NodeGroup>, broken: Broken) -> Kept<NodeGroup> {
    match broken {
        Broken::TagsIgnored => group.change(|group| group.tags.extend(owner().tags())),
        Broken::NoMarks => group.change(|group| drop(group.tags.remove(REPLACES_TAG))),
        _ => {}
    }
    group
}
