//! The known errors in Auto Scaling's activities, which report failed launches.

mod launch;
mod limits;
mod symptoms;

use super::error_pattern::ErrorPattern;

/// In the order of the search: if a text matches two patterns, the first one counts.
pub const FAMILIES: &[&[ErrorPattern]] = &[limits::SIGNS, launch::SIGNS, symptoms::SIGNS];

/// The known error in a text of Auto Scaling.
pub fn recognise(text: &str) -> Option<&'static ErrorPattern> {
    let text = text.to_lowercase();
    signs().find(|sign| sign.is_in(&text))
}

pub fn signs() -> impl Iterator<Item = &'static ErrorPattern> {
    FAMILIES.iter().copied().flatten()
}

/// Whether the error follows from another one, which the reason should name first.
pub fn is_symptom(sign: &ErrorPattern) -> bool {
    symptoms::SIGNS.contains(sign)
}
