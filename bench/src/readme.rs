//! The table where it is read: between two markers of the README.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::results::folder;

const BEGIN: &str = "<!-- What `make bench` measured begins -->\n";
const END: &str = "<!-- What `make bench` measured ends -->\n";

/// # Errors
/// The README has no place for it, or can't be written.
pub fn write(rendered: &str) -> Result<()> {
    let text = std::fs::read_to_string(path())?;
    let (before, _, after) = parts(&text).context("the README's markers")?;
    std::fs::write(path(), [before, BEGIN, "\n", rendered, "\n", END, after].concat())?;
    Ok(())
}

fn path() -> PathBuf {
    folder().join("../README.md")
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
    use crate::{results, table};

    #[test]
    fn the_readme_shows_what_was_measured() {
        let text = std::fs::read_to_string(path()).unwrap();
        let (_, block, _) = parts(&text).unwrap();
        assert_eq!(
            block.trim(),
            table::render(&results::read().unwrap()).trim(),
            "`make bench` renders it"
        );
    }
}
