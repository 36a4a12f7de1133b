//! From the moment when the service shows a new group ACTIVE to the answer, in real time, and the calls that it takes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use simulator::{Options, Simulator};

use crate::stage::{Mode, Stage, StageSetting, Usage, create, eks, since_active};

/// Creates take these seconds, evenly spread, so that they end at any moment between two looks.
const SHORTEST: f64 = 165.0;
const LONGEST: f64 = 195.0;

/// Between two starts: processes that start together would wait for each other's processor.
const APART: Duration = Duration::from_millis(150);

/// One create.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LagSample {
    pub mode: Mode,
    /// What the service took, in seconds.
    pub takes: f64,
    /// From ACTIVE to the answer, in seconds.
    pub lag: f64,
    /// Calls of EKS, by operation.
    pub eks: BTreeMap<String, u32>,
    /// Calls of everything else, by service and operation.
    pub others: BTreeMap<String, u32>,
    pub usage: Usage,
}

impl LagSample {
    pub fn eks_calls(&self) -> u32 {
        self.eks.values().sum()
    }
}

/// So many creates of about three minutes in each mode, all at the same time.
///
/// # Errors
/// One of them fails.
pub async fn measure(function: &Path, creates: usize) -> Result<Vec<LagSample>> {
    let step = (LONGEST - SHORTEST) / creates.saturating_sub(1).max(1) as f64;
    let modes = [Mode::SelfInvoke, Mode::StepFunctions];
    let all = (0..creates * modes.len()).map(|index| {
        let (mode, takes) = (modes[index % 2], SHORTEST + step * (index / 2) as f64);
        let apart = APART * u32::try_from(index).unwrap_or_default();
        async move {
            tokio::time::sleep(apart).await;
            one(function, mode, takes).await
        }
    });
    eprintln!("{} creates of about three minutes, in real time", creates * modes.len());
    try_join_all(all).await
}

/// One create in real time.
///
/// # Errors
/// It isn't answered SUCCESS.
pub async fn one(function: &Path, mode: Mode, takes: f64) -> Result<LagSample> {
    let (cluster, group) = ("my-cluster", "my-mng");
    let mut options = eks(Options::default());
    options.durations.create = takes;
    let simulator = Simulator::start(options).await;
    let folder = tempfile::tempdir()?;
    let setting = StageSetting {
        function,
        mode,
        scale: 1.0,
        log: Some(folder.path().join("log")),
    };
    let mut stage = Stage::set(setting, &simulator.endpoint()).await?;
    let event = create(&stage.account, cluster, group)?;
    let account = stage.account.clone();
    let answered = async {
        let answer = account.answer().await;
        ensure!(answer["Status"] == "SUCCESS", "{mode:?}: {answer}");
        since_active(&simulator, cluster, group, takes)
    };
    let (usage, lag) = tokio::try_join!(stage.play(event), answered)?;
    eprintln!("{mode:?}: a create of {takes:.0} s was answered {lag:.2} s after it");
    Ok(LagSample {
        mode,
        takes,
        lag,
        eks: operations(&simulator),
        others: account.calls(),
        usage,
    })
}

fn operations(simulator: &Simulator) -> BTreeMap<String, u32> {
    let mut calls = BTreeMap::new();
    for request in simulator.requests() {
        *calls.entry(request.operation).or_default() += 1;
    }
    calls
}
