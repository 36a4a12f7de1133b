//! Why a node group failed: the most likely cause first, with its remedy.
//!
//! EKS gives a code and a sentence, and its most common code says only that nodes did not join. Other evidence is
//! nearer to the cause: Auto Scaling's activities, an instance's console output, and a second run of the preflight
//! checks. [`explain`] puts the reason together, and [`catalogue`] lists every cause that it can name.

pub mod activities;
pub mod catalogue;
mod causes;
pub mod console;
pub mod error_pattern;
pub mod issues;
mod reason;
mod text;

#[cfg(test)]
mod tests;

pub use causes::WARNING;
pub use text::masked;

use crate::nodegroup::group::Issue;
use crate::workload::drain::Drain;

/// What the function found after a failure, in addition to the issues of EKS.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The newest first, as Auto Scaling lists them.
    pub activities: Vec<Activity>,
    pub console: Option<Console>,
    /// The texts of a second run of the preflight checks, the gravest first. A text that begins with [`WARNING`] is
    /// never the most likely cause.
    pub preflight: Vec<String>,
    /// What keeps EKS from draining the old nodes, if a rolling update failed by that.
    pub drain: Option<Drain>,
    /// The reads that failed, each with the missing permission.
    pub unread: Vec<String>,
}

/// One Auto Scaling activity that failed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activity {
    pub status: String,
    pub description: String,
    /// The activity's `StatusMessage`.
    pub message: String,
    pub cause: String,
}

/// The console output of one failed instance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Console {
    pub instance: String,
    pub text: String,
}

/// The list of EKS that the codes of the issues come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    Health,
    Update,
}

/// The reason in at most `limit` bytes: what happened, the issues of EKS, the most likely cause with its remedy, and
/// further evidence. If there is too little room, the last part is dropped first; the most likely cause and its remedy
/// stay whole.
pub fn explain(headline: &str, issues: &[Issue], evidence: &Evidence, kind: IssueKind, limit: usize) -> String {
    let own_words = reason::issue_texts(issues, kind);
    let mut causes = causes::ranked(issues, evidence, kind).into_iter();
    let first = causes.next().map(|cause| cause.as_first());
    let parts = reason::ReasonParts {
        headline,
        issues: own_words,
        first: first.unwrap_or_else(|| issues::NOTHING_KNOWN.to_owned()),
        rest: reason::rest(causes, issues, evidence),
    };
    parts.within(limit)
}
