//! The API of a cluster, and the function's identity there: the only module that uses kube.

pub mod connection;
mod objects;
mod reads;
pub mod token;
mod transport;
mod watch;

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use connection::Connection;
use mng_core::call_error::CallError;
use mng_core::workload::nodes::Node;
use watch::{Followed, Watch, is_expired};

/// The open watches, by cluster and group.
#[derive(Default)]
pub struct Watches(Mutex<HashMap<(String, String), OpenWatch>>);

/// A watch, and the request that opened it. Another request later does not use its list, which may be out of date by
/// then.
struct OpenWatch {
    request_id: String,
    watch: Watch,
}

impl Watches {
    /// The nodes of a group. The first poll of a request lists them, and later polls read them from the watch.
    pub async fn nodes(
        &self,
        connection: Connection,
        (cluster, group): (&str, &str),
        request_id: &str,
    ) -> Result<Vec<Node>, CallError> {
        const LIST: &str = "list nodes";
        let key = (cluster.to_owned(), group.to_owned());
        let mut watches = self.0.lock().await;
        if let Some(kept) = watches.get_mut(&key)
            && kept.request_id == request_id
            && let Ok(nodes) = caught_up(&mut kept.watch).await
        {
            return Ok(nodes);
        }
        watches.remove(&key);
        let watch = Watch::start(connection.clone(), group).await;
        let watch = watch.map_err(|error| connection.error(LIST, &error))?;
        let nodes = watch.nodes();
        let request_id = request_id.to_owned();
        watches.insert(key, OpenWatch { request_id, watch });
        Ok(nodes)
    }

    /// Returns when a node has changed, and at the latest after `patience`. Without a watch, or if the watch fails,
    /// this is a plain wait: the next poll lists the nodes and reports what is wrong.
    pub async fn change(&self, cluster: &str, group: &str, patience: Duration) {
        let end = Instant::now() + patience;
        let key = (cluster.to_owned(), group.to_owned());
        let mut watches = self.0.lock().await;
        let followed = match watches.get_mut(&key) {
            Some(kept) => kept.watch.follow(end).await.ok(),
            None => None,
        };
        match followed {
            Some(Followed::Changed | Followed::Same) => {}
            Some(Followed::Expired) => {
                watches.remove(&key);
            }
            None => {
                watches.remove(&key);
                tokio::time::sleep_until(end).await;
            }
        }
    }
}

/// The nodes of the watch up to now. If the watch fails, a list gives the better error.
async fn caught_up(watch: &mut Watch) -> Result<Vec<Node>, ()> {
    /// The time to catch up. If the watch has to be resumed first, that takes a round trip or two.
    const PATIENCE: Duration = Duration::from_secs(3);
    /// Long enough to take what has arrived, too short to be a wait.
    const MOMENT: Duration = Duration::from_millis(20);
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && !watch.is_resting() {
        match followed(watch, end, MOMENT).await {
            Ok(Followed::Changed) => {}
            // The watch ended in that moment. The next watch reports whatever happened since.
            Ok(Followed::Same) if !watch.is_open() => {}
            Ok(Followed::Same) => break,
            Ok(Followed::Expired) => return Err(()),
            Err(error) => {
                tracing::info!(
                    expired = is_expired(&error),
                    "the watch on nodes ended, and is begun anew"
                );
                return Err(());
            }
        }
    }
    watch.is_open().then(|| watch.nodes()).ok_or(())
}

/// Resumes the watch by `end`, if it is not open, and then follows it for a moment.
async fn followed(watch: &mut Watch, end: Instant, moment: Duration) -> Result<Followed, kube::Error> {
    match timeout_at(end, watch.open()).await {
        Ok(opened) => opened?,
        Err(_) => return Ok(Followed::Same),
    }
    watch.follow(Instant::now() + moment).await
}
