//! What comes between two passes: how long to wait, and where.

use std::time::Duration;

use serde_json::Value;

use super::{Failure, Function, Origin};
use crate::cfn::event::Host;
use crate::clock::Clock;
use crate::nodegroup::decide::Waiting;
use crate::nodegroup::name::digest;
use crate::polling::schedule::{self, Trouble};
use crate::polling::{Onward, Stay, self_invoke, step_functions};
use crate::ports::{Cloud, EventBus};
use crate::progress::Progress;
use crate::settings::PollingMode;

impl<C: Cloud + Onward + EventBus, K: Clock> Function<C, K> {
    pub(super) fn next_look(&self, progress: &Progress, waiting: Waiting) -> Duration {
        let scale = self.settings.poll_time_scale;
        let history = &progress.history;
        let began = history.begun.last().map_or(history.began, |begun| begun.at);
        let elapsed = schedule::elapsed(began * 1000, self.clock.now_millis(), scale);
        let trouble = Trouble {
            unanswered: progress.unanswered,
            apart: progress.apart,
        };
        let wait = schedule::next_look(waiting, elapsed, trouble, jitter(progress)).mul_f64(scale);
        let left = history.deadline.saturating_sub(self.clock.now());
        wait.min(Duration::from_secs(left))
    }

    /// Waits here (`None`), or hands over and gives what the invocation ends with.
    pub(super) async fn wait(
        &self,
        progress: &mut Progress,
        waiting: Waiting,
        wait: Duration,
        origin: Origin,
        stay: Stay,
    ) -> Result<Option<Value>, Failure> {
        let now = self.clock.now_millis();
        let here = match origin {
            Origin::Continuation(Host::StateMachine) => {
                step_functions::waits_here(stay, now, wait, self.settings.poll_time_scale)
            }
            _ => stay.allows(now, wait),
        };
        match (origin, &self.settings.polling) {
            (Origin::Request, PollingMode::StepFunctions { state_machine }) => {
                progress.tally.hand_overs += 1;
                let name = step_functions::execution_name(progress, now);
                self.cloud
                    .start_execution(state_machine, &name, &step_functions::state(progress, waiting, wait))
                    .await?;
                Ok(Some(step_functions::answered()))
            }
            _ if here => {
                tracing::info!(?waiting, seconds = wait.as_secs_f64(), "wait");
                self.sleep(progress, waiting, wait).await;
                Ok(None)
            }
            (Origin::Continuation(Host::StateMachine), _) => Ok(Some(step_functions::state(progress, waiting, wait))),
            _ => {
                progress.tally.hand_overs += 1;
                self.cloud
                    .invoke(&self.settings.function_name, &self_invoke::payload(progress))
                    .await?;
                Ok(Some(step_functions::answered()))
            }
        }
    }

    /// Nodes are watched, and a change ends the wait: not at once, since nodes that boot together come Ready together.
    async fn sleep(&self, progress: &Progress, waiting: Waiting, wait: Duration) {
        let Some((cluster, group)) = progress.watched.as_ref().filter(|_| waiting == Waiting::ForNodes) else {
            return tokio::time::sleep(wait).await;
        };
        let shortest = schedule::SHORTEST_WAIT.mul_f64(self.settings.poll_time_scale).min(wait);
        tokio::time::sleep(shortest).await;
        self.cloud
            .node_change(cluster, group, wait.saturating_sub(shortest))
            .await;
    }
}

/// From 0 to 1, by the request and its look: the same for a duplicate, another for each who began at the same moment.
fn jitter(progress: &Progress) -> f64 {
    let seed = digest(
        &format!("{}{}", progress.request.envelope.request_id, progress.looks),
        4,
    );
    f64::from(u16::from_str_radix(&seed, 16).unwrap_or_default()) / f64::from(u16::MAX)
}
