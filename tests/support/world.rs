//! A world in one process: the function's real code against the simulator over HTTP, a stack that is told what to be, a
//! receiver that checks every answer, and a way to kill the function between any two of its calls.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_eks::config::{Credentials, Region};
use local_stack::Moto;
use managed_node_group::aws::Aws;
use managed_node_group::cfn::response_url::Loopback;
use managed_node_group::clock::{Clock, SystemClock};
use managed_node_group::handler::Function;
use managed_node_group::launch_template::belongings::{Belongings, Place};
use managed_node_group::launch_template::max_pods::{NetworkFacts, Prefixes};
use managed_node_group::launch_template::steps::{Cluster, LaunchStep, Made};
use managed_node_group::launch_template::users::UsersTemplate;
use managed_node_group::nodegroup::change::ConfigChange;
use managed_node_group::nodegroup::group::NodeGroup;
use managed_node_group::nodegroup::history::UpdateState;
use managed_node_group::nodegroup::image::{Accelerator, Architecture, InstanceTypeFacts};
use managed_node_group::nodegroup::plan::{Desired, NewGroup, VersionChange};
use managed_node_group::nodegroup::spec::{LaunchTemplate, LaunchTemplateVersion};
use managed_node_group::polling::Onward;
use managed_node_group::ports::{CallError, Cloud, Fault, Stack};
use managed_node_group::respond::Responder;
use managed_node_group::settings::{PollingMode, Settings};
use serde_json::{Value, json};
use simulator::Simulator;
use tokio::sync::Notify;

use super::ec2::Memory;
use super::receiver::Receiver;

/// Minutes of EKS become fractions of a second, and the function's waits with them.
pub const TIME_SCALE: f64 = 0.001;
/// An invocation's life in milliseconds: short, so that every operation is handed over several times.
const INVOCATION_MILLIS: u64 = 120;
pub const STACK_ID: &str =
    "arn:aws:cloudformation:us-east-1:123456789012:stack/nodes/2f3c0000-0000-4000-8000-000000000001";

/// When the function dies, relative to one of its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    Never,
    Before(usize),
    /// Not a death: a mistake in the code.
    Panic,
    After(usize),
}

pub struct World {
    pub simulator: Simulator,
    pub receiver: Receiver,
    pub function: Function<Cut, SystemClock>,
    requests: AtomicUsize,
}

/// The real adapters behind a counter that can stop for ever, as a killed process does.
pub struct Cut {
    aws: Aws,
    /// EC2's own, where it isn't in memory.
    moto: Option<Aws>,
    pub ec2: Memory,
    pub stack: Mutex<Stack>,
    pub calls: AtomicUsize,
    pub made: Mutex<Vec<&'static str>>,
    pub death: Mutex<Death>,
    died: Notify,
    pub onward: Mutex<VecDeque<Value>>,
    started: Mutex<BTreeSet<String>>,
}

impl World {
    pub async fn start(step_functions: bool) -> Self {
        Self::start_with(step_functions, None).await
    }

    /// With moto's EC2, or one in memory.
    pub async fn start_with(step_functions: bool, moto: Option<&Moto>) -> Self {
        let simulator = Simulator::start(simulated(moto)).await;
        let moto = match moto {
            Some(moto) => Some(aws(&moto.url).await),
            None => None,
        };
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
        };
        let cut = Cut {
            aws: aws(&simulator.endpoint()).await,
            moto,
            ec2: Memory::default(),
            stack: Mutex::new(Stack {
                status: "CREATE_IN_PROGRESS".to_owned(),
                tags: BTreeMap::new(),
            }),
            calls: AtomicUsize::new(0),
            made: Mutex::new(vec![]),
            death: Mutex::new(Death::Never),
            died: Notify::new(),
            onward: Mutex::new(VecDeque::new()),
            started: Mutex::new(BTreeSet::new()),
        };
        let responder = Responder::new(Loopback::Allowed, TIME_SCALE);
        let function = Function {
            cloud: cut,
            clock: SystemClock,
            settings,
            responder,
        };
        Self {
            simulator,
            receiver: Receiver::start().await,
            function,
            requests: AtomicUsize::new(1),
        }
    }

    pub fn stack_is(&self, status: &str) {
        self.function.cloud.stack.lock().unwrap().status = status.to_owned();
    }

    pub fn die(&self, death: Death) {
        self.function.cloud.calls.store(0, Ordering::SeqCst);
        self.function.cloud.made.lock().unwrap().clear();
        *self.function.cloud.death.lock().unwrap() = death;
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
                work.push_back(state);
            }
            work.extend(self.function.cloud.onward.lock().unwrap().drain(..));
        }
    }

    /// Delivers a request and gives its answer.
    pub async fn answer(&self, request: &Value) -> Value {
        self.deliver(request).await;
        self.receiver.answer(request["RequestId"].as_str().unwrap()).await
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

    async fn invoke(&self, event: &Value) -> Value {
        for _ in 0..20 {
            let deadline = SystemClock.now_millis() + INVOCATION_MILLIS;
            tokio::select! {
                result = self.function.handle(event.clone(), deadline) => match result {
                    Ok(state) => return state,
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                },
                () = self.function.cloud.died.notified() => *self.function.cloud.death.lock().unwrap() = Death::Never,
            }
        }
        panic!("an event failed twenty times: {event}");
    }
}

fn simulated(moto: Option<&Moto>) -> simulator::Options {
    let options = simulator::Options {
        time_scale: TIME_SCALE,
        ..simulator::Options::default()
    };
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
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(aws_config::retry::RetryConfig::disabled());
    Aws::new(config.load().await)
}

