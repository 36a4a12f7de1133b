//! `mng validate`: what is wrong with a request's properties.

use std::path::Path;

use crate::request::{read, spec};
use crate::{Answer, Failure};

/// Says nothing about good properties.
pub fn validate(path: &Path) -> Result<Answer, Failure> {
    let request = read(path)?;
    spec(&request, path)?;
    Ok(Answer {
        text: String::new(),
        notes: vec![],
    })
}
