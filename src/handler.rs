//! An event in; exactly one answer or one hand-over out. Guards for panic, deadline and input that can't be read.

mod counting;
mod telling;
mod waiting;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, TryFutureExt};
use serde_json::Value;
use tracing::Instrument;

use crate::announce::{Announcer, NotTold, of_answer};
use crate::respond::{NotDelivered, Responder};
use crate::settings::Settings;
use mng_aws::clock::Clock;
use mng_core::call_error::CallError;
use mng_core::diagnosis::masked;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::event::{Event, Host, classify};
use mng_core::protocol::eventbridge;
use mng_core::protocol::eventbridge::outcome::OutcomeEvent;
use mng_core::protocol::physical_id::never_created;
use mng_core::protocol::request::{Envelope, Reply, Request, RequestType, UnreadableRequest};
use mng_core::protocol::response_url::ResponseUrl;
use mng_core::texts::error_chain;
use mng_engine::polling::{InvocationBudget, step_functions, throttle_backoff};
use mng_engine::ports::{Calls, Cloud, HandOver, PutEvent};
use mng_engine::progress::Retries;
use mng_engine::request_span;
use mng_engine::tally::Tally;
use mng_engine::{Case, Operation, Outcome, RemovalAfterFailure};

/// The function: what an event needs, ready.
pub struct Function<C, K> {
    pub cloud: C,
    pub clock: K,
    pub settings: Settings,
    pub responder: Responder,
    pub announcer: Announcer,
}

