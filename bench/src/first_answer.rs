//! From the start of a process to its first answer, and what later ones cost.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Run;
use crate::account::{EmulatedAccount, Transport};
use crate::child::Running;
use crate::contender::{self, Contender, Name, environment};
use crate::runtime_api::RuntimeApi;

const QUARTER: Duration = Duration::from_secs(900);

/// One process from its start to the end of a create.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FirstAnswerSample {
    pub name: Name,
    pub transport: Transport,
    /// Until the first event is asked for, in milliseconds, as all that follows.
    pub ready: f64,
    pub first_answer: f64,
    /// Until that answer, on a processor.
    pub cpu: f64,
    /// The most of it, in MiB, when a whole create has ended.
    pub memory: Option<f64>,
    /// Of each later call.
    pub warm: Vec<f64>,
    /// A call's, on a processor.
    pub warm_cpu: f64,
}

/// Takes turns.
///
/// # Errors
/// A contender fails, or makes other calls than the function.
pub async fn measure(run: &Run) -> Result<Vec<FirstAnswerSample>> {
    let account = EmulatedAccount::start().await?;
    let folder = tempfile::tempdir()?;
    let trusted = trusted(folder.path(), &account)?;
    let contenders = contender::all(run);
    let mut samples = Vec::new();
    for round in 1..=run.cold {
        eprint!("\rround {round} of {}", run.cold);
        for transport in [Transport::Http, Transport::Tls] {
            for contender in &contenders {
                let warm = run.warm.div_ceil(run.cold);
                let sample = one(contender, &account, transport, &trusted, warm).await;
                samples.push(sample.with_context(|| format!("{} over {transport:?}", contender.name.shown()))?);
            }
        }
    }
    eprintln!();
    Ok(samples)
}

/// The system's certificates and the account's, in one file.
///
/// # Errors
/// The system has none.
pub fn trusted(folder: &Path, account: &EmulatedAccount) -> Result<PathBuf> {
    let system = std::fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").context("the system's certificates")?;
    let path = folder.join("trusted.pem");
    std::fs::write(&path, system + &account.authority)?;
    Ok(path)
}

/// The event, to be answered at an account.
///
/// # Errors
/// The recorded event can't be read.
pub fn create(endpoint: &str) -> Result<Value> {
    let mut event: Value = serde_json::from_str(include_str!("../canned/create.json"))?;
    event["ResponseURL"] = format!("{endpoint}/answer").into();
    Ok(event)
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

async fn one(
    contender: &Contender,
    account: &EmulatedAccount,
    transport: Transport,
    trusted: &Path,
    warm: usize,
) -> Result<FirstAnswerSample> {
    account.reset();
    let mut api = RuntimeApi::start().await?;
    let environment = environment(account, transport, &api.address, trusted);
    let began = Instant::now();
    let running = Running::start(&contender.command, &environment)?;
    api.asked().await;
    let ready = began.elapsed();
    let end = api.invoke(create(account.endpoint(transport))?, QUARTER).await?;
    let mut sample = FirstAnswerSample {
        name: contender.name,
        transport,
        ready: millis(ready),
        first_answer: millis(end.at - began),
        cpu: running.cpu()?,
        memory: None,
        warm: vec![],
        warm_cpu: 0.0,
    };
    if contender.name != Name::Hello {
        same_calls(&account.calls(), contender.name)?;
        go_on(&mut sample, account, &mut api, &running, warm).await?;
    }
    Ok(sample)
}

/// What follows the first pass.
async fn go_on(
    sample: &mut FirstAnswerSample,
    account: &EmulatedAccount,
    api: &mut RuntimeApi,
    running: &Running,
    warm: usize,
) -> Result<()> {
    let handed_over = account.handed_over().context("nothing was handed over")?;
    let before = running.cpu()?;
    for _ in 0..warm {
        let end = api.invoke(handed_over.clone(), QUARTER).await?;
        sample.warm.push(millis(end.lasted));
    }
    sample.warm_cpu = (running.cpu()? - before) / warm as f64;
    // crhelper answers over TLS alone.
    if sample.transport == Transport::Tls {
        account.group_is_active();
        api.invoke(handed_over, QUARTER).await?;
        let answer = account.answer().await;
        ensure!(answer["Status"] == "SUCCESS", "the create was answered {answer}");
        sample.memory = Some(running.peak_memory()?);
    }
    Ok(())
}

/// The function's own, as they were recorded; what crhelper hands over by is its own.
fn same_calls(made: &BTreeMap<String, u32>, name: Name) -> Result<()> {
    let mut expected: BTreeMap<String, u32> = serde_json::from_str(include_str!("../canned/calls.json"))?;
    let mut made = made.clone();
    if name == Name::Crhelper {
        expected.remove("states:StartExecution");
        for call in ["events:PutRule", "events:PutTargets", "lambda:AddPermission"] {
            ensure!(made.remove(call).is_some(), "crhelper handed over without {call}");
        }
    }
    ensure!(
        made == expected,
        "it made other calls than the function does: {made:?} and not {expected:?}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the peers have to do is what the function does today: one that makes another call has to be recorded anew.
    #[tokio::test]
    async fn the_function_makes_the_calls_that_were_recorded() {
        let account = EmulatedAccount::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let trusted = trusted(folder.path(), &account).unwrap();
        let binary = std::env::var("LOCAL_STACK_FUNCTION").expect("`make` says where the function's binary is");
        let function = Contender {
            name: Name::Function,
            command: vec![binary],
        };
        for transport in [Transport::Http, Transport::Tls] {
            let sample = one(&function, &account, transport, &trusted, 2).await.unwrap();
            assert_eq!(sample.warm.len(), 2);
        }
    }

    #[test]
    fn every_recorded_call_is_expected_once() {
        let expected: BTreeMap<String, u32> = serde_json::from_str(include_str!("../canned/calls.json")).unwrap();
        same_calls(&expected, Name::Node).unwrap();
        let mut less = expected.clone();
        less.remove("ec2:DescribeVpcs");
        assert!(same_calls(&less, Name::Python).is_err());
        assert!(
            same_calls(&expected, Name::Crhelper).is_err(),
            "crhelper hands over otherwise"
        );
    }
}
