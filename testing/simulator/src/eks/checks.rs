//! What the service checks beyond shapes: members that exclude each other, and sizes that contradict each other.

use serde_json::{Map, Value};

use crate::error::EksError;

const MAX_INSTANCE_TYPES: usize = 20;
const MAX_TAINTS: usize = 50;
const MAX_UNAVAILABLE: i64 = 100;

/// What only a create can get wrong.
pub fn create(body: &Map<String, Value>) -> Result<(), EksError> {
    let count = |key: &str| body.get(key).and_then(Value::as_array).map_or(0, Vec::len);
    well_named(body.get("nodegroupName").and_then(Value::as_str).unwrap_or_default())?;
    let beside = |key: &&&str| body.contains_key("launchTemplate") && body.contains_key(**key);
    if let Some(key) = ["diskSize", "remoteAccess"].iter().find(beside) {
        return invalid(format!("{key} can't be specified with a launch template"));
    }
    if count("subnets") == 0 {
        return invalid("At least one subnet must be specified");
    }
    if count("instanceTypes") > MAX_INSTANCE_TYPES {
        return invalid(format!("At most {MAX_INSTANCE_TYPES} instance types can be specified"));
    }
    let sizes = body.get("scalingConfig").and_then(Value::as_object).map_or(3, Map::len);
    if sizes != 3 {
        return invalid("scalingConfig must have minSize, maxSize and desiredSize, or not be there");
    }
    taints(body.get("taints"))?;
    tags(body.get("tags"))
}

/// What a create and an update can both get wrong.
pub fn settings(body: &Map<String, Value>) -> Result<(), EksError> {
    let update = body.get("updateConfig");
    either(update, "maxUnavailable", "maxUnavailablePercentage")?;
    if update.is_some_and(|update| update["maxUnavailable"].as_i64() > Some(MAX_UNAVAILABLE)) {
        return invalid(format!("maxUnavailable can be at most {MAX_UNAVAILABLE}"));
    }
    let repair = body.get("nodeRepairConfig");
    either(
        repair,
        "maxUnhealthyNodeThresholdCount",
        "maxUnhealthyNodeThresholdPercentage",
    )?;
    either(
        repair,
        "maxParallelNodesRepairedCount",
        "maxParallelNodesRepairedPercentage",
    )?;
    let overrides = repair.and_then(|repair| repair["nodeRepairConfigOverrides"].as_array());
    match overrides.into_iter().flatten().find_map(missing_in_override) {
        Some(missing) => invalid(format!("A node repair override must have {missing}")),
        None => Ok(()),
    }
}

/// The service's own words for sizes that contradict each other.
pub fn scaling(scaling: &Value) -> Result<(), EksError> {
    let size = |key: &str| scaling[key].as_i64().unwrap_or_default();
    let (min, max, desired) = (size("minSize"), size("maxSize"), size("desiredSize"));
    if min > max {
        return invalid(format!(
            "Minimum capacity {min} can't be greater than maximum size {max}"
        ));
    }
    if min > desired {
        return invalid(format!(
            "Minimum capacity {min} can't be greater than desired size {desired}"
        ));
    }
    if desired > max {
        return invalid(format!(
            "desired capacity {desired} can't be greater than max size {max}"
        ));
    }
    Ok(())
}

pub fn taints(taints: Option<&Value>) -> Result<(), EksError> {
    if taints
        .and_then(Value::as_array)
        .is_some_and(|all| all.len() > MAX_TAINTS)
    {
        return invalid(format!("A nodegroup can have at most {MAX_TAINTS} taints"));
    }
    Ok(())
}

pub fn tags(tags: Option<&Value>) -> Result<(), EksError> {
    let mut keys = tags.and_then(Value::as_object).into_iter().flatten();
    if keys.any(|(key, _)| key.to_lowercase().starts_with("aws:")) {
        return invalid("Tag keys must not begin with aws:");
    }
    Ok(())
}

fn well_named(name: &str) -> Result<(), EksError> {
    let first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if first && rest && name.len() <= 63 {
        return Ok(());
    }
    invalid("The nodegroup name must begin with a letter or digit and have at most 63 characters")
}

fn either(parent: Option<&Value>, one: &str, other: &str) -> Result<(), EksError> {
    if parent.is_some_and(|parent| !parent[one].is_null() && !parent[other].is_null()) {
        return invalid(format!("Specify either {one} or {other}, not both"));
    }
    Ok(())
}

/// The model requires none of them, the documentation all.
fn missing_in_override(one: &Value) -> Option<&'static str> {
    let members = [
        "nodeMonitoringCondition",
        "nodeUnhealthyReason",
        "minRepairWaitTimeMins",
        "repairAction",
    ];
    members.into_iter().find(|member| one[*member].is_null())
}

fn invalid(message: impl Into<String>) -> Result<(), EksError> {
    Err(EksError::invalid(message))
}
