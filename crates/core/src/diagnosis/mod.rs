//! Why a node group failed: the most likely cause first, with its remedy.
//!
//! The service tells a code and a sentence, and its commonest code says only that nodes didn't join. What is found
//! elsewhere is nearer to the cause: Auto Scaling's activities, an instance's console output, and the checks made
//! again. [`catalogue`] has every cause that can be named.

pub mod activities;
pub mod catalogue;
mod causes;
pub mod console;
pub mod issues;
mod reason;
pub mod sign;
mod text;

#[cfg(test)]
mod tests;

pub use causes::WARNING;
pub use text::masked;

use crate::nodegroup::group::Issue;
use crate::workload::drain::Drain;

/// What was found out after a failure, beside the service's own issues.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The newest first, as Auto Scaling lists them.
    pub activities: Vec<Activity>,
    pub console: Option<Console>,
    /// Findings of the preflight checks made again, as they are told, the gravest first. One that begins with
    /// [`WARNING`] is told, and is never the most likely cause.
    pub preflight: Vec<String>,
    /// What keeps the old nodes from being drained, where a roll failed by it.
    pub drain: Option<Drain>,
    /// What could not be read, with the permission that lacks.
    pub unread: Vec<String>,
}

/// One Auto Scaling activity that failed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activity {
    pub status: String,
    pub description: String,
    /// Its `StatusMessage`.
    pub message: String,
    pub cause: String,
}

/// The console output of one failed instance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Console {
    pub instance: String,
    pub text: String,
}

/// Which of the service's two lists the issues' codes are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Health,
    Update,
}

/// Gives the reason in at most `limit` bytes: what happened, the service's issues, the most likely cause with its
/// remedy, and what else there is to say. When it gets tight, the last goes first, and the cause with its remedy stays
/// whole.
pub fn explain(headline: &str, issues: &[Issue], evidence: &Evidence, kind: Kind, limit: usize) -> String {
    let own_words = reason::issue_texts(issues, kind);
    let mut causes = causes::ranked(issues, evidence, kind).into_iter();
    let first = causes.next().map(|cause| cause.as_first());
    let parts = reason::Parts {
        headline,
        issues: own_words,
        first: first.unwrap_or_else(|| issues::NOTHING_KNOWN.to_owned()),
        rest: reason::rest(causes, issues, evidence),
    };
    parts.within(limit)
}
