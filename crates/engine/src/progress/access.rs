//! What clusters' own APIs have allowed in a request. Access that worked once tells an outage from missing access.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ports::{CallLog, access};
use mng_core::call_error::CallError;
use mng_core::workload::access::MissingAccess;

/// What clusters have allowed so far, and the calls of the pass at hand.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClusterAccess {
    /// Such as `list nodes on the Kubernetes API of cluster my-cluster`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    allowed: BTreeSet<String>,
    /// The calls of the pass at hand.
    #[serde(skip)]
    pub calls: CallLog,
}

impl ClusterAccess {
    pub fn begin_pass(&mut self) {
        self.calls = CallLog::default();
    }

    /// Keeps what clusters have allowed in the pass at hand.
    pub fn end_pass(&mut self) {
        self.allowed.append(&mut self.calls.allowed());
    }

    /// Whether a cluster's API has allowed in this request what an error denies. A token that was taken once was good, so a caller that
    /// the cluster no longer knows (401) was known if the cluster has allowed anything at all.
    pub fn was_allowed(&self, error: &CallError) -> bool {
        match MissingAccess::of(&error.code) {
            Some(MissingAccess::Entry) => self.has_let_in(&error.resource),
            Some(MissingAccess::Permission) | None => {
                let allowed = access(error.action, &error.resource);
                self.allowed.contains(&allowed) || self.calls.allowed().contains(&allowed)
            }
        }
    }

    /// Whether the API of that name has allowed anything in this request.
    pub fn has_let_in(&self, api: &str) -> bool {
        let now = self.calls.allowed();
        self.allowed.iter().chain(&now).any(|allowed| allowed.ends_with(api))
    }
}
