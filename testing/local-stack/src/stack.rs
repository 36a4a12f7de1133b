//! The whole stack, from its start to its end.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::Credentials;
use serde_json::Value;
use simulator::Simulator;
use tempfile::TempDir;

use crate::cloudformation::{Deployment, StackOperation, StackOutcome};
use crate::interrupt::Cleanup;
use crate::ministack::{self, Endpoints, Ministack};
use crate::moto::Moto;
use crate::proxy::Proxy;
use crate::query_api::{QueryApi, first};
use crate::seeds::Seeds;
use crate::server::free_port;
use crate::{ACCOUNT, REGION, package, tools};

/// The provider's stack, as samconfig.toml names it. The function and its state machine are named after it.
pub const PROVIDER: &str = "managed-node-group";
/// The one line of template.yaml that `sam package` replaces too.
const CODE_URI: &str = "CodeUri: .\n";
/// The line of the function's own timeout, with its indentation: the queue has one of nearly the same name.
const TIMEOUT: &str = "\n      Timeout: 900\n";

#[derive(Debug, Clone)]
pub struct StackOptions {
    /// By what every wait of the function is multiplied.
    pub wait_scale: f64,
    /// By what everything that EKS takes its time for is multiplied.
    pub eks_scale: f64,
    /// How long an invocation lasts, in place of the template's quarter of an hour: a short one hands over.
    pub invocation_seconds: Option<u32>,
    /// What the clusters run from the start.
    pub kubernetes_version: String,
    pub way: RequestRoute,
}

/// How the function's requests come to the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestRoute {
    Direct,
    /// Each through a [`Proxy`] of its own: EKS, what moto is, and what ministack is.
    Proxied,
}

impl Default for StackOptions {
    /// Minutes become seconds: a node group is made in a few.
    fn default() -> Self {
        Self {
            wait_scale: 0.02,
            eks_scale: 0.02,
            invocation_seconds: None,
            kubernetes_version: "1.33".to_owned(),
            way: RequestRoute::Direct,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollingMode {
    SelfInvoke,
    StepFunctions,
}

impl PollingMode {
    pub const ALL: [Self; 2] = [Self::SelfInvoke, Self::StepFunctions];

    /// The template's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfInvoke => "SelfInvoke",
            Self::StepFunctions => "StepFunctions",
        }
    }
}

/// Everything that stands in for AWS. It stops, and its folder goes, when this value is dropped.
pub struct LocalStack {
    pub seeds: Seeds,
    /// EKS, in this process: what is there, what was called, and what shall go wrong.
    pub eks: Simulator,
    options: StackOptions,
    port: u16,
    client: Client,
    proxies: Vec<Proxy>,
    /// The one that runs comes last.
    ministacks: Vec<Ministack>,
    // The order of the fields is the order in which they are dropped: the servers write into the folder until they end.
    moto: Moto,
    cleanup: Cleanup,
    folder: TempDir,
}

impl LocalStack {
    pub async fn start(options: StackOptions) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("local-stack-")
            .tempdir()
            .context("make a folder for the stack")?;
        let cleanup = Cleanup::on_interrupt(folder.path());
        let moto = Moto::start_in(folder.path(), &cleanup).await?;
        let seeds = moto.seeds();
        let eks = Simulator::start(simulated(&moto.url, &seeds, &options)).await;
        let port = free_port()?;
        let direct = [ministack::url(port), eks.endpoint(), moto.url.clone()];
        let mut proxies = vec![];
        if options.way == RequestRoute::Proxied {
            for upstream in &direct {
                proxies.push(Proxy::before(upstream).await?);
            }
        }
        let mut stack = Self {
            seeds,
            eks,
            client: client(&direct[0]).await,
            options,
            port,
            proxies,
            ministacks: vec![],
            moto,
            cleanup,
            folder,
        };
        stack.start_ministack().await?;
        Ok(stack)
    }

    async fn start_ministack(&mut self) -> Result<()> {
        let direct = [ministack::url(self.port), self.eks.endpoint(), self.moto.url.clone()];
        let url = |at: usize| self.proxies.get(at).map_or(direct[at].as_str(), Proxy::url);
        let endpoints = Endpoints {
            own: url(0),
            eks: url(1),
            ec2: url(2),
        };
        let started = Ministack::start(self.port, self.folder.path(), &self.cleanup, endpoints, &self.options).await?;
        self.ministacks.push(started);
        Ok(())
    }

