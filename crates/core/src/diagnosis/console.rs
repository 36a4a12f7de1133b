//! The known errors in the console output of an instance whose node does not join.
//!
//! The texts are those of nodeadm (AL2023), bootstrap.sh (AL2), cloud-init, kubelet and Bottlerocket's early boot, from
//! their sources and from reports of users. On AL2023 and Bottlerocket the services that set a node up write their
//! errors to the console. The kubelet's own lines are there only if an AMI or a script sends them.

mod access;
mod machine;
mod network;
mod symptoms;
mod user_data;

use super::error_pattern::ErrorPattern;
use super::text::{clip, masked, without_escapes};

/// The longest quoted line, in characters.
const QUOTE: usize = 200;

/// The most telling first: a broken machine or wrong user data, then an endpoint that the node cannot reach, then
/// something that is merely not up yet.
pub const FAMILIES: &[&[ErrorPattern]] = &[
    machine::SIGNS,
    user_data::SIGNS,
    access::SIGNS,
    network::SIGNS,
    symptoms::SIGNS,
];

/// A known error, and the line that reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsoleError {
    pub sign: &'static ErrorPattern,
    pub line: String,
}

/// The known errors in the text, the most telling first, each with the last line that has it. Earlier lines with the
/// same error are left out, since the node may have recovered from them.
pub fn read(text: &str) -> Vec<ConsoleError> {
    let plain = without_escapes(text);
    let lines: Vec<(&str, String)> = plain.lines().map(|line| (line, line.to_lowercase())).collect();
    let last_line = |sign: &ErrorPattern| lines.iter().rev().find(|(_, lowercase)| sign.is_in(lowercase));
    signs()
        .filter_map(|sign| {
            last_line(sign).map(|(line, _)| ConsoleError {
                sign,
                line: clip(masked(line).trim(), QUOTE),
            })
        })
        .collect()
}

pub fn signs() -> impl Iterator<Item = &'static ErrorPattern> {
    FAMILIES.iter().copied().flatten()
}

/// Whether the error follows from another one, which the reason should name first.
pub fn is_symptom(sign: &ErrorPattern) -> bool {
    symptoms::SIGNS.contains(sign)
}
