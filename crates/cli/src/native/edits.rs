//! Changes to a text, made where they belong and all at once.

use std::ops::Range;

use super::places::Placed;

pub struct Edits<'t> {
    text: &'t str,
    edits: Vec<(Range<usize>, String)>,
}

impl<'t> Edits<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, edits: vec![] }
    }

    /// What stands in the text for a node, with its quotes.
    pub fn written(&self, node: &Placed) -> &'t str {
        self.text.get(node.place.clone()).unwrap_or_default()
    }

    /// The last mention within a node: a tag may stand before what is meant.
    pub fn replace_last(&mut self, node: &Placed, from: &str, to: &str) {
        if let Some(found) = self.written(node).rfind(from) {
            let start = node.place.start + found;
            self.edits.push((start..start + from.len(), to.to_owned()));
        }
    }

    pub fn replace_all(&mut self, node: &Placed, from: &str, to: &str) {
        for (found, _) in self.written(node).match_indices(from) {
            let start = node.place.start + found;
            self.edits.push((start..start + from.len(), to.to_owned()));
        }
    }

    pub fn insert(&mut self, at: usize, text: String) {
        self.edits.push((at..at, text));
    }

    /// How many there are so far.
    pub fn count(&self) -> usize {
        self.edits.len()
    }

    /// From the end, so that the places before it stay. What is at one place stays in the order of its coming.
    pub fn apply(mut self) -> String {
        self.edits.sort_by_key(|(place, _)| place.start);
        self.edits.dedup();
        let mut text = self.text.to_owned();
        for (place, new) in self.edits.iter().rev() {
            text.replace_range(place.clone(), new);
        }
        text
    }
}
