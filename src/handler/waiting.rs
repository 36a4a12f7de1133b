//! What comes between two passes: how long to wait, and where.

use std::time::Duration;

use serde_json::Value;

use super::{Delivery, Function, InvocationFailure, WorkOrigin};
use crate::settings::PollingMode;
use mng_aws::clock::Clock;
use mng_core::decide::Waiting;
use mng_core::nodegroup::name::digest;
use mng_core::protocol::event::Host;
use mng_core::protocol::physical_id::PhysicalId;
use mng_engine::Operation;
use mng_engine::polling::payload_limit::{self, HandOverChannel, SizeCheck, TooLarge};
use mng_engine::polling::schedule::{self, CallTrouble};
use mng_engine::polling::{InvocationBudget, self_invoke, step_functions};
use mng_engine::ports::{AwaitNodeChange, Calls, Cloud, HandOver, InvokeFunction, PutEvent, StartExecution};

impl<C: Cloud + HandOver + Calls<PutEvent>, K: Clock> Function<C, K> {
    pub(super) fn next_look(&self, operation: &Operation, waiting: Waiting) -> Duration {
        let progress = &operation.progress;
        let scale = self.settings.poll_time_scale;
        let history = &progress.history;
        let began = history.begun.last().map_or(history.began, |begun| begun.at);
        let elapsed = schedule::elapsed(began * 1000, self.clock.now_millis(), scale);
        let trouble = CallTrouble {
            unanswered: progress.reads.retries.unanswered,
            min_interval: progress.reads.retries.min_interval,
        };
        let wait = schedule::next_look(waiting, elapsed, trouble, jitter(operation)).mul_f64(scale);
        let left = history.deadline.saturating_sub(self.clock.now());
        wait.min(Duration::from_secs(left))
    }

    /// Waits here (`None`), or hands over and gives what the invocation ends with.
    pub(super) async fn wait(
        &self,
        operation: &mut Operation,
        waiting: Waiting,
        wait: Duration,
        origin: WorkOrigin,
        budget: InvocationBudget,
    ) -> Result<Option<Value>, InvocationFailure> {
        let (now, carrier) = (self.clock.now_millis(), self.carrier(origin));
        let here = match (origin, carrier) {
            (WorkOrigin::Request, HandOverChannel::StateMachine) => false,
            (WorkOrigin::Continuation(_), HandOverChannel::StateMachine) => {
                step_functions::waits_in_invocation(budget, now, wait, self.settings.poll_time_scale)
            }
            (_, HandOverChannel::Invocation) => budget.allows(now, wait),
        };
        if here {
            tracing::info!(?waiting, seconds = wait.as_secs_f64(), "wait");
            self.sleep(operation, waiting, wait).await;
            return Ok(None);
        }
        match payload_limit::fitted(operation, carrier, SizeCheck::HandedOver) {
            Ok(fitted) => self
                .hand_over(fitted.into_owned(), waiting, wait, origin)
                .await
                .map(Some),
            // As long as it lasts, this invocation is as good.
            Err(_) if budget.allows(now, wait) => {
                self.sleep(operation, waiting, wait).await;
                Ok(None)
            }
            Err(too_large) => self.end_here(operation, &too_large).await.map(Some),
        }
    }

    /// Gives what the invocation ends with.
    async fn hand_over(
        &self,
        mut operation: Operation,
        waiting: Waiting,
        wait: Duration,
        origin: WorkOrigin,
    ) -> Result<Value, InvocationFailure> {
        match (origin, &self.settings.polling) {
            (WorkOrigin::Request, PollingMode::StepFunctions { state_machine }) => {
                operation.progress.tally.hand_overs += 1;
                let name = step_functions::execution_name(&operation.case.request, self.clock.now_millis());
                let state = step_functions::state(&operation, waiting, wait);
                let start = StartExecution {
                    state_machine: state_machine.clone(),
                    name,
                    input: state,
                };
                self.cloud.call(&start).await?;
            }
            (WorkOrigin::Continuation(Host::StateMachine), _) => {
                return Ok(step_functions::state(&operation, waiting, wait));
            }
            _ => {
                operation.progress.tally.hand_overs += 1;
                let invoke = InvokeFunction {
                    function: self.settings.function_name.clone(),
                    payload: self_invoke::payload(&operation),
                };
                self.cloud.call(&invoke).await?;
            }
        }
        Ok(step_functions::answered())
    }

    /// What can't be handed over is answered: nobody would go on with it.
    async fn end_here(&self, operation: &mut Operation, too_large: &TooLarge) -> Result<Value, InvocationFailure> {
        let reason = format!("the function can't go on with this request in another invocation: {too_large}");
        let Operation { case, progress } = operation;
        let answer = mng_engine::answer_without_cleanup(case, progress, &reason);
        if self.answer(Some(case.kind()), &case.request.envelope, &answer).await? == Delivery::Taken {
            self.count_end(operation, &answer);
        }
        Ok(step_functions::answered())
    }

    /// A request that no carrier would have room for is refused before anything is made.
    pub(super) fn refuse_too_large(&self, operation: &mut Operation) {
        let carrier = self.carrier(WorkOrigin::Request);
        let refused = payload_limit::fitted(operation, carrier, SizeCheck::First).err();
        operation.progress.refused = refused.map(|too_large| format!("nothing was changed: {too_large}"));
    }

    fn carrier(&self, origin: WorkOrigin) -> HandOverChannel {
        match (origin, &self.settings.polling) {
            (WorkOrigin::Continuation(Host::StateMachine), _) => HandOverChannel::StateMachine,
            (WorkOrigin::Request, PollingMode::StepFunctions { .. }) => HandOverChannel::StateMachine,
            (WorkOrigin::Request, PollingMode::SelfInvoke) => HandOverChannel::Invocation,
            (WorkOrigin::Continuation(Host::Invocation), _) => HandOverChannel::Invocation,
        }
    }

    /// Nodes are watched, and a change ends the wait: not at once, since nodes that boot together come Ready together.
    async fn sleep(&self, operation: &Operation, waiting: Waiting, wait: Duration) {
        let Some((cluster, group)) = operation
            .progress
            .reads
            .lookups
            .watched
            .as_ref()
            .filter(|_| waiting == Waiting::ForNodes)
        else {
            return tokio::time::sleep(wait).await;
        };
        let shortest = schedule::SHORTEST_WAIT.mul_f64(self.settings.poll_time_scale).min(wait);
        tokio::time::sleep(shortest).await;
        let change = AwaitNodeChange {
            group: PhysicalId {
                cluster: cluster.clone(),
                name: group.clone(),
            },
            at_most: wait.saturating_sub(shortest),
        };
        self.cloud.call(&change).await;
    }
}

/// From 0 to 1, by the request and its look: the same for a duplicate, another for each who began at the same moment.
fn jitter(operation: &Operation) -> f64 {
    let seed = digest(
        &format!(
            "{}{}",
            operation.case.request.envelope.request_id, operation.progress.reads.retries.looks
        ),
        4,
    );
    f64::from(u16::from_str_radix(&seed, 16).unwrap_or_default()) / f64::from(u16::MAX)
}
