//! What an instance's console output tells of a node that doesn't join.
//!
//! The texts are those of nodeadm (AL2023), bootstrap.sh (AL2), cloud-init, kubelet and Bottlerocket's early boot, as
//! their sources and their users' reports have them. Of AL2023 and Bottlerocket the services that set a node up write
//! their errors to the console; kubelet's own lines are there only where an AMI or a script sends them.

mod access;
mod machine;
mod network;
mod symptoms;
mod user_data;

use super::sign::Sign;
use super::text::{clip, masked, without_escapes};

/// The longest line that is quoted, in characters.
const QUOTE: usize = 200;

/// In the order of what tells most: a broken machine or user data before what then can't be reached, and that before
/// what merely isn't there yet.
pub const FAMILIES: &[&[Sign]] = &[
    machine::SIGNS,
    user_data::SIGNS,
    access::SIGNS,
    network::SIGNS,
    symptoms::SIGNS,
];

/// A known error, and the line that tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub sign: &'static Sign,
    pub line: String,
}

/// The known errors in the text, the most telling first, each with the last line that has it: what went by at boot and
/// came right later isn't said again.
pub fn read(text: &str) -> Vec<Seen> {
    let plain = without_escapes(text);
    let lines: Vec<(&str, String)> = plain.lines().map(|line| (line, line.to_lowercase())).collect();
    let last_line = |sign: &Sign| lines.iter().rev().find(|(_, lowercase)| sign.is_in(lowercase));
    signs()
        .filter_map(|sign| {
            last_line(sign).map(|(line, _)| Seen {
                sign,
                line: clip(masked(line).trim(), QUOTE),
            })
        })
        .collect()
}

pub fn signs() -> impl Iterator<Item = &'static Sign> {
    FAMILIES.iter().copied().flatten()
}

/// Whether it follows from something else, which is better told first.
pub fn is_symptom(sign: &Sign) -> bool {
    symptoms::SIGNS.contains(sign)
}
