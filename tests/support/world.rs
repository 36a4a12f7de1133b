//! A world in one process: the function's real code against the simulator over HTTP, a stack that is told what to be, a
//! receiver that checks every answer, and a way to kill the function between any two of its calls.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_sdk_eks::config::{Credentials, Region};
use local_stack::Moto;
use managed_node_group::announce::Announcer;
use managed_node_group::handler::Function;
use managed_node_group::respond::Responder;
use managed_node_group::settings::{PollingMode, Settings};
use mng_aws::Aws;
use mng_aws::clock::{Clock, SystemClock};
use mng_aws::https::Https;
use mng_core::protocol::response_url::Loopback;
use mng_core::texts::error_chain;
use serde_json::{Value, json};
use simulator::Simulator;

pub use super::killable::{Killable, Meanwhile};
use super::local_cloud::LocalCloud;
pub use super::local_cloud::MOST_IN_STATE;
use super::receiver::Receiver;

/// Minutes of EKS become fractions of a second, and the function's waits with them.
pub const TIME_SCALE: f64 = 0.001;
/// An invocation's life in milliseconds: short, so that every operation is handed over several times.
const INVOCATION_MILLIS: u64 = 120;
pub const STACK_ID: &str =
    "arn:aws:cloudformation:us-east-1:123456789012:stack/nodes/2f3c0000-0000-4000-8000-000000000001";

/// An access key and its secret that are found wherever they are told, and that the simulated clusters know.
pub const RECOGNISABLE: [&str; 2] = ["AKIDTHATISASECRETHERE", "secret-access-key-of-the-function"];

/// When the function dies, relative to one of its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    Never,
    Before(usize),
    /// Not a death: a mistake in the code.
    Panic,
    /// Not a death either: no call ever comes back.
    Hang,
    After(usize),
}

pub struct World<K = SystemClock> {
    pub simulator: Simulator,
    pub receiver: Receiver,
    pub function: Function<Killable, K>,
    pub requests: AtomicUsize,
    /// What Lambda was told of invocations that failed, and their Debug.
    pub failures: Mutex<Vec<String>>,
}

impl World {
    pub async fn start(step_functions: bool) -> Self {
        Self::start_with(step_functions, None).await
    }

    /// With moto's EC2, or one in memory.
    pub async fn start_with(step_functions: bool, moto: Option<&Moto>) -> Self {
        let simulator = Simulator::start(simulated(moto)).await;
        let ec2 = match moto {
            Some(moto) => Some(aws(&moto.url).await),
            None => None,
        };
        Self::around(step_functions, simulator, ec2, None, None).await
    }

    /// With a bus, on which outcomes are told.
    pub async fn start_with_bus(step_functions: bool) -> Self {
        let simulator = Simulator::start(simulated(None)).await;
        Self::around(step_functions, simulator, None, None, Some("bus".to_owned())).await
    }

    /// With moto for everything but EKS, preflight and diagnosis among it.
    pub async fn start_whole(moto: &Moto) -> Self {
        let simulator = Simulator::start(simulated(Some(moto))).await;
        let reads = aws_beside(&simulator.endpoint(), &moto.url).await;
        let ec2 = aws(&moto.url).await;
        Self::around(false, simulator, Some(ec2), Some(reads), None).await
    }

    async fn around(
        step_functions: bool,
        simulator: Simulator,
        moto: Option<Aws>,
        reads: Option<Aws>,
        bus: Option<String>,
    ) -> Self {
        let polling = match step_functions {
            true => PollingMode::StepFunctions {
                state_machine: "machine".to_owned(),
            },
            false => PollingMode::SelfInvoke,
        };
        let settings = Settings {
            polling,
            function_name: "function".to_owned(),
            loopback: Loopback::Allowed,
            poll_time_scale: TIME_SCALE,
            log_level: "info".to_owned(),
            role: None,
            metrics_namespace: Some("ManagedNodeGroup".to_owned()),
            event_bus: bus.clone(),
        };
        let mut cloud = LocalCloud::new(aws(&simulator.endpoint()).await);
        (cloud.moto, cloud.reads) = (moto, reads);
        let responder = Responder::new(Https::to_aws(), Loopback::Allowed, TIME_SCALE);
        let function = Function {
            cloud: Killable::new(cloud),
            clock: SystemClock,
            settings,
            responder,
            announcer: Announcer::new(bus, TIME_SCALE),
        };
        Self {
            simulator,
            receiver: Receiver::start().await,
            function,
            requests: AtomicUsize::new(1),
            failures: Mutex::default(),
        }
    }

    /// The same, with another clock.
    pub fn with_clock<K>(self, clock: K) -> World<K> {
        let Function {
            cloud,
            settings,
            responder,
            announcer,
            ..
        } = self.function;
        World {
            simulator: self.simulator,
            receiver: self.receiver,
            function: Function {
                cloud,
                clock,
                settings,
                responder,
                announcer,
            },
            requests: self.requests,
            failures: self.failures,
        }
    }
}

impl<K: Clock> World<K> {
    /// What the function signs its calls and its tokens with.
    pub async fn has_credentials(&mut self, credentials: Credentials) {
        self.function.cloud.aws = aws_as(credentials, &self.simulator.endpoint()).await;
    }

    /// The function knows its own role, as the deployed one does.
    pub async fn has_role(&mut self, role: &str) {
        let aws = aws(&self.simulator.endpoint()).await;
        self.function.cloud.aws = aws.with_role(Some(role.to_owned()));
    }

    pub fn stack_is(&self, status: &str) {
        self.function.cloud.stack.lock().unwrap().status = status.to_owned();
    }

