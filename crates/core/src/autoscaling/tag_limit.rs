//! Which of the wanted tags fit on the Auto Scaling group.

use std::collections::BTreeMap;

use super::ScalingGroup;
use super::marks::{Claims, is_mark, is_of_service};
use super::tags::Candidate;

/// The most tags on one Auto Scaling group, tags of others included (Auto Scaling user guide, "Tag naming and usage
/// restrictions").
pub const MOST: usize = 50;
/// The most characters of a key and of a value (API reference, `Tag`).
const KEY: usize = 128;
const VALUE: usize = 256;
/// How many keys a warning names; it counts the others.
const NAMED: usize = 5;

/// How many tags others put on the group. The function's own tags get the rest of the room.
pub fn others(live: &ScalingGroup, claims: &Claims) -> usize {
    live.tags.keys().filter(|key| !is_mark(key) && !claims.own(key)).count()
}

/// The candidates that are short enough and fit, the most important first. `reserved` is the room for the mark of the
/// processes.
pub fn fitting(
    candidates: Vec<Candidate>,
    live: &ScalingGroup,
    claims: &Claims,
    reserved: usize,
    warnings: &mut Vec<String>,
) -> BTreeMap<String, String> {
    let is_short = |tag: &Candidate| tag.key.chars().count() <= KEY && tag.value.chars().count() <= VALUE;
    let (short, long): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_short);
    warn(&long, warnings, |keys| {
        format!(
            "The Auto Scaling group {} lacks the tags {keys}: a tag's key has at most {KEY} characters and its value \
             {VALUE}; shorten the label, taint or tag",
            live.name
        )
    });
    let (fit, left_out) = by_room(short, live, claims, reserved);
    warn(&left_out, warnings, |keys| {
        format!(
            "The Auto Scaling group {} has room for {MOST} tags, so it lacks {keys}; remove tags of others from it, or \
             ask for fewer Labels, Taints, Resources, Options or propagated Tags",
            live.name
        )
    });
    fit.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// What the group has under the key of a candidate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagSlot {
    /// No tag, or a tag of the function: the candidate needs a slot.
    Free,
    /// A tag of somebody else, with the wanted value.
    Done,
    /// A tag of somebody else with another value, which stays if the candidate is left out.
    Occupied,
}

/// Puts the candidates into the free slots. The result is the same before and after the function applies it: if the
/// function overwrites a tag of somebody else, it already counts as the function's own.
fn by_room(
    candidates: Vec<Candidate>,
    live: &ScalingGroup,
    claims: &Claims,
    reserved: usize,
) -> (Vec<Candidate>, Vec<Candidate>) {
    let place = |tag: &Candidate| match live.tags.get(&tag.key) {
        Some(_) if claims.own(&tag.key) => TagSlot::Free,
        Some(value) if *value == tag.value => TagSlot::Done,
        Some(_) => TagSlot::Occupied,
        None => TagSlot::Free,
    };
    let (done, needy): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|tag| place(tag) == TagSlot::Done);
    let is_occupied = |tag: &&Candidate| place(tag) == TagSlot::Occupied;
    let mark = usize::from(needy.iter().chain(&done).any(|tag| !is_of_service(&tag.key)));
    let staying = others(live, claims) - needy.iter().filter(is_occupied).count();
    let room = MOST.saturating_sub(staying + reserved + mark);
    let is_enough = |taken: &usize| needy[*taken..].iter().filter(is_occupied).count() + taken <= room;
    let most = room.min(needy.len());
    let taken = (0..=most).rev().find(is_enough).unwrap_or(0);
    let mut fit = needy;
    let left_out = fit.split_off(taken);
    fit.extend(done);
    (fit, left_out)
}

fn warn(tags: &[Candidate], warnings: &mut Vec<String>, text: impl Fn(String) -> String) {
    if tags.is_empty() {
        return;
    }
    let mut keys = tags
        .iter()
        .take(NAMED)
        .map(|tag| tag.key.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    if tags.len() > NAMED {
        keys += &format!(" and {} more", tags.len() - NAMED);
    }
    warnings.push(text(keys));
}
