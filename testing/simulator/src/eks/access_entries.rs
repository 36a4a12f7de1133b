//! The access entries of a cluster, which say who may use its Kubernetes API.

use serde_json::{Value, json};

use super::{cluster, read};
use crate::error::EksError;
use crate::routes::RoutedCall;
use crate::world::{World, merge};

pub fn describe(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    with_entries(world, call)?;
    let key = (call.cluster.clone(), call.subject.clone());
    let missing = || {
        EksError::not_found(
            "The specified principalArn could not be found. You can view your available access entries with \
             'list-access-entries'.",
        )
    };
    let entry = world.access_entries.get(&key).ok_or_else(missing)?;
    Ok(json!({ "accessEntry": entry }))
}

pub fn list(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    with_entries(world, call)?;
    let own = world
        .access_entries
        .keys()
        .filter(|(cluster, _)| *cluster == call.cluster);
    let principals = own.map(|(_, principal)| principal.clone()).collect();
    Ok(read::page("accessEntries", principals, call))
}

/// A cluster whose ConfigMap alone says who may do what has none.
fn with_entries(world: &World, call: &RoutedCall) -> Result<(), EksError> {
    if cluster(world, &call.cluster)?["accessConfig"]["authenticationMode"] == "CONFIG_MAP" {
        return Err(EksError::request(
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform \
             this operation.",
        ));
    }
    Ok(())
}

impl World {
    pub fn put_access_entry(&mut self, cluster: &str, changes: Value) {
        let principal = changes["principalArn"].as_str().unwrap_or_default().to_owned();
        let id = self.new_id();
        let now = self.timestamp();
        let (region, account) = (&self.options.region, &self.options.account);
        let fresh = json!({
            "clusterName": cluster, "principalArn": principal, "kubernetesGroups": [], "type": "STANDARD",
            "username": principal, "tags": {}, "createdAt": now, "modifiedAt": now,
            "accessEntryArn": format!("arn:aws:eks:{region}:{account}:access-entry/{cluster}/role/{account}/{id}"),
        });
        merge(
            self.access_entries
                .entry((cluster.to_owned(), principal))
                .or_insert(fresh),
            &changes,
        );
    }
}
