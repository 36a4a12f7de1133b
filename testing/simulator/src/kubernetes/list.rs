//! Reading one object, or a list of them in pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::http::ApiRequest;
use super::selector::Selector;
use super::status::StatusFailure;
use super::store::{ObjectKey, Store};

pub fn key(request: &ApiRequest) -> ObjectKey {
    let target = &request.target;
    (
        target.resource,
        target.namespace.clone().unwrap_or_default(),
        target.name.clone().unwrap_or_default(),
    )
}

pub fn get(store: &Store, request: &ApiRequest) -> Result<Value, StatusFailure> {
    let key = key(request);
    store
        .get(&key)
        .cloned()
        .ok_or_else(|| StatusFailure::not_found(key.0, &key.2))
}

/// The items of a list don't say what they are: the list does.
pub fn list(store: &Store, request: &ApiRequest) -> Result<Value, StatusFailure> {
    let (selector, target) = (Selector::of(&request.query)?, &request.target);
    let after = continued(store, request)?;
    let limit = request
        .value("limit")
        .and_then(|limit| limit.parse().ok())
        .filter(|limit| *limit > 0);
    let all = store.list(target.resource, target.namespace.as_deref());
    let mut rest = all
        .filter(|(key, object)| {
            after
                .as_ref()
                .is_none_or(|after| (&key.1, &key.2) > (&after.0, &after.1))
                && selector.matches(object)
        })
        .peekable();
    let (mut items, mut last) = (Vec::new(), None);
    while let Some((key, object)) = rest.next_if(|_| limit.is_none_or(|limit: usize| items.len() < limit)) {
        items.push(untyped(object));
        last = Some(key);
    }
    let mut metadata = json!({"resourceVersion": store.version().to_string()});
    if let (Some(last), true) = (last, rest.peek().is_some()) {
        let next = json!([store.version(), last.1, last.2]).to_string();
        metadata["continue"] = json!(URL_SAFE_NO_PAD.encode(next));
        metadata["remainingItemCount"] = json!(rest.count());
    }
    Ok(json!({
        "kind": format!("{}List", target.resource.kind()), "apiVersion": target.resource.api_version(),
        "metadata": metadata, "items": items,
    }))
}

/// Namespace and name of the last object of the page before. Pages aren't of one version here: what has changed
/// meanwhile is seen.
fn continued(store: &Store, request: &ApiRequest) -> Result<Option<(String, String)>, StatusFailure> {
    let Some(text) = request.value("continue").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let decoded = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let parsed = serde_json::from_slice::<(u64, String, String)>(&decoded);
    let (version, namespace, name) = parsed.map_err(|_| StatusFailure::bad_request("continue key is not valid"))?;
    if version < store.oldest() {
        return Err(StatusFailure::expired(version, store.oldest()));
    }
    Ok(Some((namespace, name)))
}

fn untyped(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(members) = object.as_object_mut() {
        members.retain(|key, _| key != "apiVersion" && key != "kind");
    }
    object
}
