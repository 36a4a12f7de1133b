//! Outcomes on the event bus: for a stack's request beside the answer and never in its way, for a request by event as the answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mng_core::call_error::CallError;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::eventbridge::outcome::{Announcement, OutcomeEvent, Subject, announcement};
use mng_core::protocol::request::{Envelope, RequestType};
use mng_engine::failures::codes_in;
use mng_engine::ports::{Calls, PutEvent};

/// How long telling may take where somebody else waits for the answer. EventBridge answers within tens of milliseconds; where
/// there is no way to it, as in a VPC without an endpoint for `events`, nothing ever comes.
const PATIENCE: Duration = Duration::from_secs(2);
/// After it could not be told, how long, in seconds, nothing is told: the answer's own time is a minute.
const SILENCE_SECONDS: u64 = 60;
/// Attempts to deliver an outcome that is the answer, a second, two, four and eight apart, as those of the PUT.
const ATTEMPTS: u32 = 5;

/// Tells what happens on a bus, if there is one.
pub struct Announcer {
    bus: Option<String>,
    time_scale: f64,
    silent_until: AtomicU64,
}

/// Why an outcome could not be told to who asked by an event.
#[derive(Debug, thiserror::Error)]
pub enum NotTold {
    #[error("no event bus is set, so nobody can be told: give EventBusName to the function's stack")]
    Nowhere,
    #[error("EventBridge took the outcome in none of {ATTEMPTS} attempts: {0}")]
    NotTaken(CallError),
}

impl Announcer {
    /// `time_scale` shortens the pauses between attempts in local runs.
    pub fn new(bus: Option<String>, time_scale: f64) -> Self {
        Self {
            bus,
            time_scale,
            silent_until: AtomicU64::new(0),
        }
    }

    /// Whether a request by event can be answered.
    ///
    /// # Errors
    /// There is no bus.
    pub fn check(&self) -> Result<(), NotTold> {
        self.bus.as_ref().map(drop).ok_or(NotTold::Nowhere)
    }

    /// Tells it if that is quickly done. What can't be told is a line in the log. `now` is in seconds since the epoch.
    pub async fn tell<B: Calls<PutEvent>>(&self, on: &B, event: &Announcement, now: u64) {
        let Some(bus) = self
            .bus
            .as_ref()
            .filter(|_| now >= self.silent_until.load(Ordering::Relaxed))
        else {
            return;
        };
        let problem = match tokio::time::timeout(PATIENCE, on.call(&put(bus, event))).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("events:PutEvents on {bus}: no answer within {PATIENCE:?}"),
        };
        tracing::warn!(
            problem,
            event = event.detail_type,
            "an event could not be sent; it is no failure of the operation"
        );
        self.silent_until.store(now + SILENCE_SECONDS, Ordering::Relaxed);
    }

    /// Delivers the outcome that somebody waits for.
    ///
    /// # Errors
    /// [`NotTold`].
    pub async fn deliver<B: Calls<PutEvent>>(&self, on: &B, event: &Announcement) -> Result<(), NotTold> {
        let bus = self.bus.as_ref().ok_or(NotTold::Nowhere)?;
        let mut attempt = 0;
        loop {
            let Err(error) = on.call(&put(bus, event)).await else {
                return Ok(());
            };
            tracing::warn!(attempt, %error, "the outcome was not taken");
            attempt += 1;
            if attempt == ATTEMPTS {
                return Err(NotTold::NotTaken(error));
            }
            tokio::time::sleep(Duration::from_secs(1 << (attempt - 1)).mul_f64(self.time_scale)).await;
        }
    }
}

fn put(bus: &str, event: &Announcement) -> PutEvent {
    PutEvent {
        bus: bus.to_owned(),
        event: event.clone(),
    }
}

/// What an answer tells.
pub fn of_answer(envelope: &Envelope, kind: Option<RequestType>, answer: &Answer) -> Announcement {
    let about = |physical_id| Subject {
        envelope,
        kind,
        physical_id: Some(physical_id),
    };
    match answer {
        Answer::Success { physical_id, note, .. } if kind == Some(RequestType::Delete) => {
            announcement(about(physical_id), OutcomeEvent::Deleted { warnings: note })
        }
        Answer::Success {
            physical_id,
            attributes,
            note,
        } => {
            let news = OutcomeEvent::Ready {
                data: attributes,
                warnings: note,
            };
            announcement(about(physical_id), news)
        }
        Answer::Failed { physical_id, reason } => {
            let codes = codes_in(reason);
            announcement(about(physical_id), OutcomeEvent::Failed { reason, codes: &codes })
        }
    }
}
