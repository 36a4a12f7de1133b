//! UpdateNodegroupConfig and UpdateNodegroupVersion: one at a time, each with an id of its own.

use serde_json::{Value, json};

use super::{checks, cluster, group, releases, template};
use crate::error::EksError;
use crate::faults::take_outcome;
use crate::routes::RoutedCall;
use crate::world::{Completion, Pending, Update, World, merge};

pub fn config(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let shown = updatable(world, call)?;
    checks::settings(&call.body)?;
    let changes = config_changes(&shown, call)?;
    let differs = changes
        .as_object()
        .is_some_and(|changes| changes.iter().any(|(key, value)| shown[key] != *value));
    if !differs {
        return Err(EksError::invalid("No changes needed for the nodegroup"));
    }
    if let Some(scaling) = changes.get("scalingConfig") {
        checks::scaling(scaling)?;
    }
    checks::taints(changes.get("taints"))?;
    let takes = world.options.durations.config_update;
    Ok(begin(world, call, "ConfigUpdate", (&shown, changes), takes))
}

pub fn version(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let shown = updatable(world, call)?;
    let changes = version_changes(world, call, &shown)?;
    let nothing = changes
        .as_object()
        .is_some_and(|changes| changes.iter().all(|(key, value)| shown[key] == *value));
    let takes = if nothing {
        0.0
    } else {
        world.options.durations.version_update
    };
    Ok(begin(world, call, "VersionUpdate", (&shown, changes), takes))
}

fn updatable(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let shown = group(world, call)?.shown.clone();
    match shown["status"].as_str() {
        Some("ACTIVE" | "DEGRADED") => Ok(shown),
        _ => Err(EksError::in_use(
            "Nodegroup cannot be updated as it is currently not in Active State",
        )),
    }
}

fn begin(world: &mut World, call: &RoutedCall, kind: &str, (before, changes): (&Value, Value), takes: f64) -> Value {
    let id = world.new_id();
    let before = before["status"].as_str().unwrap_or_default();
    let params: Vec<Value> = call
        .body
        .iter()
        .filter(|(key, _)| *key != "clientRequestToken")
        .flat_map(|(key, value)| params(key, value))
        .collect();
    let shown = json!({
        "id": id, "status": "InProgress", "type": kind, "params": params, "createdAt": world.timestamp(), "errors": [],
    });
    let outcome = take_outcome(&mut world.outcomes, kind, &call.cluster, &call.nodegroup);
    let pending = Pending {
        at: world.after(takes),
        end: Completion::Updated {
            id: id.clone(),
            changes,
            outcome,
            before: before.to_owned(),
        },
    };
    let update = Update {
        cluster: call.cluster.clone(),
        nodegroup: call.nodegroup.clone(),
        shown: shown.clone(),
    };
    world.updates.insert(id, update);
    if let Some(group) = world.groups.get_mut(&(call.cluster.clone(), call.nodegroup.clone())) {
        group.shown["status"] = json!("UPDATING");
        group.pending = Some(pending);
    }
    if kind == "VersionUpdate" && takes > 0.0 {
        world.cordon(call);
    }
    json!({ "update": shown })
}

impl World {
    /// The first node that an update empties, before anything else is seen of it.
    fn cordon(&mut self, call: &RoutedCall) {
        if let Some(cluster) = self.kubernetes.clusters.get_mut(&call.cluster) {
            cluster.cordon_one(&call.nodegroup);
        }
    }
}

/// What an update changes, in the service's names. Each size is one of its own.
fn params(key: &str, value: &Value) -> Vec<Value> {
    if key != "scalingConfig" {
        return vec![json!({"type": parameter(key), "value": value.to_string()})];
    }
    let sizes = [
        ("minSize", "MinSize"),
        ("maxSize", "MaxSize"),
        ("desiredSize", "DesiredSize"),
    ];
    let stated = sizes.iter().filter(|(key, _)| !value[key].is_null());
    stated
        .map(|(key, name)| json!({"type": name, "value": value[key].to_string()}))
        .collect()
}

fn parameter(key: &str) -> &'static str {
    match key {
        "version" => "Version",
        "releaseVersion" => "ReleaseVersion",
        "launchTemplate" => "LaunchTemplateVersion",
        "labels" => "LabelsToAdd",
        "taints" => "TaintsToAdd",
        _ => "MaxUnavailable",
    }
}

