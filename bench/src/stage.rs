//! One create played to its end: a function's process, an account for everything but EKS, and whatever EKS it is given.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use simulator::{Options, Simulator};

use crate::account::{EmulatedAccount, Transport};
use crate::child::Running;
use crate::contender::environment;
use crate::first_answer::millis;
use crate::runtime_api::RuntimeApi;

/// What Lambda gives an invocation at most, and `template.yaml` this function.
const QUARTER: Duration = Duration::from_secs(900);

/// Where the function waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    SelfInvoke,
    StepFunctions,
}

/// What AWS would charge for, as it was counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Usage {
    /// The time of all invocations, in milliseconds. Each is charged by the millisecond that it has begun.
    pub invocations: Vec<f64>,
    /// The part of it in which the function was on a processor.
    pub cpu: f64,
    /// From the start of the process until it asked for work; charged once.
    pub init: f64,
    /// Of the state machine.
    pub transitions: u32,
    /// Bytes of the function's own lines.
    pub logged: u64,
}

/// A function's process that is ready for an event.
pub struct Stage {
    pub account: Arc<EmulatedAccount>,
    api: RuntimeApi,
    running: Running,
    mode: Mode,
    scale: f64,
    init: f64,
    log: Option<PathBuf>,
}

/// How a stage is set.
pub struct StageSetting<'a> {
    pub function: &'a Path,
    pub mode: Mode,
    /// Multiplies the function's waits.
    pub scale: f64,
    /// Where its lines go; otherwise nobody keeps them.
    pub log: Option<PathBuf>,
}

impl Stage {
    /// Starts the process beside an EKS, and waits until it is ready.
    ///
    /// # Errors
    /// It can't be started.
    pub async fn set(setting: StageSetting<'_>, eks: &str) -> Result<Self> {
        let account = Arc::new(EmulatedAccount::start().await?);
        let api = RuntimeApi::start().await?;
        let nowhere = Path::new("/etc/ssl/certs/ca-certificates.crt");
        let mut environment = environment(&account, Transport::Http, &api.address, nowhere);
        environment.insert("AWS_ENDPOINT_URL_EKS".into(), eks.into());
        environment.insert("POLLING_MODE".into(), format!("{:?}", setting.mode));
        environment.insert("POLL_TIME_SCALE".into(), setting.scale.to_string());
        let log = match &setting.log {
            Some(path) => File::create(path)?.into(),
            None => Stdio::null(),
        };
        let began = Instant::now();
        let running = Running::one_of_many(setting.function, &environment, log)?;
        api.asked().await;
        Ok(Self {
            account,
            api,
            running,
            mode: setting.mode,
            scale: setting.scale,
            init: millis(began.elapsed()),
            log: setting.log,
        })
    }

    /// Delivers an event and follows the work until it is answered: by one invocation, or as the state machine does.
    ///
    /// # Errors
    /// The function fails, or doesn't come to an end.
    pub async fn play(&mut self, event: Value) -> Result<Usage> {
        let before = self.running.cpu()?;
        let mut usage = Usage {
            init: self.init,
            ..Usage::default()
        };
        let first = self.invoke(event, &mut usage).await?;
        ensure!(first["Outcome"] == "Answered", "the request was answered {first}");
        match self.mode {
            Mode::SelfInvoke => {
                while let Some(next) = self.account.take_over() {
                    self.invoke(next, &mut usage).await?;
                }
            }
            Mode::StepFunctions => {
                if let Some(input) = self.account.take_over() {
                    self.machine(input, &mut usage).await?;
                }
            }
        }
        usage.cpu = self.running.cpu()? - before;
        usage.logged = match &self.log {
            Some(path) => std::fs::metadata(path)?.len(),
            None => 0,
        };
        Ok(usage)
    }

    /// What `template.yaml` has an execution do. AWS counts each state that is entered, and the start.
    async fn machine(&mut self, input: Value, usage: &mut Usage) -> Result<()> {
        let mut state = input;
        usage.transitions += 1;
        loop {
            let (choice, wait_and_task, end) = (1, 2, 1);
            usage.transitions += choice;
            if state["Outcome"] == "Answered" {
                usage.transitions += end;
                return Ok(());
            }
            ensure!(state["Outcome"] == "Waiting", "no outcome in {state}");
            let seconds = state["WaitSeconds"].as_u64().context("WaitSeconds")?;
            usage.transitions += wait_and_task;
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            state = self.invoke(state, usage).await?;
        }
    }

    async fn invoke(&mut self, event: Value, usage: &mut Usage) -> Result<Value> {
        // In a time that is scaled, an invocation's is too.
        let end = self.api.invoke(event, QUARTER.mul_f64(self.scale)).await?;
        usage.invocations.push(millis(end.lasted));
        Ok(end.answer)
    }
}

/// An EKS that fits the account.
pub fn eks(options: Options) -> Options {
    Options {
        vpc: "vpc-553e8602460d8c266".to_owned(),
        cluster_security_group: "sg-fc0ddf170b73e36b7".to_owned(),
        ..options
    }
}

/// The create of one group, to be answered at an account.
///
/// # Errors
/// The recorded event can't be read.
pub fn create(account: &EmulatedAccount, cluster: &str, group: &str) -> Result<Value> {
    let mut event: Value = serde_json::from_str(include_str!("../canned/create.json"))?;
    event["ResponseURL"] = format!("{}/answer", account.http).into();
    event["RequestId"] = format!("{cluster}-{group}").into();
    event["LogicalResourceId"] = group.replace('-', "").into();
    event["ResourceProperties"]["ClusterName"] = cluster.into();
    event["ResourceProperties"]["NodegroupName"] = group.into();
    Ok(event)
}

/// How long ago a group became ACTIVE that takes so many seconds to make.
///
/// # Errors
/// There is no such group.
pub fn since_active(simulator: &Simulator, cluster: &str, group: &str, takes: f64) -> Result<f64> {
    let shown = simulator.node_group(cluster, group);
    let created = shown["createdAt"].as_f64().context("createdAt")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    Ok(now - (created + takes))
}
