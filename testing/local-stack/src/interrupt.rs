//! What has to happen when a person interrupts: nobody drops anything then.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;

/// The status by which a shell knows that a program was interrupted.
const INTERRUPTED: i32 = 130;

/// While this lives, an interruption ends the groups of processes, removes the folder and exits.
pub(crate) struct Cleanup {
    groups: Arc<Mutex<Vec<Pid>>>,
    task: JoinHandle<()>,
}

impl Cleanup {
    pub(crate) fn on_interrupt(folder: &Path) -> Self {
        let groups = Arc::new(Mutex::new(Vec::new()));
        let (folder, of_task) = (folder.to_owned(), Arc::clone(&groups));
        let task = tokio::spawn(async move {
            interrupted().await;
            clean_up(&folder, &lock(&of_task));
            std::process::exit(INTERRUPTED);
        });
        Self { groups, task }
    }

    /// One more group to end.
    pub(crate) fn ends(&self, group: Pid) {
        lock(&self.groups).push(group);
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Nothing is left half done under this lock, so a panic elsewhere doesn't matter.
fn lock(groups: &Mutex<Vec<Pid>>) -> MutexGuard<'_, Vec<Pid>> {
    groups.lock().unwrap_or_else(PoisonError::into_inner)
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
