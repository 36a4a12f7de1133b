//! Creating, patching and deleting objects.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::apply::{Conflicts, apply};
use super::http::ApiRequest;
use super::list::key;
use super::ownership;
use super::resource::KubernetesResource;
use super::status::StatusFailure;
use super::store::{ObjectKey, Store};

const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";
/// Who it is that doesn't say so.
const NOBODY: &str = "unknown";

pub fn create(store: &mut Store, request: &ApiRequest) -> Result<Response, StatusFailure> {
    refuse_dry_run(request)?;
    let mut key = key(request);
    let mut object = object(request)?;
    name(&mut key, &object, request)?;
    if store.get(&key).is_some() {
        return Err(StatusFailure::exists(key.0, &key.2));
    }
    ownership::updated(&json!({}), &mut object, request.value("fieldManager").unwrap_or(NOBODY));
    Ok(answer(StatusCode::CREATED, &store.put(key, object)))
}

pub fn patch(store: &mut Store, request: &ApiRequest) -> Result<Response, StatusFailure> {
    refuse_dry_run(request)?;
    match request.content_type.split(';').next().map(str::trim) {
        Some(APPLY) => applied(store, request),
        Some(MERGE) => merged(store, request),
        other => {
            let given = other.unwrap_or_default();
            let message = format!("the simulator takes the patches {APPLY} and {MERGE}, not {given:?}");
            Err(StatusFailure::new(415, "UnsupportedMediaType", message))
        }
    }
}

pub fn delete(store: &mut Store, request: &ApiRequest) -> Result<Response, StatusFailure> {
    refuse_dry_run(request)?;
    let key = key(request);
    let live = store.get(&key).ok_or_else(|| StatusFailure::not_found(key.0, &key.2))?;
    if !request.body.is_empty() {
        let options = object(request)?;
        same(&key, live, &options["preconditions"])?;
    }
    let uid = live["metadata"]["uid"].clone();
    store.remove(&key);
    let details = json!({"name": key.2, "group": key.0.group(), "kind": key.0.plural(), "uid": uid});
    let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details});
    Ok(Json(status).into_response())
}

fn applied(store: &mut Store, request: &ApiRequest) -> Result<Response, StatusFailure> {
    let mut key = key(request);
    let wanted = object(request)?;
    name(&mut key, &wanted, request)?;
    let Some(manager) = request.value("fieldManager").filter(|manager| !manager.is_empty()) else {
        let message =
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
        return Err(StatusFailure::new(422, "Invalid", message));
    };
    if !wanted["metadata"]["managedFields"].is_null() {
        return Err(StatusFailure::bad_request("metadata.managedFields must be nil"));
    }
    let live = store.get(&key);
    meant(&key, live, &wanted["metadata"])?;
    let conflicts = match request.value("force") {
        Some("true" | "1") => Conflicts::Force,
        _ => Conflicts::Refuse,
    };
    let code = if live.is_some() {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let object = apply(live, &wanted, manager, conflicts)?;
    Ok(answer(code, &store.put(key, object)))
}

fn merged(store: &mut Store, request: &ApiRequest) -> Result<Response, StatusFailure> {
    let key = key(request);
    let changes = object(request)?;
    let live = store
        .get(&key)
        .cloned()
        .ok_or_else(|| StatusFailure::not_found(key.0, &key.2))?;
    same(&key, &live, &changes["metadata"])?;
    let mut after = live.clone();
    merge_patch(&mut after, &changes);
    ownership::updated(&live, &mut after, request.value("fieldManager").unwrap_or(NOBODY));
    Ok(answer(StatusCode::OK, &store.put(key, after)))
}

/// RFC 7386: a null takes a member out.
fn merge_patch(target: &mut Value, changes: &Value) {
    let Value::Object(changes) = changes else {
        *target = changes.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(members) = target.as_object_mut() else {
        return;
    };
    for (key, value) in changes {
        if value.is_null() {
            members.shift_remove(key);
        } else {
            merge_patch(members.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

/// Whether an apply is for what is there. A version doesn't keep it from creating what isn't; a uid does (apiserver's
/// `patch.go` and `store.go`).
fn meant(key: &ObjectKey, live: Option<&Value>, expected: &Value) -> Result<(), StatusFailure> {
    let uid = expected["uid"].as_str().filter(|uid| !uid.is_empty());
    match (live, uid) {
        (None, None) => Ok(()),
        (None, Some(uid)) => {
            let why =
                format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            Err(StatusFailure::conflict(key.0, &key.2, &why))
        }
        (Some(live), uid) => {
            same(key, live, &json!({"resourceVersion": expected["resourceVersion"]}))?;
            match uid {
                Some(uid) if live["metadata"]["uid"] != uid => Err(StatusFailure::immutable_uid(key.0, &key.2, uid)),
                _ => Ok(()),
            }
        }
    }
}

/// Whether an object still has the uid and the version that a request expects, if it expects any.
fn same(key: &ObjectKey, live: &Value, expected: &Value) -> Result<(), StatusFailure> {
    let given = |member: &str| expected[member].as_str().filter(|text| !text.is_empty());
    let has = |member: &str| live["metadata"][member].as_str().unwrap_or_default();
    if let Some(uid) = given("uid").filter(|uid| *uid != has("uid")) {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            has("uid")
        );
        return Err(StatusFailure::conflict(key.0, &key.2, &why));
    }
    if given("resourceVersion").is_some_and(|version| version != has("resourceVersion")) {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        return Err(StatusFailure::conflict(key.0, &key.2, why));
    }
    Ok(())
}

/// An object names its kind, and no other name or namespace than its path does.
fn name(key: &mut ObjectKey, object: &Value, request: &ApiRequest) -> Result<(), StatusFailure> {
    if KubernetesResource::of(object) != Some(key.0) {
        let (kind, version) = (key.0.kind(), key.0.api_version());
        return Err(StatusFailure::bad_request(format!(
            "the object must have the kind {kind} and the apiVersion {version}"
        )));
    }
    let metadata = &object["metadata"];
    if metadata["namespace"]
        .as_str()
        .is_some_and(|namespace| namespace != key.1)
    {
        return Err(StatusFailure::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    match (metadata["name"].as_str(), &request.target.name) {
        (None, None) => Err(StatusFailure::new(
            422,
            "Invalid",
            "metadata.name: Required value: name or generateName is required",
        )),
        (Some(name), None) => {
            name.clone_into(&mut key.2);
            Ok(())
        }
        (Some(name), Some(wanted)) if name != wanted => Err(StatusFailure::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({wanted})"
        ))),
        _ => Ok(()),
    }
}

fn object(request: &ApiRequest) -> Result<Value, StatusFailure> {
    let parsed = serde_json::from_slice::<Map<String, Value>>(&request.body);
    let refused = |error| {
        StatusFailure::bad_request(format!(
            "the body is no JSON object, which the simulator takes only: {error}"
        ))
    };
    parsed.map(Value::Object).map_err(refused)
}

fn refuse_dry_run(request: &ApiRequest) -> Result<(), StatusFailure> {
    match request.value("dryRun") {
        Some(_) => Err(StatusFailure::bad_request("the simulator has no dry run")),
        None => Ok(()),
    }
}

fn answer(code: StatusCode, object: &Value) -> Response {
    (code, Json(object)).into_response()
}
