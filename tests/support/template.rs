//! What template.yaml says, for the tests that hold the code against it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The template's text.
pub fn text() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("template.yaml")).expect("template.yaml")
}

/// The actions in the statements that say what the function calls itself: those whose Sid begins with `Call` or `Read`.
pub fn called_by_the_function() -> BTreeSet<String> {
    let text = text();
    let statements = text
        .split("- Sid: ")
        .filter(|statement| statement.starts_with("Call") || statement.starts_with("Read"));
    let actions = statements.flat_map(|statement| {
        let from_action = statement.split("Action:").nth(1).unwrap_or_default();
        from_action
            .split("Resource:")
            .next()
            .unwrap_or_default()
            .split_whitespace()
    });
    let named = actions
        .filter(|word| word.contains(':') && !word.starts_with('#'))
        .map(str::to_owned);
    named.collect()
}
