//! Who owns which fields of an object: its `metadata.managedFields`.

use serde_json::{Value, json};

use super::fields::{self, FieldSet};
use super::time;

/// How a manager came to its fields: an apply is declarative, all else is an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagerOperation {
    Apply,
    Update,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FieldManager {
    pub manager: String,
    pub operation: ManagerOperation,
    pub fields: FieldSet,
    since: String,
}

impl ManagerOperation {
    fn word(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

impl FieldManager {
    pub fn is(&self, manager: &str, operation: ManagerOperation) -> bool {
        self.manager == manager && self.operation == operation
    }

    fn read(entry: &Value) -> Self {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        Self {
            manager: text("manager"),
            operation: if entry["operation"] == "Apply" {
                ManagerOperation::Apply
            } else {
                ManagerOperation::Update
            },
            fields: fields::from_v1(&entry["fieldsV1"]),
            since: text("time"),
        }
    }
}

pub fn owners(object: &Value) -> Vec<FieldManager> {
    let entries = object["metadata"]["managedFields"].as_array();
    entries.into_iter().flatten().map(FieldManager::read).collect()
}

/// Gives a manager exactly these fields of those that it has by this operation.
pub fn set(owners: &mut Vec<FieldManager>, manager: &str, operation: ManagerOperation, fields: FieldSet) {
    match owners.iter_mut().find(|owner| owner.is(manager, operation)) {
        Some(owner) if owner.fields == fields => {}
        Some(owner) => {
            owner.fields = fields;
            owner.since = time::rfc3339(time::now());
        }
        None => owners.push(FieldManager {
            manager: manager.to_owned(),
            operation,
            fields,
            since: time::rfc3339(time::now()),
        }),
    }
}

/// Writes the owners into an object; whoever owns nothing is left out.
pub fn write(object: &mut Value, owners: &[FieldManager]) {
    let version = object["apiVersion"].clone();
    let entry = |owner: &FieldManager| {
        json!({
            "manager": owner.manager, "operation": owner.operation.word(), "apiVersion": version, "time": owner.since,
            "fieldsType": "FieldsV1", "fieldsV1": fields::to_v1(&owner.fields),
        })
    };
    let entries: Vec<Value> = owners
        .iter()
        .filter(|owner| !owner.fields.is_empty())
        .map(entry)
        .collect();
    object["metadata"]["managedFields"] = json!(entries);
}

/// After somebody has put a whole object: all of it is theirs, since when it was if they had the same fields before.
pub fn put(before: Option<&Value>, after: &mut Value, manager: &str) {
    let mut owners = before.map(owners).unwrap_or_default();
    owners.retain(|owner| owner.is(manager, ManagerOperation::Update));
    set(&mut owners, manager, ManagerOperation::Update, fields::of(after));
    write(after, &owners);
}

/// After an update: what a manager has changed is its own from now on, and nobody else's.
pub fn updated(before: &Value, after: &mut Value, manager: &str) {
    let mut owners = owners(before);
    let changed: FieldSet = fields::of(after)
        .into_iter()
        .filter(|path| fields::value(before, path) != fields::value(after, path))
        .collect();
    for owner in &mut owners {
        owner.fields.retain(|path| {
            let mine = owner.manager == manager && owner.operation == ManagerOperation::Update;
            fields::value(after, path).is_some() && (mine || !changed.contains(path))
        });
    }
    let kept = owners.iter().find(|owner| owner.is(manager, ManagerOperation::Update));
    let mut own = kept.map(|owner| owner.fields.clone()).unwrap_or_default();
    own.extend(changed);
    set(&mut owners, manager, ManagerOperation::Update, own);
    write(after, &owners);
}
