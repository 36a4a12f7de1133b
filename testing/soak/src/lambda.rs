//! Lambda, as it treats an asynchronous invocation: an event is tried three times, may come twice, and ends in the on-failure
//! queue, from where the function is invoked once more (`template.yaml`).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use managed_node_group::announce::Announcer;
use managed_node_group::handler::Function;
use managed_node_group::respond::Responder;
use managed_node_group::settings::Settings;
use mng_core::texts::error_chain;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::cloud::{Faulty, https};
use crate::process::Process;
use crate::time::MachineClock;
use crate::world::{Work, World, held, text};

/// Between the attempts of an asynchronous invocation (Lambda developer guide, "Error handling for asynchronous invocation").
const APART: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];
/// How often what is about one request comes twice. Each of two goes on by itself from hand-over to hand-over, so without an end to it
/// there would be thousands in an hour.
const MOST_TWICE: u32 = 5;

/// How often the on-failure queue delivers a message: every quarter of an hour, for two hours (`template.yaml`).
const LAST_TRIES: u32 = 8;
const VISIBILITY: Duration = Duration::from_secs(900);

pub struct Lambda {
    pub world: Arc<World>,
    settings: Settings,
    timeout: Duration,
    /// Environments that wait for an invocation, warm.
    idle: Mutex<Vec<Environment>>,
    started: AtomicU64,
}

/// A process of the function's, which serves one invocation at a time.
struct Environment {
    function: Function<Faulty, MachineClock>,
    process: Arc<Process>,
}

impl Lambda {
    pub fn new(world: Arc<World>, settings: Settings, timeout: Duration) -> Self {
        Self {
            world,
            settings,
            timeout,
            idle: Mutex::default(),
            started: AtomicU64::new(0),
        }
    }

    /// Takes work as long as there is a world.
    pub async fn run(self: Arc<Self>, mut work: UnboundedReceiver<Work>) {
        while let Some(work) = work.recv().await {
            let lambda = Arc::clone(&self);
            match work {
                Work::Event(event) => drop(tokio::spawn(async move { lambda.take(event).await })),
                Work::Execution(input) => drop(tokio::spawn(async move {
                    lambda.execute(input).await;
                    lambda.world.is_done();
                })),
            }
        }
    }

    /// An event, once or twice.
    async fn take(self: Arc<Self>, event: Value) {
        let request = request_of(&event);
        let doubled = self.world.asked(&request).map_or(0, |asked| asked.doubled);
        let likely = if doubled < MOST_TWICE {
            held(&self.world.weather).twice
        } else {
            0.0
        };
        let late = self.world.throw(|dice| {
            let twice = dice.f64() < likely;
            let soon = dice.u8(..) < 180;
            twice.then(|| Duration::from_millis(dice.u64(0..if soon { 5_000 } else { 120_000 })))
        });
        let first = self.deliver(&event, Duration::ZERO);
        match late {
            None => first.await,
            Some(late) => {
                self.world.count("duplicate deliveries");
                self.world.note(&request, |asked| asked.doubled += 1);
                tokio::join!(first, self.deliver(&event, late));
            }
        }
        self.world.is_done();
    }

    async fn deliver(&self, event: &Value, late: Duration) {
        let queued = self.world.throw(|dice| Duration::from_millis(dice.u64(5..400)));
        tokio::time::sleep(late + queued).await;
        let mut cause = String::new();
        for attempt in 0..=APART.len() {
            match self.invoke(event).await {
                Ok(_) => return,
                Err(failure) => cause = failure,
            }
            if let Some(apart) = APART.get(attempt) {
                tokio::time::sleep(*apart).await;
            }
        }
        self.fail(event, &cause).await;
    }

    /// The last resort, by way of the queue.
    async fn fail(&self, event: &Value, cause: &str) {
        let record = json!({
            "requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event,
            "responsePayload": {"errorType": "Runtime.ExitError", "errorMessage": cause},
        });
        let message = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": record.to_string()}]});
        self.world.note(&request_of(event), |asked| asked.last_resorts += 1);
        self.world.count("last resorts by the queue");
        for _ in 0..LAST_TRIES {
            if self.invoke(&message).await.is_ok() {
                return;
            }
            tokio::time::sleep(VISIBILITY).await;
        }
    }

