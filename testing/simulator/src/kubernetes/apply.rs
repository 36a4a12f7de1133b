//! Server-side apply: what a manager wants of an object is all that it wants, and what others own is theirs.
//!
//! As coarse as [`fields`](super::fields): objects merge member by member, a list is replaced whole.

use serde_json::{Value, json};

use super::fields::{self, Path};
use super::ownership::{self, FieldManager, ManagerOperation};
use super::resource::KubernetesResource;
use super::status::StatusFailure;
use crate::world::merge;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    /// 409 with all of them.
    Refuse,
    /// The fields change their owner.
    Force,
}

/// The object after an apply.
pub fn apply(
    live: Option<&Value>,
    wanted: &Value,
    manager: &str,
    conflicts: Conflicts,
) -> Result<Value, StatusFailure> {
    let mut wanted = wanted.clone();
    without_nulls(&mut wanted);
    let live = live.cloned().unwrap_or_else(|| json!({"metadata": {}}));
    let mut owners = ownership::owners(&live);
    let contested = contested(&live, &wanted, &owners, manager);
    match conflicts {
        Conflicts::Refuse if !contested.is_empty() => return Err(refusal(&wanted, &contested)),
        _ => give_up(&live, &mut owners, &contested),
    }
    let mut object = live;
    remove_abandoned(&mut object, &wanted, &owners, manager);
    merge(&mut object, &wanted);
    ownership::set(&mut owners, manager, ManagerOperation::Apply, fields::of(&wanted));
    ownership::write(&mut object, &owners);
    Ok(object)
}

/// Fields that somebody else owns with another value: the owner's place, and the field.
fn contested(live: &Value, wanted: &Value, owners: &[FieldManager], manager: &str) -> Vec<(usize, String, Path)> {
    let differs = |path: &Path| {
        let (live, wanted) = (fields::value(live, path), fields::value(wanted, path));
        let holds = wanted.is_some_and(|wanted| *wanted == json!({})) && live.is_some_and(Value::is_object);
        live != wanted && !holds
    };
    let changed: Vec<Path> = fields::of(wanted).into_iter().filter(differs).collect();
    let mut found = Vec::new();
    for (index, owner) in owners.iter().enumerate() {
        if owner.is(manager, ManagerOperation::Apply) {
            continue;
        }
        let theirs = changed
            .iter()
            .filter(|path| owner.fields.iter().any(|owned| fields::covers(live, owned, path)));
        found.extend(theirs.map(|path| (index, owner.manager.clone(), path.clone())));
    }
    found
}

fn give_up(live: &Value, owners: &mut [FieldManager], contested: &[(usize, String, Path)]) {
    for (index, _, path) in contested {
        owners[*index].fields.retain(|owned| !fields::covers(live, owned, path));
    }
}

/// What the manager applied before, applies no more, and nobody else has.
fn remove_abandoned(object: &mut Value, wanted: &Value, owners: &[FieldManager], manager: &str) {
    let Some(own) = owners.iter().find(|owner| owner.is(manager, ManagerOperation::Apply)) else {
        return;
    };
    let still = fields::of(wanted);
    for path in own.fields.difference(&still) {
        let others = owners
            .iter()
            .filter(|owner| !owner.is(manager, ManagerOperation::Apply));
        let shared = others
            .flat_map(|owner| &owner.fields)
            .any(|owned| fields::covers(object, owned, path));
        if !shared && !still.iter().any(|one| one.starts_with(path)) {
            fields::remove(object, path);
        }
    }
}

fn refusal(wanted: &Value, contested: &[(usize, String, Path)]) -> StatusFailure {
    let version = wanted["apiVersion"].as_str().unwrap_or_default();
    let field = |path: &Path| format!(".{}", path.join("."));
    let with = |manager: &str| format!("conflict with \"{manager}\" using {version}");
    let reason = "FieldManagerConflict";
    let cause = |manager: &str, path: &Path| json!({"reason": reason, "message": with(manager), "field": field(path)});
    let causes = contested.iter().map(|(_, manager, path)| cause(manager, path));
    let causes: Vec<Value> = causes.collect();
    let lines: Vec<String> = contested
        .iter()
        .map(|(_, manager, path)| format!("{}: {}", with(manager), field(path)))
        .collect();
    let noun = if lines.len() == 1 { "conflict" } else { "conflicts" };
    let message = format!("Apply failed with {} {noun}: {}", lines.len(), lines.join("\n"));
    let mut failure = StatusFailure::new(409, "Conflict", message);
    failure.details = json!({"name": wanted["metadata"]["name"], "causes": causes});
    if let Some(resource) = KubernetesResource::of(wanted) {
        failure.details["kind"] = json!(resource.plural());
        failure.details["group"] = json!(resource.group());
    }
    failure
}

/// A null says nothing.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}
