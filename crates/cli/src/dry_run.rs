//! A cloud in which nothing happens: reads are those of the real cloud, writes are noted and succeed.
//!
//! Later reads show what the writes would have changed, so that the engine goes on as it would.

mod applied;
pub mod call;
mod eks;
mod later;
mod outside_eks;
mod scene;
mod words;

use std::sync::{Mutex, MutexGuard, PoisonError};

use mng_core::call_error::{CallError, Fault};
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::request::RequestType;
use mng_engine::ports::{Answer, Calls, Cloud, Request, Throttles};

use crate::asked::Origin;
use call::Call;
use scene::Scene;

/// A real cloud, of which a dry run makes only the reads.
pub struct DryRun<C> {
    real: C,
    scene: Mutex<Scene>,
}

/// A request as a dry run takes it.
pub trait Planned: Request {
    /// The answer without a call. `None`: the dry run asks the real cloud.
    fn answered(&self, _scene: &mut Scene) -> Option<Self::Answer> {
        None
    }

    /// Keeps the answer of the real cloud for later reads, and gives the answer that the engine gets.
    fn kept(&self, _scene: &mut Scene, answer: Self::Answer) -> Self::Answer {
        answer
    }
}

impl<R: Planned, C: Calls<R>> Calls<R> for DryRun<C> {
    async fn call(&self, request: &R) -> R::Answer {
        let answered = request.answered(&mut self.scene());
        if let Some(answer) = answered {
            return answer;
        }
        let answer = self.real.call(request).await;
        let mut scene = self.scene();
        let answer = request.kept(&mut scene, answer);
        if let Some(error) = answer.error()
            && matches!(error.fault, Fault::Denied | Fault::Throttled | Fault::Unknown)
        {
            scene.unanswered.push(error.clone());
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
    pub fn new(real: C, kind: RequestType, origin: Origin) -> Self {
        Self {
            real,
            scene: Mutex::new(Scene::new(kind, origin)),
        }
    }

    /// The calls that would have been made, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.scene().calls.clone()
    }

    /// Notes for the reader of the plan.
    pub fn notes(&self) -> Vec<String> {
        self.scene().notes.clone()
    }

    /// The errors of reads that show nothing of the real cloud.
    pub fn unanswered(&self) -> Vec<CallError> {
        self.scene().unanswered.clone()
    }

    /// The node groups that the engine has read and that exist, as they would be.
    pub fn node_groups(&self) -> Vec<NodeGroup> {
        self.scene().groups.values().flatten().cloned().collect()
    }
}

impl<C> DryRun<C> {
    fn scene(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
