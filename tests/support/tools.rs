//! The programs that the Makefile installs, for tests that hold the code against them.

use std::path::{Path, PathBuf};

/// The interpreter of a tool's own environment, which has the tool's packages.
pub fn python(tool: &str) -> PathBuf {
    let local = Path::new(env!("CARGO_MANIFEST_DIR")).join(".local");
    let tools = std::env::var_os("LOCAL_STACK_TOOLS").map_or(local, PathBuf::from);
    let python = tools.join(tool).join("bin/python");
    assert!(
        python.is_file(),
        "{} is not there: run `make tool-{tool}`",
        python.display()
    );
    python
}
