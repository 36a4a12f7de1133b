//! `mng schema`: the properties as a JSON Schema.

use mng_core::properties::schema;

use crate::answer::{CommandFailure, CommandOutput};

/// The schema as it is committed.
pub fn schema() -> Result<CommandOutput, CommandFailure> {
    Ok(CommandOutput {
        text: format!("{:#}\n", schema::schema()),
        notes: vec![],
    })
}
