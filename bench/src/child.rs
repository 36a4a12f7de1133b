//! A contender's process, and what the kernel counts of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// It ends when it is dropped.
pub struct Running(Child);

impl Running {
    /// Starts a command with nothing but this environment, on the second processor: the first one answers.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(command: &[String], environment: &BTreeMap<String, String>) -> Result<Self> {
        let (program, arguments) = command.split_first().context("a command")?;
        let mut started = Command::new(program);
        started
            .args(arguments)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null());
        // What a function logs costs it time in Lambda as well; where it goes to isn't of interest.
        started.stdout(Stdio::null()).stderr(Stdio::null());
        if std::env::var_os("BENCH_SHOW").is_some() {
            started.stdout(Stdio::inherit()).stderr(Stdio::inherit());
        }
        // A child has its parent's processors.
        stay_on(1);
        let child = started.spawn();
        stay_on(0);
        Ok(Self(child.with_context(|| format!("start {}", command.join(" ")))?))
    }

    /// Starts one of many: on whatever processor is free, and what it logs goes to where it is told.
    ///
    /// # Errors
    /// It can't be started.
    pub fn one_of_many(program: &Path, environment: &BTreeMap<String, String>, log: Stdio) -> Result<Self> {
        stay_anywhere()?;
        let mut started = Command::new(program);
        started
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(Stdio::null());
        let child = started.spawn();
        Ok(Self(child.with_context(|| format!("start {}", program.display()))?))
    }

    /// The most memory that was resident so far, in MiB.
    ///
    /// # Errors
    /// The process has ended.
    pub fn peak_memory(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: f64 = line
            .and_then(|line| line.split_whitespace().next())
            .context("VmHWM")?
            .parse()?;
        Ok(kib / 1024.0)
    }

    /// The time that it was on a processor, with threads that have ended, in milliseconds.
    ///
    /// # Errors
    /// The process has ended.
    pub fn cpu(&self) -> Result<f64> {
        let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(self.0.id())?))?;
        Ok(Duration::from(clock.now()?).as_secs_f64() * 1000.0)
    }
}

/// From now on this thread runs on one processor. Where there is no second one, both share the first.
fn stay_on(processor: usize) {
    let mut one = CpuSet::new();
    if one.set(processor).is_ok() {
        let _ = sched_setaffinity(Pid::from_raw(0), &one);
    }
}

/// Whatever this thread was held to before.
fn stay_anywhere() -> Result<()> {
    let mut all = CpuSet::new();
    for processor in 0..std::thread::available_parallelism()?.get().max(2) {
        all.set(processor)?;
    }
    sched_setaffinity(Pid::from_raw(0), &all).context("run on any processor")
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
