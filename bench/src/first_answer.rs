//! From the start of a process to its first answer, and what later ones cost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::account::{Account, Transport};
use crate::child::Running;
use crate::contender::{Contender, Name, environment};
use crate::runtime_api::RuntimeApi;

const QUARTER: Duration = Duration::from_secs(900);

/// One process from its start to the end of a create.
#[derive(Debug, Clone, Serialize)]
pub struct Sample {
    pub name: Name,
    pub transport: Transport,
    /// In milliseconds.
    pub ready: f64,
    pub first_answer: f64,
    pub cpu: f64,
    /// In MiB.
    pub memory_first: f64,
    pub memory: f64,
    /// Of each later call, in milliseconds.
    pub warm: Vec<f64>,
    pub warm_cpu: f64,
}

/// Takes turns.
///
/// # Errors
/// A contender fails, or makes other calls than the function.
pub async fn measure(contenders: &[Contender], cold: usize, warm: usize) -> Result<Vec<Sample>> {
    let account = Account::start().await?;
    let folder = tempfile::tempdir()?;
    let trusted = folder.path().join("trusted.pem");
    let system = std::fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").context("the system's certificates")?;
    std::fs::write(&trusted, system + &account.authority)?;
    let mut samples = Vec::new();
    let warm = warm.div_ceil(cold);
    for _ in 0..cold {
        for transport in if std::env::var_os("BENCH_HTTP").is_some() {
            vec![Transport::Http]
        } else {
            vec![Transport::Http, Transport::Tls]
        } {
            for contender in contenders {
                let sample = one(contender, &account, transport, &trusted, warm).await;
                samples.push(sample.with_context(|| format!("{} over {transport:?}", contender.name.shown()))?);
            }
        }
    }
    Ok(samples)
}

async fn one(
    contender: &Contender,
    account: &Account,
    transport: Transport,
    trusted: &std::path::Path,
    warm: usize,
) -> Result<Sample> {
    account.reset();
    let mut api = RuntimeApi::start().await?;
    let peers = std::path::absolute("bench/peers")?;
    let environment = environment(account, transport, &api.address, &peers, trusted);
    let began = Instant::now();
    let running = Running::start(&contender.command, &environment)?;
    api.asked().await;
    let ready = began.elapsed();
    let end = api.invoke(create(account.endpoint(transport))?, QUARTER).await?;
    let first_answer = end.at - began;
    let mut sample = Sample {
        name: contender.name,
        transport,
        ready: millis(ready),
        first_answer: millis(first_answer),
        cpu: running.cpu()?,
        memory_first: running.peak_memory()?,
        memory: 0.0,
        warm: vec![],
        warm_cpu: 0.0,
    };
    if contender.name == Name::Hello {
        return Ok(sample);
    }
    let handed_over = account.handed_over().context("nothing was handed over")?;
    let before = running.cpu()?;
    for _ in 0..warm {
        let end = api.invoke(handed_over.clone(), QUARTER).await?;
        sample.warm.push(millis(end.lasted));
    }
    sample.warm_cpu = (running.cpu()? - before) / warm as f64;
    account.group_is_active();
    api.invoke(handed_over, QUARTER).await?;
    let answer = account.answer().await;
    ensure!(answer["Status"] == "SUCCESS", "the create was answered {answer}");
    sample.memory = running.peak_memory()?;
    Ok(sample)
}

/// The event, to be answered at an account.
fn create(endpoint: &str) -> Result<Value> {
    let mut event: Value = serde_json::from_str(include_str!("../canned/create.json"))?;
    event["ResponseURL"] = format!("{endpoint}/answer").into();
    Ok(event)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[allow(dead_code)]
fn unused(_: BTreeMap<String, String>) {}
