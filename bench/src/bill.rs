//! What one operation costs by AWS's list prices, in both modes of polling, by what was measured of it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use simulator::{Options, Simulator};

use crate::account::EmulatedAccount;
use crate::prices;
use crate::stage::{Mode, Stage, StageSetting, Usage, create, eks};

const CLUSTER: &str = "my-cluster";
const GROUP: &str = "my-mng";
/// Of the answers that are canned.
const TEMPLATE: &str = "lt-0c5f81d2a9b3e4f60";

/// What long operations are measured at, or this would take twenty minutes.
const QUARTER_OF_TIME: f64 = 0.25;

/// An operation, and the seconds that the service takes for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum BilledOperation {
    Create(u32),
    /// A change of settings.
    Configure(u32),
    /// Every node is replaced.
    Roll(u32),
    Delete(u32),
}

const ALL: [BilledOperation; 6] = [
    BilledOperation::Create(180),
    BilledOperation::Create(300),
    BilledOperation::Create(900),
    BilledOperation::Configure(20),
    BilledOperation::Roll(1200),
    BilledOperation::Delete(120),
];

/// One operation's bill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bill {
    pub operation: BilledOperation,
    pub mode: Mode,
    /// What the function's waits and the service's time were multiplied by while it was measured.
    pub scale: f64,
    pub usage: Usage,
    /// In milliseconds: as it was measured, and with the processor's part of it as long as the memory's share of one makes it.
    pub billed: f64,
    pub billed_at_share: f64,
    /// In USD, each of them by the longer time.
    pub compute: f64,
    pub compute_arm64: f64,
    pub requests: f64,
    pub transitions: f64,
    pub logs: f64,
    pub total: f64,
}

/// All operations in both modes, at the same time: about five minutes.
///
/// # Errors
/// One of them fails.
pub async fn measure(function: &Path) -> Result<Vec<Bill>> {
    let cases = ALL
        .iter()
        .flat_map(|operation| [Mode::SelfInvoke, Mode::StepFunctions].map(|mode| (*operation, mode)));
    let bills = cases.enumerate().map(|(index, (operation, mode))| async move {
        tokio::time::sleep(Duration::from_millis(200 * index as u64)).await;
        let bill = one(function, operation, mode).await;
        let bill = bill.with_context(|| format!("{operation:?}, {mode:?}"))?;
        eprintln!("{operation:?}, {mode:?}: {:.6} USD", bill.total);
        anyhow::Ok(bill)
    });
    try_join_all(bills).await
}

async fn one(function: &Path, operation: BilledOperation, mode: Mode) -> Result<Bill> {
    let scale = if operation.seconds() > 300 {
        QUARTER_OF_TIME
    } else {
        1.0
    };
    let simulator = Simulator::start(operation.options(scale)).await;
    operation.prepare(&simulator);
    let folder = tempfile::tempdir()?;
    let setting = StageSetting {
        function,
        mode,
        scale,
        log: Some(folder.path().join("log")),
    };
    let mut stage = Stage::set(setting, &simulator.endpoint()).await?;
    let account = stage.account.clone();
    let event = operation.event(&account)?;
    let answered = async {
        let answer = account.answer().await;
        ensure!(answer["Status"] == "SUCCESS", "{answer}");
        Ok(())
    };
    let (usage, ()) = tokio::try_join!(stage.play(event), answered)?;
    Ok(bill(operation, mode, scale, usage))
}

/// What was measured, by the prices.
fn bill(operation: BilledOperation, mode: Mode, scale: f64, usage: Usage) -> Bill {
    let memory = memory();
    let invoked: f64 = usage.invocations.iter().map(|millis| millis.ceil()).sum();
    // Waits are scaled, and the processor's time isn't.
    let billed = usage.init.ceil() + usage.cpu + (invoked - usage.cpu).max(0.0) / scale;
    let billed_at_share = billed + usage.cpu * (prices::MIB_OF_A_PROCESSOR / memory - 1.0);
    let gb_seconds = memory / 1024.0 * billed_at_share / 1000.0;
    let invocations = usage.invocations.len() as f64;
    let logged = usage.logged as f64 + invocations * prices::LOGGED_BY_LAMBDA as f64;
    let (compute, requests) = (gb_seconds * prices::GB_SECOND_X86, invocations * prices::REQUEST);
    let transitions = f64::from(usage.transitions) * prices::TRANSITION;
    let logs = logged * prices::LOGGED_BYTE;
    Bill {
        operation,
        mode,
        scale,
        billed,
        billed_at_share,
        compute,
        compute_arm64: gb_seconds * prices::GB_SECOND_ARM64,
        requests,
        transitions,
        logs,
        total: compute + requests + transitions + logs,
        usage,
    }
}

/// What `template.yaml` gives the function, in MiB.
fn memory() -> f64 {
    let template = include_str!("../../template.yaml");
    let stated = template
        .lines()
        .find_map(|line| line.trim().strip_prefix("MemorySize: "));
    stated.and_then(|text| text.parse().ok()).unwrap_or(256.0)
}

