//! The provider deployed into the local stack, and the one stack that the end-to-end tests change.

use std::collections::BTreeMap;

use local_stack::{Deployment, LocalStack, PROVIDER, PollingMode, StackOptions, StackOutcome, tools};
use serde_json::{Value, json};
use simulator::{OutcomeRule, SimulatedOutcome};

const TEMPLATE: &str = include_str!("../templates/node-group.yaml");

pub struct Deployed {
    pub local: LocalStack,
    pub stack: &'static str,
    parameters: BTreeMap<&'static str, String>,
}

impl Deployed {
    /// Invocations last a few seconds only, so that what takes longer is handed over.
    pub async fn start(mode: PollingMode) -> Self {
        Self::start_with(mode, &[]).await
    }

    /// With other values for some of the provider's parameters.
    pub async fn start_with(mode: PollingMode, provider: &[(&str, &str)]) -> Self {
        Self::start_in(mode, StackOptions::default(), provider).await
    }

    /// In a local stack with other options than the usual.
    pub async fn start_in(mode: PollingMode, options: StackOptions, provider: &[(&str, &str)]) -> Self {
        let options = StackOptions {
            invocation_seconds: options.invocation_seconds.or(Some(3)),
            ..options
        };
        let local = LocalStack::start(options).await.expect("the local stack starts");
        deploy(&local, mode, provider).await;
        let parameters = BTreeMap::from([
            ("Subnets", local.seeds.subnets.join(",")),
            ("NodeRole", local.seeds.node_role.clone()),
            ("LaunchTemplate", local.seeds.launch_template.clone()),
            ("Prohibited", local.seeds.prohibited_launch_template.clone()),
        ]);
        Self {
            local,
            stack: "nodes",
            parameters,
        }
    }

    /// Ministack is killed and another takes its place, with the provider in it.
    pub async fn lose_ministack(&mut self, mode: PollingMode) {
        self.local.lose_ministack().await.expect("ministack comes up again");
        deploy(&self.local, mode, &[]).await;
    }

    pub async fn create(&mut self, changes: &[(&'static str, &str)]) -> StackOutcome {
        let wanted = self.with(changes);
        self.local.create_stack(&wanted).await.expect("CreateStack")
    }

    pub async fn update(&mut self, changes: &[(&'static str, &str)]) -> StackOutcome {
        let before = self.parameters.clone();
        let wanted = self.with(changes);
        let outcome = self.local.update_stack(&wanted).await.expect("UpdateStack");
        if outcome.status != "UPDATE_COMPLETE" {
            self.parameters = before;
        }
        outcome
    }

    pub async fn delete(&self) -> StackOutcome {
        self.local.delete_stack(self.stack).await.expect("DeleteStack")
    }

    /// The stack with these parameters changed, for whoever wants to do something meanwhile.
    pub fn wanted(&mut self, changes: &[(&'static str, &str)]) -> Deployment {
        self.with(changes)
    }

    fn with(&mut self, changes: &[(&'static str, &str)]) -> Deployment {
        self.parameters
            .extend(changes.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let wanted = Deployment::new(self.stack, TEMPLATE).tag("owner", "platform");
        self.parameters
            .iter()
            .fold(wanted, |wanted, (name, value)| wanted.parameter(name, value.clone()))
    }

    /// Delivers an event to the function as its asynchronous invocations are.
    pub async fn invoke(&self, event: &Value) {
        let url = format!("{}/2015-03-31/functions/{PROVIDER}/invocations", self.local.endpoint());
        let call = reqwest::Client::new()
            .post(url)
            .header("X-Amz-Invocation-Type", "Event");
        let answer = call.body(event.to_string()).send().await.expect("Invoke");
        assert_eq!(answer.status(), 202);
    }

    pub fn cluster_runs(&self, version: &str) {
        self.local
            .eks
            .put_cluster(json!({"name": "my-cluster", "version": version}));
    }

    /// The next operation of this kind is accepted and then fails.
    pub fn fails(&self, operation: &str, status: Option<&str>, code: &str, resource: &str) {
        let issues = vec![json!({"code": code, "message": "as the test has it", "resourceIds": [resource]})];
        self.local.eks.outcome(OutcomeRule {
            operation: operation.to_owned(),
            nodegroup: "*".to_owned(),
            outcome: SimulatedOutcome::Fail {
                status: status.map(str::to_owned),
                issues,
            },
            times: 1,
        });
    }

    pub fn groups(&self) -> Vec<Value> {
        self.local.eks.node_groups()
    }

    pub fn names(&self) -> Vec<String> {
        self.groups()
            .iter()
            .map(|group| group["nodegroupName"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// What the resource has made in EC2, one line each.
    pub async fn belongings(&self) -> Vec<String> {
        self.local.belongings().await.expect("EC2's lists")
    }

    /// What the newest version of a launch template holds.
    pub async fn newest(&self, template: &str) -> Value {
        let versions = self
            .local
            .launch_template_versions(template)
            .await
            .expect("its versions");
        versions.last().expect("a version")["LaunchTemplateData"].clone()
    }

    pub fn created(&self) -> usize {
        self.local
            .eks
            .requests()
            .iter()
            .filter(|request| request.operation == "CreateNodegroup")
            .count()
    }
}

async fn deploy(local: &LocalStack, mode: PollingMode, provider: &[(&str, &str)]) {
    let binary = tools::function_binary().expect("the function is built");
    let deployed = local.deploy_provider_with(mode, &binary, provider).await;
    deployed.expect("the provider is deployed");
}

/// The status, and with it every event where it isn't the one expected.
#[track_caller]
pub fn ended(outcome: &StackOutcome, status: &str) {
    assert_eq!(outcome.status, status, "{:#?}", outcome.events);
}
