//! The Kubernetes API of the cluster, if the properties need it, and the access entry of the node role.

use std::time::Duration;

use super::super::Aws;
use super::super::errors::call_error;
use crate::kubernetes::connection::silent;
use mng_core::call_error::{CallError, Fault};
use mng_core::preflight::facts::Read;
use mng_core::workload::windows::WindowsState;
use mng_engine::ports::{Calls, ListDaemonSets, ReadWindowsState};

/// How often the function tries an endpoint before the endpoint counts as unreachable. One connection attempt takes at
/// most 5 seconds.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// The limit of all attempts of one read: enough for three connection attempts that time out, with their error texts.
/// An endpoint that accepts a connection and stays silent would otherwise hold the read for minutes. The diagnosis of a
/// failure makes the same read at the deadline, which leaves a minute for the response.
const PATIENCE: Duration = Duration::from_secs(16);

impl Aws {
    /// Makes the same read that a later step makes, so that the function reports missing access before it changes
    /// anything.
    pub(super) async fn read_nodes(&self, cluster: &str) -> Read<()> {
        tried(
            PATIENCE,
            || self.see_nodes(cluster),
            || silent("list nodes", cluster, PATIENCE),
        )
        .await
    }

    /// Like [`Aws::read_nodes`], for the read before the device plugin is applied or removed.
    pub(super) async fn read_daemon_sets(&self, cluster: &str) -> Read<()> {
        let list = ListDaemonSets {
            cluster: cluster.to_owned(),
        };
        let read = || async { self.call(&list).await.map(drop) };
        tried(PATIENCE, read, || silent("list daemonsets", cluster, PATIENCE)).await
    }

    pub(super) async fn read_windows(&self, cluster: &str) -> Read<WindowsState> {
        let request = ReadWindowsState {
            cluster: cluster.to_owned(),
        };
        let read = || self.call(&request);
        tried(PATIENCE, read, || silent("list nodes", cluster, PATIENCE)).await
    }

    /// `Ok(None)` for a role that no group has used yet: EKS creates the access entry with the first group.
    pub(super) async fn read_access_entry(&self, cluster: &str, role: &str) -> Read<Option<String>> {
        let call = self.eks().describe_access_entry().cluster_name(cluster);
        let answer = call.principal_arn(role).send().await;
        match answer.map_err(|error| call_error("eks:DescribeAccessEntry", role, &error)) {
            Ok(answer) => Ok(answer
                .access_entry()
                .and_then(|entry| entry.r#type())
                .map(str::to_owned)),
            Err(error) if error.fault == Fault::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Reads again after an unknown error: one lost connection is no reason to refuse a group.
async fn tried<T, F>(patience: Duration, read: impl Fn() -> F, silent: impl FnOnce() -> CallError) -> Read<T>
where
    F: Future<Output = Read<T>>,
{
    let attempts = async {
        let mut found = read().await;
        for _ in 1..ATTEMPTS {
            if !found.as_ref().is_err_and(|error| error.fault == Fault::Unknown) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            found = read().await;
        }
        found
    };
    let found = tokio::time::timeout(patience, attempts).await;
    found.unwrap_or_else(|_| Err(silent()))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use mng_core::call_error::NO_ANSWER;

    const MOMENT: Duration = Duration::from_millis(10);

    fn error(fault: Fault) -> CallError {
        CallError {
            fault,
            ..silent("list nodes", "c", PATIENCE)
        }
    }

    /// A second attempt does not change an answer that is known.
    #[tokio::test]
    async fn what_nothing_is_known_of_is_read_again() {
        for (fault, expected) in [(Fault::Unknown, ATTEMPTS), (Fault::Denied, 1), (Fault::Throttled, 1)] {
            let reads = Cell::new(0);
            let read = || async {
                reads.set(reads.get() + 1);
                Read::<()>::Err(error(fault))
            };
            let found = tried(PATIENCE, read, || error(Fault::Refused)).await;
            assert_eq!((found, reads.get()), (Err(error(fault)), expected));
        }
    }

    #[tokio::test]
    async fn an_endpoint_that_says_nothing_is_left() {
        let found = tried(MOMENT, std::future::pending::<Read<()>>, || error(Fault::Unknown)).await;
        let error = found.unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.message.as_str()),
            (NO_ANSWER, "none came within 16 seconds")
        );
    }
}
