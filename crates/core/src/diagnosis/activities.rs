//! What Auto Scaling says of a launch that failed.

mod launch;
mod limits;
mod symptoms;

use super::sign::Sign;

/// In the order in which they are looked for: what two patterns would match is the first one's.
pub const FAMILIES: &[&[Sign]] = &[limits::SIGNS, launch::SIGNS, symptoms::SIGNS];

/// What a text of Auto Scaling's tells.
pub fn recognise(text: &str) -> Option<&'static Sign> {
    let text = text.to_lowercase();
    signs().find(|sign| sign.is_in(&text))
}

pub fn signs() -> impl Iterator<Item = &'static Sign> {
    FAMILIES.iter().copied().flatten()
}

/// Whether it follows from something else, which is better told first.
pub fn is_symptom(sign: &Sign) -> bool {
    symptoms::SIGNS.contains(sign)
}
