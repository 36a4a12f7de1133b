//! What is committed for the fuzz targets, given to the same functions without a fuzzer.

use std::fs;
use std::path::Path;

/// Runs a target with each of its files in `fuzz`, the folder of the targets.
///
/// # Panics
/// If the target does, or has hardly a file.
pub fn feed(fuzz: &Path, target: &str, run: fn(&[u8])) {
    let mut fed = 0;
    for entry in fs::read_dir(fuzz.join("corpus").join(target)).unwrap() {
        let path = entry.unwrap().path();
        // Shown of a test that fails: which file it was.
        println!("{}", path.display());
        run(&fs::read(path).unwrap());
        fed += 1;
    }
    assert!(fed > 5, "{fed} files for {target}");
}
