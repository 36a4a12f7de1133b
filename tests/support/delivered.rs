//! Requests delivered to the deployed function asynchronously, as CloudFormation delivers them, with a receiver of our own;
//! and its processes, to be killed. The emulated CloudFormation delivers synchronously and tries nothing again.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use local_stack::{PollingMode, StackOptions};
use serde_json::{Value, json};

use super::deployed::Deployed;
use super::receiver::Receiver;

/// A stack that CloudFormation doesn't know, so that what phase it is in can't be told.
const STACK_ID: &str = "arn:aws:cloudformation:us-east-1:123456789012:stack/gone/1";

pub struct Delivered {
    pub deployed: Deployed,
    pub receiver: Receiver,
    pub mode: PollingMode,
    killed: BTreeSet<String>,
    requests: usize,
}

impl Delivered {
    pub async fn start(mode: PollingMode, options: StackOptions) -> Self {
        let (deployed, receiver) = (Deployed::start_in(mode, options, &[]).await, Receiver::start().await);
        Self {
            deployed,
            receiver,
            mode,
            killed: BTreeSet::new(),
            requests: 0,
        }
    }

    pub fn properties(&self) -> Value {
        let seeds = &self.deployed.local.seeds;
        json!({"ServiceToken": "arn", "ClusterName": "my-cluster", "NodeRole": seeds.node_role, "Subnets": seeds.subnets})
    }

    /// A request that the receiver expects an answer to.
    pub fn request(&mut self, kind: &str, id: Option<&str>, properties: &Value, old: Option<&Value>) -> Value {
        self.requests += 1;
        let request_id = format!("r{}", self.requests);
        let mut request = json!({
            "RequestType": kind, "ResponseURL": self.receiver.response_url(&request_id), "RequestId": request_id,
            "StackId": STACK_ID, "LogicalResourceId": "Nodes", "ResourceType": "Custom::ManagedNodeGroup",
            "ResourceProperties": properties,
        });
        if let Some(id) = id {
            request["PhysicalResourceId"] = json!(id);
        }
        if let Some(old) = old {
            request["OldResourceProperties"] = old.clone();
        }
        self.receiver.expect(&request);
        request
    }

    /// Kills the next process of the function that comes up.
    pub async fn kill(&mut self) {
        loop {
            let alive = self.processes();
            if let Some(process) = alive.difference(&self.killed).next().cloned() {
                assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
                self.killed.insert(process);
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The function's processes, told from those of other tests by the emulator that started them.
    fn processes(&self) -> BTreeSet<String> {
        let endpoint = format!("AWS_ENDPOINT_URL={}\0", self.deployed.local.endpoint_of_the_function());
        let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let ours = entries.filter(|entry| {
            let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            name.trim() == "bootstrap" && String::from_utf8_lossy(&environment).contains(&endpoint)
        });
        ours.map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }
}