impl Cut {
    /// Stops for ever if the function is to die at this call; the harness drops it then.
    async fn call<T>(&self, action: &'static str, effect: impl Future<Output = T>) -> T {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.made.lock().unwrap().push(action);
        let death = *self.death.lock().unwrap();
        assert!(death != Death::Panic, "chosen by the test");
        if death == Death::Before(number) {
            self.stop().await;
        }
        let result = effect.await;
        if death == Death::After(number) {
            self.stop().await;
        }
        result
    }

    async fn stop(&self) {
        self.died.notify_one();
        std::future::pending::<()>().await;
    }
}

impl Cloud for Cut {
    async fn stack(&self, _: &str) -> Result<Stack, CallError> {
        let stack = self.stack.lock().unwrap().clone();
        if stack.status == "DENIED" {
            let (code, message) = ("AccessDenied".to_owned(), "not allowed".to_owned());
            let (action, resource) = ("cloudformation:DescribeStacks", STACK_ID.to_owned());
            return Err(CallError {
                action,
                resource,
                fault: Fault::Denied,
                code,
                message,
            });
        }
        self.call("stack", async { Ok(stack) }).await
    }

    async fn node_group(&self, cluster: &str, name: &str) -> Result<NodeGroup, CallError> {
        self.call("node_group", self.aws.node_group(cluster, name)).await
    }

    async fn update(&self, cluster: &str, name: &str, id: &str) -> Result<UpdateState, CallError> {
        self.call("update", self.aws.update(cluster, name, id)).await
    }

    async fn create(&self, desired: &Desired, group: &NewGroup, token: &str) -> Result<(), CallError> {
        self.call("create", self.aws.create(desired, group, token)).await
    }

    async fn update_version(
        &self,
        group: &NodeGroup,
        change: &VersionChange,
        token: &str,
    ) -> Result<String, CallError> {
        self.call("update_version", self.aws.update_version(group, change, token))
            .await
    }

    async fn update_config(&self, group: &NodeGroup, change: &ConfigChange, token: &str) -> Result<String, CallError> {
        self.call("update_config", self.aws.update_config(group, change, token))
            .await
    }

    async fn tag(&self, arn: &str, tags: &BTreeMap<String, String>) -> Result<(), CallError> {
        self.call("tag", self.aws.tag(arn, tags)).await
    }

    async fn untag(&self, arn: &str, keys: &BTreeSet<String>) -> Result<(), CallError> {
        self.call("untag", self.aws.untag(arn, keys)).await
    }

    async fn delete(&self, cluster: &str, name: &str) -> Result<(), CallError> {
        self.call("delete", self.aws.delete(cluster, name)).await
    }

    async fn cluster(&self, name: &str) -> Result<Option<Cluster>, CallError> {
        self.call("cluster", self.aws.cluster(name)).await
    }

    async fn instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let facts = names.iter().map(|name| facts(name)).collect();
        self.call("instance_types", async { Ok(facts) }).await
    }

    async fn users_template(&self, template: &LaunchTemplate) -> Result<UsersTemplate, CallError> {
        let number = match template.version {
            LaunchTemplateVersion::Number(number) => Some(number),
            LaunchTemplateVersion::Latest | LaunchTemplateVersion::Default => None,
        };
        let found = match (template.identity.as_str(), number) {
            ("lt-gone", None) => Err(CallError {
                action: "ec2:DescribeLaunchTemplateVersions",
                resource: "lt-gone".to_owned(),
                fault: Fault::NotFound,
                code: "InvalidLaunchTemplateId.NotFound".to_owned(),
                message: "it does not exist".to_owned(),
            }),
            (id, number) => Ok(UsersTemplate {
                id: id.to_owned(),
                version: number.map_or(3, |number| i64::try_from(number).unwrap()),
                network_interfaces: if id == "lt-two-interfaces" { 2 } else { 0 },
                ..UsersTemplate::default()
            }),
        };
        self.call("users_template", async { found }).await
    }

    async fn public_subnets(&self, subnets: &BTreeSet<String>) -> Result<Vec<String>, CallError> {
        let public = subnets.iter().cloned().collect();
        self.call("public_subnets", async { Ok(public) }).await
    }

    async fn belongings(&self, place: &Place) -> Result<Belongings, CallError> {
        let look = async {
            match &self.moto {
                Some(moto) => moto.belongings(place).await,
                None => self.ec2.belongings(place),
            }
        };
        self.call("belongings", look).await
    }

    async fn launch(&self, step: &LaunchStep, token: &str) -> Result<Made, CallError> {
        let change = async {
            match &self.moto {
                Some(moto) => moto.launch(step, token).await,
                None => self.ec2.launch(step, token),
            }
        };
        self.call(step.action(), change).await
    }
}

/// m5.large, but for Graviton's names.
fn facts(name: &str) -> InstanceTypeFacts {
    let arm = name.contains("g.");
    InstanceTypeFacts {
        architecture: if arm { Architecture::Arm } else { Architecture::X86 },
        accelerator: Accelerator::None,
        network: Some(NetworkFacts {
            interfaces: 3,
            addresses: 10,
            vcpus: 2,
            prefixes: Prefixes::Supported,
        }),
    }
}

impl Onward for Cut {
    async fn invoke(&self, _: &str, payload: &Value) -> Result<(), CallError> {
        let queue = async { self.onward.lock().unwrap().push_back(payload.clone()) };
        self.call("invoke", queue).await;
        Ok(())
    }

    async fn start_execution(&self, _: &str, name: &str, input: &Value) -> Result<(), CallError> {
        let queue = async {
            if self.started.lock().unwrap().insert(name.to_owned()) {
                self.onward.lock().unwrap().push_back(input.clone());
            }
        };
        self.call("start_execution", queue).await;
        Ok(())
    }
}
