//! `mng validate`: what is wrong with the node groups in a file.

use std::fs;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use crate::answer::{CommandFailure, CommandOutput};
use crate::check::{Checked, FileProblem, check};

/// For whom the findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people, and for editors that jump to `FILE:LINE:`.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Says nothing about good properties; in JSON, an empty array.
pub fn validate(path: &Path, format: Format) -> Result<CommandOutput, CommandFailure> {
    let file = path.display().to_string();
    let bytes = fs::read(path).map_err(|error| CommandFailure::NoAnswer(format!("{file}: {error}")))?;
    let Checked { findings, note } =
        check(&bytes).map_err(|problem| CommandFailure::NoAnswer(problem.in_file(&file)))?;
    let lines = match format {
        Format::Text => findings.iter().map(|finding| line(&file, finding)).collect(),
        Format::Json => vec![json(&file, &findings)?],
    };
    if !findings.is_empty() {
        return Err(CommandFailure::Problems(lines));
    }
    Ok(CommandOutput {
        text: lines.iter().map(|line| format!("{line}\n")).collect(),
        notes: note.iter().map(|note| format!("{file}: {note}")).collect(),
    })
}

fn line(file: &str, finding: &FileProblem) -> String {
    let parts = [finding.resource.as_deref().unwrap_or_default(), &finding.path];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let concerned = if parts.is_empty() {
        "properties".to_owned()
    } else {
        parts.join(".")
    };
    format!("{file}:{}: {concerned}: {}", finding.line, finding.message)
}

/// A finding and where it was made.
#[derive(Serialize)]
struct FileFinding<'a> {
    file: &'a str,
    #[serde(flatten)]
    finding: &'a FileProblem,
}

fn json(file: &str, findings: &[FileProblem]) -> Result<String, CommandFailure> {
    let entries: Vec<FileFinding> = findings.iter().map(|finding| FileFinding { file, finding }).collect();
    serde_json::to_string_pretty(&entries).map_err(|error| CommandFailure::NoAnswer(error.to_string()))
}
