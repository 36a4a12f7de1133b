//! The properties as a JSON Schema, for editors: they complete by it and check while one types.
//!
//! It describes what a template may say without intrinsic functions. What concerns several properties is for
//! `mng validate` to tell, and is in the schema only where two settings within one object exclude each other.
#![allow(dead_code, reason = "the types are there for their schema alone")]

mod node;
mod properties;
mod scalars;
mod settings;
mod tidy;
mod words;
mod workload;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use serde_json::Map;

use crate::answer::{Answer, Failure};
use properties::Properties;
use tidy::Tidy;

/// Draft 7, since the editors' language servers know it best. Nothing is referred to, so that an excerpt stands alone.
pub fn properties() -> Schema {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    let settings = settings.with_transform(Tidy);
    head_first(settings.into_generator().into_root_schema_for::<Properties>())
}

/// What the schema is comes before what is in it: that is for people alone.
fn head_first(mut schema: Schema) -> Schema {
    let head = ["$schema", "title", "description"].map(|key| (key.to_owned(), schema.remove(key)));
    let head = head.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let rest = std::mem::take(schema.ensure_object());
    Schema::from(head.chain(rest).collect::<Map<_, _>>())
}

/// As it is committed.
pub fn text() -> String {
    format!("{:#}\n", properties().as_value())
}

/// `mng schema`.
pub fn schema() -> Result<Answer, Failure> {
    Ok(Answer {
        text: text(),
        notes: vec![],
    })
}
