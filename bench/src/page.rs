//! Tables where they are read: between two marks of a page.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::results::folder;

const BEGIN: &str = "<!-- rendered by make bench: begin -->\n";
const END: &str = "<!-- rendered by make bench: end -->\n";

/// Replaces what stands between the marks of a page, which is named from the repository's top.
///
/// # Errors
/// The page has no place for it, or can't be written.
pub fn write(page: &str, rendered: &str) -> Result<()> {
    let path = path(page);
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {page}"))?;
    let (before, _, after) = parts(&text).with_context(|| format!("the marks of {page}"))?;
    let written = [before, BEGIN, "\n", rendered, "\n", END, after].concat();
    std::fs::write(&path, written).with_context(|| format!("write {page}"))
}

fn path(page: &str) -> PathBuf {
    folder().join("..").join(page)
}

/// What stands before the block, in it and after it.
fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (block, after) = rest.split_once(END)?;
    Some((before, block, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bill, results, table};

    #[test]
    fn pages_show_what_was_measured() {
        let results = results::read().unwrap();
        for (page, rendered) in [
            ("README.md", table::render(&results)),
            ("docs/cost.md", bill::table(&results.bills)),
        ] {
            let text = std::fs::read_to_string(path(page)).unwrap();
            let (_, block, _) = parts(&text).unwrap();
            assert_eq!(block.trim(), rendered.trim(), "{page}: `make bench` renders it");
        }
    }
}
