//! The service's own codes: what each means and what to do. AWS explains about half of the health issues; the others
//! are read from their names.

mod health;
mod update;

pub use health::HEALTH;
pub use update::UPDATE;

use super::Kind;

/// One code of the service's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    pub tells: Tells,
    pub cause: &'static str,
    pub remedy: &'static str,
    /// An issue with it, as a reason quotes it.
    pub example: &'static str,
}

/// How much a code alone tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// What is wrong.
    Cause,
    /// Only that something is: whatever is found elsewhere tells more.
    Symptom,
}

/// What there is to say of a code that AWS has added since.
pub const UNLISTED: Code = Code {
    code: "",
    tells: Tells::Symptom,
    cause: "EKS gives a code that this version doesn't know yet.",
    remedy: "Go by the service's own message; the node group's Health issues tab and the Auto Scaling group's Activity \
             tab may tell more.",
    example: "",
};

/// What to do where nothing is known at all.
pub const NOTHING_KNOWN: &str = "What to do: look at the node group's Health issues tab, its Auto Scaling group's \
                                 Activity tab and an instance's system log.";

/// A code's place in the tables. They are in the order of what a reader should hear first, so that of several issues
/// the first by place is the cause and the others follow from it: nodes that can't be launched don't join either.
pub fn place(kind: Kind, code: &str) -> usize {
    let table = table(kind);
    let is_code = |entry: &Code| entry.code == code;
    let first_symptom = || table.iter().position(|entry| entry.tells == Tells::Symptom);
    table
        .iter()
        .position(is_code)
        .or_else(first_symptom)
        .unwrap_or(table.len())
}

/// What is known of a code. Both lists are asked, the issue's own first: a group may carry the other's code.
pub fn find(kind: Kind, code: &str) -> Code {
    let is_code = |entry: &&Code| entry.code == code;
    let other = match kind {
        Kind::Health => UPDATE,
        Kind::Update => HEALTH,
    };
    let found = table(kind).iter().chain(other).find(is_code);
    found.copied().unwrap_or(UNLISTED)
}

fn table(kind: Kind) -> &'static [Code] {
    match kind {
        Kind::Health => HEALTH,
        Kind::Update => UPDATE,
    }
}
