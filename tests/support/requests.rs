//! Requests of the engine, for tests that call the adapters themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mng_core::protocol::physical_id::PhysicalId;
use mng_engine::ports::{
    ApplyObject, AwaitNodeChange, CreateDaemonSet, DeleteDaemonSet, DeleteNodegroup, ListDaemonSets, ListNodes,
    ReadDrain, ReadWindowsState, TagResource, UntagResource,
};
use serde_json::Value;

pub fn group(cluster: &str, name: &str) -> PhysicalId {
    let (cluster, name) = (cluster.to_owned(), name.to_owned());
    PhysicalId { cluster, name }
}

pub fn list_nodes(cluster: &str, name: &str, request_id: &str) -> ListNodes {
    ListNodes {
        group: group(cluster, name),
        request_id: request_id.to_owned(),
    }
}

pub fn await_node_change(cluster: &str, name: &str, at_most: Duration) -> AwaitNodeChange {
    AwaitNodeChange {
        group: group(cluster, name),
        at_most,
    }
}

pub fn list_daemon_sets(cluster: &str) -> ListDaemonSets {
    let cluster = cluster.to_owned();
    ListDaemonSets { cluster }
}

pub fn read_windows_state(cluster: &str) -> ReadWindowsState {
    let cluster = cluster.to_owned();
    ReadWindowsState { cluster }
}

pub fn read_drain(cluster: &str, name: &str) -> ReadDrain {
    ReadDrain {
        group: group(cluster, name),
        nodes: vec![],
    }
}

pub fn apply(cluster: &str, object: Value) -> ApplyObject {
    let cluster = cluster.to_owned();
    ApplyObject { cluster, object }
}

pub fn create_daemon_set(cluster: &str, object: Value) -> CreateDaemonSet {
    let cluster = cluster.to_owned();
    CreateDaemonSet { cluster, object }
}

pub fn delete_daemon_set(cluster: &str, uid: &str, resource_version: &str) -> DeleteDaemonSet {
    DeleteDaemonSet {
        cluster: cluster.to_owned(),
        uid: uid.to_owned(),
        resource_version: resource_version.to_owned(),
    }
}

pub fn delete_nodegroup(cluster: &str, name: &str) -> DeleteNodegroup {
    DeleteNodegroup {
        group: group(cluster, name),
    }
}

pub fn tag(arn: &str, key: &str, value: &str) -> TagResource {
    TagResource {
        arn: arn.to_owned(),
        tags: BTreeMap::from([(key.to_owned(), value.to_owned())]),
    }
}

pub fn untag(arn: &str, key: &str) -> UntagResource {
    UntagResource {
        arn: arn.to_owned(),
        keys: BTreeSet::from([key.to_owned()]),
    }
}
