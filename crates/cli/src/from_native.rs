//! `mng from-native`: a template with native node groups as one with this resource.

use std::fs;
use std::path::Path;

use crate::answer::{CommandFailure, CommandOutput};
use crate::native::{ConvertedTemplate, convert};

/// The template on stdout, and beside it what is to know of it.
pub fn from_native(path: &Path) -> Result<CommandOutput, CommandFailure> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| CommandFailure::NoAnswer(format!("{file}: {error}")))?;
    let converted = convert(&text).map_err(|problem| CommandFailure::NoAnswer(problem.in_file(&file)))?;
    let ConvertedTemplate { text, notes } = converted;
    let answer = CommandOutput {
        text,
        notes: notes.lines(&file),
    };
    if notes.is_complete() {
        Ok(answer)
    } else {
        Err(CommandFailure::Incomplete(answer))
    }
}