impl BilledOperation {
    fn seconds(self) -> u32 {
        match self {
            Self::Create(seconds) | Self::Configure(seconds) | Self::Roll(seconds) | Self::Delete(seconds) => seconds,
        }
    }

    fn shown(self) -> String {
        let time = match self.seconds() {
            seconds if seconds < 60 => format!("{seconds} s"),
            seconds => format!("{} min", seconds / 60),
        };
        let what = match self {
            Self::Create(_) => "create",
            Self::Configure(_) => "change of settings",
            Self::Roll(_) => "roll of all nodes",
            Self::Delete(_) => "delete",
        };
        format!("{what}, {time}")
    }

    fn options(self, time_scale: f64) -> Options {
        let mut options = eks(Options {
            time_scale,
            ..Options::default()
        });
        let seconds = f64::from(self.seconds());
        match self {
            Self::Create(_) => options.durations.create = seconds,
            Self::Configure(_) => options.durations.config_update = seconds,
            Self::Roll(_) => options.durations.version_update = seconds,
            Self::Delete(_) => options.durations.delete = seconds,
        }
        options
    }

    /// All but a create find the group there, as an earlier one has made it.
    fn prepare(self, simulator: &Simulator) {
        if matches!(self, Self::Create(_)) {
            return;
        }
        let properties = properties();
        simulator.put_node_group(json!({
            "clusterName": CLUSTER, "nodegroupName": GROUP, "nodeRole": properties["NodeRole"],
            "subnets": properties["Subnets"], "instanceTypes": properties["InstanceTypes"],
            "launchTemplate": {"id": TEMPLATE, "name": "users", "version": "1"},
            "scalingConfig": {"minSize": 2, "maxSize": 4, "desiredSize": 3},
            "tags": {"managed-node-group:stack-id": recorded()["StackId"], "managed-node-group:logical-id": "NodeGroup"},
        }));
        simulator.release("1.34", "1.34.2-20261101");
    }

    fn event(self, account: &EmulatedAccount) -> Result<Value> {
        if matches!(self, Self::Create(_)) {
            return create(account, CLUSTER, GROUP);
        }
        let mut event = recorded();
        event["RequestType"] = json!(if matches!(self, Self::Delete(_)) {
            "Delete"
        } else {
            "Update"
        });
        event["ResponseURL"] = format!("{}/answer", account.http).into();
        event["PhysicalResourceId"] = format!("{CLUSTER}/{GROUP}").into();
        event["OldResourceProperties"] = properties();
        event["ResourceProperties"] = properties();
        match self {
            Self::Configure(_) => event["ResourceProperties"]["Labels"] = json!({"team": "web"}),
            Self::Roll(_) => event["ResourceProperties"]["ReleaseVersion"] = json!("latest"),
            Self::Create(_) | Self::Delete(_) => {}
        }
        Ok(event)
    }
}

fn recorded() -> Value {
    serde_json::from_str(include_str!("../canned/create.json")).unwrap_or_default()
}

/// The recorded ones with the user's own launch template: an account that is canned shows no other.
fn properties() -> Value {
    let mut properties = recorded()["ResourceProperties"].take();
    if let Some(properties) = properties.as_object_mut() {
        properties.remove("RemoteAccess");
        properties.remove("BlockPodImds");
        properties.insert("LaunchTemplate".to_owned(), json!({"Id": TEMPLATE, "Version": "1"}));
    }
    properties
}

/// The table of `docs/cost.md`.
pub fn table(bills: &[Bill]) -> String {
    let mut table = String::from(
        "| operation | mode | invocations | billed seconds | transitions | compute | transitions | requests and logs | USD |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    for bill in bills {
        let _ = writeln!(
            table,
            "| {} | `{:?}` | {} | {:.1} | {} | {:.6} | {:.6} | {:.6} | **{:.5}** |",
            bill.operation.shown(),
            bill.mode,
            bill.usage.invocations.len(),
            bill.billed_at_share / 1000.0,
            bill.usage.transitions,
            bill.compute,
            bill.transitions,
            bill.requests + bill.logs,
            bill.total,
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minute in two invocations with a tenth of a second of the processor, and six transitions.
    #[test]
    fn a_bill_is_what_a_reader_computes() {
        let usage = Usage {
            invocations: vec![29_899.2, 30_000.0],
            cpu: 100.0,
            init: 99.5,
            transitions: 6,
            logged: 8_400,
        };
        for (scale, seconds) in [(1.0, 60.0 + 0.591), (0.5, 119.8 + 0.591)] {
            let bill = bill(BilledOperation::Create(60), Mode::StepFunctions, scale, usage.clone());
            assert!((bill.billed_at_share / 1000.0 - seconds).abs() < 0.001, "{bill:?}");
            let expected = seconds * 0.25 * 0.000_016_666_7 + 2.0 * 0.000_000_2 + 6.0 * 0.000_025 + 10_000.0 * 0.5e-9;
            assert!((bill.total - expected).abs() < 1e-8, "{expected}: {bill:?}");
        }
    }
}
