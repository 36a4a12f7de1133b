//! What happens in a life, line by line, for whoever has to understand a seed.

use std::collections::BTreeMap;
use std::time::Duration;

/// Lines, in which generated names are numbered by when they are first heard of: what they are hashed from holds a number that
/// is another in each run of the same seed.
#[derive(Debug, Default)]
pub struct Trace {
    pub lines: Vec<String>,
    names: BTreeMap<String, usize>,
}

/// The digits of a generated name's hash.
const HASH: usize = 12;

impl Trace {
    pub fn tell(&mut self, at: Duration, what: &str) {
        let what = self.alias(what);
        self.lines.push(format!("{:>9.3} {what}", at.as_secs_f64()));
    }

    fn alias(&mut self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('-') {
            let (before, after) = rest.split_at(at + 1);
            told.push_str(before);
            rest = after;
            if let Some(hash) = hash_at(after) {
                let next = self.names.len() + 1;
                let number = *self.names.entry(hash.to_owned()).or_insert(next);
                told.push_str(&format!("#{number}"));
                rest = &after[HASH..];
            }
        }
        told + rest
    }
}

fn hash_at(text: &str) -> Option<&str> {
    let hash = text.get(..HASH)?;
    let is_hash = hash
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let ends = !text[HASH..].starts_with(|c: char| c.is_ascii_alphanumeric());
    (is_hash && ends).then_some(hash)
}
