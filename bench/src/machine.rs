//! Where it was measured, since figures of two machines say nothing beside each other.

use std::process::Command;

use anyhow::{Context, Result};

/// One line a fact.
///
/// # Errors
/// A program that takes part isn't there.
pub fn describe() -> Result<Vec<String>> {
    let processors = std::fs::read_to_string("/proc/cpuinfo")?;
    let mut models = processors.lines().filter_map(|line| line.strip_prefix("model name"));
    let model = models
        .next()
        .unwrap_or(": unknown")
        .trim_start_matches(['\t', ' ', ':'])
        .to_owned();
    let count = std::thread::available_parallelism()?;
    Ok(vec![
        said("date", &["--utc", "+%Y-%m-%d"])?,
        format!("{count} processors, {model}"),
        format!("Linux {}", said("uname", &["--kernel-release"])?),
        said("rustc", &["--version"])?,
        format!("Node.js {}", said("node", &["--version"])?),
    ])
}

/// The first line.
fn said(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.with_context(|| format!("run {program}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
