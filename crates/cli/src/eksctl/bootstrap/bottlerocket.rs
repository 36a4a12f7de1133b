//! Bottlerocket's settings, in TOML. What the resource or TOML doesn't take is left out alone, with a note.

use std::collections::BTreeMap;

use mng_core::node::ami_type::OperatingSystem;
use mng_core::node::user_data::{Bootstrap, user_data};
use serde_json::{Map, Value, json};

use crate::eksctl::group::EksctlGroup;
use crate::eksctl::scalars::typed;

const SETTINGS: &str = "bottlerocket.settings";
const KUBERNETES: &str = "kubernetes";

/// SSH reaches nothing but the admin container, so eksctl switches that on with it.
pub fn toml(group: &mut EksctlGroup) -> Option<String> {
    let mut settings = group.at(SETTINGS).map_or_else(|| json!({}), typed);
    leave_nulls_out(group, &mut settings, SETTINGS);
    let settings = settings.as_object_mut()?;
    leave_refused_out(group, settings);
    let has_key = group
        .text("ssh.publicKey")
        .or(group.text("ssh.publicKeyName"))
        .is_some();
    let with_ssh = (group.truth("ssh.allow").unwrap_or(has_key)).then_some(true);
    if let Some(enabled) = group.truth("bottlerocket.enableAdminContainer").or(with_ssh) {
        let containers = settings.entry("host-containers").or_insert_with(|| json!({}));
        let admin = containers
            .as_object_mut()
            .map(|all| all.entry("admin").or_insert_with(|| json!({})));
        match admin.and_then(Value::as_object_mut) {
            Some(admin) => _ = admin.insert("enabled".to_owned(), json!(enabled)),
            None => group.unmapped(SETTINGS, "expected maps for host-containers and its admin"),
        }
    }
    if settings.is_empty() {
        return None;
    }
    // Each of them could be written, or was left out.
    toml::to_string(&json!({"settings": settings})).ok()
}

/// TOML has none, and eksctl refuses them.
fn leave_nulls_out(group: &mut EksctlGroup, value: &mut Value, path: &str) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                leave_nulls_out(group, value, &format!("{path}.{key}"));
            }
            map.retain(|_, value| !value.is_null());
        }
        Value::Array(list) => {
            for (index, value) in list.iter_mut().enumerate() {
                leave_nulls_out(group, value, &format!("{path}[{index}]"));
            }
            list.retain(|value| !value.is_null());
        }
        Value::Null => group.unmapped(path, "there is no null in TOML; give it a value, or remove it"),
        _ => {}
    }
}

fn leave_refused_out(group: &mut EksctlGroup, settings: &mut Map<String, Value>) {
    if let Some(Value::Object(kubernetes)) = settings.get_mut(KUBERNETES) {
        let around = |key: &str, value: &Value| json!({KUBERNETES: {key: value}});
        leave_out(group, kubernetes, &format!("{SETTINGS}.{KUBERNETES}"), around);
        if kubernetes.is_empty() {
            settings.shift_remove(KUBERNETES);
        }
    }
    leave_out(group, settings, SETTINGS, |key, value| json!({key: value}));
}

/// Of a map those members that the resource refuses when they stand alone, each as `around` puts it into settings.
fn leave_out(
    group: &mut EksctlGroup,
    map: &mut Map<String, Value>,
    path: &str,
    around: impl Fn(&str, &Value) -> Value,
) {
    map.retain(|key, value| match refusal(group, &around(key, value)) {
        Some(why) => {
            group.unmapped(&format!("{path}.{key}"), format!("{why}; correct it, and convert anew"));
            false
        }
        None => true,
    });
}

/// By the resource's own check, with what it puts in itself.
fn refusal(group: &EksctlGroup, settings: &Value) -> Option<String> {
    let own = match toml::to_string(&json!({"settings": settings})) {
        Ok(own) => own,
        Err(error) => return Some(format!("it can't be written as TOML: {error}")),
    };
    let max_pods = group
        .number("maxPodsPerNode")
        .and_then(|number| u32::try_from(number).ok());
    let bootstrap = Bootstrap {
        os: OperatingSystem::Bottlerocket,
        max_pods: max_pods.filter(|number| *number != 0),
        node_labels: &BTreeMap::new(),
        own: Some(&own),
    };
    user_data(&bootstrap).err()
}
