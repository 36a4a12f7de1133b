//! A known error, recognised by words of the text that reports it.

use crate::texts::Explanation;

/// A known error of Auto Scaling or of a node, and the words that give it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorPattern {
    /// The text has the error if it has all words of at least one pattern. The words are in lower case.
    pub patterns: &'static [&'static [&'static str]],
    /// Its example is a text as AWS or a node writes it.
    pub explanation: Explanation,
}

impl ErrorPattern {
    /// Whether a text, in lower case, reports this error.
    pub fn is_in(&self, lowercase: &str) -> bool {
        let has_all = |words: &&[&str]| words.iter().all(|word| lowercase.contains(word));
        self.patterns.iter().any(has_all)
    }
}
