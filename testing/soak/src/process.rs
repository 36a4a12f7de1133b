//! A process of the function's, and its calls: each may fail before or after its effect, or be the process's last.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use crate::faults::{CallFailureKind, CallFate, When};
use crate::world::{World, held};

pub struct Process {
    pub world: Arc<World>,
    pub number: u64,
    pub died: Notify,
    /// The request that is served at the moment.
    serving: Mutex<String>,
}

/// A call, as it is told of.
pub struct Called<'c> {
    pub service: &'c str,
    pub what: &'c str,
    /// How long an answer is waited for that doesn't come.
    pub patience: Duration,
}

impl Process {
    pub fn start(world: Arc<World>, number: u64) -> Self {
        Self {
            world,
            number,
            died: Notify::new(),
            serving: Mutex::default(),
        }
    }

    pub fn serves(&self, request: &str) {
        *held(&self.serving) = request.to_owned();
    }

    pub fn request(&self) -> String {
        held(&self.serving).clone()
    }

    /// Makes a call, or what becomes of it instead.
    pub async fn call<T>(&self, called: Called<'_>, effect: impl Future<Output = T>) -> Result<T, CallFailureKind> {
        let Called { service, what, .. } = called;
        self.world.counts().calls += 1;
        let (fate, there, back) = (self.world.fate(service, what), self.way(), self.way());
        let fate = if self.world.is_worn_out(&self.request()) {
            CallFate::Fine
        } else {
            fate
        };
        tokio::time::sleep(there).await;
        if fate == CallFate::Death(When::BeforeItsEffect) {
            self.die(&format!("before {what}")).await;
        }
        if let CallFate::Wrong(kind, When::BeforeItsEffect) = fate {
            return Err(self.goes_wrong(kind, When::BeforeItsEffect, &called).await);
        }
        let done = effect.await;
        tokio::time::sleep(back).await;
        match fate {
            CallFate::Death(_) => self.die(&format!("after {what}")).await,
            CallFate::Wrong(kind, when) => return Err(self.goes_wrong(kind, when, &called).await),
            CallFate::Fine => {}
        }
        self.world.tell(&format!("{self} {what}"));
        Ok(done)
    }

    async fn goes_wrong(&self, kind: CallFailureKind, when: When, called: &Called<'_>) -> CallFailureKind {
        let Called {
            service,
            what,
            patience,
        } = *called;
        self.world.tell(&format!("{self} {what}: {kind:?} {when:?}"));
        self.world.count(format!("faults: {kind:?} {when:?}"));
        self.world.note(&self.request(), |asked| asked.faults += 1);
        if kind == CallFailureKind::Denied {
            self.world.note(&self.request(), |asked| {
                asked.denied += 1;
                asked.stack_denied += u32::from(service == "cloudformation");
            });
        }
        if kind == CallFailureKind::Hang {
            tokio::time::sleep(patience).await;
        }
        kind
    }

    /// Ends here: whoever runs the process drops it.
    pub async fn die(&self, when: &str) {
        self.world.tell(&format!("{self} dies {when}"));
        self.world.count("deaths at a call");
        self.died.notify_one();
        std::future::pending().await
    }

    /// How long a message is under way.
    fn way(&self) -> Duration {
        Duration::from_millis(self.world.throw(|dice| dice.u64(3..60)))
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let request = crate::world::request_number(&self.request());
        write!(f, "  p{} {request}", self.number)
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.number)
    }
}
