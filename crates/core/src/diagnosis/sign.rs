//! A known error by the words that it is told in.

/// One known error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// Stable: people look for it, and it stands in brackets behind the remedy.
    pub code: &'static str,
    /// Any of these, each with all of its words, in lower case.
    pub patterns: &'static [&'static [&'static str]],
    pub cause: &'static str,
    pub remedy: &'static str,
    /// A text as AWS or the node gives it.
    pub example: &'static str,
}

impl Sign {
    /// Whether a text in lower case has it.
    pub fn is_in(&self, lowercase: &str) -> bool {
        let has_all = |words: &&[&str]| words.iter().all(|word| lowercase.contains(word));
        self.patterns.iter().any(has_all)
    }
}
