//! Every cause that a diagnosis can name, as the documentation lists them.

use super::issues::{Code, HEALTH, UPDATE};
use super::sign::Sign;
use super::{activities, console};

/// One cause, as the documentation shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub code: &'static str,
    /// `health issue`, `update error`, `Auto Scaling activity` or `console output`.
    pub kind: &'static str,
    pub cause: &'static str,
    pub remedy: &'static str,
    /// A text as AWS or a node gives it.
    pub example: &'static str,
}

/// All of them, kind by kind.
pub fn rows() -> impl Iterator<Item = Row> {
    let health = HEALTH.iter().map(|code| of_code("health issue", code));
    let update = UPDATE.iter().map(|code| of_code("update error", code));
    let activities = activities::signs().map(|sign| of_sign("Auto Scaling activity", sign));
    let console = console::signs().map(|sign| of_sign("console output", sign));
    health.chain(update).chain(activities).chain(console)
}

fn of_code(kind: &'static str, code: &Code) -> Row {
    Row {
        code: code.code,
        kind,
        cause: code.cause,
        remedy: code.remedy,
        example: code.example,
    }
}

fn of_sign(kind: &'static str, sign: &Sign) -> Row {
    Row {
        code: sign.code,
        kind,
        cause: sign.cause,
        remedy: sign.remedy,
        example: sign.example,
    }
}
