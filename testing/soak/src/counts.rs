//! What a run adds up to.

use std::collections::BTreeMap;
use std::fmt;

/// Counts of one life, or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub seeds: u64,
    pub calls: u64,
    pub invocations: u64,
    /// Virtual time, in seconds.
    pub seconds: u64,
    /// By what it is, in a reader's words.
    pub of: BTreeMap<String, u64>,
}

impl Counts {
    pub fn count(&mut self, what: impl Into<String>) {
        *self.of.entry(what.into()).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        self.seeds += other.seeds;
        self.calls += other.calls;
        self.invocations += other.invocations;
        self.seconds += other.seconds;
        for (what, count) in &other.of {
            *self.of.entry(what.clone()).or_default() += count;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>10} seeds", self.seeds)?;
        writeln!(f, "{:>10} invocations", self.invocations)?;
        writeln!(f, "{:>10} calls", self.calls)?;
        writeln!(f, "{:>10} hours of virtual time", self.seconds / 3600)?;
        for (what, count) in &self.of {
            writeln!(f, "{count:>10} {what}")?;
        }
        Ok(())
    }
}
