//! The zip that is deployed: its binary must run on provided.al2023, and it stays small.

#![allow(
    clippy::disallowed_methods,
    reason = "the test finds the package by the environment of the build"
)]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The newest glibc that provided.al2023 has.
const NEWEST_GLIBC: (u32, u32) = (2, 34);

/// A bar of this project: what is small is loaded soon, and is little to look through.
const LARGEST: u64 = 5_000_000;

#[test]
fn the_package_is_small() {
    let size = std::fs::metadata(package()).unwrap().len();
    assert!(size <= LARGEST, "the zip has {size} bytes");
}

#[test]
fn the_binary_needs_no_newer_glibc_than_the_runtime_has() {
    let path = package();
    let file =
        File::open(&path).unwrap_or_else(|error| panic!("{}: {error}; `make package` builds it", path.display()));
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    assert_eq!(archive.len(), 1, "the package holds the binary alone");
    let mut binary = Vec::new();
    archive
        .by_name("bootstrap")
        .expect("bootstrap")
        .read_to_end(&mut binary)
        .unwrap();
    let versions = glibc_versions(&binary);
    assert!(!versions.is_empty(), "no symbol versions were found");
    let newer: Vec<_> = versions.iter().filter(|version| **version > NEWEST_GLIBC).collect();
    assert!(newer.is_empty(), "the binary needs glibc {newer:?}");
}

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dist/x86_64/managed-node-group/bootstrap.zip")
}

/// The versions in the binary's string table, such as `GLIBC_2.34`.
fn glibc_versions(binary: &[u8]) -> Vec<(u32, u32)> {
    const MARK: &[u8] = b"GLIBC_";
    let marks = binary
        .windows(MARK.len())
        .enumerate()
        .filter(|(_, window)| *window == MARK)
        .map(|(at, _)| at + MARK.len());
    let texts = marks.map(|from| {
        binary[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'.')
            .map(|byte| char::from(*byte))
            .collect::<String>()
    });
    texts
        .filter_map(|text| {
            let mut numbers = text.split('.').map(|number| number.parse().ok());
            Some((numbers.next()??, numbers.next()??))
        })
        .collect()
}
