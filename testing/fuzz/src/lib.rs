//! What each target does with a file, for the targets and for the tests that feed the committed files to the same functions
//! (`tests/corpora.rs` in the root and in `crates/cli/`): these include the sources of a module each.

pub mod answer;
pub mod conversions;
pub mod event;
pub mod json;
pub mod properties;
pub mod template;
pub mod user_data;