/// Why an invocation ends without answer or hand-over. Lambda and the state machine try it again, and then the last resort
/// answers.
#[derive(Debug, thiserror::Error)]
pub enum InvocationFailure {
    #[error("the answer was not delivered")]
    NotDelivered(#[from] NotDelivered),
    #[error("the outcome was not delivered")]
    NotTold(#[from] NotTold),
    #[error("the work could not be handed over")]
    NotHandedOver(#[from] CallError),
}

impl<C: Cloud + HandOver + Calls<PutEvent>, K: Clock> Function<C, K> {
    /// Handles one event. `deadline` is when the invocation is ended, in milliseconds since the epoch. Gives what a state
    /// machine goes on with.
    ///
    /// # Errors
    /// [`InvocationFailure`], for whoever invoked to try again.
    pub async fn handle(&self, event: Value, deadline: u64) -> Result<Value, InvocationFailure> {
        let works = classify(event).into_iter().map(|event| {
            let span = request_span::of(&event);
            let one = self.one(event, deadline);
            // The runtime logs it too, where nothing tells whose it is.
            let one =
                one.inspect_err(|failure| tracing::error!(failure = error_chain(failure), "it is to be tried again"));
            one.instrument(span)
        });
        // All at once, each to its end: one that waits or fails leaves no other unanswered.
        let ends = futures_util::future::join_all(works).await;
        ends.into_iter().try_fold(step_functions::answered(), |_, end| end)
    }

    async fn one(&self, event: Event, deadline: u64) -> Result<Value, InvocationFailure> {
        match event {
            Event::Request(event) => match Request::parse(&event) {
                Ok(request) => {
                    let operation = Operation::begin(Case::of(request), self.clock.now());
                    self.guarded(operation, WorkOrigin::Request, deadline).await
                }
                Err(unreadable) => self.refuse(unreadable).await,
            },
            Event::Bus(event) => self.sent(&event, deadline).await,
            Event::Continuation { progress, host } => match Operation::read(&progress, self.clock.now()) {
                Ok(operation) => self.guarded(operation, WorkOrigin::Continuation(host), deadline).await,
                Err(unreadable) => self.refuse(unreadable).await,
            },
            Event::LastResort { work, cause } => self.last_resort(*work, &cause).await,
        }
    }

    /// A panic is answered like any failure.
    async fn guarded(
        &self,
        operation: Operation,
        origin: WorkOrigin,
        deadline: u64,
    ) -> Result<Value, InvocationFailure> {
        let case = Arc::clone(&operation.case);
        let created = operation.progress.created_name(&case).map(str::to_owned);
        if let Err(error) = self.answerable(&case.request.envelope) {
            tracing::error!(error, "a request was ignored");
            self.count_unanswered();
            return Ok(step_functions::answered());
        }
        tracing::info!(looks = operation.progress.reads.retries.looks, "take up");
        if origin == WorkOrigin::Request {
            self.count_begun(case.kind());
            self.tell(&operation, OutcomeEvent::Requested).await;
        }
        match AssertUnwindSafe(self.run(operation, origin, deadline))
            .catch_unwind()
            .await
        {
            Ok(result) => result,
            Err(panic) => {
                let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let what = what
                    .or_else(|| panic.downcast_ref::<String>().cloned())
                    .unwrap_or_default();
                let reason = format!(
                    "the function failed by a mistake of its own ({what}); please report it with the function's log"
                );
                self.fail_otherwise(&case, created.as_deref(), reason).await
            }
        }
    }

    async fn run(
        &self,
        mut operation: Operation,
        origin: WorkOrigin,
        deadline: u64,
    ) -> Result<Value, InvocationFailure> {
        let budget = InvocationBudget::until(self.clock.now_millis(), deadline);
        if origin == WorkOrigin::Request {
            self.refuse_too_large(&mut operation);
        }
        loop {
            let (before, under_way) = (operation.progress.history.clone(), operation.progress.under_way);
            let undoing = undoing(&operation);
            let outcome = self.pass(&mut operation, budget.last_look).await;
            let progress = &mut operation.progress;
            self.spend(&mut progress.tally, &progress.history, under_way);
            self.note_throttles(&mut progress.tally, &mut progress.reads.retries);
            self.tell_progress(&before, &operation).await;
            match outcome {
                Outcome::Answer(answer) => {
                    let case = &operation.case;
                    if self.answer(Some(case.kind()), &case.request.envelope, &answer).await? == Delivery::Taken {
                        self.count_end(&operation, &answer);
                    }
                    return Ok(step_functions::answered());
                }
                Outcome::Wait(waiting) => {
                    let wait = self.next_look(&operation, waiting);
                    // It goes on elsewhere at once.
                    let turned = undoing != self::undoing(&operation);
                    let budget = if turned { budget.over() } else { budget };
                    if let Some(state) = self.wait(&mut operation, waiting, wait, origin, budget).await? {
                        return Ok(state);
                    }
                }
            }
        }
    }

    fn note_throttles(&self, tally: &mut Tally, retries: &mut Retries) {
        let throttles = self.cloud.take_throttles();
        tally.throttles += throttles;
        retries.min_interval = throttle_backoff::after(retries.min_interval, throttles);
    }

    /// One pass, cut off before the invocation is, and before the time for an answer is over: a call that hangs may cost
    /// neither.
    async fn pass(&self, Operation { case, progress }: &mut Operation, last_look: u64) -> Outcome {
        let now = self.clock.now_millis();
        let end = last_look.min(progress.end_of_pass(case, now / 1000) * 1000);
        let rest = Duration::from_millis(end.saturating_sub(now).max(1000));
        // Boxed: the SDKs' futures are large, and nested in one another more than the compiler likes.
        let pass = Box::pin(mng_engine::pass(&self.cloud, case, progress, now / 1000));
        match tokio::time::timeout(rest, pass).await {
            Ok(outcome) => outcome,
            Err(_) => mng_engine::cut_off(case, progress, self.clock.now()),
        }
    }

    async fn refuse(&self, unreadable: UnreadableRequest) -> Result<Value, InvocationFailure> {
        match unreadable {
            UnreadableRequest::Answerable { envelope, problem } => {
                let answer = refusal(&envelope, format!("the request can't be read: {problem}"));
                self.fail_unread(None, &envelope, &answer).await
            }
            UnreadableRequest::Unanswerable => {
                tracing::error!(%unreadable, "an event was ignored");
                self.count_unanswered();
                Ok(step_functions::answered())
            }
        }
    }

    /// Answers FAILED without the engine, which has failed for good.
    async fn last_resort(&self, work: Event, cause: &str) -> Result<Value, InvocationFailure> {
        let cause = masked(cause);
        let reason =
            format!("the function failed several times: {cause}; its log tells more, and deploying again is safe");
        let mut created = None;
        let case = match work {
            Event::Request(event) => Request::parse(&event).map(Case::of),
            Event::Bus(event) => match eventbridge::request::read(&event) {
                Ok(request) => {
                    let case = Case::of(request);
                    Ok(mng_engine::identified(case.clone()).unwrap_or(case))
                }
                Err(_) => return self.sent(&event, 0).await,
            },
            Event::Continuation { progress, .. } => {
                let known = Operation::read(&progress, self.clock.now());
                known.map(|Operation { case, progress }| {
                    created = progress.created_name(&case).map(str::to_owned);
                    Case::clone(&case)
                })
            }
            Event::LastResort { .. } => Err(UnreadableRequest::Unanswerable),
        };
        match case {
            Ok(case) => self.fail_otherwise(&case, created.as_deref(), reason).await,
            Err(unreadable) => self.refuse(unreadable).await,
        }
    }

    /// Answers FAILED for what the engine didn't decide.
    async fn fail_otherwise(
        &self,
        case: &Case,
        created: Option<&str>,
        reason: String,
    ) -> Result<Value, InvocationFailure> {
        let answer = mng_engine::failed(case, created, reason);
        self.fail_unread(Some(case.kind()), &case.request.envelope, &answer)
            .await
    }

    /// Answers FAILED for what didn't come as far as the engine.
    async fn fail_unread(
        &self,
        kind: Option<RequestType>,
        envelope: &Envelope,
        answer: &Answer,
    ) -> Result<Value, InvocationFailure> {
        if self.answer(kind, envelope, answer).await? == Delivery::Taken {
            self.count_failed_otherwise(kind);
        }
        Ok(step_functions::answered())
    }

    /// The one exit. An answer that can never be delivered ends the matter: trying again would do the work again.
    async fn answer(
        &self,
        kind: Option<RequestType>,
        envelope: &Envelope,
        answer: &Answer,
    ) -> Result<Delivery, InvocationFailure> {
        match answer {
            Answer::Success { physical_id, note, .. } => {
                tracing::info!(physical_id, note, "answer SUCCESS");
            }
            Answer::Failed { physical_id, reason } => {
                tracing::warn!(physical_id, reason, "answer FAILED");
            }
        }
        let event = of_answer(envelope, kind, answer);
        match &envelope.reply {
            Reply::Url(url) => {
                let delivery = self.put(url, envelope, answer).await?;
                self.announcer.tell(&self.cloud, &event, self.clock.now()).await;
                Ok(delivery)
            }
            Reply::Bus(_) => {
                let delivered = self.announcer.deliver(&self.cloud, &event).await;
                delivered.inspect_err(|_| self.count_unanswered())?;
                Ok(Delivery::Taken)
            }
        }
    }

    async fn put(&self, url: &ResponseUrl, envelope: &Envelope, answer: &Answer) -> Result<Delivery, NotDelivered> {
        let delivered = self.responder.put(url, envelope, answer).await;
        match delivered.inspect_err(|_| self.count_unanswered()) {
            Err(error @ (NotDelivered::Nowhere(_) | NotDelivered::Refused(_))) => {
                tracing::error!(%error, "the answer can't be delivered");
                Ok(Delivery::Hopeless)
            }
            delivered => delivered.map(|()| Delivery::Taken),
        }
    }
}

fn undoing(operation: &Operation) -> RemovalAfterFailure {
    mng_engine::undoing(&operation.case, &operation.progress.stage)
}

/// What became of an answer that isn't to be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Taken,
    /// Nobody will ever take it.
    Hopeless,
}

/// How the work came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WorkOrigin {
    Request,
    Continuation(Host),
}

/// What was sent or what Lambda says of a crash may have a signed URL in it, and is repeated in the reason.
fn refusal(envelope: &Envelope, reason: String) -> Answer {
    let given = envelope.physical_resource_id.clone().filter(|id| !id.is_empty());
    let physical_id = given.unwrap_or_else(|| never_created(&envelope.logical_resource_id));
    let reason = masked(&reason);
    Answer::Failed { physical_id, reason }
}