    /// Kills ministack alone, and starts another at the same address, that knows nothing: the provider is to be deployed
    /// again. The function's processes run on without it.
    ///
    /// # Errors
    /// It doesn't come up again.
    pub async fn lose_ministack(&mut self) -> Result<()> {
        self.ministacks.iter_mut().for_each(Ministack::kill);
        self.start_ministack().await
    }

    /// The proxies before ministack, EKS and moto; none on the direct way.
    pub fn proxies(&self) -> &[Proxy] {
        &self.proxies
    }

    /// Where the function finds what ministack is, which tells its processes from those of other stacks.
    pub fn endpoint_of_the_function(&self) -> &str {
        self.proxies.first().map_or(self.endpoint(), Proxy::url)
    }

    fn ministack(&self) -> &Ministack {
        self.ministacks.last().expect("one runs from the start")
    }

    /// Deploys template.yaml with a binary as the function's code, or updates what is deployed to the polling mode.
    pub async fn deploy_provider(&self, mode: PollingMode, binary: &Path) -> Result<StackOutcome> {
        self.deploy_provider_with(mode, binary, &[]).await
    }

    /// The same, with other values for some of the template's parameters.
    pub async fn deploy_provider_with(
        &self,
        mode: PollingMode,
        binary: &Path,
        parameters: &[(&str, &str)],
    ) -> Result<StackOutcome> {
        let template = self.provider_template(binary).await?;
        let wanted = Deployment::new(PROVIDER, template)
            .parameter("PollingMode", mode.name())
            .parameter("LogLevel", "debug")
            .parameter(
                "Architecture",
                if cfg!(target_arch = "aarch64") {
                    "arm64"
                } else {
                    "x86_64"
                },
            );
        let wanted = parameters
            .iter()
            .fold(wanted, |wanted, (name, value)| wanted.parameter(name, *value));
        let exists = self.client.describe_stacks().stack_name(PROVIDER).send().await.is_ok();
        let operation = if exists {
            self.begin_update(&wanted).await?
        } else {
            self.begin_create(&wanted).await?
        };
        let outcome = operation.finish().await?;
        let as_wanted = ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&outcome.status.as_str());
        ensure!(
            as_wanted,
            "the provider's stack ended {}: {:#?}",
            outcome.status,
            outcome.events
        );
        Ok(outcome)
    }

    async fn provider_template(&self, binary: &Path) -> Result<String> {
        let path = tools::project().join("template.yaml");
        let template = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        ensure!(
            template.matches(CODE_URI).count() == 1,
            "template.yaml has no single line {CODE_URI:?} to replace"
        );
        let zip = package::bootstrap_zip(binary, self.folder.path())?;
        let stored = self.store("code", "function.zip", zip).await?;
        let template = without_comments(&template).replace(
            CODE_URI,
            &format!(
                "CodeUri: {stored}
"
            ),
        );
        Ok(match self.options.invocation_seconds {
            Some(seconds) => template.replace(TIMEOUT, &format!("\n      Timeout: {seconds}\n")),
            None => template,
        })
    }

    /// Creates a stack and waits for its end.
    pub async fn create_stack(&self, wanted: &Deployment) -> Result<StackOutcome> {
        self.begin_create(wanted).await?.finish().await
    }

    pub async fn update_stack(&self, wanted: &Deployment) -> Result<StackOutcome> {
        self.begin_update(wanted).await?.finish().await
    }

    pub async fn delete_stack(&self, name: &str) -> Result<StackOutcome> {
        self.begin_delete(name).await?.finish().await
    }

    /// Begins to create a stack, for whoever wants to do something meanwhile.
    pub async fn begin_create(&self, wanted: &Deployment) -> Result<StackOperation> {
        StackOperation::create(&self.client, wanted).await
    }

    pub async fn begin_update(&self, wanted: &Deployment) -> Result<StackOperation> {
        StackOperation::update(&self.client, wanted).await
    }

    pub async fn begin_delete(&self, name: &str) -> Result<StackOperation> {
        StackOperation::delete(&self.client, name).await
    }

    /// The emulated CloudFormation, for what has no method here.
    pub fn cloudformation(&self) -> &Client {
        &self.client
    }

    /// Where the emulated Lambda, Step Functions, SQS and the rest listen.
    pub fn endpoint(&self) -> &str {
        &self.ministack().url
    }

    /// Calls one of the emulated APIs that speak Amazon's JSON protocol, such as `monitoring`,
    /// `GraniteServiceVersion20100801.DescribeAlarms`.
    pub async fn call(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        self.ministack().call(service, target, input).await
    }

    /// Publishes a message on a topic.
    pub async fn publish(&self, topic: &str, message: &str) -> Result<()> {
        let sns = QueryApi::sns(&self.ministack().url);
        let published = sns.call("Publish", &[("TopicArn", topic), ("Message", message)]).await;
        published.map(drop)
    }

    /// The physical id of something in the provider's stack, by its logical id.
    pub async fn provider_resource(&self, logical_id: &str) -> Result<String> {
        let asked = self.client.describe_stack_resource().stack_name(PROVIDER);
        let found = asked.logical_resource_id(logical_id).send().await?;
        let id = found
            .stack_resource_detail()
            .and_then(|found| found.physical_resource_id());
        Ok(id
            .with_context(|| format!("{PROVIDER} has no {logical_id}"))?
            .to_owned())
    }

    /// The ARN of a role in the provider's stack.
    pub async fn provider_role(&self, logical_id: &str) -> Result<String> {
        let name = self.provider_resource(logical_id).await?;
        Ok(format!("arn:aws:iam::{ACCOUNT}:role/{name}"))
    }

    /// What IAM's simulator says of a call by a role, such as `allowed` or `implicitDeny`, with the keys of its context.
    pub async fn simulate(&self, role: &str, action: &str, resource: &str, context: &[(&str, &str)]) -> Result<String> {
        let mut form = vec![
            ("PolicySourceArn".to_owned(), role),
            ("ActionNames.member.1".to_owned(), action),
            ("ResourceArns.member.1".to_owned(), resource),
        ];
        for (at, (key, value)) in context.iter().enumerate() {
            let entry = format!("ContextEntries.member.{}", at + 1);
            form.push((format!("{entry}.ContextKeyName"), key));
            let kind = if value.contains(',') { "stringList" } else { "string" };
            form.push((format!("{entry}.ContextKeyType"), kind));
            for (at, value) in value.split(',').enumerate() {
                form.push((format!("{entry}.ContextKeyValues.member.{}", at + 1), value));
            }
        }
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let answer = QueryApi::iam(&self.ministack().url)
            .call("SimulatePrincipalPolicy", &form)
            .await?;
        first(&answer, "EvalDecision")
    }

    /// Stores an object in S3 and returns where, as `CodeUri` has it.
    pub(crate) async fn store(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<String> {
        self.ministack().store(bucket, key, content).await
    }

    /// Where files may lie for as long as the stack does.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// As [`Moto::belongings`].
    pub async fn belongings(&self) -> Result<Vec<String>> {
        self.moto.belongings().await
    }

    /// As [`Moto::launch_template_versions`].
    pub async fn launch_template_versions(&self, id: &str) -> Result<Vec<Value>> {
        self.moto.launch_template_versions(id).await
    }

    /// As [`Moto::on_the_scaling_group`].
    pub async fn on_the_scaling_group(&self, name: &str) -> Result<Vec<String>> {
        self.moto.on_the_scaling_group(name).await
    }

    /// As [`Moto::security_group_rules`].
    pub async fn security_group_rules(&self, name: &str) -> Result<Vec<String>> {
        self.moto.security_group_rules(name).await
    }

    /// The AWS calls that the function made, such as `eks:CreateNodegroup`, in order and as often as they were made. It
    /// logs each of them at the level at which [`Self::deploy_provider`] has it log.
    pub async fn actions(&self) -> Result<Vec<String>> {
        let lines = self.logs().await?;
        let events = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(events
            .filter_map(|event| event["action"].as_str().map(str::to_owned))
            .collect())
    }

    /// Every line that the function has logged, Lambda's own among them.
    pub async fn logs(&self) -> Result<Vec<String>> {
        self.ministack().log_lines(&format!("/aws/lambda/{PROVIDER}")).await
    }
}

/// A template within a call may have 51,200 bytes. `sam deploy` stores it in S3 instead, where it may have a megabyte.
fn without_comments(template: &str) -> String {
    let lines = template.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn simulated(moto: &str, seeds: &Seeds, options: &StackOptions) -> simulator::Options {
    simulator::Options {
        time_scale: options.eks_scale,
        kubernetes_version: options.kubernetes_version.clone(),
        vpc: seeds.vpc.clone(),
        cluster_security_group: seeds.cluster_security_group.clone(),
        auto_scaling_endpoint: Some(moto.to_owned()),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        ..simulator::Options::default()
    }
}

async fn client(endpoint: &str) -> Client {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(aws_config::Region::new(REGION))
        .credentials_provider(Credentials::new("test", "test", None, None, "local stack"));
    Client::new(&config.load().await)
}
