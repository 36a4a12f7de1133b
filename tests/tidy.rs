//! The house stays as ARCHITECTURE.md draws it: who imports whom, who reads the clock, how long a file is.

#![allow(
    clippy::disallowed_methods,
    reason = "the test finds the sources by the environment of the build"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A file of one idea.
const MAX_LINES: usize = 400;

fn sources(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let entries: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// What the code says, without tests and comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[track_caller]
fn never(folder: &str, words: &[&str]) {
    for (name, text) in sources("src").into_iter().filter(|(name, _)| name.starts_with(folder)) {
        let code = code(&text);
        for word in words {
            assert!(!code.contains(word), "{name} knows {word}");
        }
    }
}

#[test]
fn the_pure_rooms_know_no_sdk_no_clock_and_no_async() {
    for room in [
        "src/nodegroup",
        "src/launch_template",
        "src/diagnose",
        "src/workload",
        "src/auto_scaling",
    ] {
        never(
            room,
            &[
                "aws_sdk",
                "aws_smithy",
                "tokio",
                "async ",
                ".await",
                "SystemTime",
                "Instant",
                "reqwest",
                "crate::cfn",
                "crate::aws",
                "crate::ports",
            ],
        );
    }
    never(
        "src/telemetry",
        &[
            "aws_sdk",
            "aws_smithy",
            "tokio",
            "async ",
            ".await",
            "SystemTime",
            "Instant",
            "reqwest",
            "crate::aws",
        ],
    );
    // What a check is told of a read that failed is in the words of the ports.
    never(
        "src/preflight",
        &[
            "aws_sdk",
            "aws_smithy",
            "tokio",
            "async ",
            ".await",
            "SystemTime",
            "Instant",
            "reqwest",
            "crate::cfn",
            "crate::aws",
        ],
    );
    never(
        "src/bus",
        &[
            "aws_sdk",
            "tokio",
            ".await",
            "SystemTime",
            "crate::nodegroup",
            "crate::engine",
            "crate::ports",
        ],
    );
    never(
        "src/cfn",
        &[
            "aws_sdk",
            "tokio",
            ".await",
            "SystemTime",
            "crate::nodegroup",
            "crate::engine",
            "eks",
            "Nodegroup",
        ],
    );
}

#[test]
fn only_its_own_room_knows_kube() {
    for (name, text) in sources("src") {
        let code = code(&text);
        let knows = code.contains("use kube::") || code.contains("k8s_openapi");
        assert!(!knows || name.starts_with("src/kubernetes/"), "{name} knows kube");
    }
}

#[test]
fn only_the_adapters_know_the_sdks() {
    for (name, text) in sources("src") {
        let knows = code(&text).contains("aws_sdk_");
        assert!(!knows || name.starts_with("src/aws/"), "{name} knows an SDK");
    }
    never("src/engine", &["crate::aws", "tokio", "reqwest"]);
    never("src/polling", &["crate::aws", "tokio"]);
}

#[test]
fn clock_and_environment_are_read_in_one_place() {
    for (name, text) in sources("src") {
        let (code, home) = (code(&text), name.as_str());
        assert!(
            !code.contains("SystemTime::now") || home == "src/clock.rs",
            "{name} reads the clock"
        );
        assert!(
            !code.contains("env::var") || home == "src/settings.rs",
            "{name} reads the environment"
        );
    }
}

#[test]
fn a_file_is_of_one_idea() {
    for folder in [
        "src",
        "tests",
        "simulator/src",
        "soak/src",
        "local-stack/src",
        "cli/src",
    ] {
        for (name, text) in sources(folder) {
            let lines = text.lines().count();
            assert!(lines <= MAX_LINES, "{name} has {lines} lines");
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    for folder in [
        "src",
        "tests",
        "simulator/src",
        "soak/src",
        "local-stack/src",
        "cli/src",
    ] {
        for (name, text) in sources(folder).into_iter().filter(|(name, _)| name != "tests/tidy.rs") {
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