fn config_changes(shown: &Value, call: &RoutedCall) -> Result<Value, EksError> {
    let mut changes = json!({});
    if let Some(labels) = call.body.get("labels") {
        changes["labels"] = labels_after(&shown["labels"], labels)?;
    }
    if let Some(taints) = call.body.get("taints") {
        changes["taints"] = taints_after(&shown["taints"], taints);
    }
    for key in ["scalingConfig", "warmPoolConfig"] {
        if let Some(wanted) = call.body.get(key) {
            let mut whole = shown[key].clone();
            if whole.is_null() {
                whole = json!({});
            }
            merge(&mut whole, wanted);
            changes[key] = whole;
        }
    }
    if let Some(wanted) = call.body.get("nodeRepairConfig") {
        changes["nodeRepairConfig"] = repair_after(&shown["nodeRepairConfig"], wanted);
    }
    if let Some(wanted) = call.body.get("updateConfig") {
        let strategy = wanted
            .get("updateStrategy")
            .unwrap_or(&shown["updateConfig"]["updateStrategy"])
            .clone();
        let mut wanted = wanted.clone();
        wanted["updateStrategy"] = strategy;
        changes["updateConfig"] = wanted;
    }
    Ok(changes)
}

/// A number excludes a percentage, so both go when neither is given. What EKS does with a list that is left out isn't documented;
/// here it stays, the harder case of the two.
fn repair_after(live: &Value, wanted: &Value) -> Value {
    let mut repair = wanted.clone();
    for key in ["enabled", "nodeRepairConfigOverrides"] {
        if wanted.get(key).is_none() && live.get(key).is_some() {
            repair[key] = live[key].clone();
        }
    }
    repair
}

fn labels_after(live: &Value, change: &Value) -> Result<Value, EksError> {
    let mut labels = live.as_object().cloned().unwrap_or_default();
    let removed: Vec<&str> = change["removeLabels"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let set = change["addOrUpdateLabels"].as_object().cloned().unwrap_or_default();
    if removed.iter().any(|key| set.contains_key(*key)) {
        return Err(EksError::invalid("A label can't be both updated and removed"));
    }
    labels.retain(|key, _| !removed.contains(&key.as_str()));
    labels.extend(set);
    Ok(Value::Object(labels))
}

fn taints_after(live: &Value, change: &Value) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let same = |left: &Value, right: &Value| left["key"] == right["key"] && left["effect"] == right["effect"];
    let (set, removed) = (list(&change["addOrUpdateTaints"]), list(&change["removeTaints"]));
    let mut taints = list(live);
    taints.retain(|taint| !removed.iter().any(|other| same(taint, other)));
    for wanted in set {
        match taints.iter_mut().find(|taint| same(taint, &wanted)) {
            Some(taint) => *taint = wanted,
            None => taints.push(wanted),
        }
    }
    Value::Array(taints)
}

fn version_changes(world: &World, call: &RoutedCall, shown: &Value) -> Result<Value, EksError> {
    let body = &call.body;
    let custom = shown["amiType"] == "CUSTOM";
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    if custom && (text("version").is_some() || text("releaseVersion").is_some()) {
        return Err(EksError::invalid(
            "You cannot specify a version or release version with a custom AMI",
        ));
    }
    let mut changes = if custom {
        json!({})
    } else {
        image_after(world, call, shown)?
    };
    if let Some(named) = body.get("launchTemplate") {
        let found = template::of_update(call, shown)?;
        changes["launchTemplate"] = template::after(&shown["launchTemplate"], named, found)?;
        if let Some(image) = found.and_then(|found| found.image_id.as_ref()) {
            changes["releaseVersion"] = json!(image);
        }
    }
    Ok(changes)
}

/// Version and release, neither of which goes down or past the cluster's.
fn image_after(world: &World, call: &RoutedCall, shown: &Value) -> Result<Value, EksError> {
    let text = |key: &str| call.body.get(key).and_then(Value::as_str);
    let running = shown["version"].as_str().unwrap_or_default();
    let version = text("version").unwrap_or(running);
    let ceiling = cluster(world, &call.cluster)?["version"].as_str().unwrap_or_default();
    if releases::numbers(version) < releases::numbers(running) {
        return Err(EksError::invalid(format!(
            "Requested version {version} is older than the nodegroup's version {running}"
        )));
    }
    if releases::numbers(version) > releases::numbers(ceiling) {
        return Err(EksError::invalid(format!(
            "Requested version {version} is newer than the cluster's version {ceiling}"
        )));
    }
    let latest = releases::latest(world, version);
    let release = text("releaseVersion").unwrap_or(&latest);
    releases::check_of_version(&shown["amiType"], release, version, &latest)?;
    releases::check_not_older(
        &shown["amiType"],
        release,
        shown["releaseVersion"].as_str().unwrap_or_default(),
    )?;
    Ok(json!({"version": version, "releaseVersion": release}))
}
