//! Sets of fields of an object, and the form in which `managedFields` has them.
//!
//! Coarser than the API server's: objects are taken apart to their members, but a list is one field whatever its items
//! are. There, a list with keys, such as a pod's containers, is merged item by item.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

pub type Path = Vec<String>;
pub type FieldSet = BTreeSet<Path>;

/// Members of `metadata` that belong to the API server, not to whoever sends them.
const SERVERS: [&str; 8] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
];

/// The fields of an object that somebody can own.
pub fn of(object: &Value) -> FieldSet {
    let mut fields = FieldSet::new();
    for (key, value) in object.as_object().into_iter().flatten() {
        match key.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let members = value.as_object().into_iter().flatten();
                let own = members.filter(|(key, _)| !SERVERS.contains(&key.as_str()));
                own.for_each(|(member, value)| collect(value, vec![key.clone(), member.clone()], &mut fields));
            }
            _ => collect(value, vec![key.clone()], &mut fields),
        }
    }
    fields
}

pub fn value<'v>(object: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(object, |value, key| value.get(key))
}

/// Takes a field out, and the objects that it leaves empty.
pub fn remove(object: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let Some(members) = object.as_object_mut() else {
        return;
    };
    if rest.is_empty() {
        members.shift_remove(first);
        return;
    }
    let Some(inner) = members.get_mut(first) else {
        return;
    };
    remove(inner, rest);
    if inner.as_object().is_some_and(Map::is_empty) && first != "metadata" {
        members.shift_remove(first);
    }
}

/// Whether whoever owns one field has a say in another: it is the same, in it, or all that it is in. Whoever owns an
/// object as such, because it was empty, doesn't own its members.
pub fn covers(live: &Value, owned: &[String], path: &[String]) -> bool {
    owned.starts_with(path) || path.starts_with(owned) && !value(live, owned).is_some_and(Value::is_object)
}

pub fn to_v1(fields: &FieldSet) -> Value {
    let mut tree = json!({});
    for path in fields {
        let mut place = &mut tree;
        for key in path {
            place = &mut place[format!("f:{key}")];
            if place.is_null() {
                *place = json!({});
            }
        }
    }
    tree
}

/// What names an item of a list makes the whole list owned.
pub fn from_v1(tree: &Value) -> FieldSet {
    let mut fields = FieldSet::new();
    read(tree, &mut Path::new(), &mut fields);
    fields
}

fn read(tree: &Value, path: &mut Path, fields: &mut FieldSet) {
    let members: Vec<(&str, &Value)> = tree
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.strip_prefix("f:")?, value)))
        .collect();
    if members.is_empty() && !path.is_empty() {
        fields.insert(path.clone());
    }
    for (key, value) in members {
        path.push(key.to_owned());
        read(value, path, fields);
        path.pop();
    }
}

fn collect(value: &Value, path: Path, fields: &mut FieldSet) {
    match value.as_object().filter(|members| !members.is_empty()) {
        Some(members) => {
            for (key, value) in members {
                let mut path = path.clone();
                path.push(key.clone());
                collect(value, path, fields);
            }
        }
        None => drop(fields.insert(path)),
    }
}
