//! A node group's life against the real parts, with the function killed, its emulator killed, or its calls coming to grief in
//! the midst of each phase: each request has its answer, there is never a group too many, and nothing is left behind.

mod support;

use std::time::Duration;

use local_stack::{Mishap, PollingMode, RequestRoute, StackOptions};
use serde_json::{Value, json};
use support::delivered::Delivered;

/// What happens in the midst of each phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InjectedTrouble {
    /// kill -9, of a process of the function.
    FunctionKilled,
    /// kill -9, of what runs the function. It comes back and knows nothing, and the request is delivered once more, as Lambda's
    /// queue does that outlives a worker.
    MinistackKilled,
    /// Connections are reset and servers fail, before or after the effect, at every third call of the function.
    Proxies,
}

/// One request, and what EKS shows while it is under way.
struct RequestPhase {
    kind: &'static str,
    change: fn(&mut Value),
    under_way: &'static str,
    cluster: &'static str,
}

const PHASES: [RequestPhase; 5] = [
    RequestPhase {
        kind: "Create",
        change: |_| {},
        under_way: "CREATING",
        cluster: "1.33",
    },
    RequestPhase {
        kind: "Update",
        change: |properties| properties["Labels"] = json!({"team": "blue"}),
        under_way: "UPDATING",
        cluster: "1.33",
    },
    RequestPhase {
        kind: "Update",
        change: |properties| properties["Version"] = json!("1.34"),
        under_way: "UPDATING",
        cluster: "1.34",
    },
    RequestPhase {
        kind: "Update",
        change: |properties| properties["CapacityType"] = json!("SPOT"),
        under_way: "CREATING",
        cluster: "1.34",
    },
    RequestPhase {
        kind: "Delete",
        change: |_| {},
        under_way: "DELETING",
        cluster: "1.34",
    },
];

struct StackUnderFault {
    delivered: Delivered,
    trouble: InjectedTrouble,
    properties: Value,
    id: Option<String>,
}

impl StackUnderFault {
    async fn begin(mode: PollingMode, trouble: InjectedTrouble) -> Self {
        let (way, invocation_seconds) = match trouble {
            // The SDKs' own second attempts take their time, which isn't scaled.
            InjectedTrouble::Proxies => (RequestRoute::Proxied, Some(10)),
            InjectedTrouble::FunctionKilled | InjectedTrouble::MinistackKilled => (RequestRoute::Direct, None),
        };
        let options = StackOptions {
            way,
            invocation_seconds,
            ..StackOptions::default()
        };
        let delivered = Delivered::start(mode, options).await;
        let mut properties = delivered.properties();
        // A launch template of its own, so that there is something in EC2 to lose.
        properties["DiskSize"] = json!("30");
        properties["BlockPodImds"] = json!("true");
        properties["Version"] = json!("1.33");
        for proxy in delivered.deployed.local.proxies() {
            proxy.befall(&grief());
        }
        Self {
            delivered,
            trouble,
            properties,
            id: None,
        }
    }

    async fn play(&mut self, phase: &RequestPhase) {
        let before = self.properties.clone();
        (phase.change)(&mut self.properties);
        self.delivered.deployed.cluster_runs(phase.cluster);
        let old = (phase.kind == "Update").then_some(&before);
        let id = self.id.clone();
        let request = self.delivered.request(phase.kind, id.as_deref(), &self.properties, old);
        let answer = self.answer(&request, Some(phase.under_way)).await;
        let now = answer["PhysicalResourceId"].as_str().map(str::to_owned);
        // What was replaced is CloudFormation's to delete.
        if let (Some(replaced), true) = (id, self.id.is_some() && now != self.id) {
            let cleanup = self.delivered.request("Delete", Some(&replaced), &before, None);
            self.answer(&cleanup, Some("DELETING")).await;
        }
        self.id = now;
    }

    async fn answer(&mut self, request: &Value, under_way: Option<&str>) -> Value {
        self.delivered.deployed.invoke(request).await;
        if let (Some(status), true) = (under_way, self.trouble != InjectedTrouble::Proxies) {
            self.comes_to(status).await;
            self.strike(request).await;
        }
        let answer = self
            .delivered
            .receiver
            .answer(request["RequestId"].as_str().unwrap())
            .await;
        assert_eq!(answer["Status"], "SUCCESS", "{:?}: {request} {answer}", self.trouble);
        answer
    }

    async fn comes_to(&self, status: &str) {
        while !self
            .delivered
            .deployed
            .groups()
            .iter()
            .any(|group| group["status"] == status)
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn strike(&mut self, request: &Value) {
        match self.trouble {
            InjectedTrouble::FunctionKilled => self.delivered.kill().await,
            InjectedTrouble::MinistackKilled => {
                let mode = self.delivered.mode;
                self.delivered.deployed.lose_ministack(mode).await;
                self.delivered.deployed.invoke(request).await;
            }
            InjectedTrouble::Proxies => {}
        }
    }
}

/// Every third call, and each sort of grief in its turn.
fn grief() -> Vec<Mishap> {
    let sorts = [
        Mishap::ResetBefore,
        Mishap::ErrorAfter,
        Mishap::UnavailableBefore,
        Mishap::ResetAfter,
    ];
    sorts
        .into_iter()
        .flat_map(|mishap| [Mishap::None, Mishap::None, mishap])
        .collect()
}

async fn play(mode: PollingMode, trouble: InjectedTrouble) {
    let mut life = StackUnderFault::begin(mode, trouble).await;
    for (phase, groups) in PHASES.iter().zip([1, 1, 1, 1, 0]) {
        life.play(phase).await;
        let names = life.delivered.deployed.names();
        assert_eq!(names.len(), groups, "{mode:?} {trouble:?} {}: {names:?}", phase.kind);
    }
    let left = life.delivered.deployed.belongings().await;
    assert!(left.is_empty(), "{mode:?} {trouble:?}: {left:?}");
    for proxy in life.delivered.deployed.local.proxies() {
        assert!(proxy.befell() > 0, "nothing befell any call to {}", proxy.url());
    }
    life.delivered.receiver.assert_clean();
}

#[tokio::test]
async fn a_life_in_which_the_function_is_killed_in_each_phase() {
    play(PollingMode::SelfInvoke, InjectedTrouble::FunctionKilled).await;
}

#[tokio::test]
async fn a_life_in_a_state_machine_in_which_the_function_is_killed_in_each_phase() {
    play(PollingMode::StepFunctions, InjectedTrouble::FunctionKilled).await;
}

#[tokio::test]
async fn a_life_in_which_the_emulator_is_killed_in_each_phase() {
    play(PollingMode::SelfInvoke, InjectedTrouble::MinistackKilled).await;
}

#[tokio::test]
async fn a_life_in_a_state_machine_in_which_the_emulator_is_killed_in_each_phase() {
    play(PollingMode::StepFunctions, InjectedTrouble::MinistackKilled).await;
}

#[tokio::test]
async fn a_life_in_which_every_third_call_comes_to_grief() {
    play(PollingMode::SelfInvoke, InjectedTrouble::Proxies).await;
}

#[tokio::test]
async fn a_life_in_a_state_machine_in_which_every_third_call_comes_to_grief() {
    play(PollingMode::StepFunctions, InjectedTrouble::Proxies).await;
}
