//! The function's binary as the zip that Lambda takes.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Zips a binary as `bootstrap`, without its symbols and uncompressed: it only travels over loopback, where compressing
/// a development build takes longer than everything that is done with it.
pub(crate) fn bootstrap_zip(binary: &Path, folder: &Path) -> Result<Vec<u8>> {
    let content = stripped(binary, folder)?;
    let mut zip = ZipWriter::new(Cursor::new(Vec::with_capacity(content.len() + 1024)));
    let executable = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(0o755);
    zip.start_file("bootstrap", executable)?;
    zip.write_all(&content)?;
    Ok(zip.finish()?.into_inner())
}

/// The binary without symbols. Where `strip` is missing, the binary as it is.
fn stripped(binary: &Path, folder: &Path) -> Result<Vec<u8>> {
    let target = folder.join("bootstrap");
    let strip = Command::new("strip").arg("-o").arg(&target).arg(binary).status();
    let path = if strip.is_ok_and(|status| status.success()) {
        &target
    } else {
        binary
    };
    let content = std::fs::read(path).with_context(|| format!("read the function's binary {}", path.display()));
    let _ = std::fs::remove_file(&target);
    content
}
