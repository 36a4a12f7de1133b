//! `mng from-native`: a template with native node groups as one with this resource.

use std::fs;
use std::path::Path;

use crate::answer::{Answer, Failure};
use crate::native::{Converted, convert};

/// The template on stdout, and beside it what is to know of it.
pub fn from_native(path: &Path) -> Result<Answer, Failure> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| Failure::NoAnswer(format!("{file}: {error}")))?;
    let converted = convert(&text).map_err(|problem| Failure::NoAnswer(problem.in_file(&file)))?;
    let Converted { text, notes } = converted;
    let answer = Answer {
        text,
        notes: notes.lines(&file),
    };
    if notes.is_complete() {
        Ok(answer)
    } else {
        Err(Failure::Incomplete(answer))
    }
}
