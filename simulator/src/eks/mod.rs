//! The operations.

pub mod create;
mod delete;
mod read;
mod tags;
mod update;

use serde_json::{Map, Value, json};

use crate::error::EksError;
use crate::http::Call;
use crate::world::{Group, World};

pub fn perform(world: &mut World, call: &Call) -> Result<Value, EksError> {
    match call.operation {
        "CreateNodegroup" => idempotent(world, call, create::create),
        "UpdateNodegroupConfig" => idempotent(world, call, update::config),
        "UpdateNodegroupVersion" => idempotent(world, call, update::version),
        "DeleteNodegroup" => delete::delete(world, call),
        "DescribeNodegroup" => read::describe(world, call),
        "ListNodegroups" => read::list(world, call),
        "DescribeUpdate" => read::describe_update(world, call),
        "ListUpdates" => read::list_updates(world, call),
        "DescribeCluster" => read::describe_cluster(world, call),
        "TagResource" => tags::tag(world, call),
        "UntagResource" => tags::untag(world, call),
        "ListTagsForResource" => tags::list(world, call),
        other => Err(EksError::unknown_operation("", other)),
    }
}

/// The same client token gives the same answer, even when what it began has ended or failed; with another content it is
/// refused.
fn idempotent(
    world: &mut World,
    call: &Call,
    effect: impl FnOnce(&mut World, &Call) -> Result<Value, EksError>,
) -> Result<Value, EksError> {
    let Some(token) = call.body.get("clientRequestToken").and_then(Value::as_str) else {
        return effect(world, call);
    };
    if !(33..=126).contains(&token.len()) {
        return Err(EksError::invalid(
            "clientRequestToken must be between 33 and 126 characters",
        ));
    }
    let asked = json!([call.operation, call.cluster, call.subject, call.body]);
    if let Some((before, answer)) = world.tokens.get(token) {
        let same = *before == asked;
        return if same {
            Ok(answer.clone())
        } else {
            Err(EksError::invalid("clientRequestToken was used with other parameters"))
        };
    }
    let answer = effect(world, call)?;
    world.tokens.insert(token.to_owned(), (asked, answer.clone()));
    Ok(answer)
}

fn cluster<'w>(world: &'w World, name: &str) -> Result<&'w Value, EksError> {
    world
        .clusters
        .get(name)
        .ok_or_else(|| EksError::not_found(format!("No cluster found for name: {name}.")))
}

fn group<'w>(world: &'w mut World, call: &Call) -> Result<&'w mut Group, EksError> {
    cluster(world, &call.cluster)?;
    let key = (call.cluster.clone(), call.subject.clone());
    let missing = || EksError::not_found(format!("No node group found for name: {}.", call.subject));
    world.groups.get_mut(&key).ok_or_else(missing)
}

/// The service's own words for sizes that contradict each other.
fn check_scaling(scaling: &Value) -> Result<(), EksError> {
    let size = |key: &str| scaling[key].as_i64().unwrap_or_default();
    let (min, max, desired) = (size("minSize"), size("maxSize"), size("desiredSize"));
    if min > max {
        return Err(EksError::invalid(format!(
            "Minimum capacity {min} can't be greater than maximum size {max}"
        )));
    }
    if min > desired {
        return Err(EksError::invalid(format!(
            "Minimum capacity {min} can't be greater than desired size {desired}"
        )));
    }
    if desired > max {
        return Err(EksError::invalid(format!(
            "desired capacity {desired} can't be greater than max size {max}"
        )));
    }
    Ok(())
}

fn check_update_config(config: Option<&Value>) -> Result<(), EksError> {
    let both = config
        .is_some_and(|config| !config["maxUnavailable"].is_null() && !config["maxUnavailablePercentage"].is_null());
    if both {
        Err(EksError::invalid(
            "Specify either maxUnavailable or maxUnavailablePercentage, not both",
        ))
    } else {
        Ok(())
    }
}

fn check_launch_template(body: &Map<String, Value>) -> Result<(), EksError> {
    let Some(template) = body.get("launchTemplate") else {
        return Ok(());
    };
    match (template["id"].is_null(), template["name"].is_null()) {
        (true, false) | (false, true) => Ok(()),
        _ => Err(EksError::invalid(
            "Either provide launch template ID or launch template name in the request",
        )),
    }
}

/// The newest release of a version: one a version, so that a release says which version it is of.
fn latest_release(version: &str) -> String {
    format!("{version}.1-20260901")
}

/// `1.34` as numbers, for comparing.
fn version_numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map(|part| part.parse().unwrap_or_default())
        .collect()
}
