//! Requests that come as events, and what is told of any request on the bus.

use serde_json::Value;

use super::{Function, InvocationFailure, WorkOrigin, refusal};
use mng_aws::clock::Clock;
use mng_core::decide::history::History;
use mng_core::protocol::eventbridge;
use mng_core::protocol::eventbridge::outcome::{Nodes, OutcomeEvent, Subject, announcement};
use mng_core::protocol::eventbridge::request::EventRefusal;
use mng_core::protocol::request::{Envelope, Reply};
use mng_core::workload::nodes::Ready;
use mng_engine::polling::step_functions;
use mng_engine::ports::{Calls, Cloud, HandOver, PutEvent};
use mng_engine::{Case, Operation};

impl<C: Cloud + HandOver + Calls<PutEvent>, K: Clock> Function<C, K> {
    /// Takes up an event of EventBridge.
    pub(super) async fn sent(&self, event: &Value, deadline: u64) -> Result<Value, InvocationFailure> {
        let request = match eventbridge::request::read(event) {
            Ok(request) => request,
            Err(EventRefusal::Ignored(why)) => {
                tracing::error!(why, "an event of EventBridge was ignored");
                self.count_unanswered();
                return Ok(step_functions::answered());
            }
            Err(EventRefusal::Refused { envelope, kind, reason }) => {
                return self.fail_unread(kind, &envelope, &refusal(&envelope, reason)).await;
            }
        };
        let (kind, envelope) = (request.kind, request.envelope.clone());
        let now = self.clock.now();
        let refused = match mng_engine::identified(Case::of(request)) {
            Err(problem) => problem,
            Ok(case) => {
                let mut operation = Operation::begin(case, now);
                let Operation { case, progress } = &mut operation;
                let amiss =
                    mng_engine::sent_in_the_future(case, now).or_else(|| mng_engine::too_old(case, progress, now));
                match amiss {
                    None => return self.guarded(operation, WorkOrigin::Request, deadline).await,
                    Some(reason) => reason,
                }
            }
        };
        self.fail_unread(Some(kind), &envelope, &refusal(&envelope, refused))
            .await
    }

    /// Whether there is somebody to be told what becomes of a request.
    pub(super) fn answerable(&self, envelope: &Envelope) -> Result<(), String> {
        match &envelope.reply {
            Reply::Url(url) => {
                let checked = self.responder.check(url, envelope);
                checked.map_err(|error| error.to_string())
            }
            Reply::Bus(_) => self.announcer.check().map_err(|error| error.to_string()),
        }
    }

    pub(super) async fn tell(&self, Operation { case, progress }: &Operation, news: OutcomeEvent<'_>) {
        let physical_id = mng_engine::known_id(case, &progress.groups);
        let about = Subject {
            envelope: &case.request.envelope,
            kind: Some(case.kind()),
            physical_id: physical_id.as_deref(),
        };
        let event = announcement(about, news);
        self.announcer.tell(&self.cloud, &event, self.clock.now()).await;
    }

    /// What a pass has begun, and how many nodes have come Ready in it.
    pub(super) async fn tell_progress(&self, before: &History, operation: &Operation) {
        let after = &operation.progress.history;
        for begun in after.begun.iter().filter(|begun| !before.begun.contains(begun)) {
            let step = Some(begun.step.under_way().as_str());
            self.tell(operation, OutcomeEvent::Progressing { step, nodes: None })
                .await;
        }
        if let Some(Ready { ready, wanted }) = after.ready.filter(|_| after.ready != before.ready) {
            let nodes = Some(Nodes { ready, wanted });
            self.tell(operation, OutcomeEvent::Progressing { step: None, nodes })
                .await;
        }
    }
}
