//! A pass of the engine, stopped at its next call.
//!
//! A future can't be copied, and exploring needs a copy at each call. So a pass is replayed with the answers that it got
//! before, and runs as far as they carry it: nothing but the answers decides what the engine does.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use mng_engine::ports::{Calls, Throttles};
use mng_engine::{Operation, Outcome};

use crate::call::{EngineCall, Said};
use crate::script::Scriptable;

/// How far a replayed pass comes.
#[derive(Debug, Clone)]
pub enum PassState {
    Calls(Box<EngineCall>),
    Ends(Outcome),
}

/// Runs a pass from `start` as far as `said` carries it, and gives what has become of the progress by then.
pub fn play(start: &Operation, now: u64, said: &[Said]) -> (PassState, Operation) {
    let mut operation = start.clone();
    let Operation { case, progress } = &mut operation;
    let cloud = Scripted {
        said,
        heard: AtomicUsize::new(0),
        next: Mutex::new(None),
    };
    let ended = mng_engine::pass(&cloud, case, progress, now).now_or_never();
    let state = ended.map_or_else(|| PassState::Calls(Box::new(cloud.asked())), PassState::Ends);
    (state, operation)
}

/// A cloud that gives answers which were chosen before.
struct Scripted<'a> {
    said: &'a [Said],
    heard: AtomicUsize,
    next: Mutex<Option<EngineCall>>,
}

impl Scripted<'_> {
    fn asked(self) -> EngineCall {
        let next = self.next.into_inner().expect("nobody panics with it");
        next.expect("a pass that doesn't end has made a call")
    }
}

/// A call without an answer in the script stops the pass.
impl<R: Scriptable> Calls<R> for Scripted<'_> {
    async fn call(&self, request: &R) -> R::Response {
        if let Some(answer) = request.at_once() {
            return answer;
        }
        let number = self.heard.fetch_add(1, Ordering::Relaxed);
        if let Some(said) = self.said.get(number) {
            return request.answer(said.clone());
        }
        *self.next.lock().expect("nobody panics with it") = Some(request.as_call());
        std::future::pending().await
    }
}

impl Throttles for Scripted<'_> {
    fn take_throttles(&self) -> u32 {
        0
    }
}
