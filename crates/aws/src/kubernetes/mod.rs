//! The cluster's own API, and how the function is known to it: the only place with kube.

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

/// The watches that are open, by cluster and group.
#[derive(Default)]
pub struct Watches(Mutex<HashMap<(String, String), Kept>>);

/// A watch, and the request that opened it: what it knows may be out of date by the time another one comes.
struct Kept {
    request_id: String,
    watch: Watch,
}

impl Watches {
    /// The nodes of a group: listed at a request's first look, and then those of its watch.
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
        watches.insert(key, Kept { request_id, watch });
        Ok(nodes)
    }

    /// Ends when a node has changed, and at the latest after `patience`. Where there is no watch, or it fails, it is a wait
    /// like any other: the next look lists and tells what is wrong.
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

/// What the watch has brought up to now. Whatever it fails by, a list tells better.
async fn caught_up(watch: &mut Watch) -> Result<Vec<Node>, ()> {
    /// Where the watch has to be resumed first, that takes a round trip or two.
    const PATIENCE: Duration = Duration::from_secs(3);
    /// Long enough to take what has arrived, too short to be a wait.
    const MOMENT: Duration = Duration::from_millis(20);
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && !watch.is_resting() {
        match followed(watch, end, MOMENT).await {
            Ok(Followed::Changed) => {}
            // It has ended in that moment, and whatever happened since is told by the next one.
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

/// Resumes by `end` where that is needed, and then follows for a moment.
async fn followed(watch: &mut Watch, end: Instant, moment: Duration) -> Result<Followed, kube::Error> {
    match timeout_at(end, watch.open()).await {
        Ok(opened) => opened?,
        Err(_) => return Ok(Followed::Same),
    }
    watch.follow(Instant::now() + moment).await
}
