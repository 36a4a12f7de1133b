//! Everything outside of the function, in one place for all who take part.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use mng_core::autoscaling::ScalingGroup;
use mng_engine::ports::Stack;
use serde_json::{Value, json};
use simulator::Simulator;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use crate::counts::Counts;
use crate::faults::{CallFate, Right, Weather};
use crate::fiction::Fiction;
use crate::request_record::RequestRecord;
use crate::time::{EPOCH_MILLIS, Time};
use crate::trace::Trace;
use fakes::Ec2;
use fakes::protocol::{Answers, Put};

/// That of the function, of its role and of the cluster.
pub const OWN_ACCOUNT: &str = "123456789012";
pub const CLUSTER: &str = "my-cluster";
/// Part of every credential that there is: no log may hold it.
pub const SECRET: &str = "5ec4e7";

/// Far more invocations than an hour's waiting takes.
const MOST_DELIVERIES: u32 = 150;

/// What Lambda and Step Functions are given to do.
pub enum Work {
    Event(Value),
    Execution(Value),
}

pub struct World {
    pub time: Arc<Time>,
    pub region: String,
    /// That of the stack.
    account: &'static str,
    pub fiction: Fiction,
    pub simulator: Simulator,
    pub ec2: Ec2,
    pub scaling_groups: Mutex<BTreeMap<String, ScalingGroup>>,
    /// What DescribeStacks shows.
    pub stack: Mutex<Stack>,
    /// When its last update began to be rolled back, if it was, in seconds since the epoch.
    pub rollback_began: Mutex<Option<u64>>,
    /// The physical id that DescribeStackResource shows: that of the last answer which CloudFormation has read.
    pub recorded: Mutex<Option<String>>,
    /// The names of the groups that a policy retains.
    pub kept: Mutex<Vec<String>>,
    /// Whether the template has the resource.
    pub is_in_the_stack: Mutex<bool>,
    pub answered: Notify,
    /// The names of all executions so far.
    pub executions: Mutex<BTreeSet<String>>,
    work: UnboundedSender<Work>,
    /// How much of it isn't done.
    under_way: AtomicUsize,
    /// Whether the checks before a change read from the SDKs.
    pub reads_facts: bool,
    pub weather: Mutex<Weather>,
    dice: Mutex<Rng>,
    answers: Mutex<Answers>,
    asked: Mutex<BTreeMap<String, RequestRecord>>,
    trace: Mutex<Trace>,
    counts: Mutex<Counts>,
}

/// What a world is made of.
pub struct WorldSetting {
    pub region: String,
    pub account: &'static str,
    pub fiction: Fiction,
    pub weather: Weather,
    pub durations: simulator::Durations,
    pub reads_facts: bool,
    pub dice: Rng,
}

impl World {
    /// Within a runtime whose time is paused.
    pub fn begin(setting: WorldSetting, work: UnboundedSender<Work>) -> Self {
        let simulator = Simulator::unserved(simulator::Options {
            region: setting.region.clone(),
            durations: setting.durations,
            epoch: Some(EPOCH_MILLIS as f64 / 1000.0),
            kubernetes_version: "1.33".to_owned(),
            ..simulator::Options::default()
        });
        simulator.put_cluster(json!({"name": CLUSTER, "endpoint": ""}));
        Self {
            time: Arc::new(Time::begin()),
            region: setting.region,
            account: setting.account,
            fiction: setting.fiction,
            simulator,
            ec2: Ec2::default(),
            scaling_groups: Mutex::default(),
            stack: Mutex::new(Stack {
                status: "CREATE_IN_PROGRESS".to_owned(),
                tags: [("team".to_owned(), "nodes".to_owned())].into(),
                created: None,
                updated: None,
            }),
            rollback_began: Mutex::default(),
            recorded: Mutex::default(),
            kept: Mutex::default(),
            is_in_the_stack: Mutex::new(true),
            answered: Notify::new(),
            executions: Mutex::default(),
            work,
            under_way: AtomicUsize::new(0),
            reads_facts: setting.reads_facts,
            weather: Mutex::new(setting.weather),
            dice: Mutex::new(setting.dice),
            answers: Mutex::default(),
            asked: Mutex::default(),
            trace: Mutex::default(),
            counts: Mutex::default(),
        }
    }

