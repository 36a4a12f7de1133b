//! The way to a cluster's API: its address, and a token by the function's credentials.

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::provider::ProvideCredentials;
use tokio::sync::Mutex;

use super::Aws;
use super::errors::call_error;
use crate::clock::{Clock, SystemClock};
use crate::kubernetes::connection::{ClusterEndpoint, Connection, unusable};
use crate::kubernetes::token::token;
use mng_core::call_error::{CallError, Fault};
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::workload::device_plugin::DaemonSet;
use mng_core::workload::drain::Drain;
use mng_core::workload::nodes::Node;
use mng_core::workload::windows::WindowsState;
use mng_engine::ports::{
    ApplyObject, AwaitNodeChange, Calls, CreateDaemonSet, DeleteDaemonSet, ListDaemonSets, ListNodes, ReadDrain,
    ReadWindowsState,
};

/// How long the function uses a connection, in milliseconds. The cluster accepts its token for 15 minutes
/// (aws-iam-authenticator), and a request may take a while.
const TOKEN_MILLIS: u64 = 10 * 60 * 1000;

/// Connections by cluster, with the time in milliseconds when each was opened.
#[derive(Default)]
pub struct Connections(Mutex<HashMap<String, (Connection, u64)>>);

impl Aws {
    async fn connection(&self, cluster: &str) -> Result<Connection, CallError> {
        let now = SystemClock.now_millis();
        let mut open = self.connections.0.lock().await;
        if let Some((connection, opened)) = open.get(cluster)
            && is_good(*opened, now)
        {
            return Ok(connection.clone());
        }
        let connection = self.connect(cluster, now).await?;
        open.insert(cluster.to_owned(), (connection.clone(), now));
        Ok(connection)
    }

    /// The result of a call. API servers cache for minutes what they know about a token. So a denial closes the
    /// connection, and the token of the next one finds access that somebody has granted meanwhile.
    async fn answered<T>(&self, cluster: &str, done: Result<T, CallError>) -> Result<T, CallError> {
        if done.as_ref().is_err_and(|error| error.fault == Fault::Throttled) {
            self.recorder.throttled();
        }
        if done.as_ref().is_err_and(|error| error.fault == Fault::Denied) {
            self.connections.0.lock().await.remove(cluster);
        }
        done
    }

    async fn connect(&self, cluster: &str, now: u64) -> Result<Connection, CallError> {
        let endpoint = self.endpoint(cluster).await?;
        let unusable = |message: &str| unusable(cluster, message.to_owned());
        let region = self
            .config
            .region()
            .ok_or_else(|| unusable("the function knows no Region"))?;
        let provider = self.config.credentials_provider();
        let provider = provider.ok_or_else(|| unusable("the function has no credentials"))?;
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|error| unusable(&error.to_string()))?;
        let token = token(
            cluster,
            region.as_ref(),
            &credentials,
            UNIX_EPOCH + Duration::from_millis(now),
        );
        let token = token.map_err(|error| unusable(&error.to_string()))?;
        Connection::open(&endpoint, token, self.role.clone())
    }

    pub(super) async fn see_nodes(&self, cluster: &str) -> Result<(), CallError> {
        let seen = self.connection(cluster).await?.see_nodes().await;
        self.answered(cluster, seen).await
    }

    async fn endpoint(&self, cluster: &str) -> Result<ClusterEndpoint, CallError> {
        let answer = self.eks().describe_cluster().name(cluster).send().await;
        let answer = answer.map_err(|error| call_error("eks:DescribeCluster", cluster, &error))?;
        let found = answer.cluster();
        let url = found.and_then(|found| found.endpoint()).unwrap_or_default();
        let authority = found.and_then(|found| found.certificate_authority()?.data());
        if url.is_empty() {
            return Err(unusable(cluster, "it has no endpoint yet".to_owned()));
        }
        Ok(ClusterEndpoint {
            cluster: cluster.to_owned(),
            url: url.to_owned(),
            certificate_authority: authority.unwrap_or_default().to_owned(),
        })
    }
}

/// Whether the function still uses, at `now`, a connection from `opened`.
fn is_good(opened: u64, now: u64) -> bool {
    now.saturating_sub(opened) < TOKEN_MILLIS
}

impl Calls<ListNodes> for Aws {
    async fn call(&self, request: &ListNodes) -> Result<Vec<Node>, CallError> {
        let PhysicalId { cluster, name } = &request.group;
        let connection = self.connection(cluster).await?;
        let nodes = self
            .watches
            .nodes(connection, (cluster, name), &request.request_id)
            .await;
        self.answered(cluster, nodes).await
    }
}

impl Calls<AwaitNodeChange> for Aws {
    async fn call(&self, request: &AwaitNodeChange) {
        let PhysicalId { cluster, name } = &request.group;
        self.watches.change(cluster, name, request.at_most).await;
    }
}

impl Calls<ListDaemonSets> for Aws {
    async fn call(&self, request: &ListDaemonSets) -> Result<Vec<DaemonSet>, CallError> {
        let found = self.connection(&request.cluster).await?.daemon_sets().await;
        self.answered(&request.cluster, found).await
    }
}

impl Calls<ReadWindowsState> for Aws {
    async fn call(&self, request: &ReadWindowsState) -> Result<WindowsState, CallError> {
        let state = self.connection(&request.cluster).await?.windows().await;
        self.answered(&request.cluster, state).await
    }
}

impl Calls<ReadDrain> for Aws {
    async fn call(&self, request: &ReadDrain) -> Result<Drain, CallError> {
        let ReadDrain { group, nodes } = request;
        let drain = self
            .connection(&group.cluster)
            .await?
            .drain(&group.name, nodes.clone())
            .await;
        self.answered(&group.cluster, drain).await
    }
}

impl Calls<ApplyObject> for Aws {
    async fn call(&self, request: &ApplyObject) -> Result<(), CallError> {
        let applied = self.connection(&request.cluster).await?.apply(&request.object).await;
        self.answered(&request.cluster, applied).await
    }
}

impl Calls<CreateDaemonSet> for Aws {
    async fn call(&self, request: &CreateDaemonSet) -> Result<(), CallError> {
        let connection = self.connection(&request.cluster).await?;
        let created = connection.create_plugin(&request.object).await;
        self.answered(&request.cluster, created).await
    }
}

impl Calls<DeleteDaemonSet> for Aws {
    async fn call(&self, request: &DeleteDaemonSet) -> Result<(), CallError> {
        let connection = self.connection(&request.cluster).await?;
        let deleted = connection.delete_plugin(&request.uid, &request.resource_version).await;
        self.answered(&request.cluster, deleted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_left_before_the_cluster_takes_it_no_more() {
        const MINUTE: u64 = 60 * 1000;
        for (minutes, expected) in [(0, true), (9, true), (10, false), (14, false)] {
            assert_eq!(is_good(MINUTE, MINUTE + minutes * MINUTE), expected, "{minutes}");
        }
        assert!(is_good(MINUTE, 0), "the clock was set back");
    }
}