    pub fn die(&self, death: Death) {
        self.function.cloud.calls.store(0, Ordering::SeqCst);
        self.function.cloud.made.lock().unwrap().clear();
        *self.function.cloud.death.lock().unwrap() = death;
    }

    /// Somebody else does something right before the next call of this name.
    pub fn meanwhile(&self, before: &'static str, what: impl Future<Output = ()> + Send + 'static) {
        let what = Box::pin(what);
        *self.function.cloud.meanwhile.lock().unwrap() = Some(Meanwhile { before, what });
    }

    /// Whether what somebody else was to do is done.
    pub fn happened(&self) -> bool {
        self.function.cloud.meanwhile.lock().unwrap().is_none()
    }

    /// A request that the receiver expects an answer to.
    pub fn request(&self, kind: &str, physical_id: Option<&str>, properties: &Value, old: Option<&Value>) -> Value {
        let id = format!(
            "00000000-0000-4000-8000-{:012}",
            self.requests.fetch_add(1, Ordering::SeqCst)
        );
        let mut request = json!({
            "RequestType": kind, "ResponseURL": self.receiver.response_url(&id), "StackId": STACK_ID, "RequestId": id,
            "ResourceType": "Custom::ManagedNodeGroup", "LogicalResourceId": "Nodes", "ResourceProperties": properties,
        });
        if let Some(id) = physical_id {
            request["PhysicalResourceId"] = json!(id);
        }
        if kind == "Update" {
            *self.function.cloud.recorded_id.lock().unwrap() = physical_id.map(str::to_owned);
        }
        if let Some(old) = old {
            request["OldResourceProperties"] = old.clone();
        }
        self.receiver.expect(&request);
        request
    }

    /// Delivers an event as Lambda does, again after a death, and follows it to its end in either host of waiting.
    pub async fn deliver(&self, event: &Value) {
        let mut work = VecDeque::from([event.clone()]);
        while let Some(event) = work.pop_front() {
            let state = self.invoke(&event).await;
            if state["Outcome"] == "Waiting" {
                assert!(state.to_string().len() <= MOST_IN_STATE, "nobody would answer");
                work.push_back(state);
            }
            work.extend(self.function.cloud.onward.lock().unwrap().drain(..));
        }
    }

    /// Delivers a request and gives its answer.
    pub async fn answer(&self, request: &Value) -> Value {
        self.deliver(request).await;
        let answer = self.receiver.answer(request["RequestId"].as_str().unwrap()).await;
        self.records(request, &answer);
        answer
    }

    /// CloudFormation reads an answer, and records its physical ID. It records none of a Delete.
    fn records(&self, request: &Value, answer: &Value) {
        let replaces = answer["Status"] == "SUCCESS" || request["RequestType"] == "Create";
        if replaces && request["RequestType"] != "Delete" {
            let id = answer["PhysicalResourceId"].as_str().map(str::to_owned);
            *self.function.cloud.recorded_id.lock().unwrap() = id;
        }
    }

    /// Delivers an event to a function that dies of it for good.
    pub async fn lose(&self, event: &Value) {
        let deadline = SystemClock.now_millis() + INVOCATION_MILLIS;
        tokio::select! {
            _ = self.function.handle(event.clone(), deadline) => {}
            () = self.function.cloud.died.notified() => {}
        }
        *self.function.cloud.death.lock().unwrap() = Death::Never;
        self.function.cloud.onward.lock().unwrap().clear();
    }

    /// Delivers an event to one invocation, and gives what that ends with.
    pub async fn invoke(&self, event: &Value) -> Value {
        for _ in 0..20 {
            let deadline = SystemClock.now_millis() + INVOCATION_MILLIS;
            tokio::select! {
                result = self.function.handle(event.clone(), deadline) => match result {
                    Ok(state) => return state,
                    Err(failure) => {
                        self.failures.lock().unwrap().push(format!("{} {failure:?}", error_chain(&failure)));
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                },
                () = self.function.cloud.died.notified() => *self.function.cloud.death.lock().unwrap() = Death::Never,
            }
        }
        panic!("an event failed twenty times: {event}");
    }
}

fn simulated(moto: Option<&Moto>) -> simulator::Options {
    let mut options = simulator::Options {
        time_scale: TIME_SCALE,
        ..simulator::Options::default()
    };
    options.credentials.push(RECOGNISABLE.map(str::to_owned).into());
    let Some(moto) = moto else {
        return options;
    };
    let seeds = moto.seeds();
    simulator::Options {
        vpc: seeds.vpc,
        cluster_security_group: seeds.cluster_security_group,
        auto_scaling_endpoint: Some(moto.url.clone()),
        ..options
    }
}

/// The real adapters, at an endpoint of our own.
pub async fn aws(endpoint: &str) -> Aws {
    aws_as(Credentials::new("test", "test", None, None, "test"), endpoint).await
}

async fn aws_as(credentials: Credentials, endpoint: &str) -> Aws {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .retry_config(aws_config::retry::RetryConfig::disabled());
    Aws::new(config.load().await)
}

/// The real adapters, with EKS at one endpoint and all else at another.
pub async fn aws_beside(eks: &str, others: &str) -> Aws {
    let profile = format!(
        "[default]\nregion = us-east-1\nendpoint_url = {others}\nservices = local\n[services local]\neks =\n  endpoint_url = {eks}\n"
    );
    let files = EnvConfigFiles::builder()
        .with_contents(EnvConfigFileKind::Config, profile)
        .build();
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .profile_files(files)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(aws_config::retry::RetryConfig::disabled());
    Aws::new(config.load().await)
}
