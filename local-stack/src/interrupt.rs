//! What has to happen when a person interrupts: nobody drops anything then.

use std::path::Path;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

/// The status by which a shell knows that a program was interrupted.
const INTERRUPTED: i32 = 130;

/// While this lives, an interruption ends the groups of processes, removes the folder and exits.
pub(crate) struct Cleanup(JoinHandle<()>);

impl Cleanup {
    pub(crate) fn on_interrupt(folder: &Path, groups: &[Pid]) -> Self {
        let (folder, groups) = (folder.to_owned(), groups.to_vec());
        Self(tokio::spawn(async move {
            interrupted().await;
            clean_up(&folder, &groups);
            std::process::exit(INTERRUPTED);
        }))
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Returns at SIGINT, which a terminal sends, or SIGTERM, which everybody else does.
async fn interrupted() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => (),
                _ = terminated.recv() => (),
            }
        }
        // Without a handler the signal ends the program as it does any other, and the kernel ends its children.
        Err(_) => std::future::pending().await,
    }
}

fn clean_up(folder: &Path, groups: &[Pid]) {
    for group in groups {
        // A group that is gone already is what is wanted.
        let _ = killpg(*group, Signal::SIGKILL);
    }
    let _ = std::fs::remove_dir_all(folder);
}
