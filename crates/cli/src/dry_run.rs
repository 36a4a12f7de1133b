//! A cloud in which nothing happens: reads are those of the real cloud, writes are noted and succeed.
//!
//! Later reads show what the writes would have changed, so that the engine goes on as it would.

mod applied;
pub mod call;
mod eks;
mod later;
mod outside_eks;
mod state;
mod words;

use std::sync::{Mutex, MutexGuard, PoisonError};

use mng_core::call_error::{CallError, Fault};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::request::RequestType;
use mng_engine::ports::{ApiRequest, ApiResponse, Calls, Cloud, Throttles};

use crate::request_arguments::RequestOrigin;
use call::Call;
use state::DryRunState;

/// A real cloud, of which a dry run makes only the reads.
pub struct DryRun<C> {
    real: C,
    state: Mutex<DryRunState>,
}

/// A request as a dry run takes it.
pub trait Planned: ApiRequest {
    /// The answer without a call. `None`: the dry run asks the real cloud.
    fn answered(&self, _scene: &mut DryRunState) -> Option<Self::Response> {
        None
    }

    /// Keeps the answer of the real cloud for later reads, and gives the answer that the engine gets.
    fn kept(&self, _scene: &mut DryRunState, answer: Self::Response) -> Self::Response {
        answer
    }
}

impl<R: Planned, C: Calls<R>> Calls<R> for DryRun<C> {
    async fn call(&self, request: &R) -> R::Response {
        let answered = request.answered(&mut self.state());
        if let Some(answer) = answered {
            return answer;
        }
        let answer = self.real.call(request).await;
        let mut state = self.state();
        let answer = request.kept(&mut state, answer);
        if let Some(error) = answer.error()
            && matches!(error.fault, Fault::Denied | Fault::Throttled | Fault::Unknown)
        {
            state.unanswered.push(error.clone());
        }
        answer
    }
}

impl<C> Throttles for DryRun<C> {
    fn take_throttles(&self) -> u32 {
        0
    }
}

impl<C: Cloud> DryRun<C> {
    /// For a request of this kind.
    pub fn new(real: C, kind: RequestType, origin: RequestOrigin) -> Self {
        Self {
            real,
            state: Mutex::new(DryRunState::new(kind, origin)),
        }
    }

    /// The calls that would have been made, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Notes for the reader of the plan.
    pub fn notes(&self) -> Vec<String> {
        self.state().notes.clone()
    }

    /// The errors of reads that show nothing of the real cloud.
    pub fn unanswered(&self) -> Vec<CallError> {
        self.state().unanswered.clone()
    }

    /// The node groups that the engine has read and that exist, as they would be.
    pub fn node_groups(&self) -> Vec<NodeGroup> {
        self.state().groups.values().flatten().cloned().collect()
    }
}

impl<C> DryRun<C> {
    fn state(&self) -> MutexGuard<'_, DryRunState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
