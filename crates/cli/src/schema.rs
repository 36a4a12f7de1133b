//! `mng schema`: the properties as a JSON Schema.

use mng_core::properties::schema;

use crate::answer::{Answer, Failure};

/// The schema as it is committed.
pub fn schema() -> Result<Answer, Failure> {
    Ok(Answer {
        text: format!("{:#}\n", schema::schema()),
        notes: vec![],
    })
}
