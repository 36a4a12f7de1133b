//! What only reads.

use serde_json::{Value, json};

use super::{cluster, group};
use crate::error::EksError;
use crate::routes::RoutedCall;
use crate::world::World;

pub fn describe(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    Ok(json!({ "nodegroup": group(world, call)?.shown }))
}

pub fn describe_cluster(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    Ok(json!({ "cluster": cluster(world, &call.cluster)? }))
}

pub fn list(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    cluster(world, &call.cluster)?;
    let names = world
        .groups
        .keys()
        .filter(|(cluster, _)| *cluster == call.cluster)
        .map(|(_, name)| name.clone());
    Ok(page("nodegroups", names.collect(), call))
}

/// Without the node group's name the service looks among the cluster's own updates.
pub fn describe_update(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    let nodegroup = call.value("nodegroupName");
    let update = world.updates.get(&call.subject);
    let update = update.filter(|update| update.cluster == call.cluster && Some(update.nodegroup.as_str()) == nodegroup);
    let missing = || EksError::not_found(format!("No update found for ID: {}", call.subject));
    Ok(json!({ "update": update.ok_or_else(missing)?.shown }))
}

pub fn list_updates(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    cluster(world, &call.cluster)?;
    let nodegroup = call.value("nodegroupName");
    let of_group = world
        .updates
        .iter()
        .filter(|(_, update)| update.cluster == call.cluster && Some(update.nodegroup.as_str()) == nodegroup);
    Ok(page("updateIds", of_group.map(|(id, _)| id.clone()).collect(), call))
}

/// The next token is the last item of the page before.
pub fn page(key: &str, items: Vec<String>, call: &RoutedCall) -> Value {
    let size = call
        .value("maxResults")
        .and_then(|size| size.parse().ok())
        .unwrap_or(100);
    let after = call.value("nextToken");
    let rest: Vec<String> = items
        .into_iter()
        .filter(|item| after.is_none_or(|after| item.as_str() > after))
        .collect();
    let page: Vec<String> = rest.iter().take(size).cloned().collect();
    let next = if rest.len() > page.len() {
        page.last().cloned()
    } else {
        None
    };
    json!({ key: page, "nextToken": next })
}
