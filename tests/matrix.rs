//! The documents repeat what the table of properties says.

use mng_core::properties::reference::{overview, reference};

const BEGIN: &str =
    "<!-- properties: generated from crates/core/src/properties/table, and tests/matrix.rs compares -->\n";
const END: &str = "<!-- properties: end -->\n";

#[test]
fn the_readme_has_the_overview() {
    compare("README.md", &overview());
}

#[test]
fn the_page_of_properties_has_them_all() {
    compare(
        "docs/properties.md",
        &format!("\n{}\n{}\n", overview(), reference().trim_start()),
    );
}

/// Compares what is between the two comments of a document. With `RENEW_PROPERTIES=1` in the environment it is written anew.
fn compare(document: &str, expected: &str) {
    let path = format!("{}/{document}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?)));
    let Some((before, (found, after))) = parts else {
        panic!("{document} lacks one of the lines\n{BEGIN}{END}")
    };
    if renews() {
        std::fs::write(&path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
        return;
    }
    assert!(
        found == expected,
        "{document} differs from crates/core/src/properties/table: \
         RENEW_PROPERTIES=1 cargo nextest run -E 'binary(matrix)'"
    );
}

#[allow(clippy::disallowed_methods, reason = "only the function's environment is injected")]
fn renews() -> bool {
    std::env::var_os("RENEW_PROPERTIES").is_some()
}
