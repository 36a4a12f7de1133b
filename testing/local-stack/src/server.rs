//! A server that runs as a child of this program, and never outlives it.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::interrupt::Cleanup;

/// How long a server may take until it answers. A cold Python on two busy cores has taken six seconds.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Server {
    /// Starts the program with the environment given, and nothing of the caller's own beyond `PATH`.
    ///
    /// The emulated functions inherit their emulator's environment, so a profile, a proxy or a Region of the developer's
    /// shell would reach them otherwise.
    pub(crate) fn start(name: &'static str, mut command: Command, folder: &Path, cleanup: &Cleanup) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let output = File::create(&log).with_context(|| format!("create {}", log.display()))?;
        command
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder)
            .env("TMPDIR", folder)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        end_with_parent(&mut command);
        let child = command
            .spawn()
            .with_context(|| format!("start {:?}", command.get_program()))?;
        let server = Self { name, child, log };
        cleanup.ends(server.group());
        Ok(server)
    }

    /// Waits until the address answers with a success.
    pub(crate) async fn ready(&mut self, health: &str) -> Result<()> {
        let started = Instant::now();
        while !answers(health).await {
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "{} ended with {status} while it was starting; it said:\n{}",
                    self.name,
                    self.last_words()
                );
            }
            if started.elapsed() > PATIENCE {
                bail!(
                    "{} did not answer at {health} in {PATIENCE:?}; it said:\n{}",
                    self.name,
                    self.last_words()
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Ends the server and whatever it has started; what runs functions has children of its own.
    fn stop(&mut self) {
        // A group that is gone already is what is wanted, so an error says nothing of interest.
        let _ = killpg(self.group(), Signal::SIGKILL);
        let _ = self.child.wait();
    }

    /// Kills the server alone, as the kernel does when memory is short.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The group of the server and all that it has started.
    fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port of the loopback interface that nobody uses now.
///
/// The emulators can't be given a socket that is open already, nor do they say which port they chose, so there is a
/// moment between closing it here and opening it there. The kernel hands ports out in no order, so a neighbour's test
/// rarely finds the same; then the server ends at once, and [`Server::ready`] says so.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free loopback port")?;
    Ok(listener.local_addr()?.port())
}

async fn answers(health: &str) -> bool {
    reqwest::get(health)
        .await
        .is_ok_and(|response| response.status().is_success())
}

/// Makes the child leader of a group, so that it is ended with its own children, and has the kernel end it when this
/// program dies in a way that runs no destructor. SIGTERM, because it then ends its children in turn.
///
/// The kernel watches the thread that started the child, not the program. Threads of tokio's runtimes last as long as
/// their runtime, and `start` is called from one of them.
fn end_with_parent(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    // SAFETY: between fork and exec only functions that are safe in a signal handler may be called; prctl is one.
    unsafe {
        command.pre_exec(|| nix::sys::prctl::set_pdeathsig(Signal::SIGTERM).map_err(Into::into));
    }
}
