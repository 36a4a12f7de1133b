//! Which call is under way, and how the last call ended. The text of a pass that is cut off says both.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use super::{ApiRequest, ApiResponse, Calls, Throttles, access};

/// The calls of one pass. Clones share their entries: the pass writes, and the code that cuts the pass off reads.
#[derive(Debug, Clone, Default)]
pub struct CallLog(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    under_way: Option<String>,
    failed: Option<String>,
    allowed: BTreeSet<String>,
}

/// The log of a pass is no part of what a request has come to.
impl PartialEq for CallLog {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl CallLog {
    /// The call that has no answer yet, such as `eks:CreateNodegroup on my-cluster/my-group`.
    pub fn under_way(&self) -> Option<String> {
        self.entries().under_way.clone()
    }

    /// The error of the last call, unless the last call succeeded.
    pub fn failed(&self) -> Option<String> {
        self.entries().failed.clone()
    }

    /// What clusters have allowed, each as [`access`] writes it.
    pub fn allowed(&self) -> BTreeSet<String> {
        self.entries().allowed.clone()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cloud whose calls a [`CallLog`] records.
pub struct Logged<'a, C> {
    pub cloud: &'a C,
    pub log: CallLog,
}

impl<R: ApiRequest, C: Calls<R>> Calls<R> for Logged<'_, C> {
    async fn call(&self, request: &R) -> R::Response {
        self.log.entries().under_way = Some(access(request.action(), &request.resource()));
        // The futures of the SDKs are large: unboxed, they need more stack than a small thread has.
        let call: BoxFuture<'_, R::Response> = Box::pin(self.cloud.call(request));
        let answer = call.await;
        let mut entries = self.log.entries();
        entries.under_way = None;
        entries.failed = answer.error().map(ToString::to_string);
        entries.allowed.extend(request.allowed_by(&answer));
        answer
    }
}

impl<C: Throttles> Throttles for Logged<'_, C> {
    fn take_throttles(&self) -> u32 {
        self.cloud.take_throttles()
    }
}
