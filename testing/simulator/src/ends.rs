//! How what was under way ends, for the group and for its nodes.

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::faults::SimulatedOutcome;
use crate::kubernetes::{self, Joining};
use crate::world::{Completion, Pending, World, merge};

impl World {
    pub fn end(&mut self, key: &(String, String), Pending { at, end }: Pending) {
        match end {
            Completion::Created(SimulatedOutcome::Succeed) => {
                self.becomes(key, "ACTIVE", &[]);
                kubernetes::follow(self, key, at, Joining::Slowly);
            }
            Completion::Created(SimulatedOutcome::Fail { status, issues }) => {
                self.becomes(key, status.as_deref().unwrap_or("CREATE_FAILED"), &issues);
                if self.has_nodes(key) {
                    kubernetes::follow(self, key, at, Joining::Slowly);
                }
            }
            Completion::Deleted(SimulatedOutcome::Succeed) => {
                if let Some(group) = self.groups.remove(key) {
                    self.auto_scaling.remove(&group.shown);
                    kubernetes::follow(self, key, at, Joining::Slowly);
                }
            }
            Completion::Deleted(SimulatedOutcome::Fail { status, issues }) => {
                self.becomes(key, status.as_deref().unwrap_or("DELETE_FAILED"), &issues);
            }
            Completion::Updated {
                id,
                changes,
                outcome,
                before,
            } => {
                let shown = self
                    .groups
                    .get(key)
                    .map(|group| group.shown.clone())
                    .unwrap_or_default();
                self.updated(key, &id, &changes, outcome, before);
                self.nodes_after_update(key, at, &shown);
            }
        }
    }

    /// What the update has changed of the group reaches its nodes. One that failed has changed nothing.
    fn nodes_after_update(&mut self, key: &(String, String), at: Instant, before: &Value) {
        let after = self
            .groups
            .get(key)
            .map(|group| group.shown.clone())
            .unwrap_or_default();
        if let Some(cluster) = self.kubernetes.clusters.get_mut(&key.0) {
            cluster.uncordon(&key.1);
        }
        if runs_other(before, &after) {
            kubernetes::replace_nodes(self, key, at);
        } else {
            kubernetes::relabel(self, key, before);
            kubernetes::follow(self, key, at, Joining::Slowly);
        }
    }

    /// A failed update leaves the group as it was: only the update itself shows that it failed.
    fn updated(
        &mut self,
        key: &(String, String),
        id: &str,
        changes: &Value,
        outcome: SimulatedOutcome,
        before: String,
    ) {
        let ended = match &outcome {
            SimulatedOutcome::Succeed => json!({"status": "Successful"}),
            SimulatedOutcome::Fail { issues, .. } => {
                let errors: Vec<Value> = issues.iter().map(as_update_error).collect();
                json!({"status": "Failed", "errors": errors})
            }
        };
        if let Some(update) = self.updates.get_mut(id) {
            merge(&mut update.shown, &ended);
        }
        let now = self.timestamp();
        let Some(group) = self.groups.get_mut(key) else {
            return;
        };
        group.shown["modifiedAt"] = json!(now);
        group.shown["status"] = json!(before);
        match outcome {
            SimulatedOutcome::Succeed if launches(&group.shown, changes) => {
                replace(&mut group.shown, changes);
                self.becomes(key, "ACTIVE", &[]);
            }
            SimulatedOutcome::Succeed => replace(&mut group.shown, changes),
            SimulatedOutcome::Fail { status, .. } => group.shown["status"] = json!(status.unwrap_or(before)),
        }
    }

    fn becomes(&mut self, key: &(String, String), status: &str, issues: &[Value]) {
        let now = self.timestamp();
        if let Some(group) = self.groups.get_mut(key) {
            group.shown["status"] = json!(status);
            group.shown["health"] = json!({ "issues": issues });
            group.shown["modifiedAt"] = json!(now);
        }
    }
}

/// Whether a change makes new nodes. A group that is DEGRADED stays so until a scale-out succeeds, whatever else is
/// changed (containers-roadmap issue 2326).
fn launches(shown: &Value, changes: &Value) -> bool {
    let size = |group: &Value| group["scalingConfig"]["desiredSize"].as_i64();
    size(changes).is_some_and(|wanted| Some(wanted) > size(shown)) || runs_other(shown, changes)
}

/// Whether nodes would run something else than before.
fn runs_other(before: &Value, changes: &Value) -> bool {
    ["version", "releaseVersion", "launchTemplate"]
        .iter()
        .any(|key| changes.get(key).is_some_and(|wanted| *wanted != before[key]))
}

/// Health issues say `code` and `message`, updates `errorCode` and `errorMessage`.
fn as_update_error(issue: &Value) -> Value {
    json!({"errorCode": issue["code"], "errorMessage": issue["message"], "resourceIds": issue["resourceIds"]})
}

/// Sets each top-level field whole.
fn replace(target: &mut Value, changes: &Value) {
    for (key, value) in changes.as_object().into_iter().flatten() {
        target[key] = value.clone();
    }
}
