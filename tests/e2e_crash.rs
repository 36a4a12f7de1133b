//! The function's process is killed, as Lambda kills one that runs out of memory. Requests are delivered asynchronously
//! here, as CloudFormation delivers them; the emulated one does so synchronously and tries nothing again.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use local_stack::{PROVIDER, PollingMode};
use serde_json::{Value, json};
use support::deployed::Deployed;
use support::receiver::Receiver;

struct Killer {
    deployed: Deployed,
    receiver: Receiver,
    killed: BTreeSet<String>,
}

impl Killer {
    async fn start() -> Self {
        let (deployed, receiver) = (Deployed::start(PollingMode::SelfInvoke).await, Receiver::start().await);
        Self {
            deployed,
            receiver,
            killed: BTreeSet::new(),
        }
    }

    async fn deliver(&self) -> Value {
        let request = json!({
            "RequestType": "Create", "ResponseURL": self.receiver.response_url("r"), "RequestId": "r",
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/gone/1", "LogicalResourceId": "Nodes",
            "ResourceType": "Custom::ManagedNodeGroup",
            "ResourceProperties": {
                "ServiceToken": "arn", "ClusterName": "my-cluster", "NodeRole": self.deployed.local.seeds.node_role,
                "Subnets": self.deployed.local.seeds.subnets,
            },
        });
        self.receiver.expect(&request);
        let url = format!(
            "{}/2015-03-31/functions/{PROVIDER}/invocations",
            self.deployed.local.endpoint()
        );
        let call = reqwest::Client::new()
            .post(url)
            .header("X-Amz-Invocation-Type", "Event")
            .body(request.to_string());
        assert_eq!(call.send().await.unwrap().status(), 202);
        request
    }

    /// Kills the next process of the function that comes up.
    async fn kill(&mut self) {
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
        let endpoint = format!("AWS_ENDPOINT_URL={}\0", self.deployed.local.endpoint());
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

#[tokio::test]
async fn a_process_that_is_killed_is_followed_by_one_that_goes_on() {
    let mut killer = Killer::start().await;
    killer.deliver().await;
    while killer.deployed.created() == 0 {
        let answers = killer.receiver.answers("r");
        assert!(answers.is_empty(), "answered before a group was made: {answers:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    killer.kill().await;
    let answer = killer.receiver.answer("r").await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(killer.deployed.groups().len(), 1, "{:?}", killer.deployed.names());
    killer.receiver.assert_clean();
}

#[tokio::test]
async fn a_process_that_is_killed_each_time_is_answered_for_by_the_last_resort() {
    let mut killer = Killer::start().await;
    killer.deliver().await;
    for _ in 0..3 {
        killer.kill().await;
    }
    let answer = killer.receiver.answer("r").await;
    assert_eq!(answer["Status"], "FAILED", "{answer}");
    assert!(
        answer["Reason"]
            .as_str()
            .unwrap()
            .contains("the function failed several times"),
        "{answer}"
    );
    killer.receiver.assert_clean();
}
