//! `mng from-eksctl`: eksctl's managed groups as a CloudFormation template.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::answer::{CommandFailure, CommandOutput};
use crate::eksctl::{ConvertedConfig, convert};
use crate::validate::Format;
use crate::yaml;

/// The template on stdout, and beside it what isn't in it.
pub fn from_eksctl(path: &Path, format: Format) -> Result<CommandOutput, CommandFailure> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| CommandFailure::NoAnswer(format!("{file}: {error}")))?;
    let ConvertedConfig { template, notes } = convert(&text).map_err(|problems| {
        let told = problems.iter().map(|problem| problem.in_file(&file));
        CommandFailure::NoAnswer(told.collect::<Vec<_>>().join("\n"))
    })?;
    let lines = notes.lines(&file);
    let text = match format {
        Format::Text => head(&template, &file, &lines) + &yaml::write(&template),
        Format::Json => format!("{template:#}\n"),
    };
    let answer = CommandOutput { text, notes: lines };
    if notes.is_complete() {
        Ok(answer)
    } else {
        Err(CommandFailure::Incomplete(answer))
    }
}

/// What is said of the template stays with it.
fn head(template: &Value, file: &str, lines: &[String]) -> String {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let mut roles = resources.filter(|(_, resource)| resource["Type"] == "AWS::IAM::Role");
    let mut head = format!("# From {file} by mng from-eksctl.");
    if roles.next().is_some() {
        head += " Deploy it with --capabilities CAPABILITY_IAM.";
    }
    head += "\n";
    for line in lines {
        // A line feed in a value would end the comment.
        head += &format!("# {}\n", line.replace(|c: char| c.is_control(), " "));
    }
    head
}
