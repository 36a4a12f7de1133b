//! Properties that the resource takes: what it would refuse is told and left out, so that the template can be deployed. No more
//! goes than has to.

mod place;
mod sources;

use mng_core::properties::fields::Problem;
use mng_core::properties::validate::inspect_template;
use serde_json::{Map, Value};

use super::group::EksctlGroup;
use place::ValuePath;

/// How what goes lies to what is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// In a list or a map of which the whole is refused for the sake of it.
    Part,
    Itself,
    /// What can't be without it.
    Around,
}

/// Takes out what is refused, until nothing is. What can't be taken out is left to the caller.
pub fn repair(group: &mut EksctlGroup, properties: &mut Map<String, Value>, logical_id: &str) {
    let mut gone: Vec<ValuePath> = vec![];
    loop {
        let problems = inspect_template(properties, logical_id);
        let cured = problems.iter().rev().find_map(|problem| {
            let cure = cure(properties, problem, logical_id)?;
            Some((problem, cure))
        });
        let Some((problem, (loss, place, left))) = cured else {
            return;
        };
        tell(group, problem, loss, &place.before(&gone));
        gone.push(place.emptied(&Value::Object(properties.clone())).before(&gone));
        *properties = left;
    }
}

/// The least that can go, and what is left without it.
fn cure(
    properties: &Map<String, Value>,
    problem: &Problem,
    logical_id: &str,
) -> Option<(Loss, ValuePath, Map<String, Value>)> {
    let whole = Value::Object(properties.clone());
    losses(&whole, &problem.path).into_iter().find_map(|(loss, place)| {
        let Value::Object(left) = place.emptied(&whole).without(&whole) else {
            return None;
        };
        let remaining = inspect_template(&left, logical_id);
        let is_better = match loss {
            Loss::Part => !remaining.contains(problem),
            // What is required and gone is told again, at the same place.
            Loss::Itself | Loss::Around => remaining.iter().all(|other| other.path != problem.path),
        };
        (is_better || place.is_property()).then_some((loss, place, left))
    })
}

/// What could go for a problem, the least first, of equals the last.
fn losses(whole: &Value, path: &str) -> Vec<(Loss, ValuePath)> {
    let (mut place, is_there) = ValuePath::nearest(whole, path);
    let mut losses = vec![];
    if place.is_root() {
        return losses;
    }
    if is_there {
        losses.extend(place.parts(whole).into_iter().rev().map(|part| (Loss::Part, part)));
        losses.push((Loss::Itself, place.clone()));
    } else {
        losses.push((Loss::Around, place.clone()));
    }
    while let Some(around) = place.around().filter(|around| !around.is_root()) {
        losses.push((Loss::Around, around.clone()));
        place = around;
    }
    losses
}

fn tell(group: &mut EksctlGroup, problem: &Problem, loss: Loss, place: &ValuePath) {
    let gone = match loss {
        Loss::Part => format!("; {place} is left out"),
        Loss::Itself => String::new(),
        Loss::Around => format!("; without it {place} can't be, and is left out"),
    };
    let text = format!(
        "{}: {}{gone}; correct it, and convert anew",
        problem.path, problem.message
    );
    for path in sources::of(&group.node.value(), &place.to_string()) {
        group.unmapped(&path, text.clone());
    }
}
