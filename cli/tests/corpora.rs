//! The files that are committed for the fuzz targets lead to no panic, without a fuzzer: each goes through the same functions.

#[path = "../../fuzz/src/conversions.rs"]
mod conversions;
#[path = "../../fuzz/src/template.rs"]
mod template;

use std::fs;
use std::path::PathBuf;

fn feed(target: &str, run: fn(&[u8])) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let mut fed = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Shown of a test that fails: which file it was.
        println!("{}", path.display());
        run(&fs::read(path).unwrap());
        fed += 1;
    }
    assert!(fed > 5, "{fed} files for {target}");
}

#[test]
fn conversions_of_a_file() {
    feed("conversions", conversions::run);
}

#[test]
fn templates() {
    feed("template", template::run);
}