    /// One invocation, and what it ends with.
    pub async fn invoke(&self, event: &Value) -> Result<Value, String> {
        let environment = self.environment().await;
        let process = Arc::clone(&environment.process);
        let request = request_of(event);
        process.serves(&request);
        self.world.counts().invocations += 1;
        self.world.note(&request, |asked| asked.deliveries += 1);
        self.world
            .tell(&format!("{process} is invoked with {}", kind_of(event)));
        let ended = self.live(&environment, event).await;
        match &ended {
            Ok(Ok(state)) => self.world.tell(&format!("{process} ends: {}", text(state, "Outcome"))),
            Ok(Err(failure)) | Err(failure) => {
                self.world.tell(&format!("{process} fails: {failure}"));
                self.world.note(&request, |asked| asked.failures += 1);
            }
        }
        match ended {
            Ok(result) => {
                held(&self.idle).push(environment);
                result
            }
            Err(death) => {
                self.world.note(&request, |asked| asked.deaths += 1);
                Err(death)
            }
        }
    }

    /// Until the handler returns, or the process is no more: by a death, or because its time is over.
    async fn live(&self, environment: &Environment, event: &Value) -> Result<Result<Value, String>, String> {
        let deadline = self.world.time.millis() + u64::try_from(self.timeout.as_millis()).unwrap_or(u64::MAX);
        let handled: BoxFuture<'_, _> = Box::pin(environment.function.handle(event.clone(), deadline));
        let sudden = held(&self.world.weather).sudden_death;
        let worn_out = self.world.is_worn_out(&environment.process.request());
        let until = self.world.throw(|dice| {
            let (dies, share) = (dice.f64() < sudden && !worn_out, dice.f64());
            dies.then(|| self.timeout.min(Duration::from_secs(300)).mul_f64(share * share))
        });
        tokio::select! {
            biased;
            result = handled => Ok(result.map_err(|failure| error_chain(&failure))),
            () = environment.process.died.notified() => Err("the process died".to_owned()),
            () = tokio::time::sleep(until.unwrap_or(Duration::MAX)), if until.is_some() => {
                self.world.count("deaths at any moment");
                Err("the process died all of a sudden".to_owned())
            }
            () = tokio::time::sleep(self.timeout) => {
                self.world.count("invocations that were timed out");
                Err("Task timed out".to_owned())
            }
        }
    }

    async fn environment(&self) -> Environment {
        let warm = held(&self.idle).pop();
        if let Some(warm) = warm {
            return warm;
        }
        let cold = self.world.throw(|dice| Duration::from_millis(dice.u64(80..700)));
        tokio::time::sleep(cold).await;
        self.start()
    }

    fn start(&self) -> Environment {
        let number = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        let process = Arc::new(Process::start(Arc::clone(&self.world), number));
        let settings = self.settings.clone();
        let function = Function {
            cloud: Faulty::of(Arc::clone(&process)),
            clock: MachineClock(Arc::clone(&self.world.time)),
            responder: Responder::new(https(&process), settings.loopback, settings.poll_time_scale),
            announcer: Announcer::new(settings.event_bus.clone(), settings.poll_time_scale),
            settings,
        };
        Environment { function, process }
    }
}

/// The id of the request that an event is about, in whatever it is wrapped.
pub fn request_of(event: &Value) -> String {
    let body = || serde_json::from_str::<Value>(event["Records"][0]["body"].as_str()?).ok();
    if let Some(body) = body() {
        return request_of(&body);
    }
    for inner in ["requestPayload", "Catch", "Continuation", "request"] {
        if event[inner].is_object() {
            return request_of(&event[inner]);
        }
    }
    text(event, "RequestId").to_owned()
}

fn kind_of(event: &Value) -> &'static str {
    if event["Records"].is_array() || event["Catch"].is_object() {
        "the last resort"
    } else if event["Continuation"].is_object() {
        "a continuation"
    } else {
        "a request"
    }
}
