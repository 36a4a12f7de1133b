//! A section of README.md: what it shows is what a test runs.

use serde_json::Value;

const README: &str = include_str!("../../README.md");

pub struct Section(&'static str);

impl Section {
    pub fn read(heading: &str) -> Self {
        let from = README.split(&format!("\n## {heading}\n")).nth(1);
        let from = from.unwrap_or_else(|| panic!("README.md has no section {heading}"));
        Self(from.split("\n## ").next().unwrap_or(from))
    }

    /// The only JSON in it.
    pub fn json(&self) -> Value {
        let block = self.text_between("```json\n", "\n```");
        serde_json::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}"))
    }

    /// What `--parameter-overrides` is given.
    pub fn parameter_overrides(&self) -> Vec<(String, String)> {
        let line = self.text_after("--parameter-overrides ");
        let pairs = line
            .split_whitespace()
            .map(|pair| pair.split_once('=').expect("name=value"));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The rest of the line behind the first of these words.
    pub fn text_after(&self, words: &str) -> String {
        self.text_between(words, "\n").trim().to_owned()
    }

    fn text_between(&self, from: &str, to: &str) -> &'static str {
        let rest = self
            .0
            .split(from)
            .nth(1)
            .unwrap_or_else(|| panic!("no {from:?} in the section"));
        rest.split(to).next().unwrap_or(rest)
    }
}
