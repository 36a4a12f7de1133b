//! The operations.

mod access_entries;
mod checks;
pub mod create;
mod delete;
mod read;
mod releases;
mod tags;
mod template;
mod update;

use serde_json::{Value, json};

use crate::error::EksError;
use crate::routes::RoutedCall;
use crate::world::{SimulatedGroup, World};

pub fn perform(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
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
        "DescribeAccessEntry" => access_entries::describe(world, call),
        "ListAccessEntries" => access_entries::list(world, call),
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
    call: &RoutedCall,
    effect: impl FnOnce(&mut World, &RoutedCall) -> Result<Value, EksError>,
) -> Result<Value, EksError> {
    let Some(token) = call.body.get("clientRequestToken").and_then(Value::as_str) else {
        return effect(world, call);
    };
    if !(33..=126).contains(&token.len()) {
        return Err(EksError::invalid(
            "clientRequestToken must be between 33 and 126 characters",
        ));
    }
    let asked = json!([call.operation, call.cluster, call.nodegroup, call.body]);
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

fn group<'w>(world: &'w mut World, call: &RoutedCall) -> Result<&'w mut SimulatedGroup, EksError> {
    cluster(world, &call.cluster)?;
    let key = (call.cluster.clone(), call.nodegroup.clone());
    let missing = || EksError::not_found(format!("No node group found for name: {}.", call.nodegroup));
    world.groups.get_mut(&key).ok_or_else(missing)
}
