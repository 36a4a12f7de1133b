//! docs/failures.md says what the code says.

use std::path::Path;

use mng_engine::failures::page;

/// With `RENEW_DOCS=1` in the environment the page is written anew.
#[test]
#[allow(clippy::disallowed_methods, reason = "only the function's environment is injected")]
fn the_page_is_the_codes_own() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/failures.md");
    if std::env::var_os("RENEW_DOCS").is_some() {
        std::fs::write(&path, page()).expect("docs can be written");
    }
    let committed = std::fs::read_to_string(&path).expect("docs/failures.md");
    assert!(
        committed == page(),
        "docs/failures.md is of another day: RENEW_DOCS=1 cargo nextest run --workspace -E 'binary(failures)'"
    );
}
