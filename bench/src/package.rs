//! What is uploaded of each contender.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;

use crate::Run;
use crate::contender::Name;
use crate::results::folder;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Package {
    pub name: Name,
    /// Zipped.
    pub bytes: u64,
}

/// Of the function, the zip that is deployed. Lambda brings boto3 along, so Python's is its own code, with crhelper where it is
/// used; of Node it is the bundle.
///
/// # Errors
/// Something wasn't built.
pub fn measure(run: &Run) -> Result<Vec<Package>> {
    let peers = folder().join("peers");
    let sources = files(&peers.join("python"), "py")?;
    let mut with_crhelper = sources.clone();
    with_crhelper.extend(files(&crhelper(&run.python)?, "py")?);
    let of = |name, bytes| Package { name, bytes };
    let package = fs::metadata(&run.package).with_context(|| format!("look at {}", run.package.display()))?;
    Ok(vec![
        of(Name::Function, package.len()),
        of(Name::ByHand, zipped(&[run.floor.join("by_hand")])?),
        of(Name::Hello, zipped(&[run.floor.join("hello")])?),
        of(Name::Python, zipped(&sources)?),
        of(Name::Crhelper, zipped(&with_crhelper)?),
        of(Name::Node, zipped(&[peers.join("node/dist/loop.cjs")])?),
    ])
}

/// Where Python has it: beside the interpreter's own packages.
fn crhelper(python: &Path) -> Result<PathBuf> {
    let environment = python
        .parent()
        .and_then(Path::parent)
        .context("a virtual environment")?;
    let versions = fs::read_dir(environment.join("lib"))?;
    let mut found = versions.filter_map(|version| Some(version.ok()?.path().join("site-packages/crhelper")));
    found.find(|path| path.is_dir()).context("crhelper is not installed")
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .collect();
    paths.sort();
    Ok(paths)
}

fn zipped(files: &[PathBuf]) -> Result<u64> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(&fs::read(file).with_context(|| format!("read {}", file.display()))?)?;
    }
    Ok(archive.finish()?.into_inner().len() as u64)
}
