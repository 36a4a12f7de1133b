//! The function under AWS's own emulator of Lambda's runtime: the same binary, started and asked as Lambda does it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Run;
use crate::account::{EmulatedAccount, Transport};
use crate::contender::environment;
use crate::first_answer::{create, millis, trusted};

/// A Create's first pass in a fresh environment, in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Emulated {
    /// From the invocation to its end, with the start of the process.
    pub invocation: f64,
    /// What the emulator reports of it: the handler's part, to be billed.
    pub duration: f64,
}

struct Emulator {
    process: Child,
    address: String,
}

/// # Errors
/// The emulator doesn't start, or the function doesn't hand over.
pub async fn measure(run: &Run) -> Result<Vec<Emulated>> {
    let account = EmulatedAccount::start().await?;
    let folder = tempfile::tempdir()?;
    let trusted = trusted(folder.path(), &account)?;
    let mut all = Vec::new();
    for _ in 0..run.cold {
        account.reset();
        let environment = environment(&account, Transport::Tls, "", &trusted);
        let mut emulator = Emulator::start(run, environment)?;
        let event = create(account.endpoint(Transport::Tls))?;
        let began = Instant::now();
        let answer = emulator.invoke(&event).await?;
        let invocation = millis(began.elapsed());
        ensure!(
            account.handed_over().is_some(),
            "under the emulator the function answered {answer}"
        );
        let duration = emulator.reported()?;
        all.push(Emulated { invocation, duration });
    }
    Ok(all)
}

impl Emulator {
    fn start(run: &Run, mut environment: std::collections::BTreeMap<String, String>) -> Result<Self> {
        let [address, runtime_api] = [free_address()?, free_address()?];
        environment.remove("AWS_LAMBDA_RUNTIME_API");
        let process = Command::new(&run.emulator)
            .args(["--runtime-interface-emulator-address", &address])
            .args(["--runtime-api-address", &runtime_api])
            .arg(&run.function)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("start the emulator")?;
        Ok(Self { process, address })
    }

    async fn invoke(&mut self, event: &Value) -> Result<String> {
        let mut stream = self.connect().await?;
        stream.set_nodelay(true)?;
        let body = event.to_string();
        let request = format!(
            "POST /2015-03-31/functions/function/invocations HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: \
             close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// Until it listens.
    async fn connect(&self) -> Result<TcpStream> {
        for _ in 0..500 {
            if let Ok(stream) = TcpStream::connect(&self.address).await {
                return Ok(stream);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the emulator does not listen")
    }

    /// The duration in the line that Lambda writes at the end of each invocation.
    fn reported(&mut self) -> Result<f64> {
        let output = self.process.stdout.take().context("the emulator's output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some((_, rest)) = line.split_once("\tDuration: ").filter(|_| line.contains("REPORT")) {
                return Ok(rest.split_whitespace().next().unwrap_or_default().parse()?);
            }
        }
        anyhow::bail!("the emulator reported no duration")
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
