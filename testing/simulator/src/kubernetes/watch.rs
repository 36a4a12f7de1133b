//! A watch: changes as they come, as lines of JSON.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::paths::ApiTarget;
use super::resource::KubernetesResource;
use super::selector::Selector;
use super::status::StatusFailure;
use super::store::{ObjectChange, Store};
use crate::clock;
use crate::http::SharedWorld;
use crate::world::lock;

/// How often the world is looked at: node groups change with time, not only when somebody asks.
const TICK: Duration = Duration::from_millis(25);
/// The API server sends one a minute; a test wants to see some.
const BOOKMARK: Duration = Duration::from_millis(200);

pub struct WatchStream {
    world: SharedWorld,
    cluster: String,
    target: ApiTarget,
    selector: Selector,
    /// Everything up to this version was told, or was before the watch.
    seen: u64,
    /// Which of the cluster's times of watching this one belongs to: a test ends them all at once.
    era: u64,
    bookmarks: Option<Instant>,
    until: Option<Instant>,
    first: Vec<u8>,
    over: bool,
}

/// What was asked of the watch besides the selectors.
pub struct WatchQuery<'q> {
    query: &'q [(String, String)],
}

impl<'q> WatchQuery<'q> {
    pub fn of(query: &'q [(String, String)]) -> Self {
        Self { query }
    }

    fn value(&self, key: &str) -> Option<&'q str> {
        let found = self.query.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    }

    fn is(&self, key: &str) -> bool {
        matches!(self.value(key), Some("true" | "1"))
    }

    /// From where on; `None` is from what there is now.
    fn version(&self) -> Result<Option<u64>, StatusFailure> {
        match self.value("resourceVersion") {
            None | Some("" | "0") => Ok(None),
            Some(text) => {
                let invalid = |_| StatusFailure::bad_request(format!("resourceVersion: Invalid value: \"{text}\""));
                text.parse().map(Some).map_err(invalid)
            }
        }
    }

    fn seconds(&self) -> Option<u64> {
        self.value("timeoutSeconds")?.parse().ok()
    }
}

impl WatchStream {
    /// A watch of a cluster that is there.
    pub fn begin(
        world: &SharedWorld,
        (cluster, era, store): (&str, u64, &Store),
        (target, selector): (ApiTarget, Selector),
        wanted: &WatchQuery,
    ) -> Result<Self, StatusFailure> {
        let asked = wanted.version()?;
        let now = clock::now();
        let mut watch = Self {
            world: world.clone(),
            cluster: cluster.to_owned(),
            seen: store.version(),
            era,
            bookmarks: wanted.is("allowWatchBookmarks").then(|| now + BOOKMARK),
            until: wanted.seconds().map(|seconds| now + Duration::from_secs(seconds)),
            first: Vec::new(),
            over: false,
            target,
            selector,
        };
        match asked {
            Some(version) if version < store.oldest() => {
                watch.first = line("ERROR", &StatusFailure::expired(version, store.oldest()).status());
                watch.over = true;
            }
            Some(version) if !wanted.is("sendInitialEvents") => watch.seen = version,
            _ => watch.first = watch.what_there_is(store, wanted),
        }
        Ok(watch)
    }

    /// The same, ended before it has told anything.
    pub fn over(self) -> Self {
        Self {
            first: Vec::new(),
            over: true,
            ..self
        }
    }

    pub fn into_response(self) -> Response {
        let lines = stream::unfold(self, |mut watch| async move {
            let chunk = watch.next().await?;
            Some((Ok::<_, Infallible>(Bytes::from(chunk)), watch))
        });
        ([("content-type", "application/json")], Body::from_stream(lines)).into_response()
    }

    fn what_there_is(&self, store: &Store, wanted: &WatchQuery) -> Vec<u8> {
        let all = store.list(self.target.resource, self.target.namespace.as_deref());
        let mut lines: Vec<u8> = all
            .filter(|(_, object)| self.selector.matches(object))
            .flat_map(|(_, object)| line("ADDED", object))
            .collect();
        if wanted.is("sendInitialEvents") && wanted.is("allowWatchBookmarks") {
            let mut end = bookmark(self.target.resource, self.seen);
            end["metadata"]["annotations"] = json!({"k8s.io/initial-events-end": "true"});
            lines.extend(line("BOOKMARK", &end));
        }
        lines
    }

    /// The next lines, or the end.
    async fn next(&mut self) -> Option<Vec<u8>> {
        let first = std::mem::take(&mut self.first);
        if !first.is_empty() {
            return Some(first);
        }
        while !self.over && self.until.is_none_or(|until| clock::now() < until) {
            let lines = self.look()?;
            if !lines.is_empty() {
                return Some(lines);
            }
            tokio::time::sleep(TICK).await;
        }
        None
    }

    fn look(&mut self) -> Option<Vec<u8>> {
        let mut world = lock(&self.world);
        world.settle();
        let cluster = world.kubernetes.clusters.get_mut(&self.cluster);
        let cluster = cluster.filter(|cluster| cluster.era == self.era)?;
        let events = cluster.store.events_after(self.seen);
        let mut lines: Vec<u8> = events
            .iter()
            .filter_map(|event| self.as_selected(event))
            .flatten()
            .collect();
        self.seen = self.seen.max(cluster.store.version());
        if self.bookmarks.is_some_and(|due| due <= clock::now()) {
            self.bookmarks = Some(clock::now() + BOOKMARK);
            cluster.bookmarks += 1;
            lines.extend(line("BOOKMARK", &bookmark(self.target.resource, self.seen)));
        }
        Some(lines)
    }

    /// An event as whoever selects sees it: what stops matching is gone for them.
    fn as_selected(&self, event: &ObjectChange) -> Option<Vec<u8>> {
        let (resource, namespace, _) = &event.key;
        let elsewhere = self.target.namespace.as_ref().is_some_and(|wanted| wanted != namespace);
        if *resource != self.target.resource || elsewhere {
            return None;
        }
        let matching = |object: &Option<Value>| object.clone().filter(|object| self.selector.matches(object));
        match (matching(&event.before), matching(&event.after)) {
            (None, None) => None,
            (None, Some(object)) => Some(line("ADDED", &object)),
            (Some(_), Some(object)) => Some(line("MODIFIED", &object)),
            (Some(mut object), None) => {
                object["metadata"]["resourceVersion"] = json!(event.version.to_string());
                Some(line("DELETED", &object))
            }
        }
    }
}

fn bookmark(resource: KubernetesResource, version: u64) -> Value {
    json!({
        "kind": resource.kind(), "apiVersion": resource.api_version(),
        "metadata": {"resourceVersion": version.to_string(), "creationTimestamp": null},
    })
}

fn line(kind: &str, object: &Value) -> Vec<u8> {
    format!("{}\n", json!({"type": kind, "object": object})).into_bytes()
}
