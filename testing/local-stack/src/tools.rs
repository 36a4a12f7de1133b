//! Where the programs are that the Makefile installs, and the binary that it builds.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

/// The root of the project's checkout, which this crate is a folder of.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies in testing/ of the workspace")
}

/// The function's binary: what `LOCAL_STACK_FUNCTION` names, or what cargo has built beside the running program.
///
/// Cargo puts a test into `deps` below the profile's folder and a binary into that folder itself, so the function is
/// found from both, wherever the target folder is.
pub fn function_binary() -> Result<PathBuf> {
    let built = std::env::current_exe()?;
    let beside = built
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("managed-node-group"));
    let named = std::env::var_os("LOCAL_STACK_FUNCTION").map(PathBuf::from);
    let found = named.into_iter().chain(beside).find(|path| path.is_file());
    found.ok_or_else(|| anyhow::anyhow!("the function is not built: run `cargo build --bin managed-node-group`"))
}

/// A program out of one of the Makefile's tool folders.
pub(crate) fn program(tool: &str, name: &str) -> Result<PathBuf> {
    let tools = std::env::var_os("LOCAL_STACK_TOOLS").map_or_else(|| project().join(".local"), PathBuf::from);
    let path = tools.join(tool).join("bin").join(name);
    ensure!(
        path.is_file(),
        "{} is not there: run `make tool-{tool}`",
        path.display()
    );
    Ok(path)
}
