//! The objects of one cluster, and what happened to them in order.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::resource::{KubernetesResource, Scope};
use super::time;

/// Kind, namespace (empty for what has none) and name.
pub type ObjectKey = (KubernetesResource, String, String);

#[derive(Debug, Default)]
pub struct Store {
    objects: BTreeMap<ObjectKey, Value>,
    events: Vec<ObjectChange>,
    version: u64,
    /// Versions before it are too old to watch from.
    oldest: u64,
    serial: u64,
}

/// One change of one object: what it was and what it is, `None` for not there.
#[derive(Debug, Clone)]
pub struct ObjectChange {
    pub version: u64,
    pub key: ObjectKey,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

impl Store {
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn oldest(&self) -> u64 {
        self.oldest
    }

    pub fn get(&self, key: &ObjectKey) -> Option<&Value> {
        self.objects.get(key)
    }

    /// By namespace and name. No namespace means all.
    pub fn list(
        &self,
        resource: KubernetesResource,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = (&ObjectKey, &Value)> {
        let wanted = move |key: &ObjectKey| key.0 == resource && namespace.is_none_or(|namespace| key.1 == namespace);
        self.objects.iter().filter(move |(key, _)| wanted(key))
    }

    pub fn events_after(&self, version: u64) -> &[ObjectChange] {
        let first = self.events.partition_point(|event| event.version <= version);
        &self.events[first..]
    }

    /// Creates or replaces an object. One that is the same as before keeps its version and is no event.
    pub fn put(&mut self, key: ObjectKey, mut object: Value) -> Value {
        let before = self.objects.get(&key).cloned();
        self.identify(&key, &mut object, before.as_ref());
        if before.as_ref() == Some(&object) {
            return object;
        }
        let same_spec = before
            .as_ref()
            .is_some_and(|before| before.get("spec") == object.get("spec"));
        if !object["spec"].is_null() && !same_spec {
            let generation = object["metadata"]["generation"].as_i64().unwrap_or_default();
            object["metadata"]["generation"] = json!(generation + 1);
        }
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.objects.insert(key.clone(), object.clone());
        self.tell(key, before, Some(object.clone()));
        object
    }

    pub fn remove(&mut self, key: &ObjectKey) -> Option<Value> {
        let mut object = self.objects.remove(key)?;
        self.version += 1;
        let before = object.clone();
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.tell(key.clone(), Some(before), None);
        Some(object)
    }

    /// From now on every version that anybody was told is too old. Watches that are open go on.
    pub fn compact(&mut self) {
        self.version += 1;
        self.oldest = self.version;
    }

    fn tell(&mut self, key: ObjectKey, before: Option<Value>, after: Option<Value>) {
        self.events.push(ObjectChange {
            version: self.version,
            key,
            before,
            after,
        });
    }

    /// What the API server sets, whatever a client says. Ids rise, so that they sort by age.
    fn identify(&mut self, key: &ObjectKey, object: &mut Value, before: Option<&Value>) {
        let (resource, namespace, name) = key;
        object["apiVersion"] = json!(resource.api_version());
        object["kind"] = json!(resource.kind());
        if before.is_none() {
            self.serial += 1;
        }
        let fresh = json!({
            "uid": format!("{:08x}-0000-4000-9000-000000000000", self.serial),
            "creationTimestamp": time::rfc3339(time::now()),
        });
        let kept = before.map_or(&fresh, |before| &before["metadata"]);
        let metadata = &mut object["metadata"];
        metadata["name"] = json!(name);
        if resource.scope() == Scope::Namespace {
            metadata["namespace"] = json!(namespace);
        }
        for member in ["uid", "creationTimestamp", "generation", "resourceVersion"] {
            match kept.get(member) {
                Some(value) => metadata[member] = value.clone(),
                None => drop(metadata.as_object_mut().map(|metadata| metadata.remove(member))),
            }
        }
    }
}
