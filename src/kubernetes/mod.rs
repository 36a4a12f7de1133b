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
use tokio::time::Instant;

use crate::ports::CallError;
use crate::workload::nodes::Node;
use connection::Connection;
use watch::{Followed, Watch, is_expired};

/// The watches that are open, by cluster and group.
#[derive(Default)]
pub struct Watches(Mutex<HashMap<(String, String), Watch>>);

impl Watches {
    /// The nodes of a group: listed at the first look, and then those of the watch.
    pub async fn nodes(&self, connection: Connection, cluster: &str, group: &str) -> Result<Vec<Node>, CallError> {
        const LIST: &str = "list nodes";
        let key = (cluster.to_owned(), group.to_owned());
        let mut watches = self.0.lock().await;
        if let Some(watch) = watches.get_mut(&key)
            && let Ok(nodes) = caught_up(watch).await
        {
            return Ok(nodes);
        }
        watches.remove(&key);
        let watch = Watch::start(connection.clone(), group).await;
        let watch = watch.map_err(|error| connection.error(LIST, &error))?;
        let nodes = watch.nodes();
        watches.insert(key, watch);
        Ok(nodes)
    }

    /// Ends when a node has changed, and at the latest after `patience`. Where there is no watch, or it fails, it is a wait
    /// like any other: the next look lists and tells what is wrong.
    pub async fn change(&self, cluster: &str, group: &str, patience: Duration) {
        let end = Instant::now() + patience;
        let key = (cluster.to_owned(), group.to_owned());
        let mut watches = self.0.lock().await;
        let followed = match watches.get_mut(&key) {
            Some(watch) => watch.follow(end).await.ok(),
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
    /// Long enough to take what has arrived, too short to be a wait.
    const MOMENT: Duration = Duration::from_millis(20);
    let end = Instant::now() + MOMENT;
    while Instant::now() < end {
        match watch.follow(end).await {
            Ok(Followed::Changed) => {}
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
    Ok(watch.nodes())
}
