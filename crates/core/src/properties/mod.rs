//! The resource's properties: raw JSON becomes a [`spec::Spec`], and every problem is collected on the way.

pub mod device_plugin;
pub mod fields;
pub mod reference;
pub mod rule;
pub mod scaling;
pub mod schema;
pub mod settings;
pub mod spec;
pub mod table;
pub mod tags;
pub mod validate;
pub mod version;
