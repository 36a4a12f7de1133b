//! What neither Cargo nor clippy checks of the sources: how long a file is, and that nothing is left for later.
//!
//! Cargo keeps the layers apart (`crates/*/Cargo.toml`, `crates/core/tests/layers.rs`). Clippy keeps clock and environment in their
//! places (`clippy.toml`), and this test keeps the exceptions from clippy's rule to those places.

#![allow(
    clippy::disallowed_methods,
    reason = "the test finds the sources by the environment of the build"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A file of one idea.
const MAX_LINES: usize = 400;

/// Where our Rust is.
const FOLDERS: [&str; 5] = ["src", "crates", "testing", "tests", "bench"];

/// Files that run in the function and may read the clock or the environment.
const EXCEPTIONS: [&str; 2] = ["crates/aws/src/clock.rs", "src/settings.rs"];

/// Folders whose code runs in the function.
const PRODUCT: [&str; 4] = ["src/", "crates/core/src/", "crates/engine/src/", "crates/aws/src/"];

/// Every Rust file by its path from the root, with its whole text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

#[test]
fn the_sources_are_found() {
    let sources = sources();
    for folder in FOLDERS.iter().chain(&PRODUCT) {
        assert!(sources.iter().any(|(name, _)| name.starts_with(folder)), "{folder}");
    }
}

#[test]
fn clock_and_environment_are_read_in_one_place() {
    for (name, text) in sources() {
        let runs_in_the_function = PRODUCT.iter().any(|folder| name.starts_with(folder));
        if !runs_in_the_function || EXCEPTIONS.contains(&name.as_str()) {
            continue;
        }
        for word in ["SystemTime::now", "Instant::now", "env::var", "disallowed_methods"] {
            let allowed = word == "Instant::now" && text.contains("use tokio::time::");
            assert!(allowed || !text.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn a_file_is_of_one_idea() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{name} has {lines} lines");
    }
}

#[test]
fn nothing_is_left_for_later() {
    for (name, text) in sources().into_iter().filter(|(name, _)| name != "tests/tidy.rs") {
        for word in [
            "TODO",
            "FIXME",
            "todo!(",
            "unimplemented!(",
            "#[ignore",
            "panic = \"abort\"",
        ] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

/// cargo-lambda builds with `panic = "abort"` where the release profile is silent.
#[test]
fn a_panic_unwinds_in_what_is_deployed() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let release = manifest.split("[profile.release]").nth(1).unwrap_or_default();
    assert!(release.contains("panic = \"unwind\""), "a panic must still be answered");
    assert!(
        !manifest.contains("panic = \"abort\""),
        "a panic must still be answered"
    );
}
