//! Every cause that a diagnosis can name, as the documentation lists them.

use super::issues::{HEALTH, UPDATE};
use super::{activities, console};
use crate::texts::Explanation;

/// One cause, and where the diagnosis finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CauseRow {
    /// `health issue`, `update error`, `Auto Scaling activity` or `console output`.
    pub kind: &'static str,
    pub explanation: Explanation,
}

/// All causes, kind by kind.
pub fn rows() -> impl Iterator<Item = CauseRow> {
    let health = HEALTH.all().map(|code| row("health issue", code));
    let update = UPDATE.all().map(|code| row("update error", code));
    let activities = activities::signs().map(|sign| row("Auto Scaling activity", &sign.explanation));
    let console = console::signs().map(|sign| row("console output", &sign.explanation));
    health.chain(update).chain(activities).chain(console)
}

fn row(kind: &'static str, explanation: &Explanation) -> CauseRow {
    CauseRow {
        kind,
        explanation: *explanation,
    }
}
