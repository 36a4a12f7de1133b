//! The files that are committed for the fuzz targets lead to no panic, without a fuzzer: each goes through the same functions.

#[path = "../../../testing/fuzz/src/conversions.rs"]
mod conversions;
#[path = "../../../tests/support/fed.rs"]
mod fed;
#[path = "../../../testing/fuzz/src/template.rs"]
mod template;

use std::path::Path;

fn feed(target: &str, run: fn(&[u8])) {
    fed::feed(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testing/fuzz"),
        target,
        run,
    );
}

#[test]
fn conversions_of_a_file() {
    feed("conversions", conversions::run);
}

#[test]
fn templates() {
    feed("template", template::run);
}