    /// Hands work to Lambda or to Step Functions, which do it some time.
    pub fn give(&self, work: Work) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        // Nobody takes it once the life is over.
        let _ = self.work.send(work);
    }

    pub fn is_done(&self) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    pub fn is_quiet(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) == 0
    }

    /// The Region, which is another in each life of a process, isn't told.
    pub fn tell(&self, what: &str) {
        let what = what.replace(&self.region, "us-soak-1");
        held(&self.trace).tell(self.time.gone_by(), &what);
    }

    pub fn count(&self, what: impl Into<String>) {
        held(&self.counts).count(what);
    }

    pub fn counts(&self) -> MutexGuard<'_, Counts> {
        held(&self.counts)
    }

    pub fn lines(&self) -> Vec<String> {
        held(&self.trace).lines.clone()
    }

    /// Throws the dice of everything but the script.
    pub fn throw<T>(&self, what: impl FnOnce(&mut Rng) -> T) -> T {
        what(&mut held(&self.dice))
    }

    pub fn fate(&self, service: &str, what: &str) -> CallFate {
        let weather = held(&self.weather);
        weather.fate(&mut held(&self.dice), service, what, self.time.gone_by())
    }

    pub fn stack_id(&self) -> String {
        let (region, account) = (&self.region, self.account);
        format!("arn:aws:cloudformation:{region}:{account}:stack/nodes/2f3c0000-0000-4000-8000-00000000abcd")
    }

    /// Whether the function can ask the stack at the moment.
    pub fn stack_is_known(&self) -> bool {
        let denied = held(&self.weather).denies(Right::AskTheStack, self.time.gone_by());
        self.account == OWN_ACCOUNT && !denied
    }

    /// Whether the role has lacked a right at any moment since a time.
    pub fn lacked(&self, right: Right, since: Duration) -> bool {
        held(&self.weather).lacked(right, since..self.time.gone_by())
    }

    pub fn stack_is(&self, status: &str) {
        self.tell(&format!("CloudFormation: the stack is {status}"));
        let now = self.time.millis() / 1000;
        match status {
            "CREATE_IN_PROGRESS" => held(&self.stack).created = Some(now),
            "UPDATE_IN_PROGRESS" => {
                held(&self.stack).updated = Some(now);
                *held(&self.rollback_began) = None;
            }
            "UPDATE_ROLLBACK_IN_PROGRESS" => {
                held(&self.rollback_began).get_or_insert(now);
            }
            _ => {}
        }
        held(&self.stack).status = status.to_owned();
    }

    /// A request is about to be sent.
    pub fn expect(&self, event: &Value, timeout: Duration) {
        held(&self.answers).expect(event);
        let asked = RequestRecord::now(event, self.time.gone_by(), timeout);
        held(&self.asked).insert(text(event, "RequestId").to_owned(), asked);
    }

    pub fn asked(&self, request: &str) -> Option<RequestRecord> {
        held(&self.asked).get(request).cloned()
    }

    pub fn all_asked(&self) -> Vec<RequestRecord> {
        held(&self.asked).values().cloned().collect()
    }

    /// Notes something of a request.
    pub fn note(&self, request: &str, what: impl FnOnce(&mut RequestRecord)) {
        if let Some(asked) = held(&self.asked).get_mut(request) {
            what(asked);
        }
    }

    /// Whether a request has been through so much that nothing more is to befall it. An invocation that fails once it has handed over
    /// is tried again, and hands over once more: in an hour of faults there would be thousands at once.
    pub fn is_worn_out(&self, request: &str) -> bool {
        held(&self.asked)
            .get(request)
            .is_some_and(|asked| asked.deliveries > MOST_DELIVERIES)
    }

    /// Something that may never be, seen by whom the function has called.
    pub fn wrong(&self, what: &str) {
        held(&self.answers).violations.push(what.to_owned());
    }

    pub fn violations(&self) -> Vec<String> {
        held(&self.answers).violations.clone()
    }

    /// The bucket takes an answer.
    pub fn take(&self, put: &Put) -> u16 {
        let status = held(&self.answers).take(put);
        let body: Value = serde_json::from_slice(&put.body).unwrap_or_default();
        let (at, request) = (self.time.gone_by(), text(&body, "RequestId").to_owned());
        self.tell(&format!(
            "the bucket takes {} {} {}: {}",
            request_number(&request),
            text(&body, "Status"),
            text(&body, "PhysicalResourceId"),
            text(&body, "Reason")
        ));
        self.note(&request, |asked| asked.answers.push((at, body)));
        self.answered.notify_waiters();
        status
    }
}

pub fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// `r3` for the third request.
pub fn request_number(id: &str) -> String {
    let digits = id.rsplit('-').next().unwrap_or_default();
    format!("r{}", digits.trim_start_matches('0'))
}
