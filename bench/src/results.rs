//! What was measured, kept in `bench/results.json`: every sample of what varies.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::account::Transport;
use crate::bill::Bill;
use crate::contender::Name;
use crate::crowd::Crowd;
use crate::emulator::Emulated;
use crate::first_answer::FirstAnswerSample;
use crate::lag;
use crate::package::Package;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Results {
    /// Where and with what.
    pub machine: Vec<String>,
    pub first_answer: Vec<FirstAnswerSample>,
    pub emulator: Vec<Emulated>,
    pub packages: Vec<Package>,
    pub lag: Vec<lag::LagSample>,
    pub bills: Vec<Bill>,
    pub crowd: Option<Crowd>,
}

impl Results {
    /// The samples of one contender over one transport.
    pub fn of(&self, name: Name, transport: Transport) -> impl Iterator<Item = &FirstAnswerSample> {
        self.first_answer
            .iter()
            .filter(move |sample| sample.name == name && sample.transport == transport)
    }

    /// The median of a figure of theirs.
    pub fn median(&self, name: Name, transport: Transport, figure: impl Fn(&FirstAnswerSample) -> f64) -> Option<f64> {
        median(self.of(name, transport).map(figure).collect())
    }

    /// The median of all warm calls.
    pub fn warm(&self, name: Name, transport: Transport) -> Option<f64> {
        let samples = self.of(name, transport);
        median(samples.flat_map(|sample| sample.warm.iter().copied()).collect())
    }
}

/// The middle one; of an even number, the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// # Errors
/// Nothing was measured yet, or by another version of the benchmark.
pub fn read() -> Result<Results> {
    let text = std::fs::read_to_string(folder().join("results.json")).context("read bench/results.json")?;
    serde_json::from_str(&text).context("read bench/results.json")
}

/// # Errors
/// It can't be written.
pub fn write(results: &Results) -> Result<()> {
    let text = serde_json::to_string(results)?;
    std::fs::write(folder().join("results.json"), text + "\n").context("write bench/results.json")
}

/// That of the benchmark.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
