//! The nodes of a group: listed once and then watched. The cluster sends each change, and the function resumes a watch
//! where it ended (Kubernetes documentation, "Efficient detection of changes").

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use kube::Error;
use kube::api::{DynamicObject, ListParams, WatchEvent, WatchParams};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::connection::{Connection, NODE};
use super::objects;
use mng_core::workload::nodes::{NODEGROUP_LABEL, Node};

/// How long one watch lasts, in seconds. While Lambda freezes the function, a connection may die unnoticed; the end of
/// the watch reveals that. Resuming costs one request, whose response holds only the changes.
const WATCH_SECONDS: u32 = 25;

/// The least time between the beginnings of two watches. An overloaded server or a proxy may end each watch at once,
/// and the function would otherwise ask hundreds of times a second. A second's delay until the function sees a Ready
/// node does not matter.
const APART: Duration = Duration::from_secs(1);

type Events = Pin<Box<dyn Stream<Item = Result<WatchEvent<DynamicObject>, Error>> + Send>>;

/// The nodes by name, and the resource version that they are current as of.
pub struct Watch {
    connection: Connection,
    group: String,
    nodes: BTreeMap<String, Node>,
    version: String,
    /// When the last watch began.
    begun: Option<Instant>,
    /// The open watch, and when it ends.
    events: Option<(Events, Instant)>,
}

/// The result of following the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// A node has come or gone, or its readiness has changed.
    Changed,
    /// No change until the time was over.
    Same,
    /// The cluster no longer has the history since the last watch, so the nodes have to be listed again.
    Expired,
}

impl Watch {
    /// Lists the nodes.
    pub async fn start(connection: Connection, group: &str) -> Result<Self, Error> {
        let list = connection
            .all(&NODE)
            .list(&ListParams::default().labels(&selector(group)))
            .await?;
        let nodes = list.items.iter().map(objects::node);
        Ok(Self {
            nodes: nodes.map(|node| (node.name.clone(), node)).collect(),
            version: list.metadata.resource_version.unwrap_or_default(),
            begun: None,
            events: None,
            group: group.to_owned(),
            connection,
        })
    }

    pub fn nodes(&self) -> Vec<Node> {
        self.nodes.values().cloned().collect()
    }

    /// Takes the changes that have arrived, and those that arrive until `end`, up to the first that matters. If `end`
    /// interrupts it, also while it resumes, the next call begins anew.
    ///
    /// # Errors
    /// Errors of the API. The next call resumes.
    pub async fn follow(&mut self, end: Instant) -> Result<Followed, Error> {
        timeout_at(end, self.change()).await.unwrap_or(Ok(Followed::Same))
    }

    /// Whether the cluster still sends changes: the watch's time is not over, and the cluster has not ended it.
    pub fn is_open(&self) -> bool {
        let until = self.events.as_ref().map(|(_, until)| *until);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Whether the watch ended so soon that the function must not begin the next one yet.
    pub fn is_resting(&self) -> bool {
        let rests = self.begun.is_some_and(|begun| Instant::now() < begun + APART);
        rests && !self.is_open()
    }

    /// Resumes where the last watch ended, unless one is open.
    ///
    /// # Errors
    /// Errors of the API.
    pub async fn open(&mut self) -> Result<(), Error> {
        if self.is_open() {
            return Ok(());
        }
        self.events = None;
        if let Some(begun) = self.begun {
            sleep_until(begun + APART).await;
        }
        let begun = Instant::now();
        let parameters = WatchParams::default()
            .labels(&selector(&self.group))
            .timeout(WATCH_SECONDS);
        let events = self.connection.all(&NODE).watch(&parameters, &self.version).await?;
        let until = begun + Duration::from_secs(u64::from(WATCH_SECONDS));
        (self.begun, self.events) = (Some(begun), Some((events.boxed(), until)));
        Ok(())
    }

    async fn change(&mut self) -> Result<Followed, Error> {
        loop {
            self.open().await?;
            let Some((events, until)) = &mut self.events else {
                continue;
            };
            match timeout_at(*until, events.next()).await {
                Ok(Some(event)) => match self.take(event) {
                    Ok(Followed::Same) => {}
                    done => return done,
                },
                Ok(None) | Err(_) => self.events = None,
            }
        }
    }

    fn take(&mut self, event: Result<WatchEvent<DynamicObject>, Error>) -> Result<Followed, Error> {
        let event = event.inspect_err(|_| self.events = None)?;
        match event {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                self.passed(&object);
                let node = objects::node(&object);
                let before = self.nodes.insert(node.name.clone(), node.clone());
                let same = before.is_some_and(|before| before.readiness == node.readiness);
                Ok(if same { Followed::Same } else { Followed::Changed })
            }
            WatchEvent::Deleted(object) => {
                self.passed(&object);
                self.nodes.remove(&objects::name(&object));
                Ok(Followed::Changed)
            }
            WatchEvent::Bookmark(bookmark) => {
                self.version = bookmark.metadata.resource_version;
                Ok(Followed::Same)
            }
            WatchEvent::Error(status) => {
                self.events = None;
                if status.code == 410 {
                    return Ok(Followed::Expired);
                }
                Err(Error::Api(status))
            }
        }
    }

    fn passed(&mut self, object: &DynamicObject) {
        if let Some(version) = &object.metadata.resource_version {
            self.version.clone_from(version);
        }
    }
}

/// Whether an error says that the cluster no longer has the history since the last watch.
pub fn is_expired(error: &Error) -> bool {
    matches!(error, Error::Api(status) if status.code == 410)
}

fn selector(group: &str) -> String {
    format!("{NODEGROUP_LABEL}={group}")
}
