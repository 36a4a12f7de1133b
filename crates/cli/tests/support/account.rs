//! An account to plan in: EKS is the simulator, everything else moto.
#![allow(dead_code, reason = "each test binary uses its own part")]

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use local_stack::Moto;
use local_stack::simulator::{Options, Simulator};
use mng_aws::Aws;
use mng_aws::clock::{Clock, SystemClock};
use mng_core::autoscaling::ScalingGroup;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::request::Request;
use mng_engine::ports::{Calls, DescribeScalingGroup};
use mng_engine::{Case, Operation, Outcome, pass};
use serde_json::{Value, json};

use crate::support::{CommandResult, event, file, mng};

/// Minutes of EKS become fractions of a second.
const TIME_SCALE: f64 = 0.0001;

pub struct Account {
    pub moto: Moto,
    pub simulator: Simulator,
}

impl Account {
    pub async fn start() -> Self {
        let moto = Moto::start().await.expect("moto starts");
        let seeds = moto.seeds();
        let options = Options {
            time_scale: TIME_SCALE,
            vpc: seeds.vpc,
            cluster_security_group: seeds.cluster_security_group,
            auto_scaling_endpoint: Some(moto.url.clone()),
            ..Options::default()
        };
        let simulator = Simulator::start(options).await;
        Self { moto, simulator }
    }

    /// A Create with what this account has, and these properties; `null` takes one away.
    pub fn create(&self, changes: &Value) -> Value {
        let mut event = event("my-mng.create.json");
        event["ResourceProperties"] = self.properties(changes);
        event
    }

    pub fn properties(&self, changes: &Value) -> Value {
        let seeds = self.moto.seeds();
        let mut properties = event("my-mng.create.json")["ResourceProperties"].take();
        properties["NodeRole"] = json!(seeds.node_role);
        properties["Subnets"] = json!(seeds.subnets[..2]);
        let all = properties.as_object_mut().expect("properties");
        for (key, value) in changes.as_object().into_iter().flatten() {
            all.insert(key.clone(), value.clone());
        }
        all.retain(|_, value| !value.is_null());
        properties
    }

    /// An Update of what this Create made, with changes.
    pub fn update(&self, created: &Value, id: &str, changes: &Value) -> Value {
        let mut event = event("my-mng.update.json");
        event["PhysicalResourceId"] = json!(id);
        event["OldResourceProperties"] = created["ResourceProperties"].clone();
        event["ResourceProperties"] = created["ResourceProperties"].clone();
        for (key, value) in changes.as_object().into_iter().flatten() {
            event["ResourceProperties"][key] = value.clone();
        }
        event
    }

    pub fn delete(&self, created: &Value, id: &str) -> Value {
        let mut event = event("my-mng.delete.json");
        event["PhysicalResourceId"] = json!(id);
        event["ResourceProperties"] = created["ResourceProperties"].clone();
        event
    }

    /// Carries a request out for real, and gives the physical id.
    pub async fn made(&self, event: &Value) -> String {
        let aws = self.aws().await;
        let now = SystemClock.now();
        let mut operation = Operation::begin(Case::of(Request::parse(event).expect("a request")), now);
        let Operation { case, progress } = &mut operation;
        loop {
            match Box::pin(pass(&aws, case, progress, now)).await {
                Outcome::Wait(_) => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
                Outcome::Answer(Answer::Success { physical_id, .. }) => break physical_id,
                Outcome::Answer(Answer::Failed { reason, .. }) => panic!("{reason}"),
            }
        }
    }

    /// What `mng COMMAND` says of an event. Nothing may have changed by it, and nobody may learn where the answer goes.
    pub async fn output(&self, command: &str, event: &Value) -> CommandResult {
        let file = file(event);
        let told = self.run(&[command, &file.path().display().to_string()]).await;
        for text in [&told.1, &told.2] {
            assert!(
                !text.contains("X-Amz") && !text.contains("custom-resource-response"),
                "{text}"
            );
        }
        told
    }

    /// Runs `mng`, after which nothing may have changed. In a thread of its own: the simulator is in this one.
    pub async fn run(&self, arguments: &[&str]) -> CommandResult {
        let before = self.everything().await;
        self.simulator.forget_requests();
        self.simulator.forget_kubernetes_requests();
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let (eks, others) = (self.simulator.endpoint(), self.moto.url.clone());
        let run = move || {
            let environment = [
                ("AWS_ENDPOINT_URL_EKS", eks.as_str()),
                ("AWS_ENDPOINT_URL", &others),
                ("AWS_REGION", local_stack::REGION),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ];
            mng(&arguments, &environment)
        };
        let told = tokio::task::spawn_blocking(run).await.expect("mng runs");
        assert_eq!(self.everything().await, before);
        for request in self.simulator.requests() {
            let reads = ["Describe", "List"]
                .iter()
                .any(|verb| request.operation.starts_with(verb));
            assert!(reads, "{}", request.operation);
        }
        for request in self.simulator.kubernetes_requests() {
            assert_eq!(request.method, "GET", "{request:?}");
        }
        told
    }

    /// The Auto Scaling group of a node group.
    pub async fn scaling_group(&self, node_group: &str) -> ScalingGroup {
        let shown = self.simulator.node_group("my-cluster", node_group);
        let name = shown["resources"]["autoScalingGroups"][0]["name"].as_str();
        let name = name.unwrap_or_default().to_owned();
        let found = self.aws().await.call(&DescribeScalingGroup { name }).await;
        found.expect("the Auto Scaling group")
    }

    /// The node groups, and what they have in EC2, each version of their launch templates and their Auto Scaling groups
    /// among it.
    async fn everything(&self) -> (Vec<Value>, Vec<String>, Vec<Value>, Vec<ScalingGroup>) {
        let groups = self.simulator.node_groups();
        let belongings = self.moto.belongings().await.expect("EC2's lists");
        let (mut versions, mut scaling_groups) = (vec![], vec![]);
        for group in &groups {
            let name = group["nodegroupName"].as_str().unwrap_or_default();
            scaling_groups.push(self.scaling_group(name).await);
            if let Some(id) = group["launchTemplate"]["id"].as_str() {
                versions.extend(self.moto.launch_template_versions(id).await.expect("versions"));
            }
        }
        (groups, belongings, versions, scaling_groups)
    }

    async fn aws(&self) -> Aws {
        let (eks, others) = (self.simulator.endpoint(), &self.moto.url);
        let profile = format!(
            "[default]\naws_access_key_id = test\naws_secret_access_key = test\nendpoint_url = {others}\n\
             services = local\n[services local]\neks =\n  endpoint_url = {eks}\n"
        );
        let files = EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, profile);
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .profile_files(files.build())
            .region(local_stack::REGION);
        Aws::new(config.load().await)
    }
}
