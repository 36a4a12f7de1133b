//! Which step is under way, said to whoever reads the log and noted for how long it takes.

use crate::progress::{Progress, Stage};
use crate::request_span;
use mng_core::decide::Waiting;
use mng_core::decide::under_way::UnderWay;

/// From now on it is this. Whatever is done to undo something is part of undoing it.
pub fn turn_to(progress: &mut Progress, what: UnderWay) {
    progress.under_way = match progress.stage {
        Stage::Converge => what,
        Stage::RemoveAbandoned | Stage::Sweep(_) => UnderWay::RemoveAbandoned,
        Stage::Undo { .. } => UnderWay::Undo,
    };
    request_span::step(progress.under_way);
}

/// From now on it is waited.
pub fn wait(progress: &mut Progress, waiting: Waiting) {
    if let Some(what) = UnderWay::waited_for(waiting) {
        turn_to(progress, what);
    }
}
